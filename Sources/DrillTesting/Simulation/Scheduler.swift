import DrillModel
import Foundation
import Synchronization

/// Runs all tasks of one simulation on one thread, one at a time, in an order that its seed draws.
///
/// So a seed is one history, whatever else the machine does: a failing one fails again when it is run
/// alone. And it is known when nobody has anything to do, which is when time may pass.
///
/// ```
///  ready jobs ──▶ one, drawn ──▶ runs until it waits … none left ──▶ the clock wakes the next sleepers
/// ```
/// Tasks that a job starts or wakes become ready jobs of the same simulation, since the runtime asks
/// the hook below where each goes.
final class Scheduler: TaskExecutor {
    private struct State {
        var ready: [UnownedJob] = []
        var draw: SplitMix64
    }

    private let state: Mutex<State>

    init(seed: UInt64) {
        state = Mutex(State(draw: SplitMix64(seed: seed, purpose: "scheduler")))
    }

    func enqueue(_ job: consuming ExecutorJob) { add(UnownedJob(job)) }

    fileprivate func add(_ job: UnownedJob) { state.withLock { $0.ready.append(job) } }

    /// Begins a task and runs what is ready until nothing is, time after time, for as long as `goesOn`
    /// lets it.
    ///
    /// `goesOn` is asked whenever nothing is ready; it wakes the next sleepers.
    func work(_ begin: @escaping @Sendable () async -> Void, while goesOn: () -> Bool) {
        Hook.simulations.withLock { $0[pthread_self()] = self }
        defer { Hook.simulations.withLock { _ = $0.removeValue(forKey: pthread_self()) } }
        Task { await begin() }
        repeat {
            while let job = next() { job.runSynchronously(on: asUnownedTaskExecutor()) }
        } while goesOn()
    }

    private func next() -> UnownedJob? {
        state.withLock { state in
            guard !state.ready.isEmpty else { return nil }
            return state.ready.remove(at: state.draw.below(state.ready.count))
        }
    }
}

/// Where the runtime asks which executor a job goes to, for the whole process.
///
/// Jobs that come up on a simulation's thread stay in that simulation; all others go where they would
/// have gone. The symbol is the runtime's own, for such tests.
/// Source: swift/stdlib/public/Concurrency/GlobalExecutor.cpp.
private enum Hook {
    typealias Original = @convention(thin) (UnownedJob) -> Void
    typealias Function = @convention(thin) (UnownedJob, Original) -> Void

    static let simulations = Mutex<[pthread_t: Scheduler]>([:])

    /// Sets the hook, once.
    static let isSet: Bool = {
        guard let symbol = dlsym(dlopen(nil, RTLD_LAZY), "swift_task_enqueueGlobal_hook") else {
            return false
        }
        symbol.assumingMemoryBound(to: Function?.self).pointee = { job, original in
            if let simulation = Hook.simulations.withLock({ $0[pthread_self()] }) {
                simulation.add(job)
            } else {
                original(job)
            }
        }
        return true
    }()
}

/// A few threads that simulations take turns on, so that they never hold up Swift's own.
enum Workers {
    private struct State {
        var waiting: [@Sendable () -> Void] = []
        var threads = 0
    }

    private static let state = Mutex(State())
    private static let threadsMax = max(1, ProcessInfo.processInfo.activeProcessorCount)

    /// Does the work on one of the threads, as soon as one is free.
    static func run<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
        precondition(Hook.isSet, "this Swift runtime has no swift_task_enqueueGlobal_hook")
        return await withCheckedContinuation { continuation in
            let isFull = state.withLock { state in
                state.waiting.append { continuation.resume(returning: work()) }
                guard state.threads < threadsMax else { return true }
                state.threads += 1
                return false
            }
            guard !isFull else { return }
            let thread = Thread {
                while let work = next() { work() }
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    private static func next() -> (@Sendable () -> Void)? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.threads -= 1
                return nil
            }
            return state.waiting.removeFirst()
        }
    }
}
