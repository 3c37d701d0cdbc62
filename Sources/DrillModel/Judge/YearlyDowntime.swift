/// What a recovery like this one costs a year: `assume: { per-year: 2 }` times a service's downtime.
///
/// The year has 365 days, as tables of nines have it. The rate is the file's assumption and taken as
/// it is; only the downtime has an error, and both ends of it are multiplied. Nothing else of a year is
/// in it: no other disaster, no bad deployment, no planned work.
package struct YearlyDowntime: Hashable, Codable, Sendable {
    static let year = Span.seconds(365 * 86_400)

    package var probe: String
    package var perYear: Double
    /// Nil ends are unknown.
    package var low: Span?
    package var best: Span?
    package var high: Span?

    /// - Returns: one for each service whose downtime was measured; none where nothing is assumed or
    ///   no disaster was.
    static func all(_ evidence: Evidence, _ figures: [Figure]) -> [YearlyDowntime] {
        guard let assume = evidence.plan.experiment.assume, evidence.marks.disaster != nil else {
            return []
        }
        return figures.compactMap { figure in
            guard figure.name == .downtime, let probe = figure.probe,
                case .span(let low, let best, let high) = figure.amount, low != nil || high != nil
            else { return nil }
            func yearly(_ span: Span?) -> Span? {
                span.map { Span(ns: Int64(min(Double($0.ns) * assume.perYear, 9e18))) }
            }
            return YearlyDowntime(
                probe: probe,
                perYear: assume.perYear,
                low: yearly(low),
                best: yearly(best),
                high: yearly(high)
            )
        }
    }

    /// The share of a year in which the service is up.
    package var share: Figure.Amount {
        func up(_ down: Span?) -> Double? {
            down.map { max(0, 1 - Double($0.ns) / Double(Self.year.ns)) }
        }
        return .share(low: up(high), best: up(best), high: up(low))
    }

    /// `two nines`; nil where no row can be told.
    package var nines: String? { Figure(name: .availability, amount: share).nines }

    /// `2 such disasters a year: 30.1–30.9 s of downtime, six nines`.
    package var shown: String {
        let times = FigureText.trimmed(perYear, atMost: 3)
        let reached = nines.map { ", \($0)" } ?? ""
        return "\(times) such disaster\(perYear == 1 ? "" : "s") a year:"
            + " \(FigureText.interval(low, high)) of downtime\(reached)"
    }
}

/// What an experiment takes for granted of the world.
package struct Assumption: Hashable, Codable, Sendable {
    /// How often such a disaster comes.
    package var perYear: Double

    package init(perYear: Double) { self.perYear = perYear }
}
