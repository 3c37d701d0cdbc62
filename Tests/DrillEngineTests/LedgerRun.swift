import DrillEngine
import DrillModel
import DrillTesting

/// A whole run over one simulated ledger, `orders`, that nothing is broken in but the ledger's own store.
struct LedgerRun {
    let probe: Probe
    let timeline: Timeline
    let judgement: Judgement

    init(
        _ ledger: Ledger,
        kept keeper: any LedgerKeeper,
        in world: SimulatedWorld,
        seed: UInt64,
        every: Span = .milliseconds(20),
        lasting: Span = .seconds(20),
        budgets: [Budget] = []
    ) async {
        world.keeps("orders", keeper)
        probe = Probe(
            name: "orders",
            measure: .data,
            kind: .ledger(ledger),
            every: every,
            upAfter: 1
        )
        let plan = Plan(
            run: "RUN",
            experiment: Experiment(
                name: "ledger",
                budgets: budgets,
                probes: [probe],
                steady: Steady(holds: .zero, within: .seconds(5)),
                method: [Step(.wait(Wait(until: nil, holds: lasting)))]
            ),
            seed: seed
        )
        let start = Event.Start(
            run: "RUN",
            seed: seed,
            wallNs: 0,
            who: "nobody",
            controller: "here",
            version: "test"
        )
        timeline = await world.clock.drive {
            await Run.run(plan, start: start, in: world.world, stop: StopSwitch())
        }
        judgement = Judge.judge(plan, timeline)
    }
}
