internal import Dispatch
package import DrillModel
internal import Synchronization

/// A regular expression of a file, compiled once.
///
/// `.` doesn't match a newline, `^` and `$` match at lines. A match takes microseconds; but an expression
/// with a repetition inside of another can take years over thirty letters, and nothing interrupts it.
/// So it has a thread of its own and is waited for no longer than `patience`: what else goes on, the
/// repair above all, doesn't wait for it.
package final class Pattern: Sendable {
    package enum Finding: Hashable, Sendable {
        case found
        case missing
        /// It took too long, or an earlier text still does.
        case undecided
    }

    /// What a thread looks for.
    private final class Try<Result: Sendable>: Sendable {
        let isOver = DispatchSemaphore(value: 0)
        let state = Mutex<(found: Result?, isGivenUp: Bool)>((nil, false))
    }

    /// What of a text is wanted.
    package enum Part: Hashable, Sendable {
        case found(String)
        case missing
        /// As of a `Finding`.
        case undecided
    }

    package let source: String
    private let patience: Span
    private let queue = DispatchQueue(label: "pattern")
    // Regex isn't Sendable; the queue's thread alone uses it.
    private let regex: Mutex<Regex<AnyRegexOutput>>
    /// How many tries were given up and go on.
    private let late = Mutex(0)

    /// Nil when `source` is no regular expression: what is wrong with it was told, with line and column,
    /// when the file was read.
    package init?(_ source: String, patience: Span = .seconds(1)) {
        guard let regex = try? Regex(source) else { return nil }
        self.source = source
        self.patience = patience
        // By scalar: "\r\n" would otherwise be one character that "\n" doesn't match.
        self.regex = Mutex(regex.anchorsMatchLineEndings().matchingSemantics(.unicodeScalar))
    }

    package func find(in text: String) -> Finding {
        switch find(in: [text]) {
        case nil: .undecided
        case let found?: found.isEmpty ? .missing : .found
        }
    }

    /// Which of the texts hold it; nil where it is undecided for one of them.
    package func find(in texts: [String]) -> [Int]? {
        decide(patience + .milliseconds(Int64(texts.count))) { regex in
            // A pattern's own transformations can throw, and this one has none.
            texts.indices.filter { (try? regex.firstMatch(in: texts[$0])) != nil }
        }
    }

    /// Its first group in the text, or all that it matches where it has none.
    package func part(of text: String) -> Part {
        decide(patience) { regex in
            // As above: it has nothing that throws.
            guard let match = try? regex.firstMatch(in: text) else { return .missing }
            let groups = match.output
            guard groups.count > 1 else { return .found(String(text[match.range])) }
            return .found(groups[1].substring.map { String($0) } ?? "")
        } ?? .undecided
    }

    /// Nil where it takes too long, or an earlier text still does.
    private func decide<Result: Sendable>(
        _ patience: Span,
        _ look: @escaping @Sendable (Regex<AnyRegexOutput>) -> Result
    ) -> Result? {
        guard late.withLock({ $0 == 0 }) else { return nil }
        let one = Try<Result>()
        queue.async { [self] in
            let found = regex.withLock { look($0) }
            let wasGivenUp = one.state.withLock { state in
                state.found = found
                return state.isGivenUp
            }
            if wasGivenUp { late.withLock { $0 -= 1 } }
            one.isOver.signal()
        }
        _ = one.isOver.wait(timeout: .now() + .nanoseconds(Int(patience.ns)))
        return one.state.withLock { state in
            if state.found == nil {
                state.isGivenUp = true
                late.withLock { $0 += 1 }
            }
            return state.found
        }
    }

    /// What is told where it stays undecided.
    package var undecidedWords: String { Self.undecided(source) }

    package static func undecided(_ source: String) -> String {
        "looking for \(source) takes too long; write it without a repetition inside of another,"
            + " as `(a+)+` has it"
    }
}
