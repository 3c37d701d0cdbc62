/// What `drill doctor --json` prints; the names in it stay, as those of `record.json` do.
///
/// Lengths of time are integers in nanoseconds and end in `_ns`, sizes end in `_bytes`; unknown is
/// `null`, never left out.
package struct CheckupFile: Encodable, Sendable {
    /// Rises when a name changes its meaning or goes; new names don't raise it.
    package static let format = 1

    private let checkup: Checkup

    package init(_ checkup: Checkup) { self.checkup = checkup }

    private enum Key: String, CodingKey {
        case format, inventory, file, experiments, controller, engine, hosts, findings, exit
    }

    package func encode(to encoder: any Encoder) throws {
        var keys = encoder.container(keyedBy: Key.self)
        try keys.encode(Self.format, forKey: .format)
        try keys.encode(checkup.inventory.name, forKey: .inventory)
        try keys.encode(checkup.inventory.file, forKey: .file)
        try keys.encode(checkup.experiments, forKey: .experiments)
        try keys.encode(ControllerEntry(checkup), forKey: .controller)
        try keys.encode(checkup.facts.engine.map(EngineEntry.init), forKey: .engine)
        try keys.encode(checkup.hosts.map(HostEntry.init), forKey: .hosts)
        try keys.encode(checkup.findings.map(FindingEntry.init), forKey: .findings)
        try keys.encode(checkup.exit, forKey: .exit)
    }
}

extension Checkup {
    /// 0 where there is nothing to see to, 1 with findings.
    package var exit: Int32 { findings.isEmpty ? 0 : 1 }
}

/// Writes every key, `null` where there is no value.
private struct Fields: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

/// Puts one key and its value, be it null.
private struct Put {
    var keys: KeyedEncodingContainer<Fields>

    init(_ encoder: any Encoder) { keys = encoder.container(keyedBy: Fields.self) }

    mutating func callAsFunction(_ name: String, _ value: (some Encodable)?) throws {
        try keys.encode(value, forKey: Fields(name))
    }
}

private struct ControllerEntry: Encodable {
    let checkup: Checkup
    init(_ checkup: Checkup) { self.checkup = checkup }

    func encode(to encoder: any Encoder) throws {
        let own = checkup.controller
        let facts = checkup.facts.controller
        var put = Put(encoder)
        try put("version", own.version)
        try put("name", own.name)
        try put("user", facts?.user)
        try put("system", facts?.system)
        try put("kernel", facts?.kernel)
        try put("state_folder", own.stateFolder)
        try put("writable", own.unwritable == nil)
        try put("unwritable", own.unwritable)
        try put("free_bytes", own.room?.freeBytes)
        try put("total_bytes", own.room?.totalBytes)
        try put("open", own.open)
        try put("running", own.running)
        try put("halted", own.refusal(.halted))
        try put("policy", own.policy.map(PolicyEntry.init))
    }
}

private struct PolicyEntry: Encodable {
    let policy: Policy
    init(_ policy: Policy) { self.policy = policy }

    func encode(to encoder: any Encoder) throws {
        var put = Put(encoder)
        try put("name", policy.name)
        try put("file", policy.file)
        try put("forbids_runs", policy.forbidsRuns != nil)
        try put("limits", policy.limits)
    }
}

private struct EngineEntry: Encodable {
    let engine: EngineFacts
    init(_ engine: EngineFacts) { self.engine = engine }

    func encode(to encoder: any Encoder) throws {
        var put = Put(encoder)
        try put("version", engine.version)
        try put("unusable", engine.unusable)
        try put("containers", engine.containers.mapValues(\.status))
    }
}

private struct RoomEntry: Encodable {
    let room: Room
    init(_ room: Room) { self.room = room }

    func encode(to encoder: any Encoder) throws {
        var put = Put(encoder)
        try put("free_bytes", room.freeBytes)
        try put("total_bytes", room.totalBytes)
    }
}

private struct KeyEntry: Encodable {
    let key: HostKey
    init(_ key: HostKey) { self.key = key }

    func encode(to encoder: any Encoder) throws {
        var put = Put(encoder)
        try put("type", key.type)
        try put("fingerprint", key.fingerprint)
        try put("known_from", key.knownFrom)
    }
}

private struct HostEntry: Encodable {
    let check: Checkup.HostCheck
    init(_ check: Checkup.HostCheck) { self.check = check }

    func encode(to encoder: any Encoder) throws {
        let (host, facts) = (check.host, check.facts)
        let isReached = facts.map { $0.unreachable == nil } ?? false
        // What wasn't looked at is unknown, not false.
        let seen = isReached ? facts : nil
        var put = Put(encoder)
        try put("host", host.name)
        try put("address", host.address)
        try put("zone", host.zone)
        try put("roles", host.roles)
        try put("container", host.container)
        try put("protected", host.isProtected)
        try put("planned", check.isPlanned)
        try put("reachable", facts == nil ? nil : isReached)
        try put("unreachable", facts?.unreachable)
        try put("unreachable_code", facts?.unreachableCode)
        try put("transport", seen?.transport)
        try put("transport_why", seen?.transportWhy)
        try put("host_key", seen?.hostKey.map(KeyEntry.init))
        try put("user", seen?.user)
        try put("root", seen?.isRoot)
        try put("sudo", seen?.hasSudo)
        try put("tools", seen?.tools)
        try put("iptables", seen?.iptables)
        try put("ip6tables", seen?.ip6tables)
        try put("logger", seen?.hasLogger)
        try put("system", seen?.system)
        try put("kernel", seen?.kernel)
        try put("service_manager", seen?.serviceManager)
        try put("uptime_ns", seen?.uptime)
        try put("clock_offset_ns", seen?.clockOffset)
        try put("clock_offset_bound_ns", seen?.clockOffsetBound)
        try put("lease_place", seen?.leasePlace)
        try put("lease_in_memory", seen?.isLeaseInMemory)
        try put("rooms", seen?.rooms?.mapValues(RoomEntry.init))
        try put("leftovers", seen?.leftovers)
        try put("faults", check.faults.map(FaultCheckEntry.init))
    }
}

private struct FaultCheckEntry: Encodable {
    struct Way: Encodable {
        let way: FaultCheck.Way

        func encode(to encoder: any Encoder) throws {
            var put = Put(encoder)
            try put("use", way.use)
            try put("works", way.lacks.isEmpty)
            try put("lacks", way.lacks.map { ["what": $0.what, "change": $0.change] })
        }
    }

    let check: FaultCheck
    init(_ check: FaultCheck) { self.check = check }

    func encode(to encoder: any Encoder) throws {
        var put = Put(encoder)
        try put("fault", check.fault)
        try put("verdict", check.verdict)
        try put("planned", check.isPlanned)
        try put("forbidden", check.forbidden)
        try put("ways", check.ways.map(Way.init))
    }
}

private struct FindingEntry: Encodable {
    let finding: Finding
    init(_ finding: Finding) { self.finding = finding }

    func encode(to encoder: any Encoder) throws {
        var put = Put(encoder)
        try put("kind", finding.kind)
        try put("host", finding.host)
        try put("message", finding.message)
        try put("change", finding.change)
    }
}
