import Testing

@testable import DrillModel

@Suite struct ProportionTests {
    /// A binomial's chance of exactly `k`, by multiplying: another way than the incomplete beta function.
    static func chance(_ k: Int, of n: Int, _ p: Double) -> Double {
        var chance = 1.0
        for i in 0..<k { chance *= p * Double(n - i) / Double(k - i) }
        for _ in 0..<(n - k) { chance *= 1 - p }
        return chance
    }

    /// x, a, b and the value: in closed form where there is one, else by summing the binomial.
    @Test(
        "the incomplete beta function has its known values",
        arguments: [
            (0.3, 1.0, 1.0, 0.3), (0.5, 2, 2, 0.5), (0.5, 2, 3, 0.6875), (0.2, 4, 1, 0.0016),
            (0.2, 1, 4, 0.5904), (0.25, 0.5, 0.5, 0.333_333_333_333_333_3),
            (0.9, 10, 1, 0.348_678_440_1),
            (0, 3, 5, 0), (1, 3, 5, 1),
        ] as [(Double, Double, Double, Double)]
    )
    func known(x: Double, a: Double, b: Double, value: Double) {
        #expect(abs(IncompleteBeta.value(x, a, b) - value) < 1e-13)
    }

    @Test("it is the sum of a binomial's upper chances, and its inverse undoes it")
    func sums() {
        for n in [1, 2, 7, 30, 200] {
            for p in [0.01, 0.3, 0.5, 0.77, 0.999] {
                var tail = 0.0
                for k in stride(from: n, through: 1, by: -1) {
                    tail += Self.chance(k, of: n, p)
                    let value = IncompleteBeta.value(p, Double(k), Double(n - k + 1))
                    #expect(abs(value - tail) < 1e-12, "\(k) of \(n) at \(p)")
                }
            }
        }
        for (a, b) in [(1.0, 1.0), (10, 1), (3, 40), (900, 101), (45_000, 5)] {
            for p in [0.001, 0.1, 0.5, 0.9, 0.9999] {
                let x = IncompleteBeta.inverse(p, a, b)
                #expect(abs(IncompleteBeta.value(x, a, b) - p) < 1e-9, "\(p) of \(a), \(b)")
            }
        }
    }

    /// Known one-sided bounds: a two-sided interval of 95 % has the ends of two one-sided 97.5 %.
    @Test(
        "the bounds are those of the tables",
        arguments: [
            (10, 10, 0.9, 0.794_33, 1.0), (9, 10, 0.95, 0.605_84, 0.994_88),
            (8, 10, 0.975, 0.443_90, 0.974_79), (0, 10, 0.95, 0, 0.258_87),
            (45, 45, 0.9, 0.950_12, 1), (1, 1, 0.9, 0.1, 1), (0, 1, 0.9, 0, 0.9),
            (50, 100, 0.975, 0.398_32, 0.601_68), (0, 0, 0.9, 0, 1),
        ] as [(Int, Int, Double, Double, Double)]
    )
    func bounds(successes: Int, trials: Int, confidence: Double, low: Double, high: Double) {
        let found = (
            Proportion.atLeast(successes, of: trials, confidence: confidence),
            Proportion.atMost(successes, of: trials, confidence: confidence)
        )
        #expect(abs(found.0 - low) < 5e-6, "\(found)")
        #expect(abs(found.1 - high) < 5e-6, "\(found)")
    }

    /// Wilks' numbers of non-parametric tolerance limits (Annals of Mathematical Statistics 12, 1941).
    @Test(
        "so many runs it takes",
        arguments: [
            (0.95, 0.9, [45, 77, 105]), (0.95, 0.95, [59, 93, 124]), (0.9, 0.9, [22, 38, 52]),
            (0.99, 0.95, [299, 473, 628]), (0.99, 0.9, [230, 388, 531]), (0.5, 0.9, [4, 7, 9]),
            (0.2, 0.9, [2, 4, 5]),
        ] as [(Double, Double, [Int])]
    )
    func needed(share: Double, confidence: Double, trials: [Int]) {
        for (misses, expected) in trials.enumerated() {
            let found = Proportion.trials(proving: share, confidence: confidence, misses: misses)
            #expect(found == expected, "\(misses) misses")
            // That many are enough, and one fewer isn't.
            for (count, isEnough) in [(expected, true), (expected - 1, false)] where count > misses
            {
                let low = Proportion.atLeast(count - misses, of: count, confidence: confidence)
                #expect((low >= share) == isEnough, "\(count) with \(misses) misses: \(low)")
            }
        }
        #expect(Proportion.trials(proving: 1, confidence: 0.9) == nil)
        #expect(Proportion.trials(proving: 0.999_999_9, confidence: 0.99) == nil)
    }

    @Test("whatever the true share, a bound holds at least as often as it says")
    func coverage() {
        for n in [1, 3, 10, 45] {
            for confidence in [0.9, 0.95] {
                let bounds = (0...n).map { k in
                    (
                        low: Proportion.atLeast(k, of: n, confidence: confidence),
                        high: Proportion.atMost(k, of: n, confidence: confidence)
                    )
                }
                for step in 1..<200 {
                    let p = Double(step) / 200
                    let chances = (0...n).map { Self.chance($0, of: n, p) }
                    let low = zip(bounds, chances).reduce(0.0) { $0 + ($1.0.low <= p ? $1.1 : 0) }
                    let high = zip(bounds, chances).reduce(0.0) { $0 + ($1.0.high >= p ? $1.1 : 0) }
                    #expect(min(low, high) >= confidence - 1e-9, "\(p) of \(n): \(low), \(high)")
                }
            }
        }
    }
}
