extension Reading {
    /// Reads what holds for every probe (a limit, a limit with its terms, a list of them), or the same
    /// by the names of probes.
    ///
    /// A mapping with a key of the terms that no probe is called by is one promise.
    mutating func promises(
        _ written: Written,
        _ type: KeyType,
        of name: String
    ) -> Values.Value? {
        guard case .mapping(let pairs) = written.shape,
            !pairs.contains(where: { isTerm($0.key, of: type) && !isProbe($0.key) })
        else { return value(written, .oneOrMore(type), of: name) }
        return value(written, .named(.oneOrMore(type)), of: name)
    }

    /// A limit of the other kind is one as well: it is wrong, and no probe's name.
    private func isTerm(_ name: String, of type: KeyType) -> Bool {
        type.terms.contains(name) || ["at-most", "at-least"].contains(name)
    }

    private func isProbe(_ name: String) -> Bool { scope.probes?.contains(name) ?? false }

    /// The budgets that a value holds for one probe, or for all of the figure's measure.
    mutating func promises(
        _ value: Values.Value,
        of figure: FigureName,
        _ probe: String?,
        _ hasDisaster: Bool,
        at position: Position?
    ) -> [Budget] {
        if case .list(let each) = value {
            return each.flatMap { promises($0, of: figure, probe, hasDisaster, at: position) }
        }
        var terms = Values()
        var limit = value
        if case .mapping(let whole) = value {
            terms = whole
            guard let written = whole.entries["at-most"] ?? whole.entries["at-least"] else {
                return []
            }
            limit = written
        }
        // Before anything is given up: what is wrong with it is a problem of its own.
        let assurance = assurance(terms)
        guard let limit = Budget.Limit(limit, of: figure) else { return [] }
        let part = terms.word("during").flatMap(RunPart.init) ?? .run
        if part != .run, !hasDisaster {
            report(
                "\(quoted("during")) counts from a disaster, and the method has none",
                at: terms.positions["during"],
                fix: "take it out, inject a fault, or add a step `disaster: declared`"
            )
        }
        return [
            Budget(
                figure: figure,
                probe: probe,
                limit: limit,
                at: terms.word("at").flatMap(Percentile.init) ?? figure.standardPercentile,
                during: part == .run ? nil : part,
                assurance: assurance,
                position: position
            )
        ]
    }

    mutating func assumption(_ values: Values, hasDisaster: Bool) -> Assumption? {
        guard let assume = values.mapping("assume"), let perYear = assume.number("per-year") else {
            return nil
        }
        if perYear <= 0 {
            report(
                "what comes \(FigureText.trimmed(perYear, atMost: 3)) times a year never comes",
                at: assume.positions["per-year"],
                fix: "write 2, or 0.5 for once in two years"
            )
        } else if perYear > 1_000_000 {
            report(
                "no disaster comes more often than every half minute",
                at: assume.positions["per-year"],
                fix: "write 2, or 0.5 for once in two years"
            )
        } else if !hasDisaster {
            report(
                "\(quoted("assume")) is about the disaster, and the method has none",
                at: values.positions["assume"],
                fix: "inject a fault, or add a step `disaster: declared`"
            )
        }
        return Assumption(perYear: perYear)
    }
}

extension Budget.Limit {
    /// A figure that is good when it is large has a least, all others a most.
    fileprivate init?(_ value: Values.Value, of figure: FigureName) {
        switch value {
        case .span(let span): self = .atMost(span)
        case .share(let share): self = figure == .errors ? .atMostShare(share) : .atLeast(share)
        case .integer(let count): self = .atMostCount(count)
        default: return nil
        }
    }
}

extension KeyType {
    /// The keys that a promise may have beside its limit.
    fileprivate var terms: [String] {
        switch self {
        case .either(_, .mapping(let keys)): keys.map(\.name)
        default: []
        }
    }
}
