internal import Synchronization

/// A regular expression that a text must contain, compiled once.
final class TextPattern: Sendable {
    let source: String
    // Regex isn't Sendable; a match takes microseconds.
    private let regex: Mutex<Regex<AnyRegexOutput>>

    /// Nil when `source` is no regular expression.
    init?(_ source: String) {
        // What is wrong with it was told, with line and column, when the file was read.
        guard let regex = try? Regex(source) else { return nil }
        self.source = source
        // By scalar: "\r\n" would otherwise be one character that "\n" doesn't match.
        self.regex = Mutex(regex.anchorsMatchLineEndings().matchingSemantics(.unicodeScalar))
    }

    func isFound(in text: String) -> Bool {
        regex.withLock { regex in
            // A pattern's own transformations can throw, and this one has none.
            (try? regex.firstMatch(in: text)) != nil
        }
    }
}
