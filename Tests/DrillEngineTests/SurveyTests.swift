import DrillModel
import Testing

@testable import DrillEngine

@Suite struct SurveyTests {
    static let answer =
        "drill-survey begin\nuser drill\nuid 1000\nsudo yes\nboot b:1\ndrill-survey end\n"

    static func survey(_ hosts: FakeHosts, _ engine: FakeEngine = FakeEngine()) -> Survey {
        // The wall clock runs with the other, 1000 s ahead of it.
        Survey(
            hosts: hosts,
            containers: engine,
            now: { Instant(ns: 5_000_000_000) },
            wallNs: { 1_700_000_005_000_000_000 },
            addresses: ["192.0.2.1"]
        )
    }

    static func request(_ names: [String], containers: [String] = []) -> SurveyRequest {
        SurveyRequest(
            hosts: names.map { Host(name: $0, address: "10.0.0.1") },
            tools: ["a": ["pgrep", "iptables"]],
            containers: containers
        )
    }

    @Test func gathersWhatEveryHostSays() async throws {
        let facts = await Self.survey(FakeHosts()).look(Self.request(["a", "b"]))
        let found = try #require(facts.hosts["a"])
        #expect(found.user == "drill")
        #expect(found.transport == "libssh2")
        #expect(found.unreachable == nil)
        #expect(facts.hosts.count == 2)
        #expect(facts.engine == nil, "no container was asked for")
        #expect(facts.controller?.boot == "b:1")
        #expect(facts.controllerAddresses == ["192.0.2.1"])
    }

    @Test(
        "in the conversation with its script, or in commands of their own",
        arguments: [true, false]
    )
    func takesTheTightestOfThreeLooksAtTheClock(holdsConversations: Bool) async throws {
        // Round trips of 80, 20 and 40 ms; the host is 7 s ahead and reads halfway.
        let hosts = FakeHosts(tripsMs: [80, 20, 40], holdsConversations: holdsConversations)
        let facts = await Self.survey(hosts).look(Self.request(["a"]))
        #expect(facts.hosts["a"]?.clockOffset == .seconds(7))
        #expect(facts.hosts["a"]?.clockOffsetBound == .milliseconds(10))
        #expect(facts.controller?.clockOffset == .zero)
    }

    @Test func anUnreachableHostIsAFactWithAdvice() async {
        let hosts = FakeHosts(failing: [
            "b": RemoteError(
                .notAuthorised,
                host: "b",
                "b refused the key. Add it to authorized_keys.",
                cause: "-18"
            )
        ])
        let facts = await Self.survey(hosts).look(Self.request(["a", "b"]))
        #expect(
            facts.hosts["b"]?.unreachable == "b refused the key. Add it to authorized_keys. (-18)"
        )
        #expect(facts.hosts["a"]?.unreachable == nil)
    }

    @Test func anAnswerThatIsNoneIsToldWithWhatWasSaid() async {
        let hosts = FakeHosts(answer: "", errors: "sh: not found\n")
        let facts = await Self.survey(hosts).look(Self.request(["a"]))
        #expect(
            facts.hosts["a"]?.unreachable
                == "the survey's script did not start: is there a POSIX `sh` for the login user?"
                + " (sh: not found)"
        )
    }

    @Test("whether faults find what they are to break, asked of the manager that is there")
    func absence() async {
        func look(_ fault: String, _ word: String, _ manager: String = "sysv") -> SurveyLook {
            SurveyLook(fault: fault, manager: manager, command: .list(["look", word], sudo: true))
        }
        var request = Self.request(["b"])
        request.looks["b"] = [
            look("there", "word-there"), look("gone", "word-gone"), look("down", "word-down"),
            look("gone", "word-there", "systemd"),
        ]
        let hosts = FakeHosts(
            answer: Self.answer.replacing("boot b:1", with: "services sysv"),
            answers: [
                "word-there": (0, "12:34\n", ""),
                "word-gone": (1, "", "tr: odd\nno process found by name x\n"),
                "word-down": (0, "inactive\n", ""),
            ]
        )
        let facts = await Self.survey(hosts).look(request)
        #expect(
            facts.hosts["b"]?.absent == [
                "gone": "no process found by name x", "down": "the service is down already",
            ]
        )
    }

    @Test func looksAtManyHosts() async {
        let names = (0..<300).map { "h\($0)" }
        let facts = await Self.survey(FakeHosts()).look(Self.request(names))
        #expect(Set(facts.hosts.keys) == Set(names))
    }

    @Test func looksAtContainers() async {
        let facts = await Self.survey(FakeHosts(), FakeEngine(names: ["x"]))
            .look(Self.request([], containers: ["x", "y"]))
        #expect(facts.engine?.version == "20.10")
        #expect(facts.engine?.unusable == nil)
        #expect(facts.engine?.containers.keys.sorted() == ["x"])
    }

    @Test func anEngineThatCantBeUsedIsAFactWithAdvice() async {
        let error = EngineError(
            .noPermission,
            "no permission for /var/run/docker.sock: join the group docker"
        )
        let facts = await Self.survey(FakeHosts(), FakeEngine(failing: error))
            .look(Self.request([], containers: ["x"]))
        #expect(
            facts.engine?.unusable
                == "no permission for /var/run/docker.sock: join the group docker"
        )
    }
}

