package import DrillModel

/// Looks, all through a fault, whether it is still in effect on a target.
///
/// Somebody may take our rules away in the middle, or bring up what was killed: what is measured from
/// then on isn't the disaster that was declared. Only changes are events; what can't be looked at (the
/// one who looked is hit by another fault) changes nothing.
package struct Sentinel: Sendable {
    let world: World
    let prover: Prover
    let log: Log

    /// From the end of one look to the beginning of the next.
    package static let pause = Span.seconds(5)

    /// Looks until `isOpen` says that the fault is being undone; what is seen since then proves nothing.
    ///
    /// `first` is what the look after injecting showed.
    func watch(_ wound: Wound, first: Proof, isOpen: @escaping @Sendable () -> Bool) async {
        var last = first
        while isOpen(), !Task.isCancelled {
            await world.sleep(world.now() + Self.pause)
            guard isOpen(), !Task.isCancelled else { return }
            var seen = await glance(wound)
            // One look that went wrong proves little.
            if case .fails = seen, isOpen() { seen = await glance(wound) }
            guard isOpen() else { return }
            switch (last, seen) {
            case (_, .unknown), (.holds, .holds), (.fails, .fails): continue
            default:
                last = seen
                log.append(
                    .proof(fault: wound.fault, host: wound.procedure.target, seen)
                )
            }
        }
    }

    private func glance(_ wound: Wound) async -> Proof {
        await prover.glance(
            wound.procedure.effective,
            of: wound.fault,
            target: wound.procedure.target,
            stage: .effective
        )
    }
}
