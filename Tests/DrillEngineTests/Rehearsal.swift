import DrillEngine
import DrillModel
import DrillTesting
import Testing

/// A method of a test's own, carried out on the simulated hosts in good weather, and what came of it.
///
/// The probe `shop` looks every 50 ms and needs three good answers to be up. The method begins about
/// 0.2 s after the world; `sees` counts from the latter.
struct Rehearsal {
    static let shop = Probe(
        name: "shop",
        kind: .tcp(TCPLook(address: "192.0.2.1", port: 80)),
        every: .milliseconds(50)
    )

    let plan: Plan
    let world: SimulatedWorld
    let timeline: Timeline

    /// `sees` is what the probe sees, where nil whether any host is broken; `aside` what `verify` sees;
    /// `wipedAfter` is when somebody takes every mark away behind drill's back, `restartedAfter` when all
    /// hosts restart; `closesAfter` when the run's window closes, `haltedAfter` when runs are halted;
    /// `weather` is how reliable the ways to the hosts are; `held` is a host on which another drill's run
    /// has a fault of the name `cut`; `mishap` befalls alpha;
    /// `jitter` is the wait before the disaster.
    init(
        _ method: [Step],
        faults: [PlannedFault] = [],
        probe: Probe = shop,
        guards: Guards = Guards(),
        wipedAfter: Span? = nil,
        restartedAfter: Span? = nil,
        closesAfter: Span? = nil,
        haltedAfter: Span? = nil,
        held: String? = nil,
        mishap: (SimulatedWorld.Mishap, after: Span)? = nil,
        jitter: Span? = nil,
        weather: SimulatedWorld.Weather = .init(),
        sees: (@Sendable (Span) -> SimulatedWorld.Sight)? = nil,
        aside: (@Sendable (Span) -> SimulatedWorld.Sight)? = nil
    ) async {
        let experiment = Experiment(
            name: "rehearsal",
            inventory: Inventory(
                name: "simulated",
                hosts: Scenario.hosts.map { Host(name: $0, address: "192.0.2.1") }
            ),
            probes: [probe],
            steady: Steady(holds: .zero, within: .seconds(5)),
            method: method,
            guards: guards
        )
        var plan = Plan(run: "RUN", experiment: experiment, seed: 1, faults: faults)
        let world = SimulatedWorld(
            seed: 1,
            weather: weather,
            containers: Scenario.containers
        )
        if let held { world.hold(held, by: "cut") }
        if let wipedAfter { world.wipe(after: wipedAfter) }
        if let restartedAfter { world.wipe(after: restartedAfter, leases: true) }
        if let sees { world.shows(probe.name, sees) }
        if let aside { world.shows(SimulatedWorld.aside, aside) }
        let start = Event.Start(
            run: "RUN",
            seed: 1,
            wallNs: 0,
            who: "nobody",
            controller: "here",
            version: "test"
        )
        self.world = world
        let begun = world.clock.now
        plan.closing = closesAfter.map {
            Closing(at: begun + $0, shown: "Thu 2026-11-26 16:00 UTC", position: nil)
        }
        plan.jitter = jitter.map { Jitter(most: $0 * 2, source: "a test", wait: $0) }
        self.plan = plan
        timeline = await world.clock.drive { [plan] in
            let stop = StopSwitch()
            if let mishap { world.befall("alpha", mishap.0, after: mishap.after) }
            let halting = Task {
                guard let haltedAfter else { return }
                await world.clock.sleep(until: begun + haltedAfter)
                if !Task.isCancelled { stop.stop(.halted("by ann")) }
            }
            let timeline = await Run.run(plan, start: start, in: world.world, stop: stop)
            halting.cancel()
            return timeline
        }
    }

    var judgement: Judgement { Judge.judge(plan, timeline) }

    /// When a step began and ended, and how; `1` is the method's first.
    func step(_ number: String) -> (began: Instant, took: Span, result: Event.StepResult)? {
        let id = "method.\(number)"
        var began: Instant?
        for event in timeline.events {
            switch event.kind {
            case .stepStarted(id, _): began = event.at
            case .stepEnded(id, let result):
                return began.map { ($0, event.at - $0, result) }
            default: continue
            }
        }
        return nil
    }

    /// When the first such event was, from the world's beginning.
    func at(_ isIt: (Event.Kind) -> Bool) -> Span? {
        guard let found = timeline.events.first(where: { isIt($0.kind) }),
            let first = timeline.events.first
        else { return nil }
        return found.at - first.at
    }

    /// Why each fault was undone, as often as it was.
    var undoings: [String] {
        timeline.events.compactMap { event in
            guard case .undoing(let fault, let why) = event.kind else { return nil }
            return "\(fault): \(why)"
        }
    }

    /// All is as it was, by the world, by the journal and by the timeline.
    func expectWhole(_ comment: Comment? = nil) {
        #expect(world.wounds.isEmpty, comment)
        #expect(world.open.isEmpty, comment)
        #expect(timeline.events.last?.kind == .ended, comment)
    }

    /// A mark on a host, as a fault of this id.
    static func fault(_ id: String, on host: String = "alpha", lasts: Span? = nil) -> PlannedFault {
        PlannedFault(
            id: id,
            fault: "mark",
            procedures: [Scenario.mark(host, as: id)],
            lasts: lasts,
            lease: .seconds(30)
        )
    }
}

extension Step {
    static func fault(_ id: String) -> Step {
        Step(.fault(FaultStep(id: id, fault: "mark", target: Selector())))
    }
    static func pause(_ span: Span) -> Step { Step(.wait(Wait(until: nil, holds: span))) }
}

/// Bad in these stretches of milliseconds, good otherwise.
func bad(
    _ stretches: Range<Int64>...,
    showing sight: SimulatedWorld.Sight = .bad
) -> @Sendable (Span) -> SimulatedWorld.Sight {
    { at in
        stretches.contains { $0.contains(at.ns / 1_000_000) } ? sight : .good
    }
}
