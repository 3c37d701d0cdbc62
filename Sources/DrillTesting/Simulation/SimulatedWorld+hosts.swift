package import DrillEngine
package import DrillModel
import Synchronization

extension SimulatedWorld: Hosts {
    package func remote(to host: Host) async throws(RemoteError) -> any Remote {
        SimulatedRemote(host: host.name, world: self)
    }

    package func close() async {}
}

/// A way to a simulated host; what it runs are words, not programs.
struct SimulatedRemote: Remote {
    let host: String
    let world: SimulatedWorld

    func way() async throws(RemoteError) -> Way { Way(transport: "simulated", why: "a test") }

    func forward(to address: String, port: Int) async throws(RemoteError) -> LocalEndpoint {
        throw RemoteError(.unsupported, host: host, "simulated hosts forward nothing")
    }

    func close() async {}

    func run(
        _ line: String,
        input: [UInt8],
        deadline: Instant,
        outputLimitBytes: Int
    ) async throws(RemoteError) -> CommandResult {
        let sent = world.clock.now
        let weather = world.state.withLock { state in
            (
                isDropped: state.generator.chance(state.weather.dropped),
                isHalfRun: state.generator.chance(0.5),
                delay: state.generator.chance(state.weather.delayed)
                    ? Span.milliseconds(Int64(state.generator.below(4000))) : .milliseconds(2)
            )
        }
        let due = sent + weather.delay + Self.length(of: line)
        await world.clock.sleep(until: min(due, deadline))
        if due > deadline {
            throw RemoteError(.timedOut, host: host, "no answer in time", nothingStarted: false)
        }
        if weather.isDropped && !weather.isHalfRun { throw lost }
        guard let answer = world.obey(line, input: input, on: host) else { throw lost }
        if weather.isDropped { throw lost }
        return CommandResult(
            exit: .code(answer.exit),
            output: Array(answer.output.utf8),
            errors: [],
            sent: sent,
            done: world.clock.now
        )
    }

    /// How long a command takes: no time but for `take MILLISECONDS`.
    private static func length(of line: String) -> Span {
        let words = line.split(separator: " ").suffix(2)
        guard words.first == "take", let count = words.last.flatMap({ Int64($0) }) else {
            return .zero
        }
        return .milliseconds(count)
    }

    private var lost: RemoteError {
        RemoteError(.disconnected, host: host, "the connection was lost", nothingStarted: false)
    }
}

extension SimulatedWorld {
    /// Does what a command line says; nil when the process that asks is dead.
    func obey(_ line: String, input: [UInt8], on host: String) -> (exit: Int, output: String)? {
        let now = clock.now
        return state.withLock { state in
            state.expireLeases(now, mutant)
            if let wipes = state.wipes, now >= wipes.at {
                state.marks = [:]
                if wipes.leases { state.leases = [:] }
                state.wipes = nil
            }
            guard !state.isDead else { return nil }
            if let lease = LeaseCall(line) { return state.answer(lease, input, host, now, mutant) }
            let words = line.split(separator: " ").suffix(2).map(String.init)
            state.commands.append("\(host): \(words.joined(separator: " "))")
            guard words.count == 2 else { return (127, "") }
            let isMarked = state.marks[host, default: []].contains(words[1])
            switch words[0] {
            case "mark": state.marks[host, default: []].insert(words[1])
            case "unmark":
                if mutant != .undoIdle { state.marks[host, default: []].remove(words[1]) }
            case "marked": return (isMarked ? 0 : 1, "")
            case "unmarked": return (isMarked ? 1 : 0, "")
            case "say": return (0, words[1] + "\n")
            case "exit": return (Int(words[1]) ?? 127, "")
            case "take": return (0, "")
            default: return (127, "")
            }
            return (0, "")
        }
    }

    /// Lets every lease whose deadline has passed heal its host.
    package func expireLeases() {
        let now = clock.now
        state.withLock { $0.expireLeases(now, mutant) }
    }
}

/// A call of the lease's script, told by the script that the line carries.
private struct LeaseCall {
    enum Verb { case arm, extend, heal, state, clean }

    var verb: Verb
    var words: [String]

    init?(_ line: String) {
        guard let range = line.ranges(of: " drill-lease ").last else { return nil }
        words = line[range.upperBound...].split(separator: " ").map(String.init)
        let scripts: [(Verb, String)] = [
            (.arm, LeaseScript.arm()), (.extend, LeaseScript.extend), (.heal, LeaseScript.heal),
            (.state, LeaseScript.state), (.clean, LeaseScript.clean),
        ]
        guard let verb = scripts.first(where: { line.contains(Shell.quoted($0.1)) })?.0,
            words.count >= 2
        else { return nil }
        self.verb = verb
    }

    /// After the places.
    var key: String { words[1] }
}

extension SimulatedWorld.State {
    fileprivate mutating func answer(
        _ call: LeaseCall,
        _ input: [UInt8],
        _ host: String,
        _ now: Instant,
        _ mutant: SimulatedWorld.Mutant
    ) -> (exit: Int, output: String) {
        guard let lease = leases[call.key] else {
            guard call.verb == .arm else { return (1, "drill-lease none\n") }
            let undo = String(decoding: input, as: UTF8.self).matches(of: /unmark (\S+)/)
                .map { String($0.1) }
            let centiseconds = Int64(call.words[call.words.count - 2]) ?? 0
            leases[call.key] = SimulatedLease(
                host: host,
                deadline: now + .milliseconds(centiseconds * 10),
                undo: undo
            )
            return (0, "drill-lease armed pid=7 place=/run/drill on=tmpfs\n")
        }
        switch call.verb {
        case .arm: return (1, "drill-lease exists \(lease.isHealed ? "healed" : "armed")\n")
        case .extend:
            guard !lease.isHealed else { return (1, "drill-lease too-late healed\n") }
            let centiseconds = Int64(call.words[call.words.count - 1]) ?? 0
            leases[call.key]?.deadline = now + .milliseconds(centiseconds * 10)
            return (0, "drill-lease extended\n")
        case .heal:
            fire(call.key, mutant)
            return (0, "drill-lease healed\n")
        case .state:
            return (0, "drill-lease \(lease.isHealed ? "healed" : "armed alive") left=1\n")
        case .clean:
            leases[call.key] = nil
            return (0, "drill-lease cleaned\n")
        }
    }

    mutating func expireLeases(_ now: Instant, _ mutant: SimulatedWorld.Mutant) {
        for (key, lease) in leases where lease.deadline <= now { fire(key, mutant) }
    }

    private mutating func fire(_ key: String, _ mutant: SimulatedWorld.Mutant) {
        guard let lease = leases[key], !lease.isHealed else { return }
        leases[key]?.isHealed = true
        guard mutant != .undoIdle else { return }
        for mark in lease.undo { marks[lease.host, default: []].remove(mark) }
    }
}

extension SplitMix64 {
    mutating func chance(_ share: Double) -> Bool { Double(below(1_000_000)) < share * 1_000_000 }
}
