import DrillEngine
import DrillField
import DrillModel
import Glibc
import Testing

/// Probes through a host by real SSH, to a real server behind it; the way breaks, and the server does.
///
/// Each time: what the target did is a finding, good or bad; what the way did is none, and the probe
/// sees again by itself once the way is back.
@Suite("Via a host", .serialized, .timeLimit(.minutes(5)))
struct ViaHostTests {
    static let transports: [Host.Transport] = [.libssh2, .openssh]

    /// A way to look through, and how it breaks.
    struct Way {
        var server: TestSSHD
        let hosts: FieldHosts
        let probers: FieldProbers

        func close() async {
            await probers.close()
            await hosts.close()
        }
    }

    func withWay(
        _ transport: Host.Transport,
        _ body: (inout Way) async throws -> Void
    ) async throws {
        let server = try await TestSSHD.start()
        let host = server.host(transport, name: "edge")
        let hosts = server.hosts([host])
        var way = Way(
            server: server,
            hosts: hosts,
            probers: fieldProbers(
                inventory: Inventory(name: "test", knownHosts: server.knownHosts, hosts: [host]),
                hosts: hosts
            )
        )
        do {
            try await body(&way)
        } catch {
            await way.close()
            await way.server.end()
            throw error
        }
        await way.close()
        await way.server.end()
    }

    /// The first look that isn't blind, within some seconds.
    func sees(_ prober: any Prober) async -> Look {
        let end = now() + .seconds(8)
        while true {
            let look = await prober.look(deadline: now() + .seconds(2))
            if look.outcome.failure != .blind || now() > end { return look }
            _ = await shell("sleep 0.05")
        }
    }

    /// All the ways in which the way breaks while `prober` looks at a target that is well when `isWell`
    /// and else lets looks hang.
    func expectTruth(
        _ prober: any Prober,
        _ way: inout Way,
        hang: () throws -> Void,
        recover: () throws -> Void
    ) async throws {
        #expect(await sees(prober).outcome == .good)

        // The session is cut under a look that hangs; sshd itself lives on.
        try hang()
        async let cut = prober.look(deadline: now() + .seconds(3))
        _ = await shell("sleep 0.4")
        await way.server.killSessions()
        let look = await cut
        #expect(look.outcome.failure == .blind, "\(look)")
        try recover()
        #expect(await sees(prober).outcome == .good)

        // Cut while nothing is under way: the next looks may be blind, but never bad.
        await way.server.killSessions()
        #expect(await sees(prober).outcome == .good)

        // The target hangs and the way is fine: a finding, though a busy machine may be blind at first.
        try hang()
        let hung = await sees(prober)
        #expect(hung.outcome.failure == .timeout, "\(hung)")
        try recover()
        #expect(await sees(prober).outcome == .good)

        // The host is gone, and comes back.
        await way.server.goDown()
        for _ in 0..<20 {
            let before = now()
            let look = await prober.look(deadline: now() + .milliseconds(500))
            #expect(look.outcome.failure == .blind, "\(look)")
            // 200 ms: a busy two-core machine.
            #expect(now() - before < .milliseconds(700))
        }
        try await way.server.comeBack()
        #expect(await sees(prober).outcome == .good)

        // The host falls silent, and speaks again.
        await way.server.signalAll("STOP")
        let silent = await prober.look(deadline: now() + .seconds(1))
        #expect(silent.outcome.failure == .blind, "\(silent)")
        await way.server.signalAll("CONT")
        #expect(await sees(prober).outcome == .good)
    }

    @Test(arguments: transports, [false, true])
    func http(_ transport: Host.Transport, keepsConnection: Bool) async throws {
        let target = try TruthServer()
        defer { target.stop() }
        try await withWay(transport) { way in
            let url = Text("http://127.0.0.1:\(target.port)/")
            let prober = try await way.probers.prober(
                for: probe(
                    .http(HTTPLook(url: url, keepsConnection: keepsConnection)),
                    via: "edge"
                )
            )
            try await expectTruth(
                prober,
                &way,
                hang: { target.down(.hang()) },
                recover: { target.up() }
            )
            for failing in [TruthServer.Failing.refuse, .reset] {
                target.down(failing)
                let look = await prober.look(deadline: now() + .seconds(2))
                // sshd only says that it got no connection, so both end with a closed one.
                #expect([.reset, .refused].contains(look.outcome.failure), "\(failing): \(look)")
                target.up()
                #expect(await sees(prober).outcome == .good)
            }
            target.down(.error(503))
            #expect(await prober.look(deadline: now() + .seconds(2)).outcome.failure == .status)
            await prober.close()
        }
    }

