import DrillEngine
import DrillHistory
import DrillModel

/// Looks all through a run whether somebody halts the runs of its state folder.
struct HaltLookout {
    private let looking: Task<Void, Never>

    init(_ store: RunStore, stop: StopSwitch) {
        looking = Task {
            while !Task.isCancelled {
                if store.isHalted { return stop.stop(.halted(HaltText.words(of: store))) }
                await Wiring.sleep(Wiring.now() + .milliseconds(200))
            }
        }
    }

    func end() { looking.cancel() }
}
