import DrillModel

extension RunbookPage {
    /// The page as one self-contained HTML file: no script, no font, no picture from elsewhere.
    package var html: String {
        Markup.page(
            "Runbook \(name)",
            style: RunbookPageStyle.css,
            """
            <main>
            \(top)
            \(before)
            <section class="steps">
            \(steps.map(section).joined(separator: "\n"))
            </section>
            \(foot)
            </main>
            """
        )
    }

    private var top: Markup {
        let about: Markup = about.map { "<p class=\"about\">\($0)</p>" } ?? ""
        let warnings = warnings.map { text -> Markup in "<p class=\"warning\">\(text)</p>" }
        return """
            <header><h1>\(name)</h1>\(about)<p class="facts">\(facts.joined(separator: ", "))</p>\
            \(warnings.joined())</header>
            """
    }

    private var before: Markup {
        var parts: [Markup] = [
            "<ul>\(rules.map { "<li>\(prose($0))</li>" as Markup }.joined())</ul>"
        ]
        func list(_ title: String, _ lines: [String]) -> Markup {
            lines.isEmpty
                ? ""
                : """
                <h3>\(title)</h3><ul>\(lines.map { "<li>\($0)</li>" as Markup }.joined())</ul>
                """
        }
        parts.append(list("Whose word is needed", approvals))
        if !blanks.isEmpty { parts.append("<h3>Fill in</h3>\(blanks.map(item).joined())") }
        parts.append(list("Secrets that it needs, which are on no page", secrets))
        if let helper {
            parts.append(
                """
                <h3>Type this first</h3><p>Commands below use it to quote values for other shells.</p>\
                <pre>\(helper)</pre>
                """
            )
        }
        if !places.isEmpty {
            let rows = places.map { place -> Markup in
                """
                <tr><th scope="row">\(place.name)</th><td>\(place.address)</td><td>\(place.stands)</td>\
                <td><code>\(place.login)</code></td></tr>
                """
            }
            parts.append(
                """
                <h3>Hosts</h3><table><thead><tr><th>Host</th><th>Address</th><th>Stands in</th>\
                <th>Log in</th></tr></thead><tbody>\(rows.joined())</tbody></table>
                """
            )
        }
        return "<section class=\"before\"><h2>Before you begin</h2>\(parts.joined())</section>"
    }

    private func section(_ step: Step) -> Markup {
        let depth = step.number.split(separator: ".").count
        let facts: Markup =
            step.facts.isEmpty
            ? "" : "<p class=\"facts\">\(step.facts.joined(separator: "; "))</p>"
        let box: Markup = step.holdsSteps ? "" : "<input type=\"checkbox\"> "
        let done: Markup =
            step.holdsSteps
            ? "" : "<span class=\"done\">done at <span class=\"line\"></span></span>"
        return """
            <article class="\(step.holdsSteps ? "step head" : "step") depth-\(min(depth, 4))">
            <h3><label>\(box)<span class="number">\(step.number)</span> \(step.title)</label>\(done)</h3>\
            \(facts)\(step.items.map(item).joined())
            </article>
            """
    }

    private func item(_ item: Item) -> Markup {
        switch item {
        case .words(let label, let text):
            return "<p class=\"said\"><b>\(label)</b> \(Plain.block(text))</p>"
        case .typed(let label, let lines, let login):
            return """
                <p class="label"><b>\(label)</b></p>\
                <pre>\(code(Plain.block(lines.joined(separator: "\n")), login))</pre>
                """
        case .blank(let name, let what):
            return """
                <p class="blank"><code>\(name)</code> = <span class="line"></span> \
                <span class="what">\(what)</span></p>
                """
        }
    }

    /// A command, the way to its host in the background of what is done there.
    private func code(_ text: String, _ login: String) -> Markup {
        guard !login.isEmpty, let range = text.firstRange(of: login) else { return "\(text)" }
        return """
            \(String(text[..<range.lowerBound]))<span class="way">\(login)</span>\
            \(String(text[range.upperBound...]))
            """
    }

    private func prose(_ text: String) -> Markup {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .map { index, part -> Markup in
                index % 2 == 1 ? "<code>\(String(part))</code>" : "\(String(part))"
            }
            .joined()
    }

    private var foot: Markup {
        let files = origin.files.map { file -> Markup in
            "<li><code>\(file.path)</code> <code class=\"hash\">\(file.hash)</code></li>"
        }
        return """
            <footer><p>Made by drill \(origin.version) on \(origin.time) of:</p>\
            <ul>\(files.joined())</ul>\
            <p>A file with another hash is another runbook: make this page again.</p></footer>
            """
    }
}
