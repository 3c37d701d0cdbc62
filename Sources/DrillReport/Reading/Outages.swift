import DrillModel

extension RunReading {
    /// As many as somebody reads: a service that flaps for an hour has thousands.
    private static let mostOutages = 200

    /// Every outage in its order, or the longest of them.
    var longOutages: [Outage] {
        let all = judgement.outages
        guard all.count > Self.mostOutages else { return all }
        let longest = all.indices.sorted { all[$0].length > all[$1].length }
            .prefix(Self.mostOutages)
        return longest.sorted().map { all[$0] }
    }

    /// What was left out, in words.
    var shortOutages: String? {
        let count = judgement.outages.count
        guard count > Self.mostOutages else { return nil }
        return "The \(Self.mostOutages) longest of \(Shown.count(count)); record.json has them all."
    }
}

extension Outage {
    /// Without an end it is longer than any that has one.
    fileprivate var length: Span { endedBest.map { $0 - beganBest } ?? Span(ns: .max) }
}
