import DrillModel
import Synchronization

/// What `${name}` stands for in the steps of one runbook: its inputs, and what they saved so far.
final class RunbookScope: Sendable {
    private let saved: Mutex<[String: Text]>

    init(_ inputs: [String: Text] = [:]) { saved = Mutex(inputs) }

    var all: [String: Text] { saved.withLock { $0 } }

    func save(_ values: [String: Text]) {
        saved.withLock { $0.merge(values) { _, new in new } }
    }
}

/// A step's place, for reports: of which runbook, and the way to it from there.
struct StepPlace: Sendable {
    /// The one that is carried out, whichever includes have led on from there.
    var runbook: String
    /// From 1: `[3, 1]` is the first of those inside of the third.
    var path: [Int]
    /// How many there are beside it, itself counted.
    var count: Int

    func inside(_ index: Int, of count: Int) -> StepPlace {
        StepPlace(runbook: runbook, path: path + [index + 1], count: count)
    }
}

/// How a step went, or several one after another.
struct Carried: Sendable {
    /// How a step that was begun is taken back.
    struct Undoable: Sendable {
        var step: RunbookStep
        var undo: Deed
        var place: StepPlace
    }

    var result = Event.StepResult.done
    /// What comes after it.
    var next = RunbookStep.OnFailure.goOn
    /// In the order in which they were done.
    var undoable: [Undoable] = []
    /// When people were at it.
    var human: [ClosedRange<Instant>] = []

    /// How long people were at it, each moment counted once.
    var humanTime: Span { human.covered }
}

extension RunbookStep.OnFailure {
    /// The higher, the less is gone on with.
    var weight: Int {
        switch self {
        case .goOn: 0
        case .stop: 1
        case .undo: 2
        }
    }
}
