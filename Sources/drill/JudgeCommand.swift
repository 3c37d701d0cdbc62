import ArgumentParser
import DrillModel
import DrillReport
import DrillWire

/// `drill judge RUN --budget rto=30s`: what a run, or a series, would have come to by other budgets.
struct JudgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "judge",
        abstract: "Judge an old run or series anew, by other budgets.",
        discussion: """
            From the samples as they were kept; nothing is written. A budget given here takes the place of \
            those of the same figure (and probe, where it names one), of the same part of the run (`during`; all of \
            it unless said) and, for a latency, of the same percentile (`at`; p99 unless said). The others stay \
            in force: `latency=2s` leaves one with `during: fault`. Its value is written as in a file: \
            `--budget rto=30s`, `--budget rto:storefront=30s`, \
            `--budget 'rto={at-most: 45s, in: 95%, confidence: 90%}'`. \
            The exit code is the verdict's, as `drill run` has it.
            """
    )

    @Argument(help: "A run's or a series' id, its last four digits, or `last`.")
    var name = "last"

    @Option(name: .customLong("budget"), help: "FIGURE=LIMIT or FIGURE:PROBE=LIMIT.")
    var budgets: [String] = []

    @Flag(help: "Machine-readable: as record.json or series.json.")
    var json = false

    func run() throws {
        let verdict: RunVerdict
        switch try Kept.find(name, budgets: budgets) {
        case .run(let kept):
            verdict = kept.record.judgement.verdict
            Terminal.write(
                json
                    ? try JSONText.of(try kept.file())
                    : RunSummary.text(kept.record, isHealed: kept.isHealed) + "\n"
                        + kept.promises.map { "note    \($0)\n" }.joined() + told
            )
        case .series(let kept):
            let judgement = kept.judgement
            verdict = judgement.verdict
            Terminal.write(
                json
                    ? try JSONText.of(kept.file)
                    : SeriesSummary.text(of: kept.series, judgement) + "\n" + told
            )
            for note in kept.notes { Terminal.writeError("drill: \(note)\n") }
        }
        if verdict != .passed { throw ExitCode(verdict.exit) }
    }

    private var told: String {
        budgets.isEmpty
            ? "" : "judged  by \(budgets.joined(separator: ", ")); its own report stays as it is\n"
    }
}