struct FakeHosts: Hosts {
    var failing: [String: RemoteError] = [:]
    var answer = SurveyTests.answer
    var errors = ""
    var tripsMs: [Int64] = [10, 10, 10]
    var holdsConversations = true
    /// By a word of the command line.
    var answers: [String: (exit: Int, output: String, errors: String)] = [:]

    func remote(to host: Host) async throws(RemoteError) -> any Remote {
        if let error = failing[host.name] { throw error }
        return FakeRemote(host: host.name, world: self)
    }

    func close() async {}
}

actor FakeRemote: Remote {
    nonisolated let host: String
    let world: FakeHosts
    private var hasTalked = false

    init(host: String, world: FakeHosts) {
        self.host = host
        self.world = world
    }

    func run(
        _ line: String,
        input: [UInt8],
        deadline: Instant,
        outputLimitBytes: Int
    ) async throws(RemoteError) -> CommandResult {
        if let look = world.answers.first(where: { line.contains($0.key) })?.value {
            return CommandResult(
                exit: .code(look.exit),
                output: Array(look.output.utf8),
                errors: Array(look.errors.utf8),
                sent: Instant(ns: 0),
                done: Instant(ns: 1)
            )
        }
        #expect(input == Array(SurveyScript.script.utf8))
        #expect(line == (host == "a" ? "exec sh -s -- pgrep iptables" : "exec sh -s --"))
        return CommandResult(
            exit: .code(0),
            output: Array(world.answer.utf8),
            errors: Array(world.errors.utf8),
            sent: Instant(ns: 0),
            done: Instant(ns: 1)
        )
    }

    func run(
        _ line: String,
        input: [UInt8],
        then questions: [String],
        deadline: Instant,
        outputLimitBytes: Int
    ) async throws(RemoteError) -> (result: CommandResult, answers: [CommandAnswer]) {
        let result = try await run(
            line,
            input: input,
            deadline: deadline,
            outputLimitBytes: outputLimitBytes
        )
        hasTalked = world.holdsConversations
        return (result, hasTalked ? answers(questions) : [])
    }

    func ask(
        _ questions: [String],
        of line: String,
        deadline: Instant
    ) async throws(RemoteError) -> [CommandAnswer] {
        #expect(line == ClockReader.line && !hasTalked)
        return answers(questions)
    }

    private func answers(_ questions: [String]) -> [CommandAnswer] {
        zip(questions, world.tripsMs).map { _, tripMs in
            let sent = Instant(ns: 5_000_000_000)
            let hostNs = 1_700_000_012_000_000_000 + tripMs * 500_000
            return CommandAnswer(text: "\(hostNs)", sent: sent, done: sent + .milliseconds(tripMs))
        }
    }

    func way() async throws(RemoteError) -> Way { Way(transport: "libssh2", why: "the first") }

    func forward(to address: String, port: Int) async throws(RemoteError) -> LocalEndpoint {
        throw RemoteError(.unsupported, host: host, "no forwarding here")
    }

    func close() async {}
}

struct FakeEngine: ContainerEngine {
    var names: [String] = []
    var failing: EngineError?

    func version(deadline: Instant) async throws(EngineError) -> String {
        if let failing { throw failing }
        return "20.10"
    }

    func inspect(
        _ container: String,
        deadline: Instant
    ) async throws(EngineError) -> ContainerState {
        guard names.contains(container) else {
            throw EngineError(.noSuchContainer, container: container, "no container \(container)")
        }
        return ContainerState(status: "running", id: container, startedAt: "", attachments: [])
    }

    func start(_ container: String, deadline: Instant) async throws(EngineError) {}
    func stop(_ container: String, deadline: Instant) async throws(EngineError) {}
    func restart(_ container: String, deadline: Instant) async throws(EngineError) {}
    func kill(
        _ container: String,
        signal: String,
        deadline: Instant
    ) async throws(EngineError) {}
    func pause(_ container: String, deadline: Instant) async throws(EngineError) {}
    func unpause(_ container: String, deadline: Instant) async throws(EngineError) {}
    func disconnect(
        _ container: String,
        network: String,
        deadline: Instant
    ) async throws(EngineError) {}
    func connect(
        _ container: String,
        attachment: NetworkAttachment,
        deadline: Instant
    ) async throws(EngineError) {}
}
