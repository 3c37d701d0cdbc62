package import DrillModel
import Synchronization

/// The run's events so far; appends keep the order in which they happened.
package final class Log: Sendable {
    private let world: World
    private let events = Mutex<[Event]>([])

    package init(_ world: World) { self.world = world }

    /// What comes after the end is dropped: work that was abandoned may go on for a while, and nobody
    /// reads it any more.
    package func append(_ kind: Event.Kind) {
        events.withLock { events in
            guard events.last?.kind != .ended else { return }
            // Stamped under the lock, so that the order of the file is the order of the stamps.
            let event = Event(at: world.now(), kind)
            events.append(event)
            world.recorder.record(event)
        }
    }

    /// That the run ends early, once.
    func tell(_ stop: StopSwitch) {
        guard let reason = stop.reason else { return }
        let isTold = events.withLock { events in
            events.contains { event in
                if case .stopping = event.kind { true } else { false }
            }
        }
        if !isTold { append(.stopping(reason)) }
    }

    package var all: [Event] { events.withLock { $0 } }
}
