/// How a word of a file is shown in a message: in quotes, shortened, without control characters.
func quoted(_ word: String) -> String {
    let shown = printable(word)
    return shown.count <= 60 ? "\"\(shown)\"" : "\"\(shown.prefix(57))...\""
}

/// The text with everything replaced that could change how a terminal shows what follows.
func printable(_ text: String) -> String {
    var shown = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        switch scalar.properties.generalCategory {
        case .control: shown.append(scalar == "\t" ? " " : "\u{FFFD}")
        case .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
            shown.append("\u{FFFD}")
        default: shown.append(scalar)
        }
    }
    return String(shown)
}

/// `a`, `a or b`, `a, b or c`.
package func alternatives(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
}

/// `did you mean "storefront"?` where a known word is near, else what is known.
///
/// `what` says what the words are, in the plural: `probes`.
func suggestion(for word: String, among known: [String], what: String) -> String {
    if let nearest = nearest(to: word, among: known) {
        return "did you mean \(quoted(nearest))?"
    }
    guard !known.isEmpty else { return "there are no \(what) here" }
    let shown = known.prefix(20).map(printable).joined(separator: ", ")
    return "known \(what): \(shown)\(known.count > 20 ? ", ..." : "")"
}

/// The known word with the least edit distance, where that is a third of the word's length at most.
func nearest(to word: String, among known: [String]) -> String? {
    let wanted = Array(word.lowercased().unicodeScalars.prefix(100))
    let distanceMax = max(1, (wanted.count + 1) / 3)
    var best: (word: String, distance: Int)?
    for candidate in known {
        let other = Array(candidate.lowercased().unicodeScalars.prefix(100))
        guard abs(other.count - wanted.count) <= distanceMax else { continue }
        let distance = editDistance(wanted, other)
        if distance <= distanceMax, distance < best?.distance ?? Int.max {
            best = (candidate, distance)
        }
    }
    return best?.word
}

/// Insertions, deletions, substitutions and swaps of neighbours that turn one word into the other.
///
/// Optimal string alignment: Boytsov, "Indexing methods for approximate dictionary searching", 2011.
func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for i in left.indices {
        var row = [i + 1]
        row.reserveCapacity(right.count + 1)
        for j in right.indices {
            var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
            if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                cost = min(cost, beforeLast[j - 1] + 1)
            }
            row.append(cost)
        }
        beforeLast = last
        last = row
    }
    return last[right.count]
}
