/// Something that a checkup found and that somebody should see to before a drill.
package struct Finding: Hashable, Sendable {
    package enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
        case unreachable
        /// The key is another than the known one, revoked, or not known at all.
        case hostKey = "host-key"
        case noPrivilege = "no-privilege"
        /// An earlier run left something, or one is under way.
        case leftover
        case clock
        case disk
        case engine
        case container
        /// Nothing can be kept in the state folder, or nothing safely.
        case stateFolder = "state-folder"
        /// A run's journal names what is still broken, or can't be read.
        case journal
        /// `drill halt` stands.
        case halt
        /// The site's policy forbids every run, or can't be relied on.
        case policy
        /// A tool that an experiment's plan needs is missing, or its fault can't be done there.
        case plan
    }

    package var kind: Kind
    /// Nil where it is the controller's.
    package var host: String?
    package var message: String
    /// What to do; nil where the message says it.
    package var change: String?

    init(_ kind: Kind, _ host: String?, _ message: String, change: String? = nil) {
        self.kind = kind
        self.host = host
        self.message = message
        self.change = change
    }

    /// A clock that is off by more than this for certain: figures don't mind, being taken on the
    /// controller's clock, but a host's own log could no longer be laid beside the report's timeline.
    package static let clockOffsetMax = Span.milliseconds(500)
    /// Less than a twentieth free, and less than this.
    package static let freeBytesMin: Int64 = 1 << 30
    /// Where a lease lies: scripts of some ten kilobytes a fault.
    package static let leaseBytesMin: Int64 = 1 << 20
}

extension Finding {
    static func all(of checkup: Checkup, plans: [Plan]) -> [Finding] {
        let hosts = checkup.hosts.flatMap { check in
            host(check, isBare: plans.isEmpty, engine: checkup.facts.engine)
        }
        let twofold = checkup.inventory.hosts.compactMap { host in
            checkup.facts.twoMachines(host).map {
                Finding(.container, host.name, $0, change: Facts.oneMachine)
            }
        }
        return controller(checkup) + hosts + twofold + plans.flatMap(refused)
            + plans.compactMap { unlogged($0, checkup.facts) }
    }

    private static func controller(_ checkup: Checkup) -> [Finding] {
        let own = checkup.controller
        var findings: [Finding] = []
        if let why = own.unwritable {
            findings.append(
                Finding(
                    .stateFolder,
                    nil,
                    "nothing can be kept in \(own.stateFolder): \(why)",
                    change: "make it writable, or set DRILL_HOME to a folder that is"
                )
            )
        }
        if let why = own.exposed { findings.append(Finding(.stateFolder, nil, why)) }
        if let room = own.room, isTight(room) {
            findings.append(disk(nil, own.stateFolder, room))
        }
        findings += own.refusals.map {
            Finding($0.cause == .halted ? .halt : .policy, nil, $0.message, change: $0.change)
        }
        findings += own.open.map { Finding(.journal, nil, $0) }
        if checkup.inventory.hosts.contains(where: { $0.container != nil }),
            let why = checkup.facts.engine?.unusable
        {
            findings.append(Finding(.engine, nil, "the container engine can't be used: \(why)"))
        }
        return findings
    }

    private static func host(
        _ check: Checkup.HostCheck,
        isBare: Bool,
        engine: EngineFacts?
    ) -> [Finding] {
        var findings = container(check.host, engine)
        guard let facts = check.facts else { return findings }
        let name = check.host.name
        if let why = facts.unreachable {
            let isKey = facts.unreachableCode?.hasPrefix("hostKey") == true
            return findings + [Finding(isKey ? .hostKey : .unreachable, name, why)]
        }
        // With a plan, only what it needs counts.
        if isBare, !facts.isRoot, !facts.hasSudo,
            check.faults.contains(where: { $0.forbidden == nil })
        {
            findings.append(
                Finding(
                    .noPrivilege,
                    name,
                    "\(facts.user ?? "the login user") may not use sudo without a password",
                    change: "`drill sudoers --host \(name) FILE` prints the rules that an"
                        + " experiment needs"
                )
            )
        }
        if !facts.leftovers.isEmpty {
            let run = facts.leftovers.count == 1 ? facts.leftovers[0] : "--all"
            findings.append(
                Finding(
                    .leftover,
                    name,
                    "\(facts.leftovers.listed) still holds it: under way, or left something broken",
                    change:
                        "wait for its end, or, if it is over, run `drill heal \(run)` with the DRILL_HOME"
                        + " of then"
                )
            )
        }
        findings += (facts.chains ?? []).map {
            Finding(
                .leftover,
                name,
                "\($0.tool) has rules of drill's that no lease there accounts for (\($0.name)): saved"
                    + " while a cut was in place, and restored, maybe",
                change: "run `drill heal`; where that finds nothing, as root: \($0.removal)"
            )
        }
        return findings + clock(name, facts) + rooms(name, facts)
    }

