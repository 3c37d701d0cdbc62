import DrillEngine
import DrillField
import DrillModel
import Testing

private let edge = Inventory(name: "shop", hosts: [Host(name: "edge", address: "10.0.0.1")])

@Suite(.timeLimit(.minutes(1)))
struct TCPProberTests {
    @Test func acceptedRefusedAndNeither() async throws {
        let server = try TruthServer()
        defer { server.stop() }
        let probers = fieldProbers()
        let it = probe(.tcp(TCPLook(address: "127.0.0.1", port: server.port)))
        let good = try await probers.once(it)
        #expect(good.outcome == .good)
        #expect(good.sent < good.done)
        server.down(.refuse)
        #expect(try await probers.once(it).outcome.failure == .refused)
        server.up()
        server.down(.hang())
        // What accepts and never answers is up to TCP: that is why there are other probes.
        #expect(try await probers.once(it).outcome == .good)
        let full = try FullListener()
        defer { full.close() }
        let before = now()
        let late = try await probers.once(
            probe(.tcp(TCPLook(address: "127.0.0.1", port: full.port)), timeout: .milliseconds(200))
        )
        #expect(late.outcome.failure == .timeout)
        // 150 ms: a busy two-core machine.
        #expect(now() - before < .milliseconds(350))
        #expect(try await eventually { server.connections == 0 })
        await probers.close()
    }

    @Test func triedFromAHostByAToolOfItsOwn() async throws {
        let server = try TruthServer()
        defer { server.stop() }
        let hosts = FakeHosts()
        let probers = fieldProbers(inventory: edge, hosts: hosts)
        let it = probe(
            .tcp(TCPLook(address: "127.0.0.1", port: server.port)),
            timeout: .seconds(3),
            via: "edge"
        )
        #expect(try await probers.once(it).outcome == .good)
        server.down(.refuse)
        #expect(try await probers.once(it).outcome.failure == .refused)
        hosts.become(.gone)
        #expect(try await probers.once(it).outcome.failure == .blind)
        await probers.close()
    }
}

@Suite(.timeLimit(.minutes(1)))
struct CommandProberTests {
    private func once(
        _ command: Command,
        exit: Int = 0,
        match: String? = nil,
        timeout: Span = .seconds(3)
    ) async throws -> Look {
        let probers = fieldProbers(secrets: ["PASSWORD": "hunter 2"])
        let look = try await probers.once(
            probe(
                .command(CommandLook(command: command, exit: exit, match: match)),
                timeout: timeout
            )
        )
        await probers.close()
        return look
    }

    @Test func exitAndOutput() async throws {
        #expect(try await once(.shell("true")).outcome == .good)
        #expect(try await once(.shell("exit 3"), exit: 3).outcome == .good)
        let failed = try await once(.shell("echo no such thing >&2; exit 3"))
        #expect(failed.outcome == .bad(.status, "exit code 3, not 0: no such thing"))
        let killed = try await once(.shell("kill -9 $$"))
        #expect(killed.outcome == .bad(.status, "ended by SIGKILL"))
        let table = "us-west-2,UP\nus-east-1,0,DOWN\n"
        let fired = try await once(
            .list(["printf", "%s", table]),
            match: "^us-east-1,.*DOWN$"
        )
        #expect(fired.outcome == .good)
        #expect(fired.answer == "us-west-2,UP\nus-east-1,0,DOWN")
        let quiet = try await once(.list(["printf", "%s", table]), match: "us-west-2,.*DOWN")
        #expect(quiet.outcome.failure == .body)
    }

    @Test func tooLongIsATimeout() async throws {
        let before = now()
        let late = try await once(.shell("sleep 30"), timeout: .milliseconds(200))
        #expect(late.outcome.failure == .timeout)
        // 300 ms: a process is started and killed on a busy machine.
        #expect(now() - before < .milliseconds(500))
    }

    @Test func secretsArriveQuotedAndStayHidden() async throws {
        let text = Text(parts: [.literal("echo got "), .environment("PASSWORD")])
        let look = try await once(Command(.shell(text)), match: "^got hunter 2$")
        #expect(look.outcome == .good)
        #expect(look.answer == "got ${env:PASSWORD}")
        let failing = Text(parts: [
            .literal("echo wrong: "), .environment("PASSWORD"), .literal(" >&2; false"),
        ])
        let failed = try await once(Command(.shell(failing)))
        #expect(failed.outcome == .bad(.status, "exit code 1, not 0: wrong: ${env:PASSWORD}"))
    }

    @Test func aHostThatIsGoneIsBlindAndAHungCommandIsNot() async throws {
        let hosts = FakeHosts()
        let probers = fieldProbers(inventory: edge, hosts: hosts)
        let quick = probe(.command(CommandLook(host: "edge", command: .shell("true"))))
        #expect(try await probers.once(quick).outcome == .good)
        let hung = probe(
            .command(CommandLook(host: "edge", command: .shell("sleep 9"))),
            timeout: .milliseconds(400)
        )
        #expect(try await probers.once(hung).outcome.failure == .timeout)
        hosts.become(.silent)
        #expect(try await probers.once(hung).outcome.failure == .blind)
        hosts.become(.gone)
        let gone = try await probers.once(quick)
        #expect(gone.outcome == .bad(.blind, "edge can't be reached."))
        let nowhere = probe(.command(CommandLook(host: "egde", command: .shell("true"))))
        await #expect(throws: ProberError(probe: "it", "the inventory has no host egde")) {
            try await probers.once(nowhere)
        }
        await probers.close()
    }
}

@Suite(.timeLimit(.minutes(1)))
struct ViaTests {
    @Test(
        "what fails is told apart from who looked",
        arguments: [
            (TruthServer.Failing.hang(), FakeHosts.State.alive, Outcome.Failure.timeout),
            (.hang(), .silent, .blind), (.reset, .alive, .reset), (.reset, .gone, .blind),
            (.error(503), .alive, .status),
            // The relay's near end refuses: drill's own way is lost.
            (.refuse, .alive, .blind),
        ]
    )
    func failures(
        _ failing: TruthServer.Failing,
        _ state: FakeHosts.State,
        _ expected: Outcome.Failure
    ) async throws {
        let server = try TruthServer()
        defer { server.stop() }
        let hosts = FakeHosts()
        let probers = fieldProbers(inventory: edge, hosts: hosts)
        let prober = try await probers.prober(
            for: probe(
                .http(HTTPLook(url: Text("http://shop.example:\(server.port)/"))),
                via: "edge"
            )
        )
        #expect(await prober.look(deadline: now() + .seconds(1)).outcome == .good)
        // The relay is no reason to tell the server another name.
        #expect(server.lastHead.contains("Host: shop.example:\(server.port)\r\n"))
        server.down(failing)
        hosts.become(state)
        let deadline = now() + .milliseconds(500)
        let look = await prober.look(deadline: deadline)
        #expect(look.outcome.failure == expected, "\(look)")
        // 150 ms: a busy two-core machine.
        #expect(now() - deadline < .milliseconds(150))
        hosts.become(.alive)
        server.up()
        #expect(await prober.look(deadline: now() + .seconds(1)).outcome == .good)
        await probers.close()
    }

    @Test func aHostThatNeverWasThereIsBlind() async throws {
        let probers = fieldProbers(inventory: edge)
        let look = try await probers.once(
            probe(.http(HTTPLook(url: "http://shop.example/")), via: "edge")
        )
        #expect(look.outcome == .bad(.blind, "There is no way to edge."))
        await probers.close()
    }
}
