/// What a person is shown before they type that a run is meant.
package enum ConfirmationText {
    package static func render(
        _ plan: Plan,
        why: String,
        columns: Int = PlanText.widthBest
    ) -> String {
        let radius = plan.blastRadius
        let inventory = plan.experiment.inventory
        let place = inventory.map { "\($0.name)\($0.environment.map { ", \($0)" } ?? "")" }
        var rows = plan.faults.map { fault -> (String, String) in
            let targets = fault.procedures.map(\.target).unique
            let who = fault.who.map { ", those that `who: \($0)` finds" } ?? ""
            return (
                "fault",
                "\(fault.id) (\(fault.fault)) on \(targets.listed)\(who)"
            )
        }
        if rows.isEmpty, plan.isRunbook != true { rows.append(("faults", "none")) }
        // They change production as faults do, and nobody undoes them.
        rows += plan.experiment.runbooks.compactMap { runbook in
            let hosts = runbook.hostsOfCommands
            return hosts.isEmpty
                ? nil : ("runbook", "\(runbook.name) changes things on \(hosts.listed)")
        }
        if radius.hosts > 0 {
            rows.append(
                (
                    "blast radius",
                    "up to \(radius.touchedMax) of \(counted(radius.hosts, "host")) in regions,"
                        + " \(Share.shown(radius.share)) (limit \(Share.shown(radius.limit)))"
                )
            )
        }
        if let series = plan.series, series.count > 1 {
            rows.append(
                (
                    "runs",
                    "\(series.count), one after another, \(series.pause.inWords) between two: what is"
                        + " typed now goes for all of them"
                )
            )
        }
        if plan.isRunbook != true {
            rows.append(("takes", PlanLength(plan).takes(in: plan.series)))
        }
        if let closing = plan.closing { rows.append(("window", "closes \(closing.shown)")) }
        if !plan.notSelfHealing.isEmpty {
            rows.append(
                ("by itself", plan.notSelfHealing.map { "not: \($0)" }.joined(separator: "; "))
            )
        }
        if !plan.lasting.isEmpty { rows.append(("NOTHING undoes", plan.lasting.listed)) }
        let width = PlanText.width(columns: columns)
        let names = rows.map(\.0.count).max() ?? 0
        let lines = rows.flatMap { name, value in
            value.wrapped(width - names - 4).enumerated().map { index, line in
                "  \((index == 0 ? name : "").padded(names + 2))\(line)"
            }
        }
        return Plain.block(
            ("\(plan.experiment.name) on \(place ?? "no inventory"): \(why).".wrapped(width)
                + lines)
                .joined(separator: "\n")
        )
    }
}
