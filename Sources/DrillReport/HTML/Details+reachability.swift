import DrillModel

extension Details {
    /// Three matrices side by side, and what changed in words; empty for what is no cut.
    func reachability(of fault: String) -> Markup {
        guard let matrices = reading.matrices(of: fault) else { return .empty }
        let tables = Reachability.Moment.allCases.map { matrix(matrices, $0) }.joined()
        let unexpected = matrices.outcome.unexpected.map { words -> Markup in
            "<p><span class=\"chip is-failed\">✗ unexpected</span> \(words)</p>"
        }
        let meant: Markup =
            matrices.isAsMeant
            ? " <span class=\"chip is-passed\">✓ only what was to be cut, and all came back</span>"
            : .empty
        let gaps = matrices.gaps.map { "<li>\($0)</li>" as Markup }.joined()
        return """
            <h3>Who reached whom, \(fault)</h3>
            <p>\(matrices.cut)\(meant)</p>
            \(unexpected.joined(separator: "\n"))
            <div class="matrices">\(tables)</div>
            <p class="small">\(Matrices.legend) Boxed: otherwise than before.</p>
            \(gaps.isEmpty ? .empty : "<ul class=\"small\">\(gaps)</ul>")
            """
    }

    private func matrix(_ matrices: Matrices, _ moment: Reachability.Moment) -> Markup {
        let hosts = matrices.outcome.hosts
        let head = hosts.indices.map { "<th>\($0 + 1)</th>" as Markup }.joined()
        let rows = hosts.enumerated().map { index, from -> Markup in
            let cells = hosts.map { to -> Markup in
                guard from != to else { return "<td class=\"self\">–</td>" }
                let isChanged = matrices.isChanged(from, to, moment)
                return """
                    <td title="\(from) → \(to)"\(isChanged ? " class=\"changed\"" : .empty)>\
                    \(matrices.mark(from, to, moment))</td>
                    """
            }.joined()
            // The names once: three small tables then stand side by side.
            let name: Markup = moment == .before ? " \(from)" : .empty
            return "<tr><th scope=\"row\" title=\"\(from)\">\(index + 1)\(name)</th>\(cells)</tr>"
        }.joined(separator: "\n")
        return """
            <table class="matrix"><caption>\(moment.rawValue)</caption>
            <thead><tr><th>\(moment == .before ? "from \\ to" : "")</th>\(head)</tr></thead><tbody>\(rows)</tbody></table>
            """
    }
}
