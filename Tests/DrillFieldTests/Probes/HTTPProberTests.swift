import DrillEngine
import DrillField
import DrillModel
import Foundation
import Testing

// Serialized: descriptors are counted, and deadlines measured on two cores.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct HTTPProberTests {
    private func look(_ url: String, match: String? = nil) -> Probe.Kind {
        .http(HTTPLook(url: Text(url), match: match))
    }

    @Test(
        "each way to fail has its outcome",
        arguments: [
            (TruthServer.Failing.refuse, Outcome.Failure.refused),
            (.reset, .reset), (.hang(), .timeout), (.hangMidway, .timeout), (.cutMidway, .reset),
            (.error(503), .status), (.error(404), .status), (.wrongBody, .body),
            (.nonsense, .body), (.slow(.milliseconds(120)), .slow),
            (.slow(.milliseconds(800)), .timeout),
        ]
    )
    func failures(_ failing: TruthServer.Failing, _ expected: Outcome.Failure) async throws {
        let server = try TruthServer()
        defer { server.stop() }
        let probers = fieldProbers()
        let it = probe(
            look(server.url, match: "in or.er"),
            timeout: .milliseconds(400),
            slowerThan: .milliseconds(100)
        )
        let good = try await probers.once(it)
        #expect(good.outcome == .good)
        #expect(good.answer == "200 all in order")

        server.down(failing)
        let before = now()
        let bad = try await probers.once(it)
        #expect(bad.outcome.failure == expected, "\(bad)")
        #expect(before <= bad.sent && bad.sent <= bad.done && bad.done <= now())

        server.up()
        #expect(try await probers.once(it).outcome == .good)
        await probers.close()
        #expect(try await eventually { server.connections == 0 })
    }

    /// A connection that the kernel neither makes nor refuses: the listener's queue is full.
    @Test func connectTimesOut() async throws {
        let listener = try FullListener()
        defer { listener.close() }
        let probers = fieldProbers()
        let before = now()
        let bad = try await probers.once(
            probe(look("http://127.0.0.1:\(listener.port)/"), timeout: .milliseconds(300))
        )
        #expect(bad.outcome == .bad(.timeout, "no connection in time"))
        // 100 ms: two cores, other suites.
        #expect(now() - before < .milliseconds(400))
        #expect(bad.sent - before < .milliseconds(100))
        await probers.close()
    }

    @Test func stampsSurroundTheServersOwn() async throws {
        let server = try TruthServer()
        defer { server.stop() }
        let probers = fieldProbers()
        let prober = try await probers.prober(for: probe(look(server.url)))
        let looks = await withTaskGroup { group in
            for _ in 0..<1200 {
                group.addTask { await prober.look(deadline: now() + .seconds(1)) }
                try? await Task.sleep(for: .milliseconds(1))
                if Int.random(in: 0..<10) == 0 { server.down(.refuse) }
                if Int.random(in: 0..<5) == 0 { server.up() }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let edges = server.edges
        func isDown(_ instant: Instant) -> Bool {
            edges.last { $0.at <= instant }?.failing != nil
        }
        var judged = 0
        for look in looks where !edges.contains(where: { look.sent <= $0.at && $0.at <= look.done })
        {
            judged += 1
            #expect(look.outcome.isGood != isDown(look.sent), "\(look)")
        }
        // Most looks take less than a millisecond and meet no edge; on a busy machine more of them do.
        #expect(judged > 100)
        await prober.close()
        await probers.close()
    }

    @Test(
        "200 looks at once end by their deadline, whatever hangs, and leave nothing open",
        arguments: [TruthServer.Failing.hang(), .hangMidway, .refuse, .error(500)]
    )
    func manyAtOnce(_ failing: TruthServer.Failing) async throws {
        let server = try TruthServer()
        defer { server.stop() }
        let probers = fieldProbers()
        let prober = try await probers.prober(for: probe(look(server.url)))
        _ = await prober.look(deadline: now() + .seconds(1))
        #expect(try await eventually { server.connections == 0 })
        let openBefore = try openDescriptors()
        server.down(failing)
        let deadline = now() + .milliseconds(500)
        let looks = await withTaskGroup { group in
            for _ in 0..<200 { group.addTask { await prober.look(deadline: deadline) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(looks.allSatisfy { $0.outcome.isBad })
        // 150 ms: 200 timers fire at once on one thread of a busy two-core machine.
        #expect(now() - deadline < .milliseconds(150))
        #expect(looks.allSatisfy { $0.done - deadline < .milliseconds(150) })
        #expect(try await eventually { server.connections == 0 })
        // Other suites open some of their own at the same time; a leak would be in the hundreds.
        #expect(try await eventually { try openDescriptors() < openBefore + 40 })
        await prober.close()
        await probers.close()
    }

    @Test func fiveHundredLooksLeakNothing() async throws {
        let server = try TruthServer()
        defer { server.stop() }
        let probers = fieldProbers()
        let prober = try await probers.prober(for: probe(look(server.url)))
        _ = await prober.look(deadline: now() + .seconds(1))
        #expect(try await eventually { server.connections == 0 })
        let openBefore = try openDescriptors()
        let kinds: [TruthServer.Failing?] = [
            nil, .refuse, .reset, .hang(), .hangMidway, .cutMidway, .error(), .wrongBody, .nonsense,
        ]
        for round in 0..<500 {
            if let failing = kinds[round % kinds.count] {
                server.down(failing)
            } else {
                server.up()
            }
            _ = await prober.look(deadline: now() + .milliseconds(20))
        }
        #expect(server.requests > 250)
        server.up()
        #expect(try await eventually { server.connections == 0 })
        // Other suites open some of their own at the same time; a leak would be in the hundreds.
        #expect(try await eventually { try openDescriptors() < openBefore + 40 })
        await prober.close()
        await probers.close()
    }

    @Test func keepsItsConnectionAndOutlivesItsLoss() async throws {
        let server = try TruthServer()
        defer { server.stop() }
        let probers = fieldProbers()
        let prober = try await probers.prober(
            for: probe(.http(HTTPLook(url: Text(server.url), keepsConnection: true)))
        )
        for _ in 0..<5 {
            #expect(await prober.look(deadline: now() + .seconds(1)).outcome == .good)
        }
        #expect(server.connections == 1)
        server.down(.refuse)
        #expect(await prober.look(deadline: now() + .seconds(1)).outcome.failure == .refused)
        server.up()
        #expect(await prober.look(deadline: now() + .seconds(1)).outcome == .good)
        server.down(.hang())
        #expect(await prober.look(deadline: now() + .milliseconds(50)).outcome.failure == .timeout)
        server.up()
        #expect(await prober.look(deadline: now() + .seconds(1)).outcome == .good)
        await prober.close()
        #expect(try await eventually { server.connections == 0 })
        await probers.close()
    }

    @Test func cancelledLookEndsAtOnceAndSaysNothing() async throws {
        let server = try TruthServer()
        defer { server.stop() }
        server.down(.hang())
        let probers = fieldProbers()
        let prober = try await probers.prober(for: probe(look(server.url)))
        let started = now()
        let task = Task { await prober.look(deadline: now() + .seconds(20)) }
        #expect(try await eventually { server.requests == 1 })
        task.cancel()
        #expect(await task.value.outcome == .unsent)
        #expect(now() - started < .seconds(5))
        #expect(try await eventually { server.connections == 0 })
        await probers.close()
    }

    @Test func secretsStayHidden() async throws {
        let server = try TruthServer()
        defer { server.stop() }
        let probers = fieldProbers(secrets: ["TOKEN": "in%20order", "ANSWER": "all"])
        let url = Text(parts: [.literal(server.url + "?token="), .environment("TOKEN")])
        let good = try await probers.once(
            probe(
                .http(HTTPLook(url: url, headers: ["X": Text(parts: [.environment("ANSWER")])]))
            )
        )
        #expect(good.outcome == .good)
        #expect(good.answer == "200 ${env:ANSWER} ${env:TOKEN}")
        let missing = Text(parts: [.literal(server.url), .environment("NOBODY")])
        await #expect(throws: ProberError(probe: "it", "there is no such secret")) {
            try await probers.once(probe(.http(HTTPLook(url: missing))))
        }
        await probers.close()
    }

    @Test func whoLooksAtItsCandidate() async throws {
        let server = try TruthServer()
        defer { server.stop() }
        let probers = fieldProbers()
        let kind = Probe.Kind.http(
            HTTPLook(
                url: Text(parts: [
                    .literal("http://"), .it("address"), .literal(":\(server.port)/"),
                ]),
                statuses: [200]
            )
        )
        let deadline = now() + .seconds(1)
        let here = Host(name: "db-east-a", address: "127.0.0.1")
        #expect(await probers.look(kind, it: here, deadline: deadline).outcome == .good)
        let nowhere = Host(name: "db-east-b")
        let blind = await probers.look(kind, it: nowhere, deadline: deadline)
        #expect(
            blind.outcome
                == .bad(.blind, "the host db-east-b has no address for ${it.address}")
        )
        await probers.close()
    }
}
