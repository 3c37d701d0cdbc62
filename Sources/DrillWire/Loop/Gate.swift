/// Lets a bounded number through at a time; the others wait in line, each until its deadline.
package actor Gate {
    private let loop: IOLoop
    private let width: Int
    private var free: Int
    private var line: [(id: Int, waiter: CheckedContinuation<Bool, Never>)] = []
    private var lastID = 0

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        loop.asUnownedSerialExecutor()
    }

    package init(width: Int, loop: IOLoop = .shared) {
        self.loop = loop
        self.width = width
        free = width
    }

    /// Whether anybody is inside.
    package var isInUse: Bool { free < width }

    /// Waits for a place.
    ///
    /// - Returns: false when the deadline came first or the task was cancelled; then `leave` must not
    ///   be called.
    package func enter(deadlineNs: Int64) async -> Bool {
        if free > 0 {
            free -= 1
            return true
        }
        lastID += 1
        let id = lastID
        return await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                line.append((id, waiter))
                loop.at(deadlineNs) { [weak self] in self?.assumeIsolated { $0.giveUp(id) } }
            }
        } onCancel: {
            loop.perform { self.assumeIsolated { $0.giveUp(id) } }
        }
    }

    package func leave() {
        if line.isEmpty { free += 1 } else { line.removeFirst().waiter.resume(returning: true) }
    }

    private func giveUp(_ id: Int) {
        guard let place = line.firstIndex(where: { $0.id == id }) else { return }
        line.remove(at: place).waiter.resume(returning: false)
    }
}
