import DrillModel
import Synchronization

/// Looks at what is broken, from the first proof until its undo.
///
/// ```
///  injected ──▶ proof ──▶ a look every 5 s … ──▶ one look more ──▶ undo
/// ```
/// Targets that a fault cut off from drill itself are looked at by others only.
final class Lookout: Sendable {
    private struct State {
        var sentinels: [String: (sentinel: Sentinel, watching: Task<Void, Never>)] = [:]
        /// What was sent there had no answer.
        var dark: Set<String> = []
    }

    private let world: World
    private let log: Log
    private let prover: Prover
    private let state = Mutex(State())

    /// How long an undo that isn't urgent waits for the look before it: a look is one round trip, and one
    /// at a cut that is still there takes longer than this and shows nothing new.
    private static let lastLookMax = Span.seconds(1)

    init(world: World, actor: Actor, log: Log) {
        self.world = world
        self.log = log
        prover = Prover(world: world, actor: actor, log: log)
    }

    /// A fault that cuts drill's own path went in where no answer comes any more: its lease ends it.
    func goDark(_ wound: Wound, lease: Span) {
        state.withLock { _ = $0.dark.insert(wound.key) }
        log.append(
            .note(
                "\(wound.procedure.target) can't be reached since \(wound.fault) was sent there; it"
                    + " undoes it by itself within \(lease)"
            )
        )
    }

    /// Looks whether a fault took effect, and goes on looking meanwhile.
    ///
    /// `isInPlace` says whether nobody has begun to undo it: what is seen then proves nothing.
    func prove(
        _ wounds: [Wound],
        leaseEnds: Instant,
        isInPlace: @escaping @Sendable (Wound) -> Bool
    ) async {
        _ = await together(wounds) { wound in
            let proof = await self.look(at: wound, leaseEnds: leaseEnds) { isInPlace(wound) }
            // Abandoned meanwhile, maybe.
            guard isInPlace(wound) else { return }
            self.log.append(.proof(fault: wound.fault, host: wound.procedure.target, proof))
            self.keepLooking(at: wound, first: proof) { [world = self.world] in
                // At the end of its lease the host undoes it, as it was asked to.
                isInPlace(wound) && (!wound.isSelfTimed || world.now() < leaseEnds)
            }
        }
    }

    /// Looks once more at what is about to be undone, as long as nobody `isHurried`.
    ///
    /// What was lost since the last look wasn't broken all the time, however short the fault is.
    func lookOnceMore(at wounds: [Wound], isHurried: @escaping @Sendable () -> Bool) async {
        let sentinels = state.withLock { state in
            wounds.compactMap { state.sentinels[$0.key]?.sentinel }
        }
        guard !sentinels.isEmpty, !isHurried() else { return }
        let latest = world.now() + Self.lastLookMax
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                _ = await abandonable { _ = await together(sentinels) { await $0.look() } }
            }
            group.addTask { [world] in
                while !isHurried(), !Task.isCancelled, world.now() < latest {
                    await world.sleep(min(latest, world.now() + .milliseconds(50)))
                }
            }
            await group.next()
            group.cancelAll()
        }
    }

    func stopLooking(at wound: Wound) {
        state.withLock { $0.sentinels.removeValue(forKey: wound.key) }?.watching.cancel()
    }

    private func look(
        at wound: Wound,
        leaseEnds: Instant,
        isOpen: @escaping @Sendable () -> Bool
    ) async -> Proof {
        var prover = prover
        prover.isOpen = isOpen
        let isDark = state.withLock { $0.dark.contains(wound.key) }
        let looks = isDark ? wound.looksByOthers : wound.procedure.effective
        guard !looks.isEmpty || !isDark else {
            return .unknown("it can't be reached, and no other host can look")
        }
        let latest = world.now() + .seconds(30)
        let proof = await prover.prove(
            looks,
            of: wound.fault,
            target: wound.procedure.target,
            stage: .effective,
            deadline: wound.isSelfTimed ? min(latest, leaseEnds) : latest
        )
        // By then the host has undone it, as it was asked to.
        if wound.isSelfTimed, case .fails(let why) = proof, world.now() >= leaseEnds {
            return .unknown("the look came after its lease: \(why)")
        }
        return proof
    }

    private func keepLooking(
        at wound: Wound,
        first: Proof,
        isOpen: @escaping @Sendable () -> Bool
    ) {
        var looks = wound.procedure.effective
        if wound.isSelfTimed {
            // A target whose own path is cut can't be looked at; what it showed itself stays so.
            if case .fails = first { return }
            looks = wound.looksByOthers
        }
        guard !looks.isEmpty else { return }
        let sentinel = Sentinel(
            wound,
            looks: looks,
            first: first,
            prover: prover,
            isOpen: isOpen
        )
        let watching = Task { await sentinel.watch() }
        state.withLock { $0.sentinels[wound.key] = (sentinel, watching) }
    }
}

extension Wound {
    /// One a fault and target.
    var key: String { "\(fault)/\(procedure.target)" }

    /// The looks that need no way to the target.
    fileprivate var looksByOthers: [Action] {
        procedure.effective.filter { look in
            guard case .command(procedure.target, _) = look.verb else { return true }
            return false
        }
    }
}
