package import DrillModel
import Synchronization

/// Looks, all through a fault, whether it is still in effect on a target.
///
/// Somebody may take our rules away in the middle, or bring up what was killed: what is measured from
/// then on isn't the disaster that was declared. Only changes are events; what can't be looked at (the
/// one who looked is hit by another fault) changes nothing.
package final class Sentinel: Sendable {
    private let wound: Wound
    private let looks: [Action]
    private let prover: Prover
    private let isOpen: @Sendable () -> Bool
    private let last: Mutex<Proof>

    /// From the end of one look to the beginning of the next.
    package static let pause = Span.seconds(5)

    /// `first` is what the look after injecting showed; once `isOpen` says that the fault is being
    /// undone, what is seen proves nothing.
    init(
        _ wound: Wound,
        looks: [Action],
        first: Proof,
        prover: Prover,
        isOpen: @escaping @Sendable () -> Bool
    ) {
        self.wound = wound
        self.looks = looks
        var prover = prover
        prover.isOpen = isOpen
        self.prover = prover
        self.isOpen = isOpen
        last = Mutex(first)
    }

    /// Looks again and again, until the fault is being undone.
    func watch() async {
        while isOpen(), !Task.isCancelled {
            await prover.world.sleep(prover.world.now() + Self.pause)
            guard !Task.isCancelled else { return }
            await look()
        }
    }

    /// Looks now, and tells what has changed.
    func look() async {
        guard isOpen() else { return }
        var seen = await glance()
        // One look that went wrong proves little.
        if case .fails = seen, isOpen() { seen = await glance() }
        guard isOpen() else { return }
        let isNews = last.withLock { last in
            switch (last, seen) {
            case (_, .unknown), (.holds, .holds), (.fails, .fails): return false
            default:
                last = seen
                return true
            }
        }
        guard isNews else { return }
        prover.log.append(.proof(fault: wound.fault, host: wound.procedure.target, seen))
    }

    private func glance() async -> Proof {
        await prover.glance(
            looks,
            of: wound.fault,
            target: wound.procedure.target,
            stage: .effective
        )
    }
}
