/// One host's clock of `record.json`, against the controller's; null where it couldn't be read.
package struct ClockEntry: Hashable, Codable, Sendable {
    package struct Look: Hashable, Codable, Sendable {
        /// Host minus controller.
        package var offset: Span
        /// How far that may be from the truth, either way.
        package var bound: Span

        private enum CodingKeys: String, CodingKey {
            case offset = "offset_ns"
            case bound = "bound_ns"
        }

        fileprivate init(_ look: ClockLook) {
            offset = look.offset
            bound = look.bound
        }
    }

    package var host: String
    package var before: Look?
    package var after: Look?
    /// Whether the two differ by more than both bounds; null where it wasn't read twice.
    package var moved: Bool?

    private enum CodingKeys: String, CodingKey { case host, before, after, moved }

    package init(_ clock: HostClock) {
        host = clock.host
        before = clock.before.map(Look.init)
        after = clock.after.map(Look.init)
        moved = clock.moved.map { $0 != .zero }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(host, forKey: .host)
        try container.encode(before, forKey: .before)
        try container.encode(after, forKey: .after)
        try container.encode(moved, forKey: .moved)
    }
}

/// What a probe's source told of itself when it fired, in `record.json`.
package struct SightingEntry: Hashable, Codable, Sendable {
    package var probe: String
    package var words: String
    package var sent: Instant
    package var done: Instant
    /// The source's own stamp on the controller's line; null where it has none, or nobody knows its clock.
    package var stampLow: Instant?
    package var stampHigh: Instant?
    /// The stamp as the source has it, in nanoseconds since 1970; null where it has none.
    package var stampWallNs: Int64?
    /// The host whose clock made it; null where it isn't known.
    package var clock: String?

    private enum CodingKeys: String, CodingKey {
        case probe, words, clock
        case sent = "sent_at_ns"
        case done = "done_at_ns"
        case stampLow = "stamp_low_at_ns"
        case stampHigh = "stamp_high_at_ns"
        case stampWallNs = "stamp_wall_ns"
    }

    static func all(_ timeline: Timeline) -> [SightingEntry] {
        let (own, clocks) = (timeline.ownClock, timeline.clocks)
        return timeline.sightings.map { probe, sighting in
            SightingEntry(
                probe: probe,
                sighting,
                placed: own.flatMap { sighting.placed(by: $0, clocks) }
            )
        }
    }

    private init(probe: String, _ sighting: Sighting, placed: Sighting.Placed?) {
        self.probe = probe
        words = sighting.words
        sent = sighting.sent
        done = sighting.done
        stampLow = placed?.low
        stampHigh = placed?.high
        if case .wall(let ns, _, let host) = sighting.stamp {
            stampWallNs = ns
            clock = host
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(probe, forKey: .probe)
        try container.encode(words, forKey: .words)
        try container.encode(sent, forKey: .sent)
        try container.encode(done, forKey: .done)
        try container.encode(stampLow, forKey: .stampLow)
        try container.encode(stampHigh, forKey: .stampHigh)
        try container.encode(stampWallNs, forKey: .stampWallNs)
        try container.encode(clock, forKey: .clock)
    }
}
