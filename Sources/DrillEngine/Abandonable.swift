import Synchronization

/// Does the work, but doesn't wait for it once the calling task is cancelled: it goes on by itself to
/// its own deadline, and nobody looks at its result.
///
/// - Returns: nil when the caller was cancelled first.
@discardableResult
func abandonable<Result: Sendable>(
    _ work: @escaping @Sendable () async -> Result
) async -> Result? {
    let once = Once<Result>()
    return await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
            once.wait(continuation)
            Task { once.resolve(await work()) }
        }
    } onCancel: {
        once.resolve(nil)
    }
}

/// A continuation that is resumed exactly once, whether it or its value comes first.
private final class Once<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case waiting(CheckedContinuation<Value?, Never>)
        case resolved(Value?)
        case finished
    }

    private let state = Mutex(State.empty)

    func wait(_ continuation: CheckedContinuation<Value?, Never>) {
        let early: Value?? = state.withLock { state in
            if case .resolved(let value) = state {
                state = .finished
                return .some(value)
            }
            state = .waiting(continuation)
            return nil
        }
        if let value = early { continuation.resume(returning: value) }
    }

    func resolve(_ value: Value?) {
        let waiting: CheckedContinuation<Value?, Never>? = state.withLock { state in
            switch state {
            case .empty:
                state = .resolved(value)
                return nil
            case .waiting(let continuation):
                state = .finished
                return continuation
            case .resolved, .finished: return nil
            }
        }
        waiting?.resume(returning: value)
    }
}
