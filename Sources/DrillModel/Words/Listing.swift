extension [String] {
    /// The words as a person lists them: `a`, `a and b`, `a, b and c`.
    ///
    /// Nobody reads a hundred: of more than a dozen the first ten, and how many more there are.
    package var listed: String {
        guard let last, count > 1 else { return first ?? "" }
        if count > 12 { return prefix(10).joined(separator: ", ") + " and \(count - 10) more" }
        return dropLast().joined(separator: ", ") + " and " + last
    }
}

extension Array where Element: Hashable {
    /// Each once, in the order in which it came first.
    package var unique: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}

/// `1 host`, `3 hosts`.
package func counted(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
    "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}

extension String {
    /// Each line once, where it first stands, with how often it is there: `undo of cut: exit 1 (×16)`.
    package var linesCounted: String {
        var order: [Substring] = []
        var counts: [Substring: Int] = [:]
        for line in split(separator: "\n", omittingEmptySubsequences: false) {
            if counts[line] == nil { order.append(line) }
            counts[line, default: 0] += 1
        }
        return order.map { line in
            let count = counts[line] ?? 1
            return count > 1 && !line.isEmpty ? "\(line) (×\(count))" : String(line)
        }.joined(separator: "\n")
    }
}
