import DrillEngine
import DrillModel
import DrillWire

/// This very program a second time, as the run's guardian.
///
/// It leads a session of its own, so that what ends this one's (a closed terminal, ^C, a killed
/// process group) doesn't reach it; and it holds the reading end of a pipe whose writing end only this
/// process has. However this process ends, the system closes that, and the guardian reads
/// end-of-file.
actor GuardianProcess: Guardian {
    private let run: String
    private var child: Int?
    private var isDismissed = false

    /// A program that is loaded already starts in far less; a machine in trouble may take its time.
    private static let patienceNs: Int64 = 10_000_000_000
    /// Longer than any run: it is dismissed before.
    private static let everNs: Int64 = 365 * 86_400 * 1_000_000_000

    init(run: String) { self.run = run }

    func begin() async throws(GuardianError) -> Int {
        guard !isDismissed else { throw GuardianError("the run is over") }
        var words = [Wiring.program, GuardianCommand.name, run]
        if let terminal = Terminal.errorName { words += ["--terminal", terminal] }
        let id: Int
        do throws(ChildFailure) {
            id = try await Children.shared.start(
                ChildOrder(
                    words,
                    keepsInputOpen: true,
                    outlivesItsDeadline: true,
                    outputLimitBytes: 4096
                )
            )
        } catch {
            throw GuardianError("\(Wiring.program) can't be started: \(error.cause)")
        }
        let deadlineNs = BootClock.nowNs() + Self.patienceNs
        guard await Children.shared.speaks(id, deadlineNs: deadlineNs),
            let process = await Children.shared.process(of: id)
        else {
            await Children.shared.end(id)
            throw GuardianError("it did not say within 10s that it watches")
        }
        // The run may have come to its end meanwhile, and dismissed only the one before.
        guard !isDismissed else {
            await Children.shared.end(id)
            throw GuardianError("the run is over")
        }
        child = id
        return process
    }

    func gone() async -> String? {
        guard let child, !isDismissed else { return nil }
        // Stopped, it would see no end of this process. One that goes on doesn't notice.
        let waking = Task {
            while !Task.isCancelled {
                await Wiring.sleep(Wiring.now() + .seconds(1))
                await Children.shared.wake(child)
            }
        }
        defer { waking.cancel() }
        do throws(ChildFailure) {
            let outcome = try await Children.shared.outcome(
                of: child,
                deadlineNs: BootClock.nowNs() + Self.everNs
            )
            return isDismissed ? nil : "it ended with \(outcome.exit.words)"
        } catch {
            return isDismissed ? nil : error.cause
        }
    }

    func dismiss() async {
        isDismissed = true
        // Killed before its pipe is closed, so that it never takes this for a death.
        if let child { await Children.shared.end(child) }
    }
}

extension ChildOutcome.Exit {
    fileprivate var words: String {
        switch self {
        case .code(let code): "exit \(code)"
        case .signal(let name): "SIG\(name)"
        }
    }
}
