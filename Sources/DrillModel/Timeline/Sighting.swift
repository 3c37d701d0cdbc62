/// What a source told of itself when it fired: a line of a log, an alert, the new writer.
///
/// Kept beside the samples, which alone make figures: `detect` ends when the controller could see it.
/// The source's own stamp says when it says that it noticed, and is shown as that.
package struct Sighting: Hashable, Codable, Sendable {
    /// The source's own idea of when it happened.
    package enum Stamp: Hashable, Codable, Sendable {
        /// Nanoseconds since 1970 by the clock of `host`, nil where nobody knows whose; true to
        /// `resolution` either way.
        case wall(ns: Int64, resolution: Span, host: String?)
        /// It happened so long before it was asked; true to `resolution` either way.
        case ago(Span, resolution: Span)
    }

    /// One line, secrets left out.
    package var words: String
    /// When the look was sent that saw it, and when its answer was there.
    package var sent: Instant
    package var done: Instant
    package var stamp: Stamp?

    package init(_ words: String, sent: Instant, done: Instant, stamp: Stamp? = nil) {
        self.words = words
        self.sent = sent
        self.done = done
        self.stamp = stamp
    }
}

extension Sighting {
    /// The source's stamp on the controller's line, as an interval that holds it.
    ///
    /// A wall-clock stamp is moved by the offset of its host's clock, with the bounds that it had before
    /// and after the run; the controller's own by all that it was set meanwhile.
    ///
    /// - Returns: nil where there is no stamp, or no clock to place it by.
    package func placed(by own: OwnClock, _ clocks: [HostClock]) -> Placed? {
        switch stamp {
        case .ago(let age, let resolution):
            return Placed(low: sent - age - resolution, high: done - age + resolution)
        case .wall(let ns, let resolution, let host?):
            let offset: ClosedRange<Span>
            if host == Action.controller {
                offset = own.range
            } else if let range = clocks.first(where: { $0.host == host })?.range {
                // It was read against the controller's.
                offset = range.lowerBound - own.first.bound...range.upperBound + own.first.bound
            } else {
                return nil
            }
            let at = own.at(ns)
            return Placed(
                low: at - offset.upperBound - resolution,
                high: at - offset.lowerBound + resolution
            )
        case .wall(_, _, host: nil), nil: return nil
        }
    }

    /// An interval on the controller's line.
    package struct Placed: Hashable, Sendable {
        package var low: Instant
        package var high: Instant
    }
}
