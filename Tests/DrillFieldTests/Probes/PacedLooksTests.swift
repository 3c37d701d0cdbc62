import DrillField
import Foundation
import Testing

@testable import DrillEngine
@testable import DrillModel

/// Looks go out when they are due, whatever the rest of drill is at.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct PacedLooksTests {
    /// Whatever runs on Swift's own threads (a plan, a figure, a report) may take long; while all of them
    /// are held, looks on new and on kept connections go on, are answered and kept.
    @Test func whatHoldsSwiftsThreadsHoldsNoLook() async throws {
        let server = try TruthServer()
        defer { server.stop() }
        var world = RealTime.world()
        let probers = fieldProbers()
        world.probers = probers
        let probes = [false, true].map { keeps in
            Probe(
                name: keeps ? "kept" : "new",
                kind: .http(HTTPLook(url: Text(server.url), keepsConnection: keeps)),
                every: .milliseconds(10)
            )
        }
        let experiment = Experiment(name: "paced", probes: probes)
        let watch = Watch(experiment, world: world, log: Log(world), run: "r1")
        #expect(await watch.begin())
        try await Task.sleep(for: .milliseconds(300))

        let begun = now()
        await withDiscardingTaskGroup { group in
            for _ in 0..<ProcessInfo.processInfo.activeProcessorCount {
                group.addTask { Self.hold(seconds: 1) }
            }
        }
        let ended = now()
        await watch.end()
        await probers.close()

        for probe in probes {
            let meanwhile = try #require(watch.series(probe.name)).samples.filter {
                begun <= $0.due && $0.due < ended
            }
            #expect(meanwhile.count > 90, "\(probe.name)")
            #expect(meanwhile.allSatisfy { $0.outcome == .good }, "\(probe.name)")
            // Held up they would be late by up to a second; a busy machine makes them late by some
            // ten milliseconds.
            let late = meanwhile.compactMap { sample in sample.sent.map { $0 - sample.due } }
            #expect(late.count == meanwhile.count, "\(probe.name)")
            #expect(try #require(late.max()) < .milliseconds(300), "\(probe.name)")
        }
    }

    /// Once looks are late, the next one is always due: the sockets must have their turn all the same, or
    /// nothing would ever be answered.
    @Test func lateLooksKeepNoAnswerAway() async throws {
        let server = try TruthServer()
        defer { server.stop() }
        let probers = fieldProbers()
        let prober = try await probers.prober(for: probe(.http(HTTPLook(url: Text(server.url)))))
        let pacer = try #require(prober.pacer)
        let isOver = Switch()
        await withDiscardingTaskGroup { group in
            for _ in 0..<4 {
                group.addTask(executorPreference: pacer) {
                    while !isOver.isOn {
                        await pacer.pause(until: now())
                        Self.hold(seconds: 0.0005)
                    }
                }
            }
            let look = await prober.look(deadline: now() + .seconds(1))
            #expect(look.outcome == .good)
            isOver.turnOn()
        }
        await prober.close()
        await probers.close()
    }

    /// Blocks its thread, as work does that takes long.
    private static func hold(seconds: TimeInterval) { Thread.sleep(forTimeInterval: seconds) }
}