    @Test(arguments: transports)
    func tcp(_ transport: Host.Transport) async throws {
        let target = try TruthServer()
        defer { target.stop() }
        let full = try FullListener()
        defer { full.close() }
        try await withWay(transport) { way in
            func prober(_ port: Int) async throws -> any Prober {
                try await way.probers.prober(
                    for: probe(
                        .tcp(TCPLook(address: "127.0.0.1", port: port)),
                        timeout: .seconds(3),
                        via: "edge"
                    )
                )
            }
            let it = try await prober(target.port)
            let hanging = try await prober(full.port)
            #expect(await sees(it).outcome == .good)
            target.down(.refuse)
            let refused = await it.look(deadline: now() + .seconds(2))
            #expect(refused.outcome.failure == .refused, "\(refused)")
            target.up()

            async let cut = hanging.look(deadline: now() + .seconds(3))
            _ = await shell("sleep 0.5")
            await way.server.killSessions()
            let look = await cut
            #expect(look.outcome.failure == .blind, "\(look)")
            #expect(await sees(it).outcome == .good)
            let late = await hanging.look(deadline: now() + .seconds(1))
            #expect(late.outcome.failure == .timeout, "\(late)")

            await way.server.goDown()
            for _ in 0..<10 {
                let look = await it.look(deadline: now() + .milliseconds(500))
                #expect(look.outcome.failure == .blind, "\(look)")
            }
            try await way.server.comeBack()
            #expect(await sees(it).outcome == .good)
        }
    }

    @Test(arguments: transports)
    func sql(_ transport: Host.Transport) async throws {
        let postgres = try await TestPostgres()
        try await withWay(transport) { way in
            let prober = try await way.probers.prober(
                for: probe(
                    .sql(
                        SQLLook(
                            url: Text(postgres.url()),
                            query: "select 7",
                            condition: .equals("7")
                        )
                    ),
                    via: "edge"
                )
            )
            try await expectTruth(
                prober,
                &way,
                hang: { try postgres.signal(SIGSTOP) },
                recover: { try postgres.signal(SIGCONT) }
            )
            try await postgres.stopFast()
            for _ in 0..<3 {
                let look = await prober.look(deadline: now() + .seconds(2))
                #expect([.reset, .refused, .status].contains(look.outcome.failure), "\(look)")
            }
            try await postgres.start()
            #expect(await sees(prober).outcome == .good)
            await prober.close()
        }
        try await postgres.remove()
    }

    /// Whatever the way does, each write is told as what it is: read back, none is missing that was
    /// acknowledged and none is there that was refused.
    @Test(arguments: transports)
    func ledger(_ transport: Host.Transport) async throws {
        let postgres = try await TestPostgres()
        try await withWay(transport) { way in
            let keeper = try await way.probers.keeper(
                for: probe(.ledger(Ledger(postgres: Text(postgres.url()))), via: "edge"),
                owner: "run-1"
            )
            try await keeper.prepare(deadline: now() + .seconds(10))
            let writing = Task {
                await withTaskGroup(of: (Int, LedgerAnswer).self) { group in
                    for number in 0..<300 {
                        group.addTask {
                            (number, await keeper.write(number, deadline: now() + .seconds(1)))
                        }
                        _ = await shell("sleep 0.01")
                    }
                    return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
                }
            }
            for _ in 0..<3 {
                _ = await shell("sleep 0.5")
                await way.server.killSessions()
            }
            _ = await shell("sleep 0.5")
            await way.server.goDown()
            _ = await shell("sleep 0.5")
            try await way.server.comeBack()
            let answers = await writing.value
            var last = await keeper.write(900, deadline: now() + .seconds(2))
            for number in 901..<960 where last.answer != .acknowledged {
                last = await keeper.write(number, deadline: now() + .seconds(2))
            }
            #expect(last.answer == .acknowledged, "never again: \(last)")

            try await postgres.stopFast()
            let refused = await keeper.write(990, deadline: now() + .seconds(2))
            #expect(refused.answer == .refused, "\(refused)")
            try await postgres.start()

            let copies = try await keeper.readBack(deadline: now() + .seconds(10))
            let isThere = try await postgres.sql("select number from drill_ledger")
            let there = Set(isThere.split(separator: "\n").compactMap { Int($0) })
            #expect(Set(copies.keys) == there)
            #expect(copies[990] == nil)
            for (number, answer) in answers {
                switch answer.answer {
                case .acknowledged: #expect(copies[number] == 1, "\(number): \(answer)")
                case .refused, .unsent: #expect(copies[number] == nil, "\(number): \(answer)")
                case .indeterminate: break
                }
            }
            #expect(answers.values.count { $0.answer == .acknowledged } > 100)
            try await keeper.cleanUp([], deadline: now() + .seconds(5))
            await keeper.close()
        }
        try await postgres.remove()
    }
}
