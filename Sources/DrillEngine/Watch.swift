import DrillModel
import Synchronization

/// All probes of a run: their samplers, what they saw, and what can be asked of it.
final class Watch: Sendable {
    private struct Looking {
        var tasks: [Task<Void, Never>] = []
        /// What looks at the further places of ledgers.
        var readers: [Task<Void, Never>] = []
        var keepers: [String: any LedgerKeeper] = [:]
        var probers: [any Prober] = []
        var isOver = false
        /// Every write has come back, too.
        var isWritten = false
    }

    let series: [Series]
    let world: World
    private let log: Log
    private let experiment: Experiment
    private let run: String
    private let state = Mutex(Looking())

    init(_ experiment: Experiment, world: World, log: Log, run: String) {
        series = experiment.probes.map(Series.init)
        self.experiment = experiment
        self.world = world
        self.log = log
        self.run = run
    }

    func series(_ probe: String) -> Series? { series.first { $0.probe.name == probe } }

    /// Makes the probes ready and starts looking.
    ///
    /// - Returns: false, with the reason as an event, where one can't be made ready.
    func begin() async -> Bool {
        let concealed = world.concealed(of: series.map(\.probe))
        let begun = world.now()
        for (index, series) in series.enumerated() {
            let phase = Phase(index, of: self.series.count, from: begun)
            let sampler = Sampler(series, in: world, phase: phase)
            do {
                if let ledger = series.probe.ledger {
                    let keeper = try await world.probers.keeper(
                        for: series.probe,
                        owner: experiment.owner(of: series.probe, in: run)
                    )
                    state.withLock { $0.keepers[series.probe.name] = keeper }
                    try await keeper.prepare(deadline: world.now() + .seconds(10))
                    log.append(.ledgerPrepared(probe: series.probe.name))
                    look { await sampler.run(keeper, until: self.isOver) }
                    for place in ledger.places.indices.dropFirst() {
                        let reader = PlaceReader(place, of: ledger, series, in: world)
                        let task = Task { await reader.run(keeper, until: self.isWritten) }
                        state.withLock { $0.readers.append(task) }
                    }
                } else {
                    let prober = TellingProber(
                        try await world.probers.prober(for: series.probe),
                        of: series.probe,
                        hiding: [concealed, world.concealed],
                        log: log
                    )
                    state.withLock { $0.probers.append(prober) }
                    look { await sampler.run(prober, until: self.isOver) }
                }
            } catch {
                log.append(.refused("probe \(series.probe.name): \(reason(error))"))
                await stopLooking()
                // It is asked to all the same: some stores refuse a record and keep it.
                let isUntouched = (error as? LedgerError)?.isUntouched ?? false
                await cleanUp(
                    deadline: world.now() + .seconds(10),
                    silent: isUntouched ? series.probe.name : nil
                )
                await end()
                return false
            }
        }
        return true
    }

    /// Whether every probe shows what it should in steady state, for long enough and in time.
    func becomesSteady(_ steady: Steady, stop: StopSwitch) async -> Bool {
        let begun = world.now()
        while world.now() - begun < steady.within {
            if stop.reason != nil {
                log.tell(stop)
                return false
            }
            if series.allSatisfy({ $0.isSteady(for: steady.holds, since: begun) }) { return true }
            await world.sleep(world.now() + .milliseconds(20))
        }
        let unsteady = series.filter { !$0.isSteady(for: steady.holds, since: begun) }
        for series in unsteady {
            log.append(.steadyFailed(complaint(series, steady: steady, since: begun)))
        }
        return unsteady.isEmpty
    }

    /// After the undo: until all is as in steady state again, or that takes too long to wait for.
    func looksOnUntilSteady(_ steady: Steady, stop: StopSwitch) async {
        let begun = world.now()
        // A line of a log isn't taken back.
        let series = series.filter { !$0.probe.staysFired }
        while world.now() - begun < steady.within, stop.reason == nil {
            if series.allSatisfy({ $0.isSteady(for: steady.holds, since: begun) }) { return }
            await world.sleep(world.now() + .milliseconds(20))
        }
    }

