import DrillEngine
import DrillField
import DrillModel
import Testing

/// A whole run of one ledger against real servers: it is prepared, written, looked at while it goes on,
/// read back and cleaned up, while `mishap` befalls the servers.
struct LedgerDrill {
    static let run = "20261126T160000Z-ledger-7f3a"

    let plan: Plan
    let timeline: Timeline

    init(
        _ ledger: Ledger,
        _ probers: FieldProbers,
        every: Span = .milliseconds(10),
        timeout: Span = .milliseconds(500),
        lasting: Span,
        hosts: any Hosts = NoHosts(),
        mishap: @escaping @Sendable () async throws -> Void
    ) async throws {
        let probe = Probe(
            name: "orders",
            measure: .data,
            kind: .ledger(ledger),
            every: every,
            timeout: timeout
        )
        let plan = Plan(
            run: Self.run,
            experiment: Experiment(
                name: "ledger",
                probes: [probe],
                steady: Steady(holds: .milliseconds(200), within: .seconds(10)),
                method: [Step(.wait(Wait(until: nil, holds: lasting)))]
            ),
            seed: 1
        )
        self.plan = plan
        let small = SmallWorld()
        var world = small.world(hosts)
        world.probers = probers
        async let mishaps: Void = mishap()
        timeline = await small.run(plan, in: world)
        try await mishaps
    }

    var judgement: Judgement { Judge.judge(plan, timeline) }
    var writes: [LedgerWrite] { timeline.ledgers["orders"] ?? [] }

    func count() throws -> LedgerCount { try #require(judgement.ledgers.first, "\(told)") }

    func numbers(_ answer: LedgerWrite.Answer) -> Set<Int> {
        Set(writes.filter { $0.answer == answer }.map(\.number))
    }

    /// What went wrong, in words.
    var told: [String] {
        timeline.events.compactMap { event in
            switch event.kind {
            case .refused(let why), .note(let why), .steadyFailed(let why): why
            case .readBack(_, let failure?), .placeReadBack(_, _, let failure?): failure
            default: nil
            }
        }
    }
}

func pause(_ span: Duration) async throws { try await Task.sleep(for: span) }
