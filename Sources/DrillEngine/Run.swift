package import DrillModel
import Synchronization

/// A run, from its plan to its timeline.
package enum Run {
    /// Carries out a plan.
    ///
    /// It never throws: a dead host, a failed step and a stopped run are events.
    ///
    /// 1. What guards or the preflight refused ends the run before it starts.
    /// 2. A guardian watches over the run, where there is something to break; a run that has lost every
    ///    one is stopped.
    /// 3. The ledgers' tables are made (this doesn't count as touching).
    /// 4. Probes look, and go on looking until the end; steady state must hold.
    /// 5. `prepare` and `method`, while guards, signals and `longest` are watched; from 4 to 7, when the
    ///    windows close.
    /// 6. Whatever is still broken is undone, newest first.
    /// 7. Probes look on until all is as it was, so that `restore` can be told.
    /// 8. Ledgers are read back, and the clocks of hosts and controller read once more.
    ///
    /// The plan's refusals say why it may not start. `stop` tells from outside that the run must end;
    /// everything is undone all the same.
    package static func run(
        _ plan: Plan,
        start: Event.Start,
        in world: World,
        stop: StopSwitch
    ) async -> Timeline {
        let log = Log(world)
        let watch = Watch(plan.experiment, world: world, log: log, run: plan.run)
        log.append(.started(start))
        log.append(.phase(.survey))
        if let facts = plan.facts { log.append(.surveyed(facts)) }
        tellClocks(.before, plan.facts?.clocks ?? [:], in: world, log: log)
        log.append(.phase(.guards))
        for refusal in plan.refusals { log.append(.refused(refusal.line)) }

        if !plan.refusals.isEmpty {
            // Nothing to stop: it doesn't start.
        } else if stop.reason != nil {
            log.tell(stop)
        } else {
            await GuardianWatch(world, log: log, stop: stop).over {
                await watchAndBreak(plan, watch: watch, in: world, log: log, stop: stop)
            }
        }
        log.append(.phase(.ended))
        log.append(.ended)
        return Timeline(
            events: log.all,
            samples: watch.samples,
            ledgers: watch.writes,
            reads: watch.reads
        )
    }

    private static func watchAndBreak(
        _ plan: Plan,
        watch: Watch,
        in world: World,
        log: Log,
        stop: StopSwitch
    ) async {
        if plan.isRunbook == true {
            await breakAndRepair(plan, watch: watch, in: world, log: log, stop: stop)
            return
        }
        guard await watch.begin() else { return }
        let windows = Task { await watchWindows(of: plan, in: world, stop) }
        log.append(.phase(.steady))
        if await watch.becomesSteady(plan.experiment.steady, stop: stop) {
            log.append(.steadyHeld)
            let seen = Timeline(events: log.all, samples: watch.samples)
            for late in Lateness.events(plan, seen) { log.append(late) }
            await breakAndRepair(plan, watch: watch, in: world, log: log, stop: stop)
        }
        windows.cancel()
        await windows.value
        await watch.readBack(isHasty: stop.reason != nil)
        log.tell(stop)
        await watch.end()
        await lookAtClocks(plan, in: world, log: log, stop: stop)
    }

    /// The hosts' clocks once more, so that what was set or ran away meanwhile shows.
    private static func lookAtClocks(
        _ plan: Plan,
        in world: World,
        log: Log,
        stop: StopSwitch
    ) async {
        let before = plan.facts?.clocks ?? [:]
        let all = stop.isHurried ? [] : plan.experiment.inventory?.hosts ?? []
        let hosts = all.filter { before[$0.name] != nil }
        // A host that is still down holds nobody up for long.
        let patience: Span = stop.reason == nil ? .seconds(5) : .seconds(2)
        let reader = ClockReader(now: world.now, wallNs: world.wallNs)
        let looks = await reader.read(hosts, of: world.hosts, by: world.now() + patience)
        tellClocks(.after, looks, in: world, log: log)
    }

    /// The hosts' clocks, and the controller's own against the run's start.
    private static func tellClocks(
        _ moment: HostClock.Moment,
        _ hosts: [String: ClockLook],
        in world: World,
        log: Log
    ) {
        guard let start = Timeline(events: log.all, samples: [:]).start else { return }
        var looks = hosts
        looks[Action.controller] = ClockReader(now: world.now, wallNs: world.wallNs).own(
            since: start
        )
        log.append(.clocks(moment, looks))
    }

    private static func watchWindows(
        of plan: Plan,
        in world: World,
        _ stop: StopSwitch
    ) async {
        guard let closing = plan.closing else { return }
        await WindowWatch(closing, world: world).untilClosed(stop)
    }

    private static func breakAndRepair(
        _ plan: Plan,
        watch: Watch,
        in world: World,
        log: Log,
        stop: StopSwitch
    ) async {
        let breaker = Breaker(plan, world: world, log: log, stop: stop)
        let method = Method(plan, watch: watch, breaker: breaker, world: world, log: log)
        let running = Task { await method.run() }
        let guarding = Task {
            await GuardWatch(plan.experiment.guards, watch: watch, world: world).untilBroken(stop)
            if stop.reason != nil, !Task.isCancelled {
                log.tell(stop)
                running.cancel()
            }
        }
        await running.value
        guarding.cancel()
        await guarding.value

        // The method may have ended by it before it was seen.
        log.tell(stop)
        if plan.isRunbook == true { return }
        log.append(.phase(.undo))
        for left in await breaker.undo(nil, why: "the run ends") {
            log.append(.note("may still be broken: \(left)"))
        }
        await breaker.endLooking()
        if stop.reason == nil {
            log.append(.phase(.lookOn))
            await watch.looksOnUntilSteady(plan.experiment.steady, stop: stop)
        }
        log.tell(stop)
    }
}

/// Tells a run from outside (a signal, a guard, `drill halt`) that it must end; the first reason stays.
package final class StopSwitch: Sendable {
    private struct State {
        var reason: Event.Stop?
        var isHurried = false
    }

    private let state = Mutex(State())

    package init() {}

    package var reason: Event.Stop? { state.withLock { $0.reason } }

    /// Whoever waits doesn't want to wait any longer: what fails to be undone is not tried again.
    package var isHurried: Bool { state.withLock { $0.isHurried } }

    package func stop(_ reason: Event.Stop) {
        state.withLock { $0.reason = $0.reason ?? reason }
    }

    package func hurry() { state.withLock { $0.isHurried = true } }
}
