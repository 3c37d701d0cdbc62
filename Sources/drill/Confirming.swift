import DrillEngine
import DrillModel
import DrillWire

/// The question whether a run is meant, where one must be asked.
struct Confirming {
    static let byOption = "--yes-production"

    /// How it was confirmed before: by `--yes-production`, or for the whole series at its first run.
    let given: String?
    let stop: StopSwitch

    /// The plan with how it was confirmed, or with a refusal because it wasn't.
    ///
    /// A plan that must not run for other reasons isn't asked about. Where a signal or a halt comes
    /// instead of an answer, the run is as one that is stopped before its first step.
    func confirm(_ asked: Plan) async -> Plan {
        var plan = asked
        guard let confirmation = plan.confirmation, plan.refusals.isEmpty, stop.reason == nil else {
            return plan
        }
        let name = plan.experiment.name
        let times = plan.series.map { $0.count > 1 ? " \($0.count) times" : "" } ?? ""
        if let given {
            plan.confirmation?.given = given
            return plan
        }
        let change = "type its name when asked, on a terminal, or give `--yes-production`"
        guard Terminal.canAsk else {
            plan.refusals = [
                Refusal(
                    .confirmation,
                    "confirmation: \(confirmation.why), and nobody can be asked: standard input is no"
                        + " terminal",
                    change: "run it on a terminal and type its name, or give `--yes-production`"
                )
            ]
            return plan
        }
        let shown = ConfirmationText.render(
            plan,
            why: confirmation.why,
            columns: Terminal.size.columns
        )
        Terminal.forgetTyped()
        Terminal.writeError(
            "\(shown)\nType \(name) to run it\(times), anything else to leave all as it is: "
        )
        let answer = await answer()
        guard stop.reason == nil else {
            Terminal.writeError("\n")
            return plan
        }
        if answer == name {
            plan.confirmation?.given = "its name was typed\(times.isEmpty ? "" : ",\(times)")"
            // Nobody knows how long the question stood.
            plan.refusals = plan.refusalsByWindows(SitePolicy.site)
        } else {
            let typed = answer.flatMap { $0.isEmpty ? nil : "\"\($0)\"" }
            let what = typed.map { "\(Plain.oneLine($0, max: 80)) was typed, not \(name)" }
            plan.refusals = [
                Refusal(
                    .confirmation,
                    "confirmation: \(confirmation.why), and"
                        + " \(what ?? "its name, \(name), was not typed")",
                    value: answer.map { Plain.oneLine($0, max: 80) },
                    limit: name,
                    change: change
                )
            ]
        }
        return plan
    }

    /// Nil where the terminal went away, or the run was told to stop.
    private func answer() async -> String? {
        while stop.reason == nil {
            switch Terminal.typed() {
            case .line(let line): return Plain.oneLine(line).trimmingBlanks
            case .end: return nil
            case .nothing: await Wiring.sleep(Wiring.now() + .milliseconds(50))
            }
        }
        return nil
    }
}

extension String {
    fileprivate var trimmingBlanks: String {
        var text = Substring(self)
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
