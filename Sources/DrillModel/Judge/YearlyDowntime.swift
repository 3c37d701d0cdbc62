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
                case .span(let low, _, let high) = figure.amount, low != nil || high != nil
            else { return nil }
            return YearlyDowntime(of: probe, figure.amount, perYear: assume.perYear)
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
    package var shown: String { "\(disasters): \(cost)" }

    /// `2 such disasters a year`.
    var disasters: String {
        "\(FigureText.trimmed(perYear, atMost: 3)) such disaster\(perYear == 1 ? "" : "s") a year"
    }

    /// `30.1–30.9 s of downtime, six nines`.
    var cost: String {
        "\(FigureText.interval(low, high)) of downtime" + (nines.map { ", \($0)" } ?? "")
    }
}

extension YearlyDowntime {
    /// `downtime` is that of one disaster.
    init(of probe: String, _ downtime: Figure.Amount, perYear: Double) {
        func yearly(_ span: Span?) -> Span? {
            span.map { Span(ns: Int64(min(Double($0.ns) * perYear, 9e18))) }
        }
        self.init(probe: probe, perYear: perYear)
        guard case .span(let low, let best, let high) = downtime else { return }
        (self.low, self.best, self.high) = (yearly(low), yearly(best), yearly(high))
    }
}

/// What an experiment takes for granted of the world.
package struct Assumption: Hashable, Codable, Sendable {
    /// How often such a disaster comes.
    package var perYear: Double

    package init(perYear: Double) { self.perYear = perYear }
}
