/// Whether windows let a run go on at an instant, and until or from when.
package enum Opening: Hashable, Sendable {
    /// Nil: for longer than anybody plans.
    case open(until: Closing?)
    /// `opens` is in seconds since 1970; nil: not within a year.
    case closed(Windows, by: Window?, opens: Int64?)

    /// When the first of several windows closes.
    package struct Closing: Hashable, Sendable {
        /// Seconds since 1970.
        package var second: Int64
        package var windows: Windows
    }

    /// All of `windows` must be open at once.
    package init(_ windows: [Windows], at second: Int64, zones: TimeZones) {
        let spans = windows.map { Stretches(of: $0, around: second, zones: zones) }
        for (windows, stretches) in zip(windows, spans) where !stretches.open.holds(second) {
            let together = spans.dropFirst().reduce(spans.first?.open ?? []) {
                $0.intersection($1.open)
            }
            self = .closed(
                windows,
                by: stretches.blocked.first { $0.stretches.holds(second) }?.window,
                opens: together.first { $0.lowerBound > second }?.lowerBound
            )
            return
        }
        let closings = zip(windows, spans).compactMap { windows, stretches -> Closing? in
            guard let end = stretches.open.first(where: { $0.contains(second) })?.upperBound,
                end < Stretches.horizon(second)
            else { return nil }
            return Closing(second: end, windows: windows)
        }
        self = .open(until: closings.min { $0.second < $1.second })
    }
}

/// What windows come to as stretches of time, from some days ago to a year ahead.
private struct Stretches {
    typealias List = [Range<Int64>]

    /// In order, without overlap.
    let open: List
    let blocked: [(window: Window, stretches: List)]

    static let daysBack: Int64 = 8
    static let daysAhead: Int64 = 400

    static func horizon(_ second: Int64) -> Int64 { second + (daysAhead - 2) * 86_400 }

    init(of windows: Windows, around second: Int64, zones: TimeZones) {
        let whole = (second - Self.daysBack * 86_400)..<(second + Self.daysAhead * 86_400)
        func stretches(_ window: Window, isBlocked: Bool) -> List {
            let zone = window.zone ?? windows.zone
            return Self.local(window, around: zones.local(second, in: zone)).compactMap { local in
                let from = zones.instants(local.lowerBound, in: zone).first
                let end = zones.instants(local.upperBound, in: zone)
                // Of a time that the clock shows twice, what is safer counts.
                let to = isBlocked ? end.last : end.first
                return from < to ? (from..<to).clamped(to: whole) : nil
            }.merged()
        }
        let allowed =
            windows.allowed.isEmpty
            ? [whole] : windows.allowed.flatMap { stretches($0, isBlocked: false) }.merged()
        blocked = windows.blocked.map { ($0, stretches($0, isBlocked: true)) }
        open = allowed.subtracting(blocked.flatMap(\.stretches).merged())
    }

    /// In seconds since 1970 on the zone's clock.
    private static func local(_ window: Window, around second: Int64) -> List {
        switch window.times {
        case .once(let from, let to): return [(from * 60)..<(to * 60)]
        case .weekly(let days, let from, let to):
            let today = second.dividedDown(by: 86_400)
            return ((today - daysBack)...(today + daysAhead)).compactMap { day in
                guard days.contains(Weekday(daysSince1970: day)) else { return nil }
                let end = to > from ? to : to + 1440
                return (day * 86_400 + from * 60)..<(day * 86_400 + end * 60)
            }
        }
    }
}

extension [Range<Int64>] {
    fileprivate func holds(_ second: Int64) -> Bool { contains { $0.contains(second) } }

    /// In order, those that touch made one.
    fileprivate func merged() -> Self {
        var joined: Self = []
        for range in filter({ !$0.isEmpty }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = joined.last, range.lowerBound <= last.upperBound {
                joined[joined.count - 1] =
                    last.lowerBound..<Swift.max(last.upperBound, range.upperBound)
            } else {
                joined.append(range)
            }
        }
        return joined
    }

    fileprivate func subtracting(_ others: Self) -> Self {
        flatMap { range -> Self in
            var left: Self = []
            var from = range.lowerBound
            for other in others where other.upperBound > from && other.lowerBound < range.upperBound
            {
                if other.lowerBound > from { left.append(from..<other.lowerBound) }
                from = other.upperBound
            }
            if from < range.upperBound { left.append(from..<range.upperBound) }
            return left
        }
    }

    fileprivate func intersection(_ others: Self) -> Self {
        flatMap { range in others.map { range.clamped(to: $0) } }.merged()
    }
}
