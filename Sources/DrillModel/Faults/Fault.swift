/// One way to hurt a target, and the way back.
///
/// Adding a fault is one file that conforms to this, one line in `Catalogue.faults`, one example and
/// one test table. A fault compiles, purely, to a `Procedure` a target.
package protocol Fault: Sendable {
    /// The word of the file format.
    static var name: String { get }
    /// One sentence.
    static var about: String { get }
    /// Its own keys, beside `id`, `target`, `for` and `include-control`, which every fault has.
    static var keys: [Key] { get }
    /// What the survey must find on a target (tools such as `iptables`), for plan and doctor.
    static func needs(_ step: FaultStep, on host: Host) -> [Need]
    /// What is wrong with a step as it is written, whatever the hosts; nothing unless a fault says so.
    static func problems(_ step: FaultStep) -> [Problem]
    /// Whether it may cut drill's own path, so that `include-control` means something; no unless it says so.
    static func mayCutControl(_ step: FaultStep) -> Bool
    /// What a host is cut off from by rules of its own; nil unless the fault is such a cut.
    static func cut(_ step: FaultStep, on host: Host, in scene: Scene) -> Partition.Cut?
    /// - Throws: `Problems` where it can't be done on this host, with what to do instead.
    static func procedure(
        _ step: FaultStep,
        on host: Host,
        in scene: Scene
    ) throws(Problems) -> Procedure
}

extension Fault {
    package static func problems(_ step: FaultStep) -> [Problem] { [] }

    package static func mayCutControl(_ step: FaultStep) -> Bool { false }

    package static func cut(_ step: FaultStep, on host: Host, in scene: Scene) -> Partition.Cut? {
        nil
    }
}

/// Something a fault needs on its target.
package enum Need: Hashable, Codable, Sendable {
    case tool(String)
    /// `sudo -n`, or being root.
    case root
    /// The container engine, and the host being a container.
    case container
    /// Commands in the inventory that can power the host.
    case power
}

/// What a fault may know while it compiles: the inventory, what the survey found, and the run.
package struct Scene: Sendable {
    package var inventory: Inventory
    /// Nil in `plan --offline`: what needs it is marked unknown.
    package var facts: Facts?
    /// The run's id, for tags; `RUN` in a plan that has no run yet.
    package var run: String
    /// The hosts of the step's `from:` or other second selector, resolved, by key.
    package var peers: [String: [Host]]
    package init(
        inventory: Inventory,
        facts: Facts?,
        run: String,
        peers: [String: [Host]] = [:]
    ) {
        self.inventory = inventory
        self.facts = facts
        self.run = run
        self.peers = peers
    }
}
