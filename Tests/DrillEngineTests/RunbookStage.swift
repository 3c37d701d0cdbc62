import DrillTesting
import Synchronization

@testable import DrillEngine
@testable import DrillModel

/// A runbook carried out by itself on the simulated hosts, and all that came of it.
struct RunbookStage {
    let result: Event.StepResult
    let reports: [RunbookStepReport]
    let actions: [ActionReport]
    /// What the hosts obeyed: `alpha: say hello`.
    let commands: [String]
    /// What the engine was told: `stop box`.
    let verbs: [String]
    let asked: [PersonRequest]

    /// Carries it out.
    ///
    /// `people` answer by a step's title, after three seconds; nil where nobody is there. `cancelsAfter` is
    /// when the run is told to end; `replies` what requests and statements are answered, `sees` what looks
    /// see.
    init(
        _ runbook: Runbook,
        people: [String: PersonAnswer]? = nil,
        twice: Bool = false,
        cancelsAfter: Span? = nil,
        secret: String = "opensesame",
        replies: (@Sendable (Question, Span) -> (outcome: Outcome, text: String?))? = nil,
        sees: (@Sendable (Span) -> SimulatedWorld.Sight)? = nil
    ) async {
        let simulated = SimulatedWorld(seed: 1)
        if let replies { simulated.answers(replies) }
        if let sees { simulated.shows(SimulatedWorld.aside, sees) }
        let engine = ToldEngine()
        let crowd = people.map { Crowd($0, simulated.clock) }
        let inner = simulated.world
        let world = World(
            now: inner.now,
            wallNs: inner.wallNs,
            sleep: inner.sleep,
            hosts: inner.hosts,
            containers: engine,
            probers: inner.probers,
            journal: inner.journal,
            recorder: inner.recorder,
            people: crowd,
            secret: { _ in secret }
        )
        let experiment = Experiment(
            name: "stage",
            inventory: Inventory(
                name: "simulated",
                hosts: Scenario.hosts.map { Host(name: $0, address: "192.0.2.1") }
            ),
            probes: [],
            method: [Step(.runbook(runbook))]
        )
        var plan = Plan(run: "RUN", experiment: experiment, seed: 1)
        plan.doesTwice = twice
        let log = Log(world)
        result = await simulated.clock.drive { [plan] in
            let watch = Watch(experiment, world: world, log: log, run: "RUN")
            let running = Task {
                await RunbookRunner(plan, watch: watch, world: world, log: log).run(runbook)
            }
            let ending = Task {
                guard let cancelsAfter else { return }
                await simulated.clock.sleep(cancelsAfter)
                running.cancel()
            }
            let result = await running.value
            ending.cancel()
            return result
        }
        reports = log.all.compactMap { event in
            if case .runbookStep(let report) = event.kind { report } else { nil }
        }
        actions = log.all.compactMap { event in
            if case .action(let report) = event.kind { report } else { nil }
        }
        commands = simulated.commands
        verbs = engine.verbs
        asked = crowd?.asked ?? []
    }

    /// Each report in short: `2.1 title: done`.
    var told: [String] {
        reports.map { report in
            let place = (report.path ?? []).map(String.init).joined(separator: ".")
            let undo = report.isUndo == true ? "undo " : ""
            let result =
                switch report.result {
                case .done: "done"
                case .failed: "failed"
                case .passedOver: "passed over"
                case .skipped: "skipped"
                case .cancelled: "cancelled"
                }
            return "\(place) \(undo)\(report.title): \(result)"
        }
    }

    /// Why it failed; empty where it didn't.
    var why: String { if case .failed(let why) = result { why } else { "" } }

    func report(_ title: String) -> RunbookStepReport? { reports.first { $0.title == title } }
}

/// A step that runs a command on the simulated host alpha.
func step(
    _ title: String,
    _ words: String...,
    change: (inout RunbookStep) -> Void = { _ in }
)
    -> RunbookStep
{
    var step = RunbookStep(title: title, host: "alpha", run: words.isEmpty ? nil : .list(words))
    change(&step)
    return step
}

/// Notes what it is told.
private final class ToldEngine: ContainerEngine {
    private let told = Mutex<[String]>([])

    var verbs: [String] { told.withLock { $0 } }

    private func note(_ verb: String, _ container: String) throws(EngineError) {
        told.withLock { $0.append("\(verb) \(container)") }
        if container == "gone" {
            throw EngineError(.noSuchContainer, container: container, "the engine has no gone")
        }
    }

    func version(deadline: Instant) async throws(EngineError) -> String { "1" }

    func inspect(
        _ container: String,
        deadline: Instant
    ) async throws(EngineError) -> ContainerState {
        throw EngineError(.noSuchContainer, "no \(container)")
    }

    func start(_ container: String, deadline: Instant) async throws(EngineError) {
        try note("start", container)
    }

    func stop(_ container: String, deadline: Instant) async throws(EngineError) {
        try note("stop", container)
    }

    func restart(_ container: String, deadline: Instant) async throws(EngineError) {
        try note("restart", container)
    }

    func kill(
        _ container: String,
        signal: String,
        deadline: Instant
    ) async throws(EngineError) { try note("kill \(signal)", container) }

    func pause(_ container: String, deadline: Instant) async throws(EngineError) {
        try note("pause", container)
    }

    func unpause(_ container: String, deadline: Instant) async throws(EngineError) {
        try note("unpause", container)
    }

    func disconnect(
        _ container: String,
        network: String,
        deadline: Instant
    ) async throws(EngineError) {}

    func connect(
        _ container: String,
        attachment: NetworkAttachment,
        deadline: Instant
    ) async throws(EngineError) {}
}

/// Answers as was said beforehand, three seconds after it was asked; otherwise not at all.
private final class Crowd: People {
    private let answers: [String: PersonAnswer]
    private let clock: SimulatedClock
    private let requests = Mutex<[PersonRequest]>([])

    init(_ answers: [String: PersonAnswer], _ clock: SimulatedClock) {
        self.answers = answers
        self.clock = clock
    }

    var asked: [PersonRequest] { requests.withLock { $0 } }

    func ask(_ request: PersonRequest) async -> PersonAnswer {
        requests.withLock { $0.append(request) }
        guard let answer = answers[request.step] else {
            await clock.sleep(until: request.deadline)
            return .late
        }
        await clock.sleep(.seconds(3))
        return answer
    }
}
