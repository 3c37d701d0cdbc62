import Testing

@testable import DrillModel

/// Percentiles per probe and part of the run: what is counted, and that the truth is inside.
@Suite struct LatencyTests {
    /// Steady from 0 ms to 300 ms, broken at 1000 ms, repaired from 2000 ms on.
    static let marks = Marks(
        plan([probe("p")], [fault("f", on: "a")]),
        whole(
            breaking("f", on: "a", from: 1000, to: 1010),
            mending("f", on: "a", from: 2000, to: 2010)
        )
    )

    static func sums(_ samples: [Sample], marks: Marks = marks) -> LookSums {
        LookSums([probe("p")], ["p": samples], marks)
    }

    static func overRun(_ samples: [Sample]) -> LatencySummary? {
        sums(samples, marks: Marks(plan([probe("p")]))).latency(of: "p", .run)
    }

    // MARK: What is counted

    @Test func everyPartHasItsLooks() throws {
        let sums = Self.sums([
            sample(100, took: 3), sample(990, took: 20), sample(1500, took: 7),
            sample(1990, took: 100), sample(2000, took: 5),
        ])
        let counts = RunPart.allCases.map { sums.latency(of: "p", $0)?.count }
        // What was under way at T0 belongs to the fault, and so does what began before the undo.
        #expect(counts == [5, 1, 3, 1])
        #expect(sums.latency(of: "p", .before)?.max.high.map { $0 < span(4) } == true)
        #expect(sums.latency(of: "p", .after)?.p50.low.map { $0 > .milliseconds(4) } == true)
        #expect(
            sums.latency(of: "p", .run)?.max.best.map { abs($0.ns - 100_000_000) < 100_000 } == true
        )
    }

    @Test func whatCameBeforeTheSteadyStretchIsNotCounted() {
        let marks = Marks(
            plan([probe("p")], [fault("f", on: "a")]),
            whole(breaking("f", on: "a", from: 5000, to: 5010), steadyAt: 2000)
        )
        let sums = Self.sums([sample(100, took: 900), sample(1800, took: 3)], marks: marks)
        #expect(sums.latency(of: "p", .run)?.count == 1)
        #expect(sums.count(of: "p", .run)?.all == 1)
    }

    @Test func withoutADisasterThereIsOnlyTheRun() {
        let sums = Self.sums([sample(0)], marks: Marks(plan([probe("p")])))
        #expect(sums.latencies.map(\.part) == [.run])
        #expect(sums.counts.map(\.part) == [.run])
    }

    @Test func aQuickRefusalDoesNotMakeItFast() throws {
        let refused = (0..<90).map { sample(Int64($0) * 10, .bad(.refused, "no"), took: 1) }
        let answered = (90..<100).map { sample(Int64($0) * 10, took: 200) }
        let latency = try #require(Self.overRun(refused + answered))
        #expect(latency.count == 10)
        #expect(latency.p50.low.map { $0 > .milliseconds(199) } == true)
    }

    @Test func aLateRightAnswerIsALatency() throws {
        let latency = try #require(Self.overRun([sample(0, .bad(.slow, "late"), took: 700)]))
        #expect(latency.count == 1 && latency.timeouts == 0)
        #expect(latency.max.high.map { $0 >= .milliseconds(700) } == true)
    }

    @Test func aPercentileAmongTimeoutsHasNoUpperEnd() throws {
        let good = (0..<98).map { sample(Int64($0) * 10, took: 4) }
        let late = (98..<100).map { sample(Int64($0) * 10, .bad(.timeout, "none"), took: 1000) }
        let latency = try #require(Self.overRun(good + late))
        #expect(latency.count == 100 && latency.timeouts == 2)
        #expect(latency.p90.high.map { $0 < .milliseconds(5) } == true)
        #expect(latency.p99.high == nil && latency.p99.best == nil)
        #expect(latency.p99.low.map { $0 > .milliseconds(999) && $0 <= .seconds(1) } == true)
    }

    @Test func whatNobodySawMayHaveBeenAnything() throws {
        let good = (0..<98).map { sample(Int64($0) * 10, took: Int64($0) + 1) }
        let unseen = [sample(980, .unsent), sample(990, .bad(.blind, "its host is gone"))]
        let latency = try #require(Self.overRun(good + unseen))
        #expect(latency.count == 98 && latency.unseen == 2)
        // The 50th of 100 is between the 48th and the 50th of those that were seen.
        let (low, high) = (try #require(latency.p50.low), try #require(latency.p50.high))
        #expect(low <= span(48) && low > .milliseconds(47))
        #expect(high >= span(50) && high < .milliseconds(51))
        #expect(latency.p99.high == nil && latency.max.high == nil)
        #expect(latency.max.best.map { abs($0.ns - 98_000_000) < 100_000 } == true)
    }

    @Test func nothingCountedIsUnknown() throws {
        let latency = try #require(Self.overRun([sample(0, .bad(.reset, "reset"))]))
        #expect(latency.count == 0)
        #expect(latency.p50 == LatencySummary.Interval())
    }

    // MARK: A controller that stood still

    @Test func anAnswerSeenOnWakingMayHaveComeBefore() throws {
        // Due at 100 ms and sent at 150 ms: whatever was seen until then may have come at 100 ms.
        let samples = [
            sample(90, took: 55, number: 0), sample(150, took: 2, due: 100, number: 1),
        ]
        let latency = try #require(Self.overRun(samples))
        #expect(latency.max.low.map { $0 <= span(10) && $0 > .milliseconds(9) } == true)
        #expect(latency.max.high.map { $0 >= span(55) } == true)
    }

    @Test func aStandstillThatWasOverChangesNothing() throws {
        let samples = [
            sample(90, took: 500, number: 0), sample(150, took: 2, due: 100, number: 1),
        ]
        let latency = try #require(Self.overRun(samples))
        #expect(latency.max.low.map { $0 > .milliseconds(499) } == true)
    }

    // MARK: Exactness

    /// The interval holds the nearest rank of the exact latencies, whatever they are, and is hardly
    /// wider than a bucket.
    @Test(arguments: 0..<40)
    func theExactRankIsInside(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        let count = 1 + Int(random.next() % 3000)
        let scale = Int64(1) << Int64(random.next() % 30)
        let latencies = (0..<count).map { _ in Int64(random.next() % UInt64(scale * 1000)) }
        let samples = latencies.enumerated().map { index, ns in
            let sent = Instant(ns: Int64(index) * 1_000_000)
            return Sample(
                number: index,
                due: sent,
                sent: sent,
                done: sent + Span(ns: ns),
                outcome: .good
            )
        }
        let latency = try #require(Self.overRun(samples))
        let sorted = latencies.sorted()
        for percentile in Percentile.allCases {
            let exact = Span(ns: sorted[percentile.rank(among: count) - 1])
            let (low, high) = (
                try #require(latency[percentile].low), try #require(latency[percentile].high)
            )
            #expect(low <= exact && exact <= high, "\(percentile) of seed \(seed)")
            #expect((high - low).ns <= max(1000, high.ns / 1000 + 1), "\(percentile), seed \(seed)")
        }
    }

    /// A service whose latencies are known, seen by a controller that loses looks and stands still:
    /// the truth is inside.
    @Test(arguments: 0..<60)
    func theTruthIsInside(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed) &+ 7000)
        func upTo(_ limit: UInt64) -> Int64 { Int64(random.next() % limit) }
        var truth: [Span] = []
        var samples: [Sample] = []
        let timeout = Span.milliseconds(200)
        var awake = Instant(ns: 0)
        for index in 0..<800 {
            let due = Instant(ns: Int64(index) * 5_000_000)
            if upTo(100) < 1 { awake = due + Span(ns: upTo(80_000_000)) }
            // A service mostly quick, at times slow, at times hanging.
            let kind = upTo(100)
            let real =
                kind < 90
                ? Span(ns: 100_000 + upTo(3_000_000))
                : kind < 97
                    ? Span(ns: upTo(150_000_000)) : Span(ns: 200_000_001 + upTo(900_000_000))
            truth.append(real)
            if upTo(200) < 1 {
                samples.append(
                    Sample(number: index, due: due, sent: nil, done: nil, outcome: .unsent)
                )
                continue
            }
            let sent = max(due, awake)
            let came = sent + min(real, timeout)
            samples.append(
                Sample(
                    number: index,
                    due: due,
                    sent: sent,
                    done: came,
                    outcome: real > timeout ? .bad(.timeout, "none") : .good
                )
            )
        }
        // The controller sees what came while it stood still only once it is awake.
        let asleep = samples.compactMap { sample in
            sample.sent.flatMap { $0 > sample.due ? (sample.due, $0) : nil }
        }
        for index in samples.indices {
            guard let done = samples[index].done else { continue }
            if let end = asleep.filter({ $0.0 <= done && done < $0.1 }).map(\.1).max() {
                samples[index].done = end
            }
        }
        let latency = try #require(Self.overRun(samples))
        let sorted = truth.sorted()
        for percentile in Percentile.allCases {
            let exact = sorted[percentile.rank(among: truth.count) - 1]
            let interval = latency[percentile]
            #expect((interval.low ?? .zero) <= exact, "\(percentile), seed \(seed)")
            if let high = interval.high { #expect(exact <= high, "\(percentile), seed \(seed)") }
        }
    }

    @Test(
        arguments: [
            (.p50, 1, 1), (.p50, 2, 1), (.p50, 3, 2), (.p99, 100, 99), (.p99, 101, 100),
            (.p999, 1000, 999), (.p999, 10, 10), (.max, 7, 7),
        ] as [(Percentile, Int, Int)]
    )
    func ranks(_ percentile: Percentile, _ count: Int, _ rank: Int) {
        #expect(percentile.rank(among: count) == rank)
    }
}
