import ArgumentParser
import DrillModel
import DrillWire

/// How often each file is run: by the command line, else by the file's own `repeat:`.
struct RepeatOptions: ParsableArguments {
    @Option(
        name: .customLong("repeat"),
        help: "Run each file so many times: a series, judged and reported as a whole, too."
    )
    var times: Int?

    @Option(help: "The pause between two runs of a series; 10s unless the file says otherwise.")
    var pause: String?

    func validate() throws {
        if let times, !(1...Repetition.mostTimes).contains(times) {
            throw ValidationError("--repeat \(times): from 1 to \(Repetition.mostTimes)")
        }
    }

    /// The first place of the series that an experiment is to be run as; nil for a run by itself.
    func place(of experiment: Experiment, id: String, seed: UInt64) throws -> SeriesPlace? {
        let given: Span?
        do throws(Problems) {
            given = try pause.map { word throws(Problems) in try Span.option("--pause", word) }
        } catch {
            throw Failure.problems(error)
        }
        guard let times = times ?? experiment.repetition?.times else {
            guard given == nil else {
                throw Failure.usage("--pause is between the runs of a series: give --repeat, too")
            }
            return nil
        }
        return SeriesPlace(
            id: id,
            number: 1,
            count: times,
            pause: given ?? experiment.repetition?.pause ?? Repetition.usualPause,
            seed: seed
        )
    }
}
