import DrillModel

extension Watch {
    /// Waits until a probe is in a state, looking only at samples sent from now on.
    ///
    /// - Returns: why it didn't come to that; nil where it did, or where the task was cancelled.
    func wait(
        _ probe: String,
        is state: ProbeState,
        for holds: Span,
        within: Span
    ) async -> String? {
        guard let series = series(probe) else { return "there is no probe \(probe)" }
        let begun = world.now()
        while !Task.isCancelled, world.now() - begun < within {
            if series.holds(state, for: holds, since: begun) { return nil }
            await world.sleep(world.now() + .milliseconds(10))
        }
        if Task.isCancelled { return nil }
        let isDetection = series.probe.measure == .detection
        let failing =
            switch (state, isDetection) {
            case (.up, true): "did not fire"
            case (.down, true): "was not quiet"
            case (.up, false): "was not up"
            case (.down, false): "was not down"
            }
        let lasting = holds == .zero ? "" : " for \(holds)"
        return "\(probe) \(failing)\(lasting) within \(within)"
    }
}
