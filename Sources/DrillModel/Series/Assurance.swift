/// How much of a budget's promise must hold, and how sure one must be: the file's `in:` and `confidence:`.
///
/// `rto: {at-most: 45s, in: 95%, confidence: 90%}` promises that at least 95 % of such disasters are
/// over within 45 s. No single run can show that; a series of runs can.
package struct Assurance: Hashable, Codable, Sendable {
    package static let usualConfidence = 0.9

    /// The share of such disasters that must be within the limit, above 0 and below 1.
    package var share: Double
    /// How sure a series must be of it, from 0.5 on and below 1.
    package var confidence: Double

    package init(share: Double, confidence: Double = Assurance.usualConfidence) {
        self.share = share
        self.confidence = confidence
    }

    /// The fewest runs that show it where `misses` of them are outside; nil where that is over a million.
    package func runs(misses: Int = 0) -> Int? {
        Proportion.trials(proving: share, confidence: confidence, misses: misses)
    }

    /// `in 95% of such disasters, with 90% confidence`.
    package var shown: String {
        "in \(Self.percent(share)) of such disasters, with \(Self.percent(confidence)) confidence"
    }

    static func percent(_ share: Double) -> String {
        "\(FigureText.trimmed(share * 100, atMost: 6))%"
    }
}
