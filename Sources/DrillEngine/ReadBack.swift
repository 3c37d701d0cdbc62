import DrillModel

/// Reads a ledger back after the recovery: from its own address and from every further place, all at
/// once, and tells what each of them has.
///
/// A place that doesn't answer is asked again until time is up: the system may be on its feet only half.
/// What was acknowledged and isn't there may still come (replicas catch up, stores show late what they
/// have): it is looked for again until `appear-within` is over, and told apart from what never comes.
///
/// An address may lead to several servers, each with a part of what was acknowledged: one look after the
/// other would find it all, and no user ever does. So in the end all that was found is looked for some
/// times more, over a new connection each; what is gone then is told.
struct ReadBack {
    private static let pause = Span.milliseconds(200)
    /// A store that is in trouble is asked ever more seldom, down to this.
    private static let pauseMost = Span.seconds(5)
    /// Two servers in turn show by the first of these; two at random stay hidden once in 32 times.
    private static let looksAgainMax = 5
    private static let pauseAgain = Span.milliseconds(50)
    /// No further look is begun after this; one is in any case.
    private static let lookingAgain = Span.seconds(2)

    private let ledger: Ledger
    private let series: Series
    private let keeper: any LedgerKeeper
    private let world: World
    private let log: Log

    init(
        _ ledger: Ledger,
        _ series: Series,
        _ keeper: any LedgerKeeper,
        world: World,
        log: Log
    ) {
        self.ledger = ledger
        self.series = series
        self.keeper = keeper
        self.world = world
        self.log = log
    }

    /// What one place has.
    private struct Found {
        /// How many copies by number.
        var copies: [Int: Int] = [:]
        /// Which came only while it was waited for.
        var appeared: Set<Int> = []
        /// Which were there, and in a later look weren't.
        var gone: Set<Int> = []
        var failure: String?
    }

    func carryOut(until limit: Instant) async {
        let writes = series.writes.filter { $0.answer != .unsent }
        // Asked for one by one, a thousand records take a store a while.
        let each = ledger.store.kind == "http" ? Span.milliseconds(5) : .zero
        let limit = limit + each * Int64(writes.count)
        let places = ledger.places.indices
        let found = await together(Array(places)) { place in
            await self.found(at: place, of: writes, until: limit)
        }.map(\.1)
        series.settle { write in
            var write = write
            // What was never sent is nowhere; that is no finding of a place that couldn't be read.
            func copies(_ found: Found) -> Int? {
                found.failure == nil ? found.copies[write.number] ?? 0 : nil
            }
            write.copies = copies(found[0])
            if found.count > 1 { write.copiesElsewhere = found.dropFirst().map(copies) }
            let appeared = places.filter { found[$0].appeared.contains(write.number) }
            if !appeared.isEmpty { write.appearedAt = appeared }
            let gone = places.filter { found[$0].gone.contains(write.number) }
            if !gone.isEmpty { write.goneAt = gone }
            return write
        }
        for write in series.writes { world.recorder.record(readBack: write, of: series.probe.name) }
        log.append(.readBack(probe: series.probe.name, failure: found[0].failure))
    }

    private func found(
        at place: Int,
        of writes: [LedgerWrite],
        until limit: Instant
    ) async -> Found {
        var found = Found()
        let begun = world.now()
        do throws(LedgerError) {
            found.copies = try await read(writes.map(\.number), at: place, until: limit)
            tell(place, nil)
        } catch {
            found.failure = error.message
            tell(place, error.message)
            return found
        }
        let took = world.now() - begun
        let last = min(limit, world.now() + ledger.appearWithin)
        let acknowledged = writes.filter { $0.answer == .acknowledged }.map(\.number)
        let open = writes.filter { $0.answer != .refused }.map(\.number)
        while acknowledged.contains(where: { found.copies[$0] == nil }), world.now() < last {
            await world.sleep(min(last, world.now() + Self.pause))
            let absent = open.filter { found.copies[$0] == nil }
            // Gone again: what it showed while it answered counts.
            guard let later = try? await read(absent, at: place, until: last) else { break }
            found.copies.merge(later) { $1 }
            found.appeared.formUnion(later.keys)
        }
        let patience = Self.lookingAgain + took * 2
        found.gone = await gone(found.copies.keys.sorted(), at: place, patience, until: limit)
        return found
    }

    /// Which of the records that a place has shown one of some further looks doesn't find; each may take as
    /// long as `patience`.
    private func gone(
        _ numbers: [Int],
        at place: Int,
        _ patience: Span,
        until limit: Instant
    ) async -> Set<Int> {
        guard !numbers.isEmpty else { return [] }
        var gone: Set<Int> = []
        let begun = world.now()
        for look in 0..<Self.looksAgainMax
        where look == 0 || world.now() - begun < Self.lookingAgain {
            await world.sleep(world.now() + Self.pauseAgain)
            let end = min(limit, world.now() + patience)
            // It answers no more: what it showed while it did counts.
            guard let later = try? await read(numbers, at: place, until: end) else { break }
            gone.formUnion(numbers.filter { later[$0] == nil })
        }
        return gone
    }

    /// Of several places each is told by itself, when it was read first.
    private func tell(_ place: Int, _ failure: String?) {
        guard ledger.places.count > 1 else { return }
        log.append(.placeReadBack(probe: series.probe.name, place: place, failure: failure))
    }

    private func read(
        _ numbers: [Int],
        at place: Int,
        until limit: Instant
    ) async throws(LedgerError) -> [Int: Int] {
        guard !numbers.isEmpty else { return [:] }
        var told: LedgerError?
        var pause = Self.pause
        while true {
            do throws(LedgerError) {
                return try await keeper.read(numbers, at: place, deadline: limit).copies
            } catch {
                // One that the limit cut short says less than the one before it.
                let why = world.now() < limit ? error : told ?? error
                guard world.now() + Self.pause < limit else { throw why }
                told = error
                await world.sleep(min(world.now() + pause, limit - Self.pause))
                pause = min(pause * 2, Self.pauseMost)
            }
        }
    }
}
