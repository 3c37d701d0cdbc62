import DrillModel

/// Watches `longest` and `stop-when` all through prepare and method.
///
/// Not while all is undone at the end, which must not be broken off, nor after it, when nothing of the
/// run's is left to be stopped.
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
            let whose =
                guards.longestBy.map { "the site's policy, \($0)" } ?? "`guards: {longest: …}`"
            return """
                guard longest: prepare and method have taken \(guards.longest), which is the limit \
                (\(whose))
                """
        }
        for condition in guards.stopWhen {
            guard let series = watch.series(condition.probe) else {
                return "guard stop-when: there is no probe \(condition.probe) to look at"
            }
            // Unknown counts as true: only a look that shows the contrary starts the time anew.
            let contrary: ProbeState = condition.state == .up ? .down : .up
            let last = series.lastSeen(contrary, since: begun) ?? begun
            // The newest look that has come back is as old as a look may take.
            let freshest = series.probe.every + series.probe.timeout
            if now - last >= max(condition.holds, freshest) {
                return """
                    guard stop-when: \(condition.probe) has not been seen \
                    \(contrary.rawValue) for \(max(condition.holds, freshest)), which is the \
                    limit (`guards: {stop-when: …}`)
                    """
            }
        }
        return nil
    }
}

/// Watches when the windows close, from steady state until all is undone and looked at.
///
/// The instant was found when the run was planned: setting the wall clock moves nothing.
struct WindowWatch: Sendable {
    private let closing: Closing
    private let world: World

    init(_ closing: Closing, world: World) {
        self.closing = closing
        self.world = world
    }

    /// Returns when they close (the switch then says so), or when it is cancelled.
    func untilClosed(_ stop: StopSwitch) async {
        // In short sleeps: a machine that was asleep meanwhile must not oversleep.
        while !Task.isCancelled, stop.reason == nil {
            guard world.now() < closing.at else {
                let place = closing.position.map { " (\($0))" } ?? ""
                return stop.stop(
                    .guarded(
                        """
                        guard windows: the window closed at \(closing.shown)\(place); start the run \
                        earlier, or widen `windows:`
                        """
                    )
                )
            }
            await world.sleep(min(closing.at, world.now() + .milliseconds(200)))
        }
    }
}
