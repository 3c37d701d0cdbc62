import Foundation
import Testing

/// A whole run that a log notices: what is told, kept and hidden, and that its end isn't held up.
@Suite struct SourceRunTests {
    @Test("a line of a log fires a probe, is told once, and no secret in it is kept")
    func log() throws {
        let drill = try Command()
        _ = try drill.write("inventory: here\nhosts: { here: { local: true } }\n", to: "here.yaml")
        _ = try drill.write("DOWN long ago\n", to: "app.log")
        let file = try drill.write(
            """
            experiment: noticed
            inventory: here.yaml
            budgets: { detect: { app-says-so: 20s } }
            probes:
              app-says-so: { log: { host: here, file: \(drill.folder)/app.log, match: DOWN }, up-after: 1 }
              nobody: { command: { run: ["false", "${env:NOTICED}"] }, measures: detection }
            steady: { for: 200ms, within: 30s }
            method:
              - disaster: declared
              - wait: { until: app-says-so, within: 20s }
            """,
            to: "noticed.yaml"
        )
        let ended = try drill.shell(
            """
            export NOTICED=hunter22
            (for look in $(seq 400); do grep -q 'step: wait' \(drill.folder)/out && break; sleep 0.1; done
             echo 'DOWN: http://a:hunter22@shop refused' >>\(drill.folder)/app.log) &
            timeout 60 \(Command.binary) run \(file) >\(drill.folder)/out; code=$?
            cat \(drill.folder)/out; exit $code
            """
        )
        #expect(ended.exit == 0, "\(ended)")
        let told = "app-says-so saw: DOWN: http://a:${env:NOTICED}@shop refused"
        #expect(ended.output.split(separator: told).count == 2, "\(ended.output)")
        #expect(!ended.output.contains("long ago"))
        let runs = try FileManager.default.contentsOfDirectory(atPath: "\(drill.folder)/runs")
        let run = "\(drill.folder)/runs/\(try #require(runs.first))"
        for name in ["timeline.jsonl", "record.json", "report.html"] {
            let text = try String(contentsOfFile: "\(run)/\(name)", encoding: .utf8)
            #expect(!text.contains("hunter22"), "\(name)")
        }
        let data = try Data(contentsOf: URL(filePath: "\(run)/record.json"))
        let record = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        let clocks = try #require(record["clocks"] as? [[String: Any]])
        #expect(clocks.map { $0["host"] as? String } == ["(controller)", "here"])
        #expect(clocks.allSatisfy { $0["moved"] as? Bool == false }, "\(clocks)")
        #expect((clocks[1]["after"] as? [String: Any])?["offset_ns"] as? Int == 0)
        let sightings = try #require(record["sightings"] as? [[String: Any]])
        #expect(sightings.count == 1 && sightings[0]["probe"] as? String == "app-says-so")
        // What stays fired isn't waited for.
        let events = try String(contentsOfFile: "\(run)/timeline.jsonl", encoding: .utf8)
        #expect(events.contains("look-on"))
    }
}
