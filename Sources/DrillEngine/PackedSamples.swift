import DrillModel

/// Samples in a few bytes each, so that hours of thousands a second fit into memory.
///
/// ```
///  number − the last one's │ due − where the pace puts it │ sent − due │ done − sent │ outcome
/// ```
/// Each a signed number in as many bytes as it needs (zigzag LEB128); outcomes are numbers of a list that
/// holds each once. Nothing is rounded: what comes out is what went in.
struct PackedSamples: Sendable {
    private let every: Span
    private var bytes: [UInt8] = []
    private var outcomes: [Outcome] = [.good]
    private var numbers: [Outcome: Int] = [.good: 0]
    /// Due of number 0, by the first sample.
    private var start = Int64.zero
    private var last = 0
    private(set) var count = 0

    init(every: Span) { self.every = every }

    var isEmpty: Bool { count == 0 }

    mutating func append(_ sample: Sample) {
        if isEmpty { start = sample.due.ns &- every.ns &* Int64(sample.number) }
        put(Int64(sample.number - last))
        put(sample.due.ns &- expected(sample.number))
        // One more than it is, where it is there at all.
        put(sample.sent.map { raised($0.ns &- sample.due.ns) } ?? 0)
        put(sample.done.map { raised($0.ns &- (sample.sent ?? sample.due).ns) } ?? 0)
        put(Int64(number(of: sample.outcome)))
        last = sample.number
        count += 1
    }

    /// In the order in which they came.
    var all: [Sample] {
        var samples: [Sample] = []
        samples.reserveCapacity(count)
        var at = 0
        var number = 0
        while at < bytes.count {
            number += Int(take(&at))
            let due = expected(number) &+ take(&at)
            let sent = lowered(take(&at)).map { due &+ $0 }
            let done = lowered(take(&at)).map { (sent ?? due) &+ $0 }
            samples.append(
                Sample(
                    number: number,
                    due: Instant(ns: due),
                    sent: sent.map { Instant(ns: $0) },
                    done: done.map { Instant(ns: $0) },
                    outcome: outcomes[Int(take(&at))]
                )
            )
        }
        return samples
    }

    private func expected(_ number: Int) -> Int64 { start &+ every.ns &* Int64(number) }

    private mutating func number(of outcome: Outcome) -> Int {
        if let known = numbers[outcome] { return known }
        outcomes.append(outcome)
        numbers[outcome] = outcomes.count - 1
        return outcomes.count - 1
    }

    private func raised(_ value: Int64) -> Int64 { value < 0 ? value : value + 1 }

    private func lowered(_ value: Int64) -> Int64? {
        value == 0 ? nil : value < 0 ? value : value - 1
    }

    private mutating func put(_ value: Int64) {
        var left = UInt64(bitPattern: (value << 1) ^ (value >> 63))
        while left >= 0x80 {
            bytes.append(UInt8(left & 0x7F) | 0x80)
            left >>= 7
        }
        bytes.append(UInt8(left))
    }

    private func take(_ at: inout Int) -> Int64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = bytes[at]
            at += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { break }
            shift += 7
        }
        return Int64(bitPattern: (value >> 1) ^ (~(value & 1) &+ 1))
    }
}
