import ArgumentParser
import DrillModel
import DrillReport
import DrillWire
import Foundation

/// `drill compare A B`: which figures changed by more than error and chance explain.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare two runs or series: which figures changed, and for the worse.",
        discussion: """
            Of two runs a figure has changed where its intervals part; of two series where the confidence \
            intervals of its medians do. A run is held against a series of 19 runs or more. Exit code 1 with \
            a regression; 2 where no figure can be compared, where a run proves nothing, or where a figure \
            that was known before isn't after; 64 where the two are of different experiments; else 0.
            """
    )

    @Argument(help: "The run or series before: an id, its last four digits, or `last`.")
    var before: String

    @Argument(help: "The one after.")
    var after: String

    @Flag(help: "Machine-readable.")
    var json = false

    func run() throws {
        let (one, other) = (try Side(before), try Side(after))
        guard one.experiment.name == other.experiment.name else {
            throw Failure.usage(
                "\(one.side.name) is of \(one.experiment.name) and \(other.side.name) of"
                    + " \(other.experiment.name): what differs there says nothing about the system"
            )
        }
        let differences = try Self.differences(one.experiment, other.experiment)
        let comparison = Comparison(one.side, other.side)
        Terminal.write(
            json
                ? try JSONText.of(ComparisonFile(comparison, differences: differences))
                : ComparisonText.text(
                    comparison,
                    differences: differences,
                    isOfRuns: !one.side.isSeries && !other.side.isSeries,
                    width: Terminal.isTerminal ? Terminal.size.columns : .max,
                    colour: Wiring.hasColour
                ) + "\n"
        )
        if comparison.exit != 0 { throw ExitCode(comparison.exit) }
    }

    private struct Side {
        var side: Comparison.Side
        var experiment: Experiment

        init(_ name: String) throws {
            switch try Kept.find(name) {
            case .run(let kept):
                side = Comparison.Side(kept.record)
                experiment = kept.record.plan.experiment
            case .series(let kept):
                side = Comparison.Side(kept.series)
                experiment = kept.series.experiment
                for note in kept.notes { Terminal.writeError("drill: \(note)\n") }
            }
        }
    }

    /// The parts of two experiments that aren't the same, by the keys of their plans.
    ///
    /// Where something stands in its file, what it is about and which budgets judge it changes no figure.
    private static func differences(
        _ one: Experiment,
        _ other: Experiment
    ) throws -> [String] {
        let (left, right) = (try parts(of: one), try parts(of: other))
        let ignored = ["about", "assume", "file", "budgets", "leaseBy", "repetition", "syslog"]
        return Set(left.keys).union(right.keys).subtracting(ignored).sorted()
            .filter { left[$0] != right[$0] }
    }

    private static func parts(of experiment: Experiment) throws -> [String: String] {
        let data = try JSONEncoder().encode(experiment)
        let object = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
        return try object.mapValues { value in
            let placeless = Self.placeless(value)
            let options: JSONSerialization.WritingOptions = [.sortedKeys, .fragmentsAllowed]
            let text = try JSONSerialization.data(withJSONObject: placeless, options: options)
            return String(decoding: text, as: UTF8.self)
        }
    }

    /// Without the places in files that everything carries.
    private static func placeless(_ value: Any) -> Any {
        if let list = value as? [Any] { return list.map(placeless) }
        guard let object = value as? [String: Any] else { return value }
        return object.filter { !["position", "positions", "file"].contains($0.key) }
            .mapValues(placeless)
    }
}
