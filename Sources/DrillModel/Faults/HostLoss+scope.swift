// What may be lost as a region or a zone: all of it, but for hosts that `except:` names.
extension HostLoss {
    package enum Scope: String, Sendable {
        case region, zone
    }

    /// A report that tells of a region's loss must not mean two hosts of ten.
    static func problems(_ step: FaultStep, losing scope: Scope) -> [Problem] {
        let target = step.target
        let named = scope == .region ? target.regions : target.zones
        guard !named.isEmpty else {
            return [
                Problem(
                    "\(step.fault) loses a whole \(scope.rawValue), and its target names none",
                    at: target.position,
                    fix: scope == .region && !target.zones.isEmpty
                        ? "for a zone use fail-zone"
                        : "name the \(scope.rawValue); for single hosts use kill-container,"
                            + " pause-container or partition"
                )
            ]
        }
        var narrowing: [String] = []
        if scope == .region, !target.zones.isEmpty { narrowing.append("zone") }
        if !target.roles.isEmpty { narrowing.append("role") }
        if !target.hosts.isEmpty { narrowing.append("host") }
        if target.who != nil { narrowing.append("who") }
        if target.pick != .all { narrowing.append("pick") }
        guard !narrowing.isEmpty else { return [] }
        let keys = narrowing.map { "\"\($0)\"" }.listed
        return [
            Problem(
                "\(step.fault) loses a whole \(scope.rawValue): with \(keys) a part of it would stand",
                at: target.position,
                fix: "take \(keys) out; `except:` spares hosts by name, and kill-container,"
                    + " pause-container or partition hurt single ones"
            )
        ]
    }
}