    private static func container(_ host: Host, _ engine: EngineFacts?) -> [Finding] {
        guard let name = host.container, let engine, engine.unusable == nil else { return [] }
        guard let state = engine.containers[name] else {
            return [
                Finding(
                    .container,
                    host.name,
                    "the container engine knows no container \(name)",
                    change: "start it, or correct `container:` in the inventory"
                )
            ]
        }
        guard state.status != "running" else { return [] }
        return [
            Finding(
                .container,
                host.name,
                "its container \(name) is \(state.status)",
                change: "bring it back (`drill heal`, or start it by hand)"
            )
        ]
    }

    private static func clock(_ host: String, _ facts: HostFacts) -> [Finding] {
        guard let offset = facts.clockOffset, let bound = facts.clockOffsetBound else {
            return [
                Finding(
                    .clock,
                    host,
                    "its clock can't be read: `date +%s` gave no answer",
                    change: "see what it says there"
                )
            ]
        }
        let least = abs(offset.ns) - bound.ns
        guard least > clockOffsetMax.ns else { return [] }
        return [
            Finding(
                .clock,
                host,
                "its clock is \(offset.ns < 0 ? "behind" : "ahead") by at least"
                    + " \(Span.milliseconds(least / 1_000_000))",
                change: "let it follow a time server"
            )
        ]
    }

    private static func rooms(_ host: String, _ facts: HostFacts) -> [Finding] {
        (facts.rooms ?? [:]).sorted { $0.key < $1.key }.compactMap { place, room in
            let isFull =
                place == facts.leasePlace ? room.freeBytes < leaseBytesMin : isTight(room)
            return isFull ? disk(host, place, room) : nil
        }
    }

    private static func isTight(_ room: Room) -> Bool {
        room.freeBytes < freeBytesMin && room.freeBytes < room.totalBytes / 20
    }

    private static func disk(_ host: String?, _ place: String, _ room: Room) -> Finding {
        Finding(
            .disk,
            host,
            "\(place) is nearly full: \(room.freeBytes >> 20) MiB of \(room.totalBytes >> 20) MiB"
                + " are free",
            change: "make room there"
        )
    }

    /// Hosts that can't keep the line that each action is to leave there.
    private static func unlogged(_ plan: Plan, _ facts: Facts) -> Finding? {
        let used = plan.faults.flatMap(\.procedures).flatMap(\.hostsUsed).unique
        let names = used.filter { facts.hosts[$0]?.hasLogger == false }
        guard plan.experiment.syslog != false, !names.isEmpty else { return nil }
        return Finding(
            .plan,
            names.count == 1 ? names[0] : nil,
            "\(plan.experiment.name): logger is missing on \(names.listed), so that syslog there can't"
                + " tell what was done",
            change: "install the package bsdutils there, or write `syslog: false`"
        )
    }

    /// What stands against a plan and isn't told of the host already.
    private static func refused(_ plan: Plan) -> [Finding] {
        plan.refusals.filter { [.noSudo, .missingTool, .cannot].contains($0.cause) }.map {
            Finding(
                $0.cause == .noSudo ? .noPrivilege : .plan,
                $0.hosts.count == 1 ? $0.hosts[0] : nil,
                "\(plan.experiment.name): \($0.message)",
                change: $0.change
            )
        }
    }
}
