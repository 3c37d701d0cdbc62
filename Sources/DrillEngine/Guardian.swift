import DrillModel

/// A process beside the controller, which heals from the journal the moment the controller dies.
///
/// For what no target can undo itself: a killed container, a network to be joined again, a machine
/// without power. It outlives the controller, and ends with the run that needs it no more.
package protocol Guardian: Sendable {
    /// Starts it; returns its process id once it watches.
    func begin() async throws(GuardianError) -> Int

    /// Returns when the one begun last is gone, with the reason; nil where it was dismissed.
    func gone() async -> String?

    /// The run is over, and whatever it left is told: nobody needs to be watched over any more.
    func dismiss() async
}

package struct GuardianError: Error, Hashable, Sendable {
    package var message: String

    package init(_ message: String) { self.message = message }
}

/// Sees to it that a run is watched over from before its first fault to its end.
///
/// A run that nobody watches over any more is stopped: what it broke can't be left to its process alone.
struct GuardianWatch: Sendable {
    private let world: World
    private let log: Log
    private let stop: StopSwitch

    /// How often one that is gone is followed by another; then something ends them all.
    private static let replacedMax = 3

    init(_ world: World, log: Log, stop: StopSwitch) {
        self.world = world
        self.log = log
        self.stop = stop
    }

    /// Does the work while a guardian watches; not at all where none can be started.
    func over(_ work: @escaping @Sendable () async -> Void) async {
        guard let guardian = world.guardian else { return await work() }
        if let failure = await begin(guardian) {
            return log.append(.refused("no guardian could be started: \(failure)"))
        }
        let keeping = Task { await keep(guardian) }
        await work()
        keeping.cancel()
        await guardian.dismiss()
        await keeping.value
    }

    /// - Returns: nil when it watches; else why not.
    private func begin(_ guardian: any Guardian) async -> String? {
        do throws(GuardianError) {
            log.append(.guardianBegan(process: try await guardian.begin()))
            return nil
        } catch {
            return error.message
        }
    }

    /// Replaces one that is gone, until it is dismissed.
    private func keep(_ guardian: any Guardian) async {
        for count in 0...Self.replacedMax {
            guard let why = await guardian.gone(), !Task.isCancelled else { return }
            log.append(.guardianLost(why: why))
            var failure: String? = "each of \(count + 1) was ended"
            if count < Self.replacedMax { failure = await begin(guardian) }
            guard let failure, !Task.isCancelled else { continue }
            return giveUp(
                """
                guard guardian: none watches over this run any more (\(failure)); see what ends or \
                refuses drill's processes on this machine, then run it again
                """
            )
        }
    }

    private func giveUp(_ why: String) {
        // What is being undone must not be broken off, and afterwards nothing is left to be stopped.
        guard !log.all.contains(where: { $0.kind == .phase(.undo) }) else {
            return log.append(.note(why))
        }
        stop.stop(.guarded(why))
    }
}
