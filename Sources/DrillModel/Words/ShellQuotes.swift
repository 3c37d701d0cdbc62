extension Text {
    /// The parts of a shell's text that stand inside of quotes (POSIX.1-2017, Shell Command Language, 2.2).
    ///
    /// A text with a here-document isn't looked at: what quotes mean there depends on its word.
    var partsInQuotes: [Part] {
        var scan = QuoteScan()
        var found: [Part] = []
        for part in parts {
            if case .literal(let text) = part {
                for character in text { scan.take(character) }
            } else {
                if scan.isInQuotes { found.append(part) }
                scan.take("x")
            }
        }
        return scan.hasHereDocument ? [] : found
    }
}

/// Walks along a shell's text and knows whether it is inside of quotes.
private struct QuoteScan {
    private enum Place { case plain, single, double, comment }

    /// Within one another: `"$( ' ... ' )"`.
    private var places: [Place] = [.plain]
    private var last: Character = "\n"
    private var isEscaped = false
    private(set) var hasHereDocument = false

    var isInQuotes: Bool { [.single, .double].contains(places.last) }

    mutating func take(_ character: Character) {
        let before = last
        last = isEscaped ? "x" : character
        if isEscaped {
            isEscaped = false
            return
        }
        switch (places.last, character) {
        case (.comment, "\n"), (.single, "'"), (.double, "\""): places.removeLast()
        case (.comment, _), (.single, _): break
        case (_, "\\"): isEscaped = true
        case (.double, "("), (.plain, "("):
            if before == "$" || places.last == .plain { places.append(.plain) }
        case (.double, _): break
        case (_, ")"): if places.count > 1 { places.removeLast() }
        case (_, "'"): places.append(.single)
        case (_, "\""): places.append(.double)
        case (_, "#"): if before.isWhitespace || ";&|(".contains(before) { places.append(.comment) }
        case (_, "<"): if before == "<" { hasHereDocument = true }
        default: break
        }
    }
}
