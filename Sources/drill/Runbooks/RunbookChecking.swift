import DrillEngine
import DrillHistory
import DrillModel
import DrillReport

/// Looks whether a runbook would work, without carrying out any of its steps.
struct RunbookChecking: Sendable {
    let proofs: StepProofs
    var isOffline = false

    func checkup(_ runbook: Runbook) async -> RunbookCheckup {
        let wallNs = Wiring.wallNs()
        let steps = ProvenStep.all(runbook, proofs.of(runbook))
        var findings: [RunbookFinding] = []
        if !isOffline {
            let field = Field(runbook.inventory)
            findings += await field.survey.look(runbook)
            await field.end()
        }
        findings += RunbookFinding.ofFile(runbook)
        findings += steps.compactMap { $0.finding(of: runbook, now: wallNs) }.toldOnce
        return RunbookCheckup(
            runbook,
            findings: findings,
            steps: steps,
            unlooked: isOffline ? "no host was looked at: --offline" : nil
        )
    }
}

/// When steps were proven, by the runs that are kept.
struct StepProofs: Sendable {
    /// Of more runs than that, the older ones prove nothing that anybody would rely on.
    private static let runsMax = 2000

    private let all: [StepProof]

    /// Reads runs that carried out a runbook, newest first; one that can't be read proves nothing.
    init(_ store: RunStore) {
        var all: [StepProof] = []
        for run in ((try? store.runs()) ?? []).suffix(Self.runsMax).reversed() {
            // Quick to be seen, and true of most: no runbook was carried out.
            guard store.mentions("runbookStep", in: run), let plan = try? store.plan(of: run),
                let events = try? store.events(of: run)
            else { continue }
            all += StepProof.all(in: plan, events)
        }
        self.all = all
    }

    func of(_ runbook: Runbook) -> [StepProof] {
        let places = runbook.places.map(\.place)
        return all.filter { proof in places.contains { proof.step.isSame(as: $0) } }
    }
}
