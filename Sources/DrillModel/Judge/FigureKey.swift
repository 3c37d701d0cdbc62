/// What a figure is told of, whatever it comes to: two runs' figures of one key can be compared.
package struct FigureKey: Hashable, Sendable {
    package var name: FigureName
    /// Nil is every probe of the figure's measure.
    package var probe: String?
    /// Which of a ledger's places, for `staleness`.
    package var place: String?
    /// Nil is the whole run.
    package var during: RunPart?
    /// Of a `latency`.
    package var at: Percentile?

    package init(
        _ name: FigureName,
        of probe: String? = nil,
        place: String? = nil,
        during: RunPart? = nil,
        at percentile: Percentile? = nil
    ) {
        self.name = name
        self.probe = probe
        self.place = place
        self.during = during == .run ? nil : during
        self.at = percentile ?? name.standardPercentile
    }

    /// The name and what of it is meant: `latency p99 during the fault`.
    package var label: String {
        [name.rawValue, at?.rawValue, during?.shown].compactMap(\.self).joined(separator: " ")
    }

    /// The probe, and the place where a ledger has several: `orders at db-2`.
    package var subject: String { (probe ?? "all") + (place.map { " at \($0)" } ?? "") }
}

extension Figure {
    package var key: FigureKey {
        FigureKey(name, of: probe, place: place, during: during, at: at)
    }
}

extension Budget {
    /// Of all its places.
    package var key: FigureKey { FigureKey(figure, of: probe, during: during, at: at) }

    package var label: String { key.label }

    /// Whether the budget is about such a figure, whatever probe either names.
    package func isAbout(_ key: FigureKey) -> Bool {
        figure == key.name && self.key.at == key.at && self.key.during == key.during
    }

    package func isAbout(_ figure: Figure) -> Bool { isAbout(figure.key) }

    /// Whether both promise the same, of whatever probe and within whatever limit.
    func isLike(_ other: Budget) -> Bool { isAbout(other.key) }

    /// Whether both promise the same of the same probe, within whatever limit.
    func isSame(as other: Budget) -> Bool { key == other.key }
}

extension Experiment {
    /// The budget that such a figure is judged by: the one that names its probe, else the one for all.
    package func budget(for key: FigureKey) -> Budget? { Figures.budget(for: key, among: budgets) }
}

extension FigureName {
    /// Of figures that are told by percentile.
    package var standardPercentile: Percentile? { self == .latency ? .p99 : nil }
}
