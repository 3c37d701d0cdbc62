import DrillTesting
import Testing

@testable import DrillEngine
@testable import DrillModel

/// What goes into a packed series comes out of it, to the nanosecond.
@Suite struct PackedSamplesTests {
    @Test func roundTrip() {
        for seed in UInt64(1)...200 {
            var random = SplitMix64(seed: seed)
            let every = Span(ns: Int64(1 + random.below(500_000_000)))
            let start = Instant(ns: Int64(random.below(1 << 50)))
            var packed = PackedSamples(every: every)
            var samples: [Sample] = []
            for turn in 0..<300 {
                // They come in the order in which they end.
                let number = max(0, turn - random.below(20))
                // Whoever made it may have had another pace, and clocks may read anything.
                let drift = random.below(10) == 0 ? Int64(random.below(1 << 40)) - (1 << 39) : 0
                let due = start + every * Int64(number) + Span(ns: drift)
                var sample = Sample(
                    number: number,
                    due: due,
                    sent: nil,
                    done: nil,
                    outcome: .unsent
                )
                if random.below(10) > 0 {
                    sample.sent = due + Span(ns: Int64(random.below(1 << 33)) - (1 << 20))
                    sample.outcome = random.below(3) == 0 ? .bad(.slow, "\(turn % 7) ms") : .good
                }
                if random.below(10) > 0 {
                    sample.done = (sample.sent ?? due) + Span(ns: Int64(random.below(1 << 33)) - 5)
                }
                packed.append(sample)
                samples.append(sample)
            }
            #expect(packed.all == samples, "seed \(seed)")
            #expect(packed.count == 300)
        }
    }

    @Test func extremes() {
        var packed = PackedSamples(every: .zero)
        let samples = [
            Sample(
                number: 0,
                due: Instant(ns: 0),
                sent: Instant(ns: 0),
                done: Instant(ns: 0),
                outcome: .good
            ),
            Sample(
                number: 1,
                due: Instant(ns: .max),
                sent: Instant(ns: 1),
                done: Instant(ns: .max),
                outcome: .bad(.blind, "")
            ),
        ]
        for sample in samples { packed.append(sample) }
        #expect(packed.all == samples)
    }
}
