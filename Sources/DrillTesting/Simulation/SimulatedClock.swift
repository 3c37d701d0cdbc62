package import DrillModel
import Synchronization

/// A clock that stands still while anybody works and jumps when everybody sleeps.
///
/// A minute of a run takes well under a second of a test. In what order those who are awake at one
/// instant go on is drawn from the seed.
package final class SimulatedClock: Sendable {
    private struct Sleeper {
        var until: Instant
        var id: Int
        var continuation: CheckedContinuation<Void, Never>
    }

    /// What it shows at first.
    package static let beginning = Instant(ns: 1_000_000_000)
    /// When a simulation that still goes on counts as one that never ends: after a day.
    private static let end = beginning + .minutes(24 * 60)

    private struct State {
        var now = beginning
        var sleepers: [Sleeper] = []
        var ids = 0
        /// Cancelled before it was registered.
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())
    private let scheduler: Scheduler

    package init(seed: UInt64 = 0) { scheduler = Scheduler(seed: seed) }

    package var now: Instant { state.withLock { $0.now } }

    /// Returns at `until` of simulated time, or when the task is cancelled.
    package func sleep(until: Instant) async {
        let id = state.withLock { state in
            state.ids += 1
            return state.ids
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if until <= state.now || state.cancelled.remove(id) != nil { return true }
                    state.sleepers.append(
                        Sleeper(until: until, id: id, continuation: continuation)
                    )
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let sleeper: Sleeper? = state.withLock { state in
                guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
                    state.cancelled.insert(id)
                    return nil
                }
                return state.sleepers.remove(at: index)
            }
            sleeper?.continuation.resume()
        }
    }

    package func sleep(_ span: Span) async { await sleep(until: now + span) }

    /// Never returns: what a process that is dead does.
    package func stand() async {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                let never = Instant(ns: .max)
                state.sleepers.append(Sleeper(until: never, id: 0, continuation: continuation))
            }
        }
    }

    /// Lets time pass until the work is done; what else goes on then stays as it is.
    ///
    /// - Returns: nil where it never ends: nobody has anything to do any more, or a day has passed.
    package func drive<Result: Sendable>(
        orEnd work: @escaping @Sendable () async -> Result
    ) async -> Result? {
        await Workers.run { [self] in
            let result = Box<Result>()
            scheduler.work {
                result.put(await work())
            } while: {
                result.value == nil && wakeNext()
            }
            return result.value
        }
    }

    /// The same for work that is known to end.
    package func drive<Result: Sendable>(
        _ work: @escaping @Sendable () async -> Result
    ) async -> Result {
        guard let result = await drive(orEnd: work) else {
            preconditionFailure("this simulation never ends")
        }
        return result
    }

    /// Wakes the earliest sleepers; false where there are none, or too late.
    private func wakeNext() -> Bool {
        let due: [Sleeper] = state.withLock { state in
            guard let next = state.sleepers.map(\.until).min(), next < Self.end else { return [] }
            state.now = max(state.now, next)
            let due = state.sleepers.filter { $0.until <= next }
            state.sleepers.removeAll { $0.until <= next }
            return due
        }
        for sleeper in due { sleeper.continuation.resume() }
        return !due.isEmpty
    }
}

/// What a piece of work came to, once it did.
final class Box<Value: Sendable>: Sendable {
    private let content = Mutex<Value?>(nil)

    var value: Value? { content.withLock { $0 } }

    func put(_ value: Value) { content.withLock { $0 = value } }
}
