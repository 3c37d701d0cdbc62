/// What a fault needs of its target, for each way of using it that needs something else.
///
/// ```
///   its `power` in the inventory (by: kill, on a machine)
///   root (or sudo -n), iptables and ip6tables, setsid (by: network, on a machine)
///   its engine (on a container)
/// ```
/// Found by asking the fault itself, with each of its words and optional commands: what it says here is
/// what the preflight will look for.
package struct FaultNeeds: Hashable, Sendable {
    /// `by: network, on a machine`; empty where it is the same for all.
    package var use: String
    package var needs: [Need]

    package static func all(of fault: any Fault.Type) -> [FaultNeeds] {
        let ways = ways(of: fault)
        let onMachine = ways.map { fault.needs($0.step, on: machine) }
        let onContainer = ways.map { fault.needs($0.step, on: container) }
        if onMachine == onContainer { return told(ways, onMachine, where: nil) }
        return told(ways, onMachine, where: "on a machine")
            + told(ways, onContainer, where: containerPlace)
    }

    /// The same on one host of an inventory.
    package static func all(of fault: any Fault.Type, on host: Host) -> [FaultNeeds] {
        let ways = ways(of: fault)
        return told(ways, ways.map { fault.needs($0.step, on: host) }, where: nil)
    }

    private struct Way {
        var words: String
        var step: FaultStep
    }

    private static let containerPlace = "on a container"
    private static let machine = Host(name: "host", address: "192.0.2.1")
    private static let container = Host(name: "host", address: "192.0.2.1", container: "host")

    /// One a word of its first key that has words, with and without each command that may be left out.
    private static func ways(of fault: any Fault.Type) -> [Way] {
        func step(_ values: [String: Values.Value]) -> FaultStep {
            FaultStep(
                id: fault.name,
                fault: fault.name,
                target: Selector(),
                values: Values(values)
            )
        }
        let plain = Way(words: "", step: step([:]))
        let usual = needs(fault, plain.step)
        for key in fault.keys {
            var ways: [Way] = []
            switch key.type {
            case .oneOf(let words):
                ways = words.map {
                    Way(words: "\(key.name): \($0)", step: step([key.name: .word($0)]))
                }
            case .command where !key.isRequired:
                let given = step([key.name: .command(.shell("true"))])
                ways = [
                    Way(words: "without \(key.name)", step: plain.step),
                    Way(words: "with \(key.name)", step: given),
                ]
            default: continue
            }
            if ways.contains(where: { needs(fault, $0.step) != usual }) { return ways }
        }
        return [plain]
    }

    private static func needs(_ fault: any Fault.Type, _ step: FaultStep) -> [[Need]] {
        [fault.needs(step, on: machine), fault.needs(step, on: container)]
    }

    /// Ways that need the same are told once, without their words where all do.
    private static func told(_ ways: [Way], _ needs: [[Need]], where place: String?) -> [FaultNeeds]
    {
        let isOne = Set(needs).count == 1
        var told: [FaultNeeds] = []
        for (way, needs) in zip(ways, needs) {
            let words = [isOne ? nil : way.words, place].compactMap(\.self).filter { !$0.isEmpty }
            let entry = FaultNeeds(use: words.joined(separator: ", "), needs: needs)
            if !told.contains(entry) { told.append(entry) }
        }
        return told
    }

    /// `root (or sudo -n), setsid (with undo)`.
    package var words: String {
        let isContainer = use.hasSuffix(Self.containerPlace)
        let words = needs.map { $0 == .container && isContainer ? "its engine" : $0.words }
        let list = needs.isEmpty ? "nothing" : words.joined(separator: ", ")
        return use.isEmpty ? list : "\(list) (\(use))"
    }
}

extension Need {
    fileprivate var words: String {
        switch self {
        // The preflight looks for both wherever one is used.
        case .tool("iptables"): "iptables and ip6tables"
        case .tool(let name): name
        case .root: "root (or sudo -n)"
        case .container: "to be a container, and its engine"
        case .power: "its `power` in the inventory"
        }
    }
}
