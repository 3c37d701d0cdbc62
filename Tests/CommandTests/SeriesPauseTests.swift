import Foundation
import Glibc
import Testing

/// What comes in the pause between two runs of a series, where no run is there to notice it.
@Suite struct SeriesPauseTests {
    private let drill: Command

    init() throws { drill = try Command() }

    /// Until the first of three runs is over and the pause has begun.
    private func resting(pause: String = "5m") async throws -> Command.Running {
        let file = try SeriesCommandTests.write(drill, budget: "30s", break: "true", jitter: "0s")
        let run = try drill.begin(["run", file, "--repeat", "3", "--pause", pause])
        try #require(try await run.says("pause of "))
        return run
    }

    private func folder() throws -> String {
        let all = try FileManager.default.contentsOfDirectory(atPath: "\(drill.folder)/series")
        return "\(drill.folder)/series/\(try #require(all.count == 1 ? all.first : nil))"
    }

    private func kept() throws -> String {
        try String(contentsOfFile: "\(folder())/series.json", encoding: .utf8)
    }

    /// What the series says of itself now, judged anew from what lies on the disk.
    private func shown() throws -> String {
        try drill.run(["show", String(folder().suffix(4)), "--json"]).output
    }

    private func runs() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "\(drill.folder)/runs").count
    }

    @Test("^C: the exit code, the terminal, what is kept and what is shown later say the same")
    func interrupted() async throws {
        let run = try await resting()
        run.interrupt()
        let ended = try await run.end()
        #expect(ended.exit == 4, "\(ended)")
        #expect(ended.errors.contains("stopped between two runs; 1 of 3 were made"), "\(ended)")
        #expect(
            ended.output.contains(
                "STOPPED  blink, 1 of 3 runs: between two runs, by SIGINT; 1 of 3 were made"
            ),
            "\(ended)"
        )
        for text in [try kept(), try shown()] {
            #expect(text.contains("\"verdict\" : \"stopped\""), "\(text)")
            #expect(text.contains("\"exit\" : 4"), "\(text)")
        }
        let judged = try drill.run(["judge", String(folder().suffix(4)), "--budget", "rto=20s"])
        #expect(judged.exit == 4, "\(judged)")
    }

    @Test("a halt ends the series, and nothing more is begun until it is lifted")
    func halted() async throws {
        let run = try await resting()
        #expect(try drill.run(["halt", "--why", "the shop is busy"]).exit == 0)
        let ended = try await run.end()
        #expect(ended.exit == 4, "\(ended)")
        #expect(ended.output.contains("every run was halted by "), "\(ended)")
        #expect(ended.output.contains("the shop is busy"), "\(ended)")
        #expect(try kept().contains("\"verdict\" : \"stopped\""))
        #expect(try runs() == 1)
        #expect(try drill.run(["resume"]).exit == 0)
    }

    /// Nothing is broken between two runs: there is nothing to heal, and no run to be marked.
    @Test("SIGKILL leaves runs that are whole, a series that isn't, and nothing to heal")
    func killed() async throws {
        let run = try await resting()
        kill(run.id, SIGKILL)
        _ = try run.wait()
        let kept = "\(try folder())/series.json"
        #expect(!FileManager.default.fileExists(atPath: kept))
        let shown = try drill.run(["show", String(folder().suffix(4))])
        #expect(shown.exit == 0, "\(shown)")
        #expect(
            shown.output.contains(
                "INCONCLUSIVE  blink, 1 of 3 runs: of 3 runs 2 are not there"
            ),
            "\(shown)"
        )
        #expect(shown.output.contains("none yet; `drill report"), "\(shown)")
        #expect(!shown.output.contains("still goes on"), "\(shown)")
        let heal = try drill.run(["heal"])
        #expect(heal.exit == 0, "\(heal)")
        #expect(try drill.run(["report", String(folder().suffix(4))]).exit == 0)
        // Its targets are free again.
        let file = "\(drill.folder)/blink.yaml"
        #expect(try drill.run(["run", file]).exit == 0)
    }

    @Test("who heals in between disturbs nothing; who asks is told that the series goes on")
    func healed() async throws {
        let run = try await resting(pause: "4s")
        let heal = try drill.run(["heal"])
        #expect(heal.exit == 0, "\(heal)")
        let name = String(try folder().suffix(4))
        let shown = try drill.run(["show", name])
        #expect(
            shown.output.contains("note    the series ") && shown.output.contains("still goes on")
        )
        let judged = try drill.run(["judge", name, "--budget", "rto=20s"])
        #expect(judged.errors.contains("still goes on"), "\(judged)")
        let compared = try drill.run(["compare", name, name])
        #expect(compared.errors.contains("still goes on"), "\(compared)")
        let ended = try await run.end()
        #expect(ended.exit == 0, "\(ended)")
        #expect(ended.output.contains("PASSED  blink, 3 runs: all 3 runs passed"), "\(ended)")
    }

    /// The state folder is lost in between: nothing can be kept of a further run.
    @Test(
        "a run that can't be begun is an error of drill's, and what was made of the series is told"
    )
    func error() async throws {
        let run = try await resting(pause: "5s")
        let runs = "\(drill.folder)/runs"
        try FileManager.default.moveItem(atPath: runs, toPath: "\(runs).gone")
        _ = try drill.write("", to: "runs")
        let ended = try await run.end()
        #expect(ended.exit == 70, "\(ended)")
        #expect(ended.output.contains("ERROR  blink, 1 of 3 runs: run 2: "), "\(ended)")
        #expect(try kept().contains("\"exit\" : 70"))
        try FileManager.default.removeItem(atPath: runs)
        try FileManager.default.moveItem(atPath: "\(runs).gone", toPath: runs)
        #expect(try shown().contains("\"exit\" : 70"))
    }
}
