extension Comparison {
    /// One of the two that are compared.
    package struct Side: Hashable, Sendable {
        package struct Measured: Hashable, Sendable {
            package var key: FigureKey
            package var value: Value
            /// Of an availability.
            package var down: Down?
        }

        package struct Value: Hashable, Sendable {
            /// Of a run; of a series from the least to the greatest value that there was.
            package var amount: Figure.Amount
            /// All its values, of a series.
            package var spread: Spread?
        }

        /// An availability as a length of time, and of how long a time, in each run, it is a share.
        package struct Down: Hashable, Sendable {
            package var value: Value
            package var lengths: [Span]

            /// `5.10 s`, or `5.10–6.02 s` of a series.
            var over: String { FigureText.interval(lengths.min(), lengths.max()) }
        }

        package var name: String
        package var isSeries: Bool
        package var figures: [Measured]
        /// What a run can prove, and why not all; a series has left out what proves nothing.
        package var standing = SeriesRun.Standing.whole
        package var doubt: String?
        /// Which each fault of a run hit, by its id; of a series each run may have hit others.
        package var targets: [String: [String]] = [:]

        var isVoid: Bool { standing == .void }
        /// Of a series, those that count; nil of a run.
        var runs: Int? { figures.compactMap(\.value.spread?.count).max() }

        package init(_ record: Record) {
            name = record.run
            isSeries = false
            let (standing, doubt) = SeriesRun.Standing.of(record)
            (self.standing, self.doubt) = (standing, doubt)
            figures = record.judgement.figures.map { figure in
                let amount = standing == .partial ? figure.asBadOrWorse : figure.amount
                return Measured(
                    key: figure.key,
                    value: Value(amount: amount),
                    down: figure.over.map { length in
                        Down(value: Value(amount: amount.down(of: length)), lengths: [length])
                    }
                )
            }
            for fault in record.judgement.faults where fault.isInjected {
                targets[fault.id] = fault.targets.sorted()
            }
        }

        package init(_ series: RunSeries) {
            name = series.id
            isSeries = true
            if series.runs.allSatisfy({ $0.standing == .void }) {
                (standing, doubt) = (.void, "none of its runs does")
            }
            figures = SeriesJudge.judge(series).figures.compactMap { figure in
                let values = series.values(of: figure.key)
                return Value(values).map { value in
                    Measured(key: figure.key, value: value, down: Down(values, figure.key, series))
                }
            }
        }
    }
}

extension Comparison.Side.Value {
    /// Of both series at the same confidence, whatever their budgets ask for.
    fileprivate init?(_ amounts: [Figure.Amount]) {
        guard let spread = Spread(amounts) else { return nil }
        self.init(amount: spread.whole, spread: spread)
    }
}

extension Comparison.Side.Down {
    fileprivate init?(_ amounts: [Figure.Amount], _ key: FigureKey, _ series: RunSeries) {
        let runs = series.runs.filter { $0.standing != .void }
        let lengths = runs.map { $0.figure(key)?.over }
        let downs = zip(amounts, lengths).map { $0.down(of: $1) }
        guard let value = Comparison.Side.Value(downs) else { return nil }
        self.init(value: value, lengths: lengths.compactMap(\.self))
    }
}

extension Figure.Amount {
    /// How long it was down of that time, being up for this share of it; unknown where that is.
    fileprivate func down(of length: Span?) -> Figure.Amount {
        guard case .share(let low, let best, let high) = self, let length else {
            return .unknownSpan
        }
        func down(_ up: Double?) -> Span? {
            up.map { Span(ns: Int64(((1 - $0) * Double(length.ns)).rounded())) }
        }
        return .span(low: down(high), best: down(best), high: down(low))
    }
}

extension Comparison.Side.Value {
    var isKnown: Bool { spread != nil || !amount.saysNothing }

    /// What is shown of it: a run's interval; that of a series' median, or the median of too few runs.
    var told: Figure.Amount? {
        guard isKnown else { return nil }
        guard let spread else { return amount }
        return spread.medianRange ?? spread.median
    }
}

extension Spread {
    /// From the least to the greatest value that there was.
    fileprivate var whole: Figure.Amount {
        min.with(low: min.ends.low, best: nil, high: max.ends.high)
    }
}
