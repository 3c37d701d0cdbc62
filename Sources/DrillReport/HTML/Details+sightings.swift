import DrillModel

extension Details {
    /// What sources told when they fired, with their own stamps on the controller's line.
    var sightings: Markup {
        let timeline = reading.record.timeline
        let (start, clocks) = (timeline.start, timeline.clocks)
        let told = timeline.sightings
        let rows = Self.firsts(of: told.map(\.probe)).map { index -> [Markup] in
            let (probe, sighting) = told[index]
            let placed = start.flatMap { sighting.placed(start: $0, clocks: clocks) }
            let stamp: Markup =
                if let placed {
                    """
                    \(reading.seconds(placed.low)) … \(reading.seconds(placed.high))\
                    \(Self.doubt(sighting, clocks))
                    """
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
            \(Self.table(
                ["Probe", "Told", "By the look of, s", "Its own stamp, s"], rows, foot: rest(of: told)))
            """
        )
    }

    /// Of each probe: when it fired is in the first, and a log may say the same a thousand times.
    private static let mostOfAProbe = 5

    /// Where each probe's first lines stand among all.
    private static func firsts(of probes: [String]) -> [Int] {
        var shown: [String: Int] = [:]
        return probes.indices.filter { index in
            shown[probes[index], default: 0] += 1
            return shown[probes[index], default: 0] <= mostOfAProbe
        }
    }

    /// How many more lines each probe told of, and until when.
    private func rest(of told: [(probe: String, sighting: Sighting)]) -> Markup {
        told.map(\.probe).unique.compactMap { probe -> Markup? in
            let lines = told.filter { $0.probe == probe }
            guard lines.count > Self.mostOfAProbe, let last = lines.last else { return nil }
            return """
                <p>\(probe) told \(Shown.plural(lines.count - Self.mostOfAProbe, "more line")), the last by the \
                look of \(reading.seconds(last.sighting.sent)) s; record.json has them all.</p>
                """
        }.joined()
    }

    /// That only one reading of its clock stands behind a stamp.
    private static func doubt(_ sighting: Sighting, _ clocks: [HostClock]) -> Markup {
        guard case .wall(_, _, let host) = sighting.stamp,
            clocks.first(where: { $0.host == host })?.isReadOnce ?? false
        else { return .empty }
        return " <span class=\"rest\">if its clock wasn't set: it was read but once</span>"
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
