internal import DrillEngine
internal import DrillModel
internal import Synchronization

/// Makes a look at a source blind where the source couldn't be asked.
///
/// A monitor that can't be reached hasn't said that all is well, nor that anything is wrong.
struct SourceProber: Prober {
    let prober: any Prober
    /// The source, for messages: `Prometheus`.
    let name: String

    func look(deadline: Instant) async -> Look {
        var look = await prober.look(deadline: deadline)
        guard case .bad(let failure, let words) = look.outcome else { return look }
        switch failure {
        case .refused, .reset, .timeout, .unresolvable, .tls, .status:
            look.outcome = .bad(.blind, "\(name) can't be asked: \(words)")
        case .body, .slow, .blind: break
        }
        return look
    }

    func close() async { await prober.close() }
}

/// A look at what a command prints, instead of at how it ends.
struct CommandSource: Prober {
    let command: CommandProber
    let reading: @Sendable (CommandResult) -> Look

    func look(deadline: Instant) async -> Look {
        let start = command.loop.now()
        switch await command.result(by: deadline) {
        case .failure(let error):
            return Look(sent: start, done: command.loop.now(), outcome: command.outcome(error))
        case .success(let result):
            if let words = result.failure {
                return Look(
                    sent: result.sent,
                    done: result.done,
                    outcome: .bad(.blind, command.text.shown(words))
                )
            }
            return reading(result)
        }
    }

    func close() async {}
}

extension CommandResult {
    /// Why a command that must succeed didn't, or what it printed is not whole; nil where all is well.
    var failure: String? {
        let said = lastLine(of: errors).map { ": \($0)" } ?? ""
        switch exit {
        case .signal(let name): return "the command was ended by SIG\(name)\(said)"
        case .code(let code) where code != 0: return "the command ended with \(code)\(said)"
        case .code: return isTruncated ? "it printed more than a look can read" : nil
        }
    }
}

/// What fires in one look and didn't in the one before: each is told when it begins.
final class Firing: Sendable {
    private let last = Mutex<Set<String>>([])

    /// Those of `now` that are new.
    func begun(_ now: Set<String>) -> Set<String> {
        last.withLock { last in
            defer { last = now }
            return now.subtracting(last)
        }
    }
}
