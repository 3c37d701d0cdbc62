import DrillEngine
package import DrillModel
import Synchronization

/// What a command line means to a simulated host.
struct SpelledCommand: Sendable {
    /// The last two words: `mark fault-0`.
    var words: [String]
    /// It runs only while this lease is armed.
    var guardedBy: String?
    var call: LeaseCall?
    /// Whether a shell only holds it, or now lets it begin; by the shell's number.
    var hold: Hold?

    enum Hold {
        case loaded(Int)
        case fired(Int)
    }

    init(_ line: String) {
        let parts = line.split(whereSeparator: \.isWhitespace).map {
            String($0.filter { $0 != "'" && $0 != "\\" })
        }.filter { !$0.isEmpty }
        words = parts.suffix(2).map(\.self)
        guard let name = parts.lastIndex(of: "drill-lease"), parts.count > name + 2 else { return }
        let key = parts[name + 2]
        if parts.count > name + 3, parts[name + 3] == "$$" {
            guardedBy = key
        } else {
            call = LeaseCall(line, key: key, words: Array(parts[(name + 3)...]))
        }
    }

    /// How long it takes: no time but for `take MILLISECONDS`.
    var length: Span {
        if case .loaded = hold { return .zero }
        guard words.first == "take", let count = words.last.flatMap({ Int64($0) }) else {
            return .zero
        }
        return .milliseconds(count)
    }
}

/// A call of the lease's script, told by the script that the line carries.
struct LeaseCall: Sendable {
    enum Verb { case arm, extend, heal, state, clean }

    private static let scripts: [(Verb, String)] = [
        (.arm, LeaseScript.arm()), (.extend, LeaseScript.extend), (.heal, LeaseScript.heal),
        (.state, LeaseScript.state), (.clean, LeaseScript.clean),
    ].map { ($0, Shell.quoted($1)) }

    var verb: Verb
    var key: String
    /// After places and key.
    var words: [String]

    init?(_ line: String, key: String, words: [String]) {
        guard let verb = Self.scripts.first(where: { line.contains($0.1) })?.0 else { return nil }
        self.verb = verb
        self.key = key
        self.words = words
    }

    /// The length that `arm` and `extend` are told.
    var lasts: Span {
        let word = verb == .arm ? words.dropLast().last : words.last
        return .milliseconds((word.flatMap { Int64($0) } ?? 0) * 10)
    }
}

extension SimulatedWorld {
    /// Does what a command says, at once.
    func obey(_ command: SpelledCommand, input: [UInt8], on host: String) -> Message.Answer {
        if let call = command.call { return answer(call, input, on: host) }
        let now = clock.now
        return state.withLock { state in
            state.wipe(now)
            let answer = state.obey(command, on: host, mutant)
            var told = command.words.joined(separator: " ")
            if case .loaded = command.hold { told = "hold \(told)" }
            if answer.exit != Message.unreachable { state.commands.append("\(host): \(told)") }
            state.tell(host, "\(told) -> \(answer.exit)", at: now)
            return answer
        }
    }

    /// Something befalls a host some time from now; called in the simulation.
    package func befall(_ host: String, _ mishap: Mishap, after span: Span) {
        state.withLock { $0.underWay += 1 }
        Task {
            await clock.sleep(span)
            let now = clock.now
            state.withLock { state in
                state.underWay -= 1
                state.tell(host, "\(mishap)", at: now)
                switch mishap {
                case .restart: state.restart(host)
                case .stall: state.stalled.insert(host)
                case .deadManKilled:
                    for (key, lease) in state.leases where lease.host == host {
                        state.leases[key]?.isAlive = false
                    }
                }
            }
            guard case .stall(let span) = mishap else { return }
            await clock.sleep(span)
            state.withLock { _ = $0.stalled.remove(host) }
        }
    }

    package enum Mishap: Sendable {
        /// Rules and leases go together.
        case restart
        /// The process that would undo by itself is gone; its files stay.
        case deadManKilled
        /// For so long nothing that is sent there arrives, and nobody is told.
        case stall(Span)
    }
}

extension SimulatedWorld.State {
    fileprivate mutating func obey(
        _ command: SpelledCommand,
        on host: String,
        _ mutant: SimulatedWorld.Mutant
    ) -> Message.Answer {
        guard isReachable(host) else { return (Message.unreachable, "") }
        if let key = command.guardedBy {
            guard let lease = leases[key], !lease.isHealed, !lease.isFiring, lease.isAlive else {
                return (75, "")
            }
        }
        if let hold = command.hold, let answer = answer(hold) { return answer }
        guard command.words.count == 2 else { return (127, "") }
        let name = command.words[1]
        let isMarked = marks[host, default: []].contains(name)
        switch command.words[0] {
        case "mark":
            checkMark(name, on: host)
            marks[host, default: []].insert(name)
        case "unmark":
            undone["\(name) on \(host)", default: 0] += 1
            if mutant != .undoIdle { unmark(name, on: host) }
        case "marked": return (isMarked ? 0 : 1, "")
        case "unmarked": return (isMarked ? 1 : 0, "")
        case "say": return (0, name + "\n")
        case "exit": return (Int(name) ?? 127, "")
        case "take": break
        default: return (127, "")
        }
        return (0, "")
    }

    mutating func unmark(_ name: String, on host: String) {
        guard late.remove(name) == nil else {
            marks[host, default: []].insert(name)
            return
        }
        marks[host, default: []].remove(name)
    }

    /// Takes away what was to be taken away by now.
    mutating func wipe(_ now: Instant) {
        guard let wipes, now >= wipes.at else { return }
        marks = [:]
        if wipes.leases { leases = [:] }
        self.wipes = nil
    }

    /// Whether commands come through to it.
    func isReachable(_ host: String) -> Bool {
        containers["box-\(host)", default: "running"] != "exited"
            && !marks[host, default: []].contains { $0.hasPrefix("unplugged") }
    }

    /// The host begins anew: without its marks, its dead-men gone.
    mutating func restart(_ host: String) {
        marks[host] = nil
        for number in holds.indices where holds[number].host == host { holds[number].stage = .gone }
        // What isn't in memory outlasts a restart, and lies there as another boot's.
        let keepsFiles = generator.chance(0.5)
        for (key, lease) in leases where lease.host == host {
            leases[key] = keepsFiles ? lease : nil
            leases[key]?.isAlive = false
            leases[key]?.isOfEarlierBoot = true
        }
    }

    /// No fault goes in without an armed lease that holds its undo, nor before its undo is on the disk.
    private mutating func checkMark(_ name: String, on host: String) {
        let isLeased = leases.values.contains { lease in
            lease.host == host && lease.isAlive && !lease.isHealed && lease.undo.contains(name)
        }
        if !isLeased { violations.append("\(name) went in on \(host) without an armed lease") }
        let isKept = journal[..<synced].contains { entry in
            guard case .broken(let wound) = entry, wound.procedure.target == host else {
                return false
            }
            return name == wound.fault || name == wound.fault + SimulatedWorld.second
        }
        if !isKept { violations.append("\(name) went in on \(host) before it was in the journal") }
    }
}
