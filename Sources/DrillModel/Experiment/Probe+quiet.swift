extension Probe {
    /// Whether a look that failed so shows that a `detection` probe's condition doesn't hold.
    ///
    /// Only an answer to what was asked does. A look that had none (no way there, a wrong password, a
    /// gateway's error in place of the page) shows neither quiet nor fired: the condition may hold all the
    /// while. Where a status or an exit code is itself the condition, another one is an answer; where a
    /// port is, its refusal is.
    package func showsQuiet(_ failure: Outcome.Failure) -> Bool {
        switch (failure, kind) {
        case (.status, .http(let look)): look.match == nil
        // Without `match`, what was answered wasn't even HTTP.
        case (.body, .http(let look)): look.match != nil
        case (.status, .command(let look)): look.match == nil
        case (.body, _), (.refused, .tcp): true
        default: false
        }
    }

    /// An outcome as the probe's measure has it: to a `detection` probe a look without an answer is as blind
    /// as one that couldn't look.
    package func meaning(of outcome: Outcome) -> Outcome {
        guard measure == .detection, case .bad(let failure, let words) = outcome,
            !showsQuiet(failure)
        else { return outcome }
        return .bad(.blind, words)
    }

    /// What a `detection` probe counts as quiet, in words.
    package var quietMeans: String {
        switch kind {
        case .http(let look):
            look.match == nil
                ? "an answer with another status"
                : "an answer with a right status, and nothing like `match` in its body"
        case .tcp: "a refused connection"
        case .sql: "an answer of the database, with another value"
        case .command(let look):
            look.match == nil
                ? "another exit code than \(look.exit)"
                : "exit code \(look.exit), and nothing like `match` in the output"
        default: "an answer that says so"
        }
    }
}
