import DrillEngine
import DrillHistory
import DrillModel
import DrillReport
import DrillWire
import Glibc
import Synchronization

/// One try of an experiment, as `drill run` in a process of its own: what goes wrong in it takes nothing
/// else along, and it undoes what it broke by itself.
///
/// It leads a session, so that ^C reaches it through `interrupt` alone; and it ends in good order when
/// this process dies, since its standard input ends then.
final class CaseProcesses: Sendable {
    private let live = Mutex<Set<Int>>([])
    private let stop: StopSwitch
    private let scratch: String
    /// What stands on the command line of each, beside its file.
    private let options: [String]

    /// Longer than any run.
    private static let everNs: Int64 = 10 * 365 * 86_400 * 1_000_000_000

    init(stop: StopSwitch, scratch: String, options: [String]) {
        self.stop = stop
        self.scratch = scratch
        self.options = options
    }

    /// Hands a signal on to all that run.
    func interrupt(_ signal: String) {
        guard let number = Signals.ending.first(where: { $0.1 == signal })?.0 else { return }
        let ids = live.withLock { $0 }
        Task { for id in ids { await Children.shared.signal(id, number) } }
    }

    /// Runs one file; `number` tells its tries, and those of other files, apart.
    func run(_ file: String, number: String) async -> SuiteTry {
        let began = Wiring.now()
        let reply = "\(scratch)/\(number).json"
        let outcome: ChildOutcome
        do throws(ChildFailure) {
            outcome = try await carryOut(
                [Wiring.program, "run", "--tell", reply] + options + ["--", file]
            )
        } catch {
            return SuiteTry(.error, "its process can't be started: \(error.cause)")
        }
        var done = told(outcome, CaseReply.read(reply))
        done.lasted = Wiring.now() - began
        return done
    }

    private func carryOut(_ words: [String]) async throws(ChildFailure) -> ChildOutcome {
        let id = try await Children.shared.start(
            ChildOrder(
                words,
                keepsInputOpen: true,
                outlivesItsDeadline: true,
                outputLimitBytes: 1 << 16
            )
        )
        live.withLock { _ = $0.insert(id) }
        // A signal that came just before found it not there yet.
        if case .signal(let name) = stop.reason { interrupt(name) }
        defer { live.withLock { _ = $0.remove(id) } }
        return try await Children.shared.outcome(
            of: id,
            deadlineNs: BootClock.nowNs() + Self.everNs
        )
    }

    /// What a process that has ended says of its file.
    private func told(_ outcome: ChildOutcome, _ reply: CaseReply?) -> SuiteTry {
        let said = Plain.block(String(decoding: outcome.errors, as: UTF8.self))
        let words = said.split(separator: "\n").joined(separator: " ")
        let verdict: RunVerdict
        switch outcome.exit {
        case .code(let code):
            // 64: the file was changed since it was read.
            verdict = RunVerdict.allCases.first { $0.exit == Int32(code) } ?? .error
        case .signal(let name):
            let isOurs = stop.reason != nil && Signals.ending.contains { $0.1 == "SIG\(name)" }
            guard !isOurs else {
                return SuiteTry(.stopped, "stopped by SIG\(name) before it was begun")
            }
            return SuiteTry(
                .notRestored,
                "its process was ended by SIG\(name), and something may still be broken: run"
                    + " `drill heal`, and look at `drill runs`"
            )
        }
        guard let reply, !reply.runs.isEmpty else {
            return SuiteTry(verdict, words.isEmpty ? "it left no record" : words)
        }
        do {
            var kept = try Self.kept(reply)
            kept.ended(as: verdict, words.isEmpty ? "exit \(verdict.exit)" : words)
            return kept
        } catch {
            let why = (error as? Failure)?.text ?? "\(error)"
            let worst = RunVerdict.worst([verdict, .error])
            return SuiteTry(worst, "its record can't be read: \(Plain.oneLine(why))")
        }
    }

    private static func kept(_ reply: CaseReply) throws -> SuiteTry {
        let store = Wiring.store
        if let id = reply.series {
            let series = try KeptSeries(id)
            return SuiteTry(
                series.series,
                series.judgement,
                runs: try series.records(),
                report: "\(series.folder)/report.html"
            )
        }
        do throws(HistoryError) {
            let run = reply.runs[0]
            return SuiteTry(
                try Keeping.alone(run, in: store),
                report: "\(store.folder(of: run))/report.html"
            )
        } catch {
            throw Failure.defect(error.message)
        }
    }
}
