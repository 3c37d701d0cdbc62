import DrillModel

/// Watches `longest` and `stop-when` all through the method.
struct GuardWatch: Sendable {
    private let guards: Guards
    private let watch: Watch
    private let world: World

    init(_ guards: Guards, watch: Watch, world: World) {
        self.guards = guards
        self.watch = watch
        self.world = world
    }

    /// Returns when a guard is broken or the run was told to stop (the switch then says why), or when
    /// it is cancelled.
    func untilBroken(_ stop: StopSwitch) async {
        let begun = world.now()
        while !Task.isCancelled, stop.reason == nil {
            if let reason = broken(since: begun) { stop.stop(.guarded(reason)) }
            await world.sleep(world.now() + .milliseconds(50))
        }
    }

    private func broken(since begun: Instant) -> String? {
        let now = world.now()
        if now - begun >= guards.longest {
            return "guard longest: the method took longer than \(guards.longest)"
        }
        for condition in guards.stopWhen {
            guard let series = watch.series(condition.probe) else { continue }
            // Unknown counts as true: only a look that shows the contrary starts the time anew.
            let contrary: ProbeState = condition.state == .up ? .down : .up
            let last = series.lastSeen(contrary, since: begun) ?? begun
            // The newest look that has come back is as old as a look may take.
            let freshest = series.probe.every + series.probe.timeout
            if now - last >= max(condition.holds, freshest) {
                return """
                    guard stop-when: \(condition.probe) has not been \
                    \(contrary.rawValue) for \(max(condition.holds, freshest))
                    """
            }
        }
        return nil
    }
}
