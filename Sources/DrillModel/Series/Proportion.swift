import Glibc

/// What some successes in a number of trials prove about the share of successes.
///
/// One-sided bounds of Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the
/// case of the binomial", Biometrika 26 (1934): exact, since they take no distribution for another. A bound
/// of 90 % confidence is wrong in at most one of ten series, whatever the true share is.
package enum Proportion {
    /// The least share that is not ruled out: the true one is at least this.
    ///
    /// All of n succeeding gives (1 − confidence)^(1/n): 79.4 % for 10 of 10 at 90 %.
    package static func atLeast(_ successes: Int, of trials: Int, confidence: Double) -> Double {
        precondition(0 <= successes && successes <= trials, "no more successes than trials")
        guard successes > 0 else { return 0 }
        guard successes < trials else { return pow(1 - confidence, 1 / Double(trials)) }
        return IncompleteBeta.inverse(
            1 - confidence,
            Double(successes),
            Double(trials - successes + 1)
        )
    }

    /// The greatest share that is not ruled out: the true one is at most this.
    package static func atMost(_ successes: Int, of trials: Int, confidence: Double) -> Double {
        1 - atLeast(trials - successes, of: trials, confidence: confidence)
    }

    /// The fewest trials of which all but `misses` succeed that prove at least `share`.
    ///
    /// Nil where more than a million would be needed, or no number is enough (a share of 1).
    package static func trials(
        proving share: Double,
        confidence: Double,
        misses: Int = 0
    ) -> Int? {
        func isEnough(_ trials: Int) -> Bool {
            atLeast(trials - misses, of: trials, confidence: confidence) >= share
        }
        let most = 1_000_000
        // Fewer can't have that many misses.
        var (tooFew, enough) = (misses, misses + 1)
        while !isEnough(enough) {
            guard enough < most else { return nil }
            tooFew = enough
            enough = min(enough * 2, most)
        }
        while enough - tooFew > 1 {
            let middle = (tooFew + enough) / 2
            if isEnough(middle) { enough = middle } else { tooFew = middle }
        }
        return enough
    }
}
