internal import DrillEngine
internal import DrillModel
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// The one event loop that all probes of a run share; its thread starts with the first use.
///
/// One thread bears some thousand looks a second, and the instants of all samples are then taken by
/// one clock reader that nothing else holds up.
final class ProbeLoop: Sendable {
    let now: @Sendable () -> Instant
    private let group = Mutex<MultiThreadedEventLoopGroup?>(nil)
    private let wakes: WakeLine

    init(now: @escaping @Sendable () -> Instant) {
        self.now = now
        wakes = WakeLine(now: now)
    }

    var loop: any EventLoop {
        group.withLock { group in
            let it = group ?? MultiThreadedEventLoopGroup(numberOfThreads: 1)
            group = it
            return it.next()
        }
    }

    /// How long it still is until `instant`; never below zero.
    func left(until instant: Instant) -> TimeAmount { .nanoseconds(max(0, (instant - now()).ns)) }

    /// Returns at `instant`, or when the task is cancelled.
    func pause(until instant: Instant) async {
        await wakes.pause(until: instant, on: loop)
    }

    func close() async {
        wakes.close()
        let taken = group.withLock { group in
            defer { group = nil }
            return group
        }
        // Fails only where it is already shut down, and it was ours alone.
        try? await taken?.shutdownGracefully()
    }
}

/// Tasks that prefer it run on its thread.
extension ProbeLoop: Pacer {
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

extension ProbeLoop {
    /// What `body` returns, or `late` at `deadline` or when the task is cancelled.
    ///
    /// Unlike a task group this doesn't wait for the loser: `body` goes on alone, and what it returns
    /// then is dropped.
    func first<Value: Sendable>(
        by deadline: Instant,
        late: Value,
        _ body: @escaping @Sendable () async -> Value
    ) async -> Value {
        let race = Race<Value>()
        let timer = loop.scheduleTask(in: left(until: deadline)) { _ = race.finish(late) }
        defer { timer.cancel() }
        return await withTaskCancellationHandler {
            await race.winner { Task { race.finish(await body()) } }
        } onCancel: {
            race.finish(late)
        }
    }
}
