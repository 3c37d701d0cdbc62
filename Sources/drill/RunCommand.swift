import ArgumentParser
import Dispatch
import DrillEngine
import DrillField
import DrillHistory
import DrillModel
import DrillReport
import DrillWire
import Synchronization

/// `drill run FILE...`: runs experiments one after another; the worst verdict counts.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run experiments: break, watch, repair, and write a report.",
        discussion: """
            Exit codes: 0 passed, 1 failed, 2 inconclusive, 3 not started (nothing was touched), \
            4 stopped (all undone), 5 not restored, 64 wrong usage or a file with problems, \
            70 drill itself failed.
            """
    )

    @Argument(help: "Experiment files.", completion: .file(extensions: ["yaml", "yml"]))
    var files: [String]

    @Option(name: .customLong("var"), help: "Set a variable of the file: name=value.")
    var variables: [String] = []

    @Option(
        help: """
            Draw every `pick` and the jitter with this seed, to repeat a run; one of a series with \
            --repeat 1.
            """
    )
    var seed: UInt64?

    @OptionGroup var repetition: RepeatOptions

    @OptionGroup var runbooks: RunbookOptions

    @Flag(help: "Confirm a run that must be confirmed, as in production, without being asked.")
    var yesProduction = false

    @Option(help: "Write a JUnit report of all runs to this file.", completion: .file())
    var junit: String?

    /// Of `drill test`, which starts this as a process of its own.
    @Option(help: .hidden)
    var tell: String?

    func run() async throws {
        Signals.ignoreBrokenPipes()
        let stop = StopSwitch()
        let listening = Ear.listen(for: stop)
        defer { withExtendedLifetime(listening) {} }

        if tell != nil { CaseReply.endWithParent(stop) }
        let all = try Reading.experiments(
            files,
            variables: variables,
            // Of a folder's files each knows some.
            refusesUnknown: tell == nil
        )
        // An answer is for whichever of the files has such a step.
        let choice = try runbooks.choice(
            for: all.flatMap(\.experiment.runbooks),
            passesOver: tell != nil
        )
        try Delivery.check([("--junit", junit)], reading: all.flatMap(\.files).map(\.path))
        var verdicts: [RunVerdict] = []
        var parts: [JUnit.Part] = []
        var isDeclined = false
        var reply = CaseReply()
        for asked in all {
            guard stop.reason == nil, !isDeclined else {
                Terminal.writeError("drill: \(asked.experiment.name) was not begun\n")
                verdicts.append(isDeclined ? .notStarted : .stopped)
                continue
            }
            do {
                var records: [Record] = []
                let outcome = try await run(asked, choice, stop) { record in
                    reply.runs.append(record.run)
                    // All of them would be too much to hold where nobody asked for it.
                    if junit != nil { records.append(record) }
                }
                if let (series, judgement) = outcome.series {
                    parts.append(.series(series, judgement, runs: records))
                    reply.series = series.id
                } else {
                    parts += records.map(JUnit.Part.run)
                }
                verdicts.append(outcome.verdict)
                isDeclined = outcome.isDeclined
            } catch let failure as Failure {
                // What ran before must still be told.
                guard !verdicts.isEmpty else { throw failure }
                Terminal.writeError("\(asked.experiment.name): \(failure.text)")
                verdicts.append(.error)
                break
            }
        }
        if let junit {
            do {
                try Delivery.write(JUnit.xml(parts), to: junit, what: "the JUnit report")
            } catch let failure as Failure {
                Terminal.writeError(failure.text)
                verdicts.append(.error)
            }
        }
        if let tell { try reply.write(to: tell) }
        let verdict = RunVerdict.worst(verdicts)
        if verdict != .passed { throw ExitCode(verdict.exit) }
    }

    /// One file: once, or as a series.
    func run(
        _ asked: Reading.Asked,
        _ choice: RunbookChoice,
        _ stop: StopSwitch,
        took: (Record) -> Void
    ) async throws -> Repeating.Outcome {
        let seed = seed ?? Drilling.anySeed()
        let id = RunName.makeSeries(
            wallSeconds: Wiring.wallNs() / 1_000_000_000,
            experiment: asked.experiment.name,
            salt: UInt64.random(in: 0...UInt64.max)
        )
        if let first = try repetition.place(of: asked.experiment, id: id, seed: seed) {
            return try await Repeating(
                asked,
                first: first,
                isConfirmed: yesProduction,
                runbooks: choice,
                stop: stop
            ).run(took)
        }
        var claims: Claims?
        let outcome = try await Drilling(
            asked,
            seed: seed,
            confirmed: yesProduction ? Confirming.byOption : nil,
            runbooks: choice,
            stop: stop
        ).run(holding: &claims)
        took(outcome.record)
        return Repeating.Outcome(verdict: outcome.verdict, isDeclined: outcome.isDeclined)
    }
}

/// Hears the signals that end a run: the first ends it in good order, a later one its patience.
final class Ear: Sendable {
    /// Nearer together they may be one: a terminal that closes and a service that stops send two.
    private static let apart = Span.seconds(1)

    private let stop: StopSwitch
    private let first = Mutex<Instant?>(nil)

    private init(_ stop: StopSwitch) { self.stop = stop }

    /// - Returns: what must be kept for as long as they are to be heard.
    static func listen(for stop: StopSwitch) -> [any DispatchSourceSignal] {
        let ear = Ear(stop)
        return Signals.listen(to: Signals.ending) { ear.hear($0) }
    }

    private func hear(_ signal: String) {
        let now = Wiring.now()
        let begun = first.withLock { first in
            first = first ?? now
            return first ?? now
        }
        stop.stop(.signal(signal))
        guard now - begun >= Self.apart, !stop.isHurried else { return }
        stop.hurry()
        Terminal.writeError(
            """

            drill: what can't be undone at once is not tried again any more; what is left is told \
            at the end, and `drill heal` undoes it afterwards

            """
        )
    }
}
