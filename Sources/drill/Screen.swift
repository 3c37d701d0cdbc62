import DrillEngine
import DrillModel
import DrillReport
import DrillWire
import Glibc
import Synchronization

/// What the person at the terminal, or the CI log, sees of a run while it goes on.
///
/// On a terminal a few lines redrawn in place; piped, or where the terminal is dumb, one line an event.
/// The engine waits for none of it: a reader that is stuck misses frames, and in the end lines.
final class Screen: Recorder {
    /// One of the views is there.
    private struct State {
        // Changed where they are: a view that is taken out of an enum is copied, with each sample.
        var live: LiveView?
        var plain: PlainLines?
        /// How many lines of the last drawing stand on the terminal.
        var drawn = 0
        /// What had been said on standard error before that drawing.
        var errorCount = 0
    }

    private let state: Mutex<State>
    private let hasColour: Bool
    /// How many questions stand on the terminal, where nothing is drawn over them.
    private let questions = Mutex(0)
    private let drawing = Mutex<Task<Void, Never>?>(nil)

    init(plan: Plan, isTerminal: Bool, hasColour: Bool) {
        let isLive = isTerminal && Wiring.canRedraw
        state = Mutex(
            State(
                live: isLive ? LiveView(plan: plan) : nil,
                plain: isLive ? nil : PlainLines(plan: plan)
            )
        )
        self.hasColour = hasColour
        guard isLive else { return }
        drawing.withLock { drawing in
            drawing = Task {
                while !Task.isCancelled {
                    self.draw()
                    await Wiring.sleep(Wiring.now() + .milliseconds(100))
                }
            }
        }
    }

    func record(_ event: Event) {
        state.withLock { state in
            state.live?.take(event)
            tell(state.plain?.take(event))
        }
    }

    func record(_ sample: Sample, of probe: String) {
        state.withLock { state in
            state.live?.take(sample, of: probe)
            tell(state.plain?.take(sample, of: probe))
        }
    }

    func record(_ write: LedgerWrite, of probe: String) {
        state.withLock { state in
            state.live?.take(write, of: probe)
            tell(state.plain?.take(write, of: probe))
        }
    }

    func record(_ read: LedgerRead, of probe: String) {
        state.withLock { state in
            state.live?.take(read, of: probe)
            tell(state.plain?.take(read, of: probe))
        }
    }

    func record(readBack write: LedgerWrite, of probe: String) {}

    /// Leaves the terminal to a question, until `goOn`, below how things stand now.
    func hold() {
        draw()
        questions.withLock { $0 += 1 }
    }

    func goOn() { questions.withLock { $0 -= 1 } }

    /// Draws a last time and leaves the drawing standing.
    func end() async {
        let task = drawing.withLock { $0 }
        task?.cancel()
        await task?.value
        // The drawing before this one, which is only just on its way.
        Terminal.waitForReaders(withinMs: 1000)
        draw()
    }

    private func tell(_ lines: [String]?) {
        guard let lines, !lines.isEmpty else { return }
        Terminal.tell(lines.map { $0 + "\n" }.joined())
    }

    private func draw() {
        // Drawn from a copy: whoever records a sample meanwhile doesn't wait.
        guard questions.withLock({ $0 == 0 }), !Terminal.isBusy,
            let view = state.withLock({ $0.live })
        else { return }
        let size = Terminal.size
        let lines = view.lines(
            now: Wiring.now(),
            width: size.columns,
            height: size.rows - 1,
            colour: hasColour
        )
        state.withLock { state in
            // What was said in between stays: the drawing begins anew below it.
            let errorCount = Terminal.errorCount
            if errorCount != state.errorCount { state.drawn = 0 }
            state.errorCount = errorCount
            Terminal.tell(TerminalFrame.redraw(lines, over: state.drawn))
            state.drawn = lines.count
        }
    }
}

/// Hands everything to several recorders, in order.
struct Tee: Recorder {
    let recorders: [any Recorder]

    func record(_ event: Event) { for recorder in recorders { recorder.record(event) } }

    func record(_ sample: Sample, of probe: String) {
        for recorder in recorders { recorder.record(sample, of: probe) }
    }

    func record(_ write: LedgerWrite, of probe: String) {
        for recorder in recorders { recorder.record(write, of: probe) }
    }

    func record(_ read: LedgerRead, of probe: String) {
        for recorder in recorders { recorder.record(read, of: probe) }
    }

    func record(readBack write: LedgerWrite, of probe: String) {
        for recorder in recorders { recorder.record(readBack: write, of: probe) }
    }
}
