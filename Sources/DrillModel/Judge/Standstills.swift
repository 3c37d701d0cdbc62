/// When the controller itself stood still, as far as its own samples show it.
///
/// ```
///  due ├──── late ────┤ sent ├──── late ────┤      whoever is held up for so long may be held up
///      └─ an answer seen in here may have come at any time since due      as long for what is next
/// ```
/// Lateness below a millisecond is the way a machine runs, not a standstill, and is in every client's
/// latencies. A standstill between two samples leaves no trace.
struct Standstills: Sendable {
    static let least = Span.milliseconds(1)

    private var begins: [Instant] = []
    /// The latest end of this one and all before it.
    private var ends: [Instant] = []

    /// - Parameter samples: of one probe, ordered by number.
    init(_ samples: [Sample]) {
        for sample in samples {
            guard let sent = sample.sent, sent - sample.due >= Self.least else { continue }
            begins.append(sample.due)
            let end = sent + (sent - sample.due)
            ends.append(Swift.max(end, ends.last ?? end))
        }
    }

    /// The earliest instant at which what was seen at `instant` may have come.
    func earliest(_ instant: Instant) -> Instant {
        // The first that lasts until then began earliest of all that do.
        var low = 0
        var high = ends.count
        while low < high {
            let middle = (low + high) / 2
            if ends[middle] < instant { low = middle + 1 } else { high = middle }
        }
        guard low < ends.count, begins[low] <= instant else { return instant }
        return begins[low]
    }
}
