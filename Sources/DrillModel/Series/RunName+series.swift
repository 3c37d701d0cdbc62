// The names of series: `20261126T141500Z-region-loss-series-7f3a`, that of a run with a word more.
extension RunName {
    private static let word = "-series"
    private static let tail = 5
    private static let head = 17

    /// The id of a series that starts at `wallSeconds`, in seconds since 1970; `salt` as for a run.
    package static func makeSeries(
        wallSeconds: Int64,
        experiment: String,
        salt: UInt64
    ) -> String {
        let run = make(wallSeconds: wallSeconds, experiment: experiment, salt: salt)
        return run.dropLast(tail) + word + run.suffix(tail)
    }

    /// When a run or a series began, to the second; sorts by time.
    package static func stamp(of name: String) -> Substring { name.prefix(head - 1) }

    /// What a run is of, as its name says it.
    package static func slug(of run: String) -> Substring { run.dropFirst(head).dropLast(tail) }

    package static func slug(ofSeries series: String) -> Substring {
        slug(of: series).dropLast(word.count)
    }
}
