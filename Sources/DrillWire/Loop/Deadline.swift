/// Waiting for a shared task no longer than until a deadline; the task goes on.
package enum Deadline {
    /// The task's value, or nil when the deadline came first or the waiting task was cancelled.
    package static func first<Value: Sendable>(
        of task: Task<Value, Never>,
        deadlineNs: Int64,
        loop: IOLoop = .shared
    ) async -> Value? {
        let race = Race<Value>(loop: loop)
        return await race.run(task, deadlineNs: deadlineNs)
    }

    /// Waits until an instant, or until the waiting task is cancelled.
    package static func pause(untilNs: Int64, loop: IOLoop = .shared) async {
        // Nobody ever gets through this gate.
        _ = await Gate(width: 0, loop: loop).enter(deadlineNs: untilNs)
    }

    /// Answers its one caller once, whoever comes first.
    private actor Race<Value: Sendable> {
        private let loop: IOLoop
        private var waiter: CheckedContinuation<Value?, Never>?

        nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

        init(loop: IOLoop) { self.loop = loop }

        func run(_ task: Task<Value, Never>, deadlineNs: Int64) async -> Value? {
            await withTaskCancellationHandler {
                await withCheckedContinuation { waiter in
                    self.waiter = waiter
                    let timer = loop.at(deadlineNs) { self.assumeIsolated { $0.answer(nil) } }
                    Task {
                        let value = await task.value
                        loop.cancel(timer: timer)
                        answer(value)
                    }
                }
            } onCancel: {
                loop.perform { self.assumeIsolated { $0.answer(nil) } }
            }
        }

        private func answer(_ value: Value?) {
            waiter?.resume(returning: value)
            waiter = nil
        }
    }
}
