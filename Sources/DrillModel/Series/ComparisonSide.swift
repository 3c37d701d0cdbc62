extension Comparison {
    /// One of the two that are compared.
    package struct Side: Hashable, Sendable {
        package struct Measured: Hashable, Sendable {
            package var key: FigureKey
            /// Of a run.
            package var amount: Figure.Amount
            /// All its values, of a series.
            package var spread: Spread?
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

        package init(_ record: Record) {
            name = record.run
            isSeries = false
            let (standing, doubt) = SeriesRun.Standing.of(record)
            (self.standing, self.doubt) = (standing, doubt)
            figures = record.judgement.figures.map { figure in
                Measured(
                    key: figure.key,
                    amount: standing == .partial ? figure.asBadOrWorse : figure.amount
                )
            }
            for fault in record.judgement.faults where fault.isInjected {
                targets[fault.id] = fault.targets.sorted()
            }
        }

        package init(_ series: RunSeries) {
            name = series.id
            isSeries = true
            figures = SeriesJudge.judge(series).figures.compactMap { figure in
                // Of both at the same confidence, whatever their budgets ask for.
                Spread(series.values(of: figure.key)).map {
                    Measured(key: figure.key, amount: $0.whole, spread: $0)
                }
            }
        }
    }
}

extension Comparison.Side.Measured {
    var isKnown: Bool { spread != nil || !amount.saysNothing }

    /// From the least to the greatest value that there was.
    var whole: Figure.Amount { spread?.whole ?? amount }

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
