import DrillModel
import Synchronization

/// Looks at a fixed rate, open-loop: sample *k* is due at *start + k·every* whether or not earlier
/// ones have come back.
///
/// ```
///  due  ─┬────┬────┬────┬────┬──▶   one timer, never waiting for an answer
///        look look look look look   each its own task, at most `inFlightMax` at once
/// ```
/// So a hanging service can't slow its own prober down (coordinated omission). With a pacer each look is
/// begun where and when it is due, without a change of thread or a wait for a turn.
struct Sampler: Sendable {
    let series: Series
    let world: World
    private let phase: Phase?
    private let inFlight = InFlight()

    /// `phase` says when the first look is due; at once without it.
    init(_ series: Series, in world: World, phase: Phase? = nil) {
        self.series = series
        self.world = world
        self.phase = phase
    }

    /// Looks until `isOver` says so, then waits for what is in flight (each look has its deadline).
    func run(_ prober: any Prober, until isOver: @escaping @Sendable () -> Bool) async {
        let probe = series.probe
        await tick(on: prober.pacer, until: isOver) { number, due in
            let look = await prober.look(deadline: due.later(of: world.now()) + probe.timeout)
            keep(
                Sample(
                    number: number,
                    due: due,
                    sent: look.sent,
                    done: look.done,
                    outcome: look.outcome
                )
            )
        } skip: { number, due in
            keep(Sample(number: number, due: due, sent: nil, done: nil, outcome: .unsent))
        }
    }

    /// Writes numbered records at the same open-loop pace.
    func run(
        _ keeper: any LedgerKeeper,
        until isOver: @escaping @Sendable () -> Bool
    ) async {
        let probe = series.probe
        await tick(on: nil, until: isOver) { number, due in
            let answer = await keeper.write(
                number,
                deadline: due.later(of: world.now()) + probe.timeout
            )
            keep(
                LedgerWrite(
                    number: number,
                    due: due,
                    sent: answer.sent,
                    done: answer.done,
                    answer: answer.answer,
                    detail: answer.detail
                )
            )
        } skip: { number, due in
            keep(LedgerWrite(number: number, due: due, sent: nil, done: nil, answer: .unsent))
        }
    }

    private func tick(
        on pacer: (any Pacer)?,
        until isOver: @Sendable () -> Bool,
        look: @escaping @Sendable (Int, Instant) async -> Void,
        skip: (Int, Instant) -> Void
    ) async {
        let every = series.probe.every
        let start = phase?.start(every: every, now: world.now()) ?? world.now()
        await withTaskExecutorPreference(pacer) {
            await withDiscardingTaskGroup { group in
                var number = 0
                while !isOver() {
                    let due = start + every * Int64(number)
                    await rest(until: due, by: pacer, orUntil: isOver)
                    if isOver() { break }
                    if inFlight.enter(max: series.probe.inFlightMax) {
                        let number = number
                        let work = { @Sendable () async -> Void in
                            await look(number, due)
                            inFlight.leave()
                        }
                        if pacer == nil {
                            group.addTask(operation: work)
                        } else {
                            group.addImmediateTask(operation: work)
                        }
                    } else {
                        skip(number, due)
                    }
                    number += 1
                }
            }
        }
    }

    /// The next look may be due in hours: the end is heard before.
    private func rest(
        until due: Instant,
        by pacer: (any Pacer)?,
        orUntil isOver: @Sendable () -> Bool
    ) async {
        repeat {
            let next = min(due, world.now() + .milliseconds(100))
            if let pacer { await pacer.pause(until: next) } else { await world.sleep(next) }
        } while !isOver() && world.now() < due
    }

    private func keep(_ sample: Sample) {
        series.add(sample)
        world.recorder.record(sample, of: series.probe.name)
    }

    private func keep(_ write: LedgerWrite) {
        series.add(write)
        world.recorder.record(write, of: series.probe.name)
    }
}

/// Counts the looks that have not come back.
private final class InFlight: Sendable {
    private let count = Mutex(0)

    func enter(max: Int) -> Bool {
        count.withLock { count in
            guard count < max else { return false }
            count += 1
            return true
        }
    }

    func leave() { count.withLock { $0 -= 1 } }
}

extension Instant {
    func later(of other: Instant) -> Instant { Swift.max(self, other) }
}
