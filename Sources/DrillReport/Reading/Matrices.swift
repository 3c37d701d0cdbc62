import DrillModel

/// What the matrices of a cut say, for every kind of report.
struct Matrices {
    let outcome: ReachabilityOutcome

    static let legend =
        "Each row reaches its columns. ✓ a connection came through; ○ it was refused, so packets go "
        + "there and back; ✗ nothing came through; ? nobody could look; · nobody looks, since this cut has "
        + "no rule there."

    func mark(_ from: String, _ to: String, _ moment: Reachability.Moment) -> String {
        switch outcome.sight(from, to, moment) {
        case .reached: "✓"
        case .refused: "○"
        case .nothing: "✗"
        case .unseen: "?"
        case nil: outcome.matrices[moment] == nil ? "?" : "·"
        }
    }

    /// `Cut: a ↔ b.`, or that nothing was.
    var cut: String {
        guard outcome.matrices[.during] != nil else { return "Nobody looked during the fault." }
        guard outcome.matrices[.before] != nil else { return "Nobody looked before the fault." }
        return outcome.cut.isEmpty
            ? "Cut: nothing that came through before."
            : "Cut: \(ReachabilityOutcome.shown(outcome.cut))."
    }

    /// Whether all was seen, and nothing but what was to be cut was cut and came back.
    var isAsMeant: Bool {
        outcome.unexpected.isEmpty && outcome.matrices.count == Reachability.Moment.allCases.count
            && !outcome.cut.isEmpty
    }

    /// What the matrices leave open, a sentence each.
    var gaps: [String] {
        var gaps: [String] = []
        for moment in Reachability.Moment.allCases {
            guard let cells = outcome.matrices[moment] else {
                gaps.append("Nobody looked \(moment.rawValue) the fault.")
                continue
            }
            // A host that couldn't look couldn't at any of the others.
            for host in outcome.hosts {
                let whys = cells.compactMap { pair, sight -> String? in
                    guard pair.from == host, case .unseen(let why) = sight else { return nil }
                    return why
                }
                guard let why = whys.min() else { continue }
                gaps.append("Not looked from \(host) \(moment.rawValue) the fault: \(why)")
            }
        }
        if !outcome.leftOut.isEmpty {
            gaps.append(
                "Left out, to keep it readable: \(outcome.leftOut.joined(separator: ", "))."
            )
        }
        return gaps
    }

    func isChanged(_ from: String, _ to: String, _ moment: Reachability.Moment) -> Bool {
        guard moment != .before, let before = outcome.sight(from, to, .before),
            let now = outcome.sight(from, to, moment)
        else { return false }
        if case .unseen = now { return false }
        if case .unseen = before { return false }
        return before.isThrough != now.isThrough
    }
}

extension RunReading {
    func matrices(of fault: String) -> Matrices? {
        record.reachability.first { $0.fault == fault }.map(Matrices.init)
    }
}
