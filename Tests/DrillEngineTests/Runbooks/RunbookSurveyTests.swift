import DrillModel
import DrillTesting
import Synchronization
import Testing

@testable import DrillEngine

/// Each kind of drift is found at its step, and nothing is done but to look.
@Suite struct RunbookSurveyTests {
    /// Says no to what is missing there, and keeps all that it was sent.
    private final class Machines: Hosts {
        let answers: [String: String]
        let failing: [String: RemoteError]
        let lines = Mutex<[String]>([])

        /// `answers` are by a part of the question.
        init(_ answers: [String: String] = [:], failing: [String: RemoteError] = [:]) {
            self.answers = answers
            self.failing = failing
        }

        func remote(to host: Host) async throws(RemoteError) -> any Remote {
            if let error = failing[host.name] { throw error }
            return Machine(host: host.name, machines: self)
        }

        func close() async {}
    }

    private struct Machine: Remote {
        let host: String
        let machines: Machines

        func run(
            _ line: String,
            input: [UInt8],
            deadline: Instant,
            outputLimitBytes: Int
        ) async throws(RemoteError) -> CommandResult {
            machines.lines.withLock { $0.append("\(host): \(line)") }
            let questions = String(decoding: input, as: UTF8.self).split(separator: "\n")
                .filter { $0.hasPrefix("say ") }
            var said = questions.enumerated().map { index, question in
                let answer = machines.answers.first { question.contains($0.key) }?.value ?? "yes"
                return "drill-check \(index) \(answer)\n"
            }
            if machines.answers["end"] == nil { said.append("drill-check end\n") }
            return CommandResult(
                exit: .code(0),
                output: Array(said.joined().utf8),
                errors: Array("gone\n".utf8),
                sent: Instant(ns: 0),
                done: Instant(ns: 1)
            )
        }

        func way() async throws(RemoteError) -> Way { Way(transport: "fake", why: "a test") }

        func forward(to address: String, port: Int) async throws(RemoteError) -> LocalEndpoint {
            throw RemoteError(.unsupported, host: host, "no forwarding here")
        }

        func close() async {}
    }

    private static let runbook = Runbook(
        name: "mend",
        inventory: Inventory(
            name: "x",
            hosts: ["db", "web"].map { Host(name: $0, address: "192.0.2.1") }
        ),
        steps: [
            step("look", "db", .list(["patronictl", "-c", "/etc/p.yml"]), line: 3),
            step("mend", "web", .list(["sh", "/opt/mend.sh"], sudo: true), line: 4),
            step("again", "web", .shell("jq ."), line: 5),
        ]
    )

    private static func step(
        _ title: String,
        _ host: String,
        _ run: DrillModel.Command,
        line: Int
    )
        -> RunbookStep
    {
        RunbookStep(
            title: title,
            host: host,
            run: run,
            position: Position(file: "r.yaml", line: line, column: 5)
        )
    }

    private static func look(_ machines: Machines, _ runbook: Runbook = runbook) async -> [String] {
        let world = SimulatedWorld(seed: 1, weather: .init(), containers: []).world
        let survey = RunbookSurvey(
            hosts: machines,
            containers: FakeEngine(),
            probers: world.probers,
            secret: { _ throws(SecretError) in "x" },
            now: { Instant(ns: 0) }
        )
        return await survey.look(runbook).map { finding in
            let line = finding.position?.line ?? 0
            return "\(line) \(finding.severity) \(finding.host ?? "-"): \(finding.message)"
        }
    }

    @Test("where all is there, nothing is found; one script a host, which only looks")
    func sound() async {
        let machines = Machines()
        #expect(await Self.look(machines).isEmpty)
        let lines = machines.lines.withLock { $0.sorted() }
        #expect(lines == ["db: \(RunbookScript.line)", "web: \(RunbookScript.line)"])
    }

    @Test(arguments: [
        ("tool patronictl", "no", "3 error db: db: there is no patronictl"),
        ("there /etc/p.yml", "no", "3 error db: db: there is no /etc/p.yml"),
        (
            "there /etc/p.yml", "unknown",
            "3 note db: db: /etc/p.yml can't be seen by the login user"
        ),
        ("given sh", "no", "4 error web: web: there is no /opt/mend.sh"),
        ("given sh", "bad 2: oops", "4 error web: web: /opt/mend.sh doesn't parse: 2: oops"),
        ("tool jq", "no", "5 error web: web: there is no jq"),
        ("parses", "bad oops", "5 error web: web: the command doesn't parse: oops"),
        (
            "may sh", "bad a password is required",
            "4 error web: web: sudo doesn't let the login user run this without a password:"
                + " a password is required"
        ),
    ])
    func drift(_ question: String, _ answer: String, _ found: String) async {
        #expect(await Self.look(Machines([question: answer])) == [found])
    }

    @Test("a host that can't be reached is told once, at the first step that needs it")
    func unreachable() async {
        let error = RemoteError(.unreachable, host: "web", "web can't be reached.", cause: "110")
        #expect(
            await Self.look(Machines(failing: ["web": error])) == [
                "4 error web: web: web can't be reached. (110) (also step 3)"
            ]
        )
        let ended = await Self.look(Machines(["end": ""]))
        #expect(ended.first == "3 error db: db can't be asked: its shell ended early: gone")
    }

    @Test("a host that no inventory knows")
    func unknown() async {
        var runbook = Self.runbook
        runbook.inventory = nil
        let found = await Self.look(Machines(), runbook)
        #expect(
            found == [
                "3 warning db: no inventory says where db is, so it wasn't looked at",
                "4 warning web: no inventory says where web is, so it wasn't looked at (also step 3)",
            ]
        )
        runbook.inventory = Inventory(
            name: "x",
            hosts: [Host(name: "db", address: "192.0.2.1"), Host(name: "web")]
        )
        #expect(
            await Self.look(Machines(), runbook) == [
                "4 error web: the inventory gives web no `address:` (also step 3)"
            ]
        )
    }

    @Test("what only the run knows is told as not looked at, once")
    func open() async {
        var runbook = Self.runbook
        let open = Text(parts: [.literal("echo "), .saved("lsn")])
        for title in ["one", "two"] {
            runbook.steps.append(
                RunbookStep(title: title, host: "db", run: DrillModel.Command(.shell(open)))
            )
        }
        #expect(
            await Self.look(Machines(), runbook) == [
                "0 note -: ${lsn} is known only when it is carried out: what needs it wasn't looked at"
                    + " (also step 5)"
            ]
        )
    }
}
