extension Problem {
    /// For people: where and what, then the line with a caret under the place, then what to do.
    ///
    /// ```
    /// region-loss.yaml:23:11: unknown probe "storefornt"
    ///     - wait: { until: storefornt }
    ///                      ^
    ///   did you mean "storefront"?
    /// ```
    package var rendered: String {
        var lines = [position.map { "\($0): \(message)" } ?? message]
        if let position, let sourceLine {
            let (shown, caret) = Self.window(of: sourceLine, column: position.column)
            lines.append("    " + shown)
            lines.append(String(repeating: " ", count: 4 + caret) + "^")
        }
        if let fix { lines.append("  " + fix) }
        return Plain.block(lines.joined(separator: "\n"))
    }

    /// In one line, for logs: where, what; what to do.
    package var line: String {
        let place = position.map { "\($0): " } ?? ""
        return Plain.oneLine(place + message + (fix.map { "; \($0)" } ?? ""))
    }

    /// With the line that it is about, where only its place is known; `text` is what files hold, as far as
    /// they were read.
    package func located(in text: (String) -> String?) -> Problem {
        guard sourceLine == nil, let position, let text = text(position.file) else { return self }
        var problem = self
        let mark = Written.Mark(line: position.line, column: position.column)
        problem.sourceLine =
            Source(file: position.file, text: text)
            .problem(message, at: mark).sourceLine
        return problem
    }

    /// The part of a long line around a column (from 1), and where in it the column is (from 0).
    private static func window(of line: String, column: Int) -> (String, Int) {
        let width = 110
        let scalars = Array(printable(line).unicodeScalars)
        let at = min(max(column - 1, 0), scalars.count)
        guard scalars.count > width else { return (String(scalars), at) }
        let start = min(max(0, at - width / 2), scalars.count - width)
        let cut = String(scalars[start..<start + width])
        let left = start > 0 ? "..." : ""
        let right = start + width < scalars.count ? "..." : ""
        return (left + cut + right, at - start + left.count)
    }
}

extension Problems {
    /// All problems for people, in the order of file and line.
    package var rendered: String { list.map(\.rendered).joined(separator: "\n") }
}

extension String {
    fileprivate init(_ scalars: some Sequence<Unicode.Scalar>) {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        self = String(view)
    }
}
