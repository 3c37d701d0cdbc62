/// A look whether a fault finds on a host what it is to break.
package struct SurveyLook: Hashable, Codable, Sendable {
    /// The fault's id.
    package var fault: String
    /// Who manages services there, where the look is this one.
    package var manager: String
    package var command: Command

    package init(fault: String, manager: String, command: Command) {
        self.fault = fault
        self.manager = manager
        self.command = command
    }

    /// Whether it is the one for a host; one that nothing known manages has processes all the same.
    package func isFor(_ facts: HostFacts) -> Bool {
        manager == facts.serviceManager ?? Service.Manager.systemd.rawValue
    }

    /// Why there is nothing to break, by what the look answered; nil where there is something.
    package static func absence(isGood: Bool, output: String, errors: String) -> String? {
        guard isGood else {
            return errors.split(whereSeparator: \.isNewline).last.map(String.init)
                ?? "nothing was found, and nothing said why"
        }
        return output == "inactive" ? down : nil
    }

    /// A service that is there and doesn't run: a fault leaves it as it is.
    static let down = "the service is down already"
}

/// Whether faults on processes and services find any, before anything is touched.
///
/// What is looked with is what `capture` looks with later, so sudo's rules allow it too.
enum Presence {
    private static let names = [KillProcess.name, PauseProcess.name, StopService.name]

    /// Host to its looks, for each service manager that it may turn out to have.
    static func looks(
        _ experiment: Experiment,
        _ offline: Draft,
        named: @escaping Planner.Lookup
    ) -> [String: [SurveyLook]] {
        guard offline.faults.contains(where: { names.contains($0.fault) }) else { return [:] }
        var looks: [String: [SurveyLook]] = [:]
        for manager in Service.Manager.allCases.map(\.rawValue) {
            var facts = Facts()
            for host in offline.inventory.hosts {
                facts.hosts[host.name] = HostFacts(serviceManager: manager)
            }
            let draft = Draft(
                experiment,
                facts: facts,
                seed: offline.selection.seed,
                run: offline.run,
                named: named
            )
            for fault in draft.faults where names.contains(fault.fault) {
                for procedure in fault.procedures {
                    guard case .command(let host, let command)? = procedure.capture.first?.verb
                    else { continue }
                    looks[host, default: []].append(
                        SurveyLook(fault: fault.id, manager: manager, command: command)
                    )
                }
            }
        }
        return looks
    }

    /// Faults that the survey found nothing for.
    static func refusals(_ faults: [PlannedFault], _ facts: Facts) -> [Refusal] {
        faults.compactMap { fault in
            let targets = fault.procedures.map(\.target).unique
            let absent = targets.compactMap { host in
                facts.hosts[host]?.absent?[fault.id].map { (host: host, why: $0) }
            }
            // Whom `who` finds is known only then, and what is down on some hosts is left alone there.
            let maySpareSome = fault.who != nil || absent.allSatisfy { $0.why == SurveyLook.down }
            guard !absent.isEmpty, !maySpareSome || absent.count == targets.count else {
                return nil
            }
            let hosts = absent.map(\.host)
            return Refusal(
                .cannot,
                hosts: hosts,
                "\(fault.id) would find nothing to break on \(hosts.listed):"
                    + " \(absent.map(\.why).unique.joined(separator: "; "))",
                change: "correct what it names, see that it runs there, or choose other targets"
            )
        }
    }
}
