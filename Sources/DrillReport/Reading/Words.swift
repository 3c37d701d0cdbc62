import DrillModel

/// States as a word with a mark of its own shape, so that no state is told by colour alone.
enum Words {
    static func mark(_ verdict: Verdict?) -> String {
        switch verdict {
        case .passed: "✓"
        case .failed: "✗"
        case .inconclusive: "?"
        case nil: "–"
        }
    }

    static func mark(_ verdict: RunVerdict) -> String {
        switch verdict {
        case .passed: "✓"
        case .failed: "✗"
        case .inconclusive: "?"
        case .notStarted: "○"
        case .stopped: "■"
        case .notRestored: "⚠"
        case .error: "!"
        }
    }

    static func said(_ verdict: Verdict?) -> String { verdict?.rawValue ?? "no budget" }

    /// Whose figure it is: `orders`, `orders at db-east`, `all`.
    static func of(_ figure: Figure) -> String { figure.key.subject }

    /// `4,245 acknowledged = 4,227 kept + 18 lost`.
    static func ledger(_ count: LedgerCount) -> String {
        if let unread = count.unread {
            return "\(Shown.count(count.acknowledged)) acknowledged; not read back: \(unread)"
        }
        if let torn = count.torn {
            return "\(Shown.count(count.acknowledged)) acknowledged; \(lost(count.lost, torn))"
        }
        return "\(Shown.count(count.acknowledged)) acknowledged = \(Shown.count(count.kept)) kept "
            + "+ \(Shown.count(count.lost)) lost"
    }

    /// `3 lost at least; 83 records that one look at …`.
    private static func lost(_ least: Int, _ torn: String) -> String {
        let known =
            least > 0 ? "\(Shown.count(least)) lost at least" : "how many are lost can't be told"
        return "\(known); \(torn)"
    }

    /// What became of the writes that weren't acknowledged, and of those that are there twice.
    static func ledgerRest(_ count: LedgerCount) -> String {
        guard count.isKnown else {
            return neverPromised(count)
        }
        let late =
            count.staleThenAppeared > 0
            ? "; \(Shown.count(count.staleThenAppeared)) stale, then appeared" : ""
        return "\(Shown.count(count.duplicated)) duplicated\(late); without an answer: "
            + "\(Shown.count(count.indeterminatePresent)) there, "
            + "\(Shown.count(count.indeterminateAbsent)) not there; "
            + neverPromised(count)
    }

    /// `25 refused (25 of them are there all the same), 0 unsent`.
    private static func neverPromised(_ count: LedgerCount) -> String {
        let (present, are) = (count.refusedPresent, count.refusedPresent == 1 ? "is" : "are")
        let there =
            present > 0 ? " (\(Shown.count(present)) of them \(are) there all the same)" : ""
        return "\(Shown.count(count.refused)) refused\(there), \(Shown.count(count.unsent)) unsent"
    }

    /// What a further place of a ledger has of it: `4,227 kept, 18 lost, 0 duplicated; …`.
    static func place(_ count: PlaceCount) -> String {
        var parts: [String] = []
        if let unread = count.unread {
            parts.append("not read back: \(unread)")
        } else if let torn = count.torn {
            parts.append(lost(count.lost, torn))
        } else {
            parts.append(
                "\(Shown.count(count.kept)) kept, \(Shown.count(count.lost)) lost, "
                    + "\(Shown.count(count.duplicated)) duplicated"
            )
            parts.append(
                "without an answer: \(Shown.count(count.indeterminatePresent)) there, "
                    + "\(Shown.count(count.indeterminateAbsent)) not there"
            )
        }
        if count.staleThenAppeared > 0, count.isKnown {
            parts.append("\(Shown.count(count.staleThenAppeared)) stale, then appeared")
        }
        if let staleness = count.staleness { parts.append(behind(staleness)) }
        return parts.joined(separator: "; ")
    }

    /// `behind 0–52 ms at worst, p99 0–41 ms; 3 of 120 looks stale`.
    static func behind(_ staleness: StalenessSummary) -> String {
        let failed =
            staleness.failedReads > 0
            ? ", \(Shown.count(staleness.failedReads)) without an answer" : ""
        if case .span(nil, nil, nil) = staleness.worst {
            return staleness.reads > 0 ? "nothing of it ever came" : "no look at it was answered"
        }
        return "behind \(staleness.worst.shown) at worst, p99 \(staleness.p99.shown) "
            + "(\(Shown.count(staleness.staleReads)) of \(Shown.count(staleness.reads)) looks "
            + "stale\(failed))"
    }

    /// A figure in the unit that its column has: seconds, per cent or writes.
    static func measured(_ amount: Figure.Amount) -> String {
        guard case .span(let low, _, let high) = amount else { return amount.shown }
        return FigureText.interval(low, high, unit: .seconds)
    }

    /// The same; a latency is told in the unit that fits it, for it may be a thousandth of an outage.
    static func measured(_ figure: Figure) -> String {
        guard figure.name == .latency, case .span(let low, _, let high) = figure.amount else {
            return measured(figure.amount)
        }
        return FigureText.interval(low, high)
    }

    static func limit(_ limit: Budget.Limit?) -> String {
        switch limit {
        case nil: "–"
        case .atMost: "≤ \(limit?.shown ?? "")"
        case .atLeast: "≥ \(limit?.shown ?? "")"
        case .atMostCount, .atMostShare: "≤ \(limit?.shown ?? "")"
        }
    }

    static func failures(_ failures: [String: Int]) -> String {
        failures.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\(Shown.count($0.value)) \($0.key)" }.joined(separator: ", ")
    }
}
