import DrillEngine
import DrillModel
import DrillTesting
import Foundation
import Testing

/// Random plans in a simulated world; whatever dies, the world must end as it began.
///
/// A seed is one history: `DRILL_SEED=417 make simulation` runs that one again and shows it, and
/// `make simulation seeds=5000` runs many.
@Suite struct SimulationTests {
    @Test("nothing stays broken, whatever dies", arguments: Seeds.all)
    func ordeal(seed: UInt64) async {
        let ordeal = Ordeal(seed: seed)
        let (found, story) = await ordeal.violations()
        if Seeds.alone != nil {
            let lines = ["\(ordeal)"] + ordeal.scenario.told + story
            print(lines.joined(separator: "\n"))
        }
        for violation in found {
            Issue.record("\(violation) (\(ordeal); alone: DRILL_SEED=\(seed) make simulation)")
        }
    }

    @Test(
        "the properties catch planted mistakes",
        .disabled(if: Seeds.alone != nil),
        arguments: Seeds.mutants
    )
    func planted(mutant: SimulatedWorld.Mutant) async {
        for seed in UInt64(0)..<100 {
            let (found, _) = await Ordeal(seed: seed).violations(mutant: mutant)
            guard found.isEmpty else { return }
        }
        Issue.record("\(mutant) changed nothing that the properties see")
    }

    @Test("a seed is one history", .disabled(if: Seeds.alone != nil), arguments: [3, 10, 17, 24])
    func again(seed: UInt64) async {
        let first = await Ordeal(seed: seed).violations()
        let second = await Ordeal(seed: seed).violations()
        #expect(first.story == second.story)
        #expect(first.story.count > 10)
    }

    @Test(
        "an undo that fails is tried again for a minute a fault, by a second signal only once",
        .disabled(if: Seeds.alone != nil),
        arguments: 0..<20
    )
    func patience(seed: UInt64) async {
        for isHurried in [false, true] {
            let world = SimulatedWorld(
                seed: seed,
                containers: Scenario.containers,
                mutant: .undoRefused
            )
            let scenario = Scenario(seed: seed)
            let timeline = await scenario.run(in: world, stopAfter: 45, isHurried: isHurried)
            let events = timeline.events
            guard let undo = events.first(where: { $0.kind == .phase(.undo) }),
                let end = events.last
            else {
                Issue.record("seed \(seed): the run has no end")
                continue
            }
            // What was over before the signal had nothing that failed.
            guard events.count > 45 else { continue }
            // A minute of tries for each fault, once more for those undone while others lasted, and
            // what answers take; in a hurry two tries of milliseconds, and the read-back.
            let minutes = Span.seconds(150) * Int64(scenario.plan.faults.count)
            let took = end.at - max(undo.at, events[45].at)
            #expect(took < (isHurried ? .seconds(10) : minutes), "seed \(seed): \(took)")
            let told = events.contains { event in
                if case .undone(_, let failed) = event.kind { !failed.isEmpty } else { false }
            }
            #expect(
                world.wounds.isEmpty || told,
                "seed \(seed): \(world.wounds), and nobody said so"
            )
            #expect(world.wounds.isEmpty == world.open.isEmpty, "seed \(seed): the journal lies")
        }
    }

    @Test(
        "a signal while it looks on after the undo ends the run as stopped",
        .disabled(if: Seeds.alone != nil)
    )
    func signalAfterUndo() async {
        let world = SimulatedWorld(seed: 3, containers: Scenario.containers)
        let whole = await Scenario(seed: 3).run(in: world)
        let last = whole.events.lastIndex { event in
            if case .undone = event.kind { true } else { false }
        }
        let again = SimulatedWorld(seed: 3, containers: Scenario.containers)
        let timeline = await Scenario(seed: 3).run(in: again, stopAfter: (last ?? 0) + 1)
        #expect(timeline.events.contains { $0.kind == .stopping(.signal("SIGINT")) })
    }
}

/// Which seeds are run: one alone, many at night, and some hundreds on every change.
private enum Seeds {
    private static let environment: [String: String] = ProcessInfo.processInfo.environment
    static let alone: UInt64? = environment["DRILL_SEED"].flatMap { UInt64($0) }
    private static let count: UInt64 = environment["DRILL_SEEDS"].flatMap { UInt64($0) } ?? 600
    static let all: [UInt64] = alone.map { [$0] } ?? Array(0..<count)

    static let mutants: [SimulatedWorld.Mutant] = SimulatedWorld.Mutant.allCases.filter {
        $0 != .none && $0 != .undoRefused
    }
}
