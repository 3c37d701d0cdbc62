import DrillEngine
import DrillModel
import DrillReport
import DrillWire

/// Carries out what was found: experiments that share nothing at once, the others one after another, in
/// the order of the files as far as that goes.
struct SuiteRunner {
    let processes: CaseProcesses
    let runbooks: RunbookChecking
    let stop: StopSwitch
    let jobs: Int
    let retries: Int
    /// Tells a line, after how long it has gone on.
    let say: @Sendable (String) -> Void

    func run(_ found: [SuiteReading.Found]) async -> [SuiteCase] {
        var cases = found.map(\.blank)
        for (index, file) in found.enumerated() {
            if case .runbook(let runbook) = file.asked {
                let checkup = await runbooks.checkup(runbook.located(among: found))
                cases[index].verdict = checkup.count(.error) == 0 ? .passed : .failed
                func problems(_ severity: RunbookFinding.Severity) -> [Problem] {
                    checkup.findings.filter { $0.severity == severity }
                        .map { Problem($0.message, at: $0.position, fix: $0.fix) }
                }
                cases[index].problems = problems(.error)
                cases[index].warnings = problems(.warning)
                for warning in cases[index].warnings { say(SuiteText.warns(warning)) }
            }
            if case .experiment = file.asked { continue }
            tell(cases[index])
        }
        await experiments(of: found, &cases)
        return cases
    }

    private func experiments(of found: [SuiteReading.Found], _ cases: inout [SuiteCase]) async {
        var waiting = found.indices.compactMap { index in
            found[index].footprint.map { (index: index, footprint: $0) }
        }
        var running: [Int: Footprint] = [:]
        await withTaskGroup(of: (Int, SuiteCase).self) { group in
            while true {
                while stop.reason == nil, running.count < jobs,
                    let next = SuiteSchedule.next(
                        of: waiting.map(\.footprint),
                        beside: Array(running.values)
                    )
                {
                    let (index, footprint) = waiting.remove(at: next)
                    running[index] = footprint
                    let blank = cases[index]
                    group.addTask { (index, await tries(blank, number: index)) }
                }
                guard let (index, done) = await group.next() else { return }
                running[index] = nil
                cases[index] = done
                tell(done)
            }
        }
        for (index, _) in waiting {
            cases[index].verdict = .stopped
            cases[index].notBegun = "it was not begun, since the others were stopped"
            tell(cases[index])
        }
    }

    /// Once, and again as often as may be where it fails.
    private func tries(_ blank: SuiteCase, number: Int) async -> SuiteCase {
        var done = blank
        let began = Wiring.now()
        while true {
            let attempt = done.tries.count + 1
            say(SuiteText.begins(done.name, done.file, attempt: attempt, of: retries + 1))
            let last = await processes.run(done.file, number: "\(number)-\(attempt)")
            done.add(last)
            guard last.verdict.isTriedAgain, attempt <= retries, stop.reason == nil else { break }
            say(SuiteText.again(done.name, last))
        }
        done.lasted = Wiring.now() - began
        return done
    }

    private func tell(_ done: SuiteCase) { for line in SuiteText.ends(done) { say(line) } }
}

extension Runbook {
    /// With the inventory of an experiment that carries it out, where it names none itself.
    fileprivate func located(among found: [SuiteReading.Found]) -> Runbook {
        guard inventory == nil else { return self }
        var runbook = self
        for case .experiment(let experiment) in found.map(\.asked)
        where experiment.inventory != nil && experiment.carriesOut(name) {
            runbook.inventory = experiment.inventory
            return runbook
        }
        return runbook
    }
}

extension Experiment {
    fileprivate func carriesOut(_ name: String) -> Bool {
        runbooks.contains { $0.name == name || $0.places.contains { $0.place.runbook == name } }
    }
}
