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

    /// Texts that are looked through.
    private final class Try: Sendable {
        let isOver = DispatchSemaphore(value: 0)
        let state = Mutex<(found: [Int]?, isGivenUp: Bool)>((nil, false))
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
        guard late.withLock({ $0 == 0 }) else { return nil }
        let one = Try()
        queue.async { [self] in
            let found = regex.withLock { regex in
                // A pattern's own transformations can throw, and this one has none.
                texts.indices.filter { (try? regex.firstMatch(in: texts[$0])) != nil }
            }
            let wasGivenUp = one.state.withLock { state in
                state.found = found
                return state.isGivenUp
            }
            if wasGivenUp { late.withLock { $0 -= 1 } }
            one.isOver.signal()
        }
        let patience = patience + .milliseconds(Int64(texts.count))
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
