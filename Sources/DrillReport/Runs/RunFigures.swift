import DrillModel

/// A run's figures in a list: those that have a budget, of each name the worst, those in trouble first.
struct RunFigures {
    private let told: [String]

    init(_ file: RecordFile?) {
        let budgeted = (file?.figures ?? []).map(\.figure).filter { $0.budget != nil }
        let worst = budgeted.map(\.label).unique.compactMap { label -> (Figure, of: String)? in
            let alike = budgeted.filter { $0.label == label }
            guard let worst = alike.max(by: { $0.badness < $1.badness }) else { return nil }
            // Where one name stands for several, it doesn't say whose figure this is.
            return (worst, alike.count > 1 ? " of \(Plain.oneLine(Words.of(worst)))" : "")
        }
        let order =
            worst.filter { $0.0.verdict != .passed } + worst.filter { $0.0.verdict == .passed }
        told = order.map { figure, of in
            let mark = figure.verdict == .passed ? "" : "\(Words.mark(figure.verdict)) "
            return "\(mark)\(figure.label)\(of) \(figure.shown)"
        }
    }

    var width: Int { Plain.width(told.joined(separator: ", ")) }

    /// As many as fit, one at least, and how many more there are.
    func fit(into room: Int) -> String {
        guard width > room else { return told.joined(separator: ", ") }
        var line = ""
        for (index, next) in told.enumerated() {
            let longer = index == 0 ? next : "\(line), \(next)"
            let isLast = index == told.count - 1
            let end = isLast ? "" : ", … \(told.count - index - 1) more"
            if index > 0, Plain.width(longer + end) > room {
                return "\(line), … \(told.count - index) more"
            }
            line = longer
        }
        return line
    }
}

extension Figure {
    /// By verdict, then by how much of the budget may be used up.
    fileprivate var badness: Double {
        let rank: Double =
            switch verdict {
            case .failed: 2
            case .inconclusive: 1
            case .passed, nil: 0
            }
        let (used, limit): (Double, Double) =
            switch budget {
            case .atMost(let limit): (amount.ends.high, Double(limit.ns))
            case .atMostCount(let limit): (amount.ends.high, Double(limit))
            case .atMostShare(let limit): (amount.ends.high, limit)
            case .atLeast(let share): (1 - amount.ends.low, 1 - share)
            case nil: (0, 1)
            }
        // From 0 to 1, however far beyond the limit it is.
        let share = used.isFinite ? used / (used + max(limit, 1e-9)) : 1
        return rank + share * 0.999
    }
}
