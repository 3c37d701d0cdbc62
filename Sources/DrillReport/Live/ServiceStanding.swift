import DrillModel

/// How a `service` stands in one of the figures that its present outage counts for, or its last one.
struct ServiceStanding {
    var figure: FigureName
    var low: Span
    /// Nil while it is down.
    var high: Span?
    /// Nil where it isn't promised.
    var limit: Span?

    /// The one of which least is left; `downtime` where nothing is promised.
    static func tightest(
        _ probe: Probe,
        _ course: Course,
        _ progress: RunProgress,
        now: Instant
    ) -> ServiceStanding {
        var downtime = ServiceStanding(
            figure: .downtime,
            low: course.countedLow,
            high: course.countedHigh
        )
        if course.state == .down, let began = course.beganHigh {
            downtime.low += max(.zero, now - began)
            downtime.high = nil
        }
        let all = ([downtime] + sinceMarks(course, progress, now: now)).map { standing in
            var standing = standing
            standing.limit = limit(standing.figure, of: probe, progress)
            return standing
        }
        return all.filter { $0.limit != nil }.min { $0.left < $1.left } ?? downtime
    }

    /// The least that is promised of what an outage would count for now.
    static func promised(_ probe: Probe, _ progress: RunProgress) -> (FigureName, Span)? {
        let figures: [FigureName] =
            progress.repair == nil ? [.downtime, .failover, .rto] : [.downtime, .restore]
        return figures.compactMap { figure in
            limit(figure, of: probe, progress).map { (figure, $0) }
        }.min { $0.1 < $1.1 }
    }

    private var left: Span { (limit ?? .zero) - (high ?? low) }

    private static func limit(
        _ figure: FigureName,
        of probe: Probe,
        _ progress: RunProgress
    ) -> Span? {
        guard case .atMost(let limit)? = progress.plan.experiment.budget(figure, of: probe.name)
        else { return nil }
        return limit
    }

    /// Counted from the disaster, or from the repair, to the outage's end.
    private static func sinceMarks(
        _ course: Course,
        _ progress: RunProgress,
        now: Instant
    ) -> [ServiceStanding] {
        guard let disaster = progress.disaster else { return [] }
        let isDown = course.state == .down
        let low = isDown ? now : course.endedLow ?? disaster
        let high = isDown ? nil : course.endedHigh
        func standing(_ figure: FigureName, _ first: Instant, _ last: Instant) -> ServiceStanding {
            ServiceStanding(
                figure: figure,
                low: max(.zero, low - last),
                high: high.map { max(.zero, $0 - first) }
            )
        }
        let done = progress.disasterDone ?? disaster
        let rto = standing(.rto, disaster, done)
        let failover = standing(.failover, disaster, done)
        guard let repair = progress.repair else { return [failover, rto] }
        // Each ends at the repair, but for what was down before it: that is `rto` until it is up again.
        let isOver = high.map { $0 <= repair } ?? false
        if isOver { return [failover, rto] }
        let beganBefore = course.beganHigh.map { $0 <= repair } ?? false
        let restore = progress.restoring.map { standing(.restore, $0.first, $0.last) }
        return (beganBefore ? [rto] : []) + (restore.map { [$0] } ?? [])
    }
}
