import DrillModel
import Synchronization

/// A dead-man on a simulated host: undoes when its deadline passes, whatever became of the controller.
struct SimulatedLease {
    var host: String
    var deadline: Instant
    var undo: [String]
    var isHealed = false
    /// Healed by its deadline, before anybody asked.
    var isLapsed = false
    /// Its undo has begun; it stopped halfway, and is tried again.
    var isFiring = false
    /// Its process; without one only `heal` undoes, unless a renewal starts another.
    var isAlive = true
    var isOfEarlierBoot = false
}

extension SimulatedWorld {
    func answer(_ call: LeaseCall, _ input: [UInt8], on host: String) -> Message.Answer {
        let now = clock.now
        if mutant == .armLate, call.verb == .arm {
            Task {
                await clock.sleep(.milliseconds(300))
                _ = state.withLock { $0.answer(call, input, host, clock.now, mutant) }
                waitForDeadline(call.key)
            }
            return (0, "drill-lease armed pid=7 place=/run/drill on=tmpfs\n")
        }
        let answer = state.withLock { state in
            state.wipe(now)
            let answer = state.answer(call, input, host, now, mutant)
            state.commands.append("\(host): \(call.verb) \(call.key)")
            state.tell(host, "\(call.verb) \(call.key) -> \(answer.output.dropLast())", at: now)
            return answer
        }
        switch call.verb {
        case .arm, .extend: waitForDeadline(call.key)
        case .heal:
            waitForDeadline(call.key)
            if mutant == .undoneTwice { undoAgain(call.key) }
        case .state, .clean: break
        }
        return answer
    }

    /// The dead-man's own sleep.
    private func waitForDeadline(_ key: String) {
        guard mutant != .leaseAsleep,
            let deadline = state.withLock({ $0.leases[key]?.deadline })
        else { return }
        Task {
            await clock.sleep(until: deadline)
            expireLeases()
        }
    }

    /// Lets every lease whose deadline has passed heal its host.
    func expireLeases() {
        let now = clock.now
        let halved = state.withLock { state in
            for (key, lease) in state.leases where lease.deadline <= now && lease.isAlive {
                // The dead-man of a paused host is paused, too.
                guard state.containers["box-\(lease.host)"] != "paused" else { continue }
                if !lease.isHealed, !lease.isFiring {
                    state.tell(lease.host, "\(key) lapses", at: now)
                    state.leases[key]?.isLapsed = true
                }
                state.fire(key, now, mutant)
            }
            return state.leases.filter { $0.value.isFiring && $0.value.deadline > now }.map(\.key)
        }
        for key in halved { waitForDeadline(key) }
    }

    private func undoAgain(_ key: String) {
        guard let lease = state.withLock({ $0.leases[key] }) else { return }
        Task {
            await clock.sleep(.seconds(5))
            state.withLock { $0.undo(lease, mutant) }
        }
    }
}

extension SimulatedWorld.State {
    fileprivate mutating func answer(
        _ call: LeaseCall,
        _ input: [UInt8],
        _ host: String,
        _ now: Instant,
        _ mutant: SimulatedWorld.Mutant
    ) -> Message.Answer {
        guard isReachable(host) else { return (Message.unreachable, "") }
        let lease = leases[call.key]
        switch call.verb {
        case .arm:
            if held.contains(host) { return (1, "drill-lease locked OTHER them\n") }
            if let lease, !lease.isHealed { return (1, "drill-lease exists armed\n") }
            leases[call.key] = SimulatedLease(
                host: host,
                deadline: now + call.lasts,
                undo: String(decoding: input, as: UTF8.self).matches(of: /unmark (\S+)/)
                    .map { String($0.1) }
            )
            return (0, "drill-lease armed pid=7 place=/run/drill on=tmpfs\n")
        case .extend:
            guard let lease else { return (1, "drill-lease none\n") }
            if lease.isHealed || lease.isFiring { return (1, "drill-lease too-late healing\n") }
            guard !lease.isOfEarlierBoot else { return (1, "drill-lease gone\n") }
            if mutant != .renewalSwallowed { leases[call.key]?.deadline = now + call.lasts }
            leases[call.key]?.isAlive = true
            return (0, "drill-lease extended\(lease.isAlive ? "" : " again")\n")
        case .heal:
            guard let lease else {
                let isHeld = held.contains(host)
                return isHeld ? (1, "drill-lease locked OTHER them\n") : (0, "drill-lease none\n")
            }
            fire(call.key, now, mutant)
            guard leases[call.key]?.isHealed == true else {
                return (2, "drill-lease healing firing\n")
            }
            return (0, "drill-lease healed\(lease.isLapsed ? " lapsed" : "")\n")
        case .state:
            guard let lease else { return (0, "drill-lease none\n") }
            let watch = lease.isAlive ? "alive" : "gone"
            let phase = lease.isHealed ? "healed" : lease.isFiring ? "firing" : "armed"
            return (0, "drill-lease \(phase) \(watch) left=1\n")
        case .clean:
            if let lease, !lease.isHealed { return (1, "drill-lease not-healed armed\n") }
            leases[call.key] = nil
            return (0, "drill-lease cleaned\n")
        }
    }

    /// Undoes once: whoever asks first.
    ///
    /// What stopped halfway is tried again by the host a second later.
    fileprivate mutating func fire(
        _ key: String,
        _ now: Instant,
        _ mutant: SimulatedWorld.Mutant
    ) {
        guard var lease = leases[key], !lease.isHealed else { return }
        let isHalf = generator.chance(weather.halved)
        lease.isHealed = !isHalf
        lease.isFiring = isHalf
        if isHalf { lease.deadline = now + .seconds(1) }
        leases[key] = lease
        if isHalf { lease.undo = Array(lease.undo.prefix(1)) }
        undo(lease, mutant)
    }

    fileprivate mutating func undo(_ lease: SimulatedLease, _ mutant: SimulatedWorld.Mutant) {
        for mark in lease.undo {
            undone["\(mark) on \(lease.host)", default: 0] += 1
            if mutant != .undoIdle { unmark(mark, on: lease.host) }
        }
    }
}
