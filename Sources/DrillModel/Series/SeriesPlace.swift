/// Which run of which series a run is: what links the runs that `--repeat` makes.
package struct SeriesPlace: Hashable, Codable, Sendable {
    /// The series' id, of the form that runs have: `20261126T141500Z-region-loss-series-7f3a`.
    package var id: String
    /// From 1.
    package var number: Int
    /// How many runs were asked for.
    package var count: Int
    /// Between the end of one run and the beginning of the next.
    package var pause: Span
    /// What the runs' own seeds are derived from.
    package var seed: UInt64

    package init(id: String, number: Int, count: Int, pause: Span, seed: UInt64) {
        self.id = id
        self.number = number
        self.count = count
        self.pause = pause
        self.seed = seed
    }

    /// The run's own seed.
    ///
    /// The first has the series' own, so that `--repeat 1 --seed N` repeats any one run of a series with
    /// what it drew; below 10⁹, so that two of them are as good as never alike and every reader of JSON
    /// keeps all digits.
    package var runSeed: UInt64 {
        guard number > 1 else { return seed }
        var generator = SplitMix64(seed: seed, purpose: "run \(number)")
        return UInt64(generator.below(1_000_000_000))
    }

    /// The same series' next run.
    package var next: SeriesPlace {
        var next = self
        next.number += 1
        return next
    }
}

/// How often an experiment is to be run: the file's `repeat:`.
package struct Repetition: Hashable, Codable, Sendable {
    package static let mostTimes = 10_000
    /// Long enough for what the last run left in flight to come to its end; `steady:` is looked at after it.
    package static let usualPause = Span.seconds(10)

    package var times: Int
    /// Nil: `usualPause`.
    package var pause: Span?

    package init(times: Int, pause: Span? = nil) {
        self.times = times
        self.pause = pause
    }
}
