import DrillModel

extension Details {
    /// What sources told when they fired, with their own stamps on the controller's line.
    var sightings: Markup {
        let timeline = reading.record.timeline
        let (own, clocks) = (timeline.ownClock, timeline.clocks)
        let rows = timeline.sightings.map { probe, sighting -> [Markup] in
            let placed = own.flatMap { sighting.placed(by: $0, clocks) }
            let stamp: Markup =
                if let placed {
                    "\(reading.seconds(placed.low)) … \(reading.seconds(placed.high))"
                } else if case .wall(let ns, _, _) = sighting.stamp {
                    """
                    \(WallTime(ns: ns).shown(in: .utc)) UTC <span class="rest">by a clock that drill \
                    doesn't know</span>
                    """
                } else {
                    "–"
                }
            return [
                "\(probe)", "\(Plain.oneLine(sighting.words, max: 400))",
                "\(reading.seconds(sighting.sent)) … \(reading.seconds(sighting.done))", stamp,
            ]
        }
        guard !rows.isEmpty else { return .empty }
        return Self.section(
            "What the sources told",
            """
            <p>Each line once, when a look first saw it. <i>Its own stamp</i> is when the source itself says \
            that it happened, placed by its host's clock; no figure uses it.</p>
            \(Self.table(["Probe", "Told", "By the look of, s", "Its own stamp, s"], rows))
            """
        )
    }

    /// A host's clock against the controller's, before the run and after it.
    func clock(_ host: String, _ facts: HostFacts) -> Markup {
        let clock = reading.record.timeline.clocks.first { $0.host == host }
        let survey = facts.clockOffset.map {
            ClockLook(offset: $0, bound: facts.clockOffsetBound ?? .zero)
        }
        let before: Markup = "\(HostClock.shown(clock?.before ?? survey))"
        guard let clock, let after = clock.after else { return before }
        let moved = clock.moved ?? .zero
        let mark: Markup =
            moved == .zero
            ? .empty
            : " <span class=\"chip is-inconclusive\">moved \(Span(ns: abs(moved.ns)).shown)</span>"
        return "\(before); \(HostClock.shown(after))\(mark)"
    }
}