    /// Asks every ledger what is still there and counts the copies of each record.
    ///
    /// - Parameter isHasty: the run was stopped: what can't be read soon stays unknown.
    func readBack(isHasty: Bool) async {
        let keepers = state.withLock { $0.keepers }
        guard !keepers.isEmpty else { return }
        log.append(.phase(.readBack))
        await stopLooking()
        for series in series {
            guard let keeper = keepers[series.probe.name], let ledger = series.probe.ledger else {
                continue
            }
            let limit = world.now() + (isHasty ? .seconds(10) : .seconds(60))
            await ReadBack(ledger, series, keeper, world: world, log: log).carryOut(until: limit)
            if ledger.isKept { continue }
            await cleanUp(keeper, series, deadline: world.now() + .seconds(60))
        }
    }

    /// Removes whatever the ledgers made; of the `silent` one it doesn't matter whether that fails.
    private func cleanUp(deadline: Instant, silent: String?) async {
        let keepers = state.withLock { $0.keepers }
        for series in series {
            let name = series.probe.name
            guard let keeper = keepers[name] else { continue }
            await cleanUp(keeper, series, deadline: deadline, isSilent: name == silent)
        }
    }

    private func cleanUp(
        _ keeper: any LedgerKeeper,
        _ series: Series,
        deadline: Instant,
        isSilent: Bool = false
    ) async {
        let numbers = series.writes.filter { $0.answer != .unsent }.map(\.number)
        do throws(LedgerError) {
            try await keeper.cleanUp(numbers, deadline: deadline)
        } catch {
            guard !isSilent else { return }
            log.append(
                .note("the ledger \(series.probe.name) was not cleaned up: \(error.message)")
            )
        }
    }

    /// Stops looking and closes every probe.
    func end() async {
        await stopLooking()
        let (keepers, probers) = state.withLock { ($0.keepers, $0.probers) }
        for keeper in keepers.values { await keeper.close() }
        for prober in probers { await prober.close() }
    }

    var samples: [String: [Sample]] {
        let looking = series.filter { !$0.samples.isEmpty }
        return Dictionary(
            looking.map { ($0.probe.name, $0.samples) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    var writes: [String: [LedgerWrite]] {
        let writing = series.filter { !$0.writes.isEmpty }
        return Dictionary(
            writing.map { ($0.probe.name, $0.writes) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    var reads: [String: [LedgerRead]] {
        let reading = series.filter { !$0.reads.isEmpty }
        return Dictionary(
            reading.map { ($0.probe.name, $0.reads) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    private func isOver() -> Bool { state.withLock { $0.isOver } }
    private func isWritten() -> Bool { state.withLock { $0.isWritten } }

    private func look(_ work: @escaping @Sendable () async -> Void) {
        // Looking must go on however the task that began it ends.
        let task = Task { await work() }
        state.withLock { $0.tasks.append(task) }
    }

    private func stopLooking() async {
        // Told before it is so: what is told to have been watched must have been.
        if !isOver() { log.append(.lookingEnds) }
        let tasks = state.withLock { state in
            state.isOver = true
            return state.tasks
        }
        for task in tasks { await task.value }
        // A last look at every place, at all that was written.
        let readers = state.withLock { state in
            state.isWritten = true
            return state.readers
        }
        for task in readers { await task.value }
    }

    private func complaint(_ series: Series, steady: Steady, since: Instant) -> String {
        let name = series.probe.name
        let last = series.lastAnswer.map { "; it last answered: \($0)" } ?? ""
        return series.probe.measure == .detection
            ? "\(name) must be quiet for \(steady.holds) and was not, within \(steady.within)\(last);"
                + " quiet is \(series.probe.quietMeans)"
            : "\(name) was not up for \(steady.holds) within \(steady.within)\(last)"
    }

    private func reason(_ error: any Error) -> String {
        switch error {
        case let error as ProberError: error.message
        case let error as LedgerError: error.message
        default: "\(error)"
        }
    }
}
