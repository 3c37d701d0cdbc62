/// How many looks of a probe had each outcome, in one part of a run.
package struct LookCount: Hashable, Codable, Sendable {
    package var probe: String
    package var part: RunPart
    package var good: Int
    /// By kind; those that never happened are left out.
    package var failures: [Outcome.Failure: Int]
    package var unsent: Int

    package init(
        probe: String,
        part: RunPart,
        good: Int = 0,
        failures: [Outcome.Failure: Int] = [:],
        unsent: Int = 0
    ) {
        self.probe = probe
        self.part = part
        self.good = good
        self.failures = failures
        self.unsent = unsent
    }

    package var all: Int { good + unsent + failures.values.reduce(0, +) }

    /// Looked at, and not as it should be.
    package var bad: Int { all - good - unseen }

    /// Never sent, or unable to look: neither good nor bad.
    package var unseen: Int { unsent + (failures[.blind] ?? 0) }

    /// The share of bad looks.
    ///
    /// Each look is a fact, so the share is exact but for those that nobody saw: none of them may have
    /// been bad, or all. No interval of statistics (Wilson, Clopper–Pearson) is laid around it: that
    /// would speak of other looks that might have been sent, where a budget is about those that were.
    /// What other runs would show, only other runs tell.
    package var badShare: Figure.Amount {
        let seen = good + bad
        guard all > 0 else { return .share(low: nil, best: nil, high: nil) }
        return .share(
            low: Double(bad) / Double(all),
            best: seen > 0 ? Double(bad) / Double(seen) : nil,
            high: Double(bad + unseen) / Double(all)
        )
    }

    static func + (left: LookCount, right: LookCount) -> LookCount {
        var sum = left
        sum.good += right.good
        sum.unsent += right.unsent
        sum.failures.merge(right.failures) { $0 + $1 }
        return sum
    }
}
