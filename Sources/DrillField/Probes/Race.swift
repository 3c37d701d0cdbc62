internal import Synchronization

/// Gives whoever waits the first of several results; later ones are dropped.
final class Race<Value: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Value, Never>)
        case early(Value)
        case over
    }

    private let state = Mutex<State>(.open)

    /// True for the first, whose value counts.
    @discardableResult
    func finish(_ value: Value) -> Bool {
        let waiting: CheckedContinuation<Value, Never>?
        let isFirst: Bool
        (waiting, isFirst) = state.withLock { state in
            switch state {
            case .open:
                state = .early(value)
                return (nil, true)
            case .awaited(let continuation):
                state = .over
                return (continuation, true)
            case .early, .over: return (nil, false)
            }
        }
        waiting?.resume(returning: value)
        return isFirst
    }

    /// Waits for the first result, once; `start` sets the runners off.
    func winner(_ start: () -> Void) async -> Value {
        await withCheckedContinuation { continuation in
            let early: Value? = state.withLock { state in
                guard case .early(let value) = state else {
                    state = .awaited(continuation)
                    return nil
                }
                state = .over
                return value
            }
            if let early { continuation.resume(returning: early) } else { start() }
        }
    }
}
