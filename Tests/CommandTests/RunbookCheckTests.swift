import Foundation
import Testing

/// `drill runbook check`, with what is on this machine.
@Suite struct RunbookCheckTests {
    private static let text = """
        runbook: mend
        prove-every: 90d
        steps:
          - { step: look, run: "sort < DIR/in | wc -l; touch DIR/made" }
          - { step: mend, run: [sh, DIR/mend.sh] }
        """

    private static func write(_ drill: Command, _ text: String = text) throws -> String {
        _ = try drill.write("x\n", to: "in")
        _ = try drill.write("touch DIR/made\n".replacing("DIR", with: drill.folder), to: "mend.sh")
        return try drill.write(text.replacing("DIR", with: drill.folder), to: "mend.yaml")
    }

    private static func isMade(_ drill: Command) -> Bool {
        FileManager.default.fileExists(atPath: "\(drill.folder)/made")
    }

    @Test("what is there is no error, and nothing is carried out; a run of it is its proof")
    func sound() throws {
        let drill = try Command()
        let file = try Self.write(drill)
        let first = try drill.run(["runbook", "check", file])
        #expect(first.exit == 0, "\(first)")
        #expect(first.output.contains("mend  0 errors, 1 warning, 0 notes"), "\(first)")
        #expect(first.output.contains("never proven"), "\(first)")
        #expect(try drill.run(["runbook", "check", file, "--strict"]).exit == 1)
        #expect(!Self.isMade(drill), "a check has carried out a step")
        #expect(try drill.run(["runbook", "run", file]).exit == 0)
        #expect(Self.isMade(drill))
        let proven = try drill.run(["runbook", "check", file, "--strict"])
        #expect(proven.exit == 0, "\(proven)")
        #expect(proven.output.contains("proven 0 minutes ago by "), "\(proven)")
        _ = try drill.write(Self.text.replacing("DIR", with: drill.folder) + "\n", to: "mend.yaml")
        let changed = Self.text.replacing("wc -l", with: "wc -c")
        _ = try drill.write(changed.replacing("DIR", with: drill.folder), to: "mend.yaml")
        let again = try drill.run(["runbook", "check", file])
        #expect(again.output.contains("and changed since"), "\(again)")
        #expect(again.output.contains("this step was changed since it was proven"), "\(again)")
    }

    @Test(
        "each kind of drift is an error at its line",
        arguments: [
            ("sort <", "sorrt <", 4, "this machine: there is no sorrt"),
            ("DIR/in", "DIR/other", 4, "this machine: there is no DIR/other"),
            ("wc -l;", "wc -l;;", 4, "the command doesn't parse"),
            ("DIR/mend.sh", "DIR/lost.sh", 5, "there is no DIR/lost.sh"),
            ("DIR/mend.sh", "DIR/bad.sh", 5, "DIR/bad.sh doesn't parse"),
        ]
    )
    func drift(_ was: String, _ now: String, _ line: Int, _ words: String) throws {
        let drill = try Command()
        let file = try Self.write(drill, Self.text.replacing(was, with: now))
        _ = try drill.write("if true; then\n", to: "bad.sh")
        let ended = try drill.run(["runbook", "check", file])
        #expect(ended.exit == 1, "\(ended)")
        #expect(ended.output.contains("mend  1 error, "), "\(ended)")
        let place = "mend.yaml:\(line):"
        let told = ended.output.split(separator: "\n").filter { $0.contains(place) }
        let wanted = words.replacing("DIR", with: drill.folder)
        #expect(told.contains { $0.contains("error: ") && $0.contains(wanted) }, "\(ended)")
        #expect(!Self.isMade(drill))
        let offline = try drill.run(["runbook", "check", file, "--offline"])
        #expect(offline.exit == 0, "\(offline)")
        #expect(offline.output.contains("no host was looked at: --offline"), "\(offline)")
    }

    private struct File: Decodable {
        struct Checked: Decodable {
            struct Finding: Decodable {
                var severity: String
                var message: String
                var line: Int?
                var column: Int?
                var step: String?
                var host: String?
            }

            var runbook: String
            var looked: Bool
            var findings: [Finding]
        }

        var errors: Int
        var warnings: Int
        var runbooks: [Checked]
    }

    @Test("a folder's runbooks, for a program")
    func json() throws {
        let drill = try Command()
        _ = try Self.write(drill, Self.text.replacing("sort <", with: "sorrt <"))
        _ = try drill.write("inventory: x\nhosts: {}\n", to: "hosts.yaml")
        let ended = try drill.run(["runbook", "check", drill.folder, "--json"])
        #expect(ended.exit == 1, "\(ended)")
        let file = try JSONDecoder().decode(File.self, from: Data(ended.output.utf8))
        #expect(file.errors == 1 && file.warnings == 1, "\(ended)")
        let checked = try #require(file.runbooks.first)
        #expect(file.runbooks.count == 1 && checked.runbook == "mend" && checked.looked)
        let error = try #require(checked.findings.first { $0.severity == "error" })
        #expect(error.line == 4 && error.column != nil && error.step == "1", "\(ended)")
        #expect(error.host != nil && error.message.contains("sorrt"), "\(ended)")
    }

    @Test("a file with problems, and a folder without a runbook, are wrong usage")
    func refused() throws {
        let drill = try Command()
        let bad = try drill.write("runbook: x\nsteps: [{ step: a, rum: x }]\n", to: "bad.yaml")
        let ended = try drill.run(["runbook", "check", bad])
        #expect(ended.exit == 64 && ended.errors.contains("bad.yaml:2:"), "\(ended)")
        try FileManager.default.removeItem(atPath: bad)
        let none = try drill.run(["runbook", "check", drill.folder])
        #expect(none.exit == 64 && none.errors.contains("there is no runbook in"), "\(none)")
    }

    @Test("drill test fails for what a check finds, and looks at no host with --offline")
    func tested() throws {
        let drill = try Command()
        _ = try Self.write(drill, Self.text.replacing("sort <", with: "sorrt <"))
        let ended = try drill.run(["test", drill.folder])
        #expect(ended.exit == 1 && (ended.output + ended.errors).contains("sorrt"), "\(ended)")
        #expect(try drill.run(["test", drill.folder, "--offline"]).exit == 0)
        #expect(!Self.isMade(drill))
    }
}
