internal import DrillModel
internal import NIOCore
internal import Synchronization

/// Wakes those who wait for an instant, all that are due at once, and then lets the loop look at its
/// sockets before it wakes the next ones.
///
/// ```
///  wake all that are due ─▶ they send their looks ─▶ sockets are looked at ─▶ wake all that are due …
/// ```
/// NIO runs timers for as long as one is due, and looks at no socket meanwhile. Once a busy machine has made
/// looks late, answers would lie unread, every look would find no idle connection and open one more, and be
/// later still for it.
final class WakeLine: Sendable {
    private struct Waiting {
        var id: Int
        var until: Instant
        var waiter: CheckedContinuation<Void, Never>
    }

    private struct State {
        /// The next one last.
        var line: [Waiting] = []
        var timer: (until: Instant, scheduled: Scheduled<Void>)?
        /// Those who were woken are at it; the next timer is set when they are through.
        var isWaking = false
        var lastID = 0

        mutating func add(_ new: Waiting) {
            var low = 0
            var high = line.count
            while low < high {
                let middle = (low + high) / 2
                if line[middle].until > new.until { low = middle + 1 } else { high = middle }
            }
            line.insert(new, at: low)
        }
    }

    /// Enough for what the woken ones leave to the loop: then no timer is due when it is through with that,
    /// and it looks at its sockets.
    private static let gap = TimeAmount.microseconds(100)

    private let now: @Sendable () -> Instant
    private let state = Mutex(State())

    init(now: @escaping @Sendable () -> Instant) { self.now = now }

    /// Returns at `instant`, or when the task is cancelled.
    func pause(until instant: Instant, on loop: any EventLoop) async {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let isWaiting = state.withLock { state in
                    // Asked under the lock: whoever cancels later finds it in the line.
                    guard !Task.isCancelled else { return false }
                    state.add(Waiting(id: id, until: instant, waiter: waiter))
                    return true
                }
                if isWaiting { setTimer(on: loop) } else { waiter.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.line.firstIndex { $0.id == id }.map { state.line.remove(at: $0).waiter }
            }
            waiter?.resume()
        }
    }

    /// Wakes everybody: the loop is about to end, and its timers with it.
    func close() {
        let all = state.withLock { state in
            defer {
                state.line = []
                state.timer = nil
            }
            return state.line
        }
        for waiting in all { waiting.waiter.resume() }
    }

    private func setTimer(on loop: any EventLoop) {
        state.withLock { state in
            guard !state.isWaking, let next = state.line.last?.until else { return }
            if let timer = state.timer {
                guard next < timer.until else { return }
                timer.scheduled.cancel()
            }
            let left = max(.nanoseconds((next - now()).ns), Self.gap)
            state.timer = (next, loop.scheduleTask(in: left) { self.wake(on: loop) })
        }
    }

    private func wake(on loop: any EventLoop) {
        let due = state.withLock { state in
            state.timer = nil
            state.isWaking = true
            let present = now()
            let first = state.line.firstIndex { $0.until <= present } ?? state.line.endIndex
            defer { state.line.removeSubrange(first...) }
            return state.line[first...].reversed().map(\.waiter)
        }
        for waiter in due { waiter.resume() }
        // Behind what they do now.
        loop.execute {
            self.state.withLock { $0.isWaking = false }
            self.setTimer(on: loop)
        }
    }
}
