package import DrillModel
import Synchronization

/// A clock that stands still while anybody works and jumps when everybody sleeps.
///
/// A minute of a run takes well under a second of a test. What order sleepers of one instant wake in is
/// the scheduler's choice, as in life.
package final class SimulatedClock: Sendable {
    private struct Sleeper {
        var until: Instant
        var id: Int
        var continuation: CheckedContinuation<Void, Never>
    }

    /// What it shows at first.
    static let beginning = Instant(ns: 1_000_000_000)

    private struct State {
        var now = beginning
        var sleepers: [Sleeper] = []
        var ids = 0
        /// Rises with every call, so that the driver sees that somebody is at work.
        var activity = 0
        /// Cancelled before it was registered.
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())

    package init() {}

    package var now: Instant {
        state.withLock { state in
            state.activity += 1
            return state.now
        }
    }

    /// Returns at `until` of simulated time, or when the task is cancelled.
    package func sleep(until: Instant) async {
        let id = state.withLock { state in
            state.activity += 1
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

    /// Lets time pass until the work is done.
    package func drive<Result: Sendable>(
        _ work: @escaping @Sendable () async -> Result
    ) async -> Result {
        let driver = Task {
            while !Task.isCancelled { await step() }
        }
        let result = await work()
        driver.cancel()
        await driver.value
        return result
    }

    /// Wakes the earliest sleepers once nobody has touched the clock for some turns of the scheduler.
    private func step() async {
        var seen = state.withLock { $0.activity }
        var quiet = 0
        while quiet < 12 {
            await Task.yield()
            let activity = state.withLock { $0.activity }
            quiet = activity == seen ? quiet + 1 : 0
            seen = activity
        }
        let due: [Sleeper] = state.withLock { state in
            guard let next = state.sleepers.map(\.until).min() else { return [] }
            state.now = max(state.now, next)
            let due = state.sleepers.filter { $0.until <= next }
            state.sleepers.removeAll { $0.until <= next }
            return due
        }
        for sleeper in due { sleeper.continuation.resume() }
    }
}
