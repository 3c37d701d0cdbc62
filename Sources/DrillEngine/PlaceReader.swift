import DrillModel
import Synchronization

/// Looks, while the run goes on, which of a ledger's acknowledged records one place shows.
///
/// ```
///  due  ─┬─────────┬─────────┬──▶   open-loop, as the writes are
///        asks for what was acknowledged and not yet seen there, and for the newest record
/// ```
/// It only reads, and no more at once than `inFlightMax`: a place that hangs is left alone.
struct PlaceReader: Sendable {
    private static let inFlightMax = 4

    /// What is known of the place.
    private struct Knowledge {
        /// How many writes were looked through.
        var taken = 0
        /// Acknowledged and not yet seen, in rising order.
        var unseen: [Int] = []
        /// Those of them that were never asked for.
        var fresh: [Int] = []
        var newest: Int?
        var inFlight = 0

        /// What to ask for, in rising order: all that isn't seen, where that is no more than `most`.
        ///
        /// Else what was never asked for, and the oldest, which say how far behind it is: some of them may
        /// never come, and must not hide what came after.
        mutating func next(most: Int) -> [Int] {
            defer { fresh = [] }
            guard unseen.count >= most else { return unseen }
            let new = fresh.sorted().suffix(most - most / 4)
            let isNew = Set(new)
            let old = unseen.filter { !isNew.contains($0) }.prefix(most - new.count)
            return (old + new).sorted()
        }
    }

    private let place: Int
    private let ledger: Ledger
    private let series: Series
    private let world: World
    private let knowledge = Box()

    private final class Box: Sendable {
        let content = Mutex(Knowledge())
    }

    init(_ place: Int, of ledger: Ledger, _ series: Series, in world: World) {
        self.place = place
        self.ledger = ledger
        self.series = series
        self.world = world
    }

    /// Looks until `isOver` says so, then once more, so that what was acknowledged last is looked for too.
    func run(_ keeper: any LedgerKeeper, until isOver: @escaping @Sendable () -> Bool) async {
        let start = world.now()
        await withDiscardingTaskGroup { group in
            var number = 0
            var isLast = false
            while !isLast {
                let due = start + ledger.readEvery * Int64(number)
                while !isOver() && world.now() < due {
                    await world.sleep(min(due, world.now() + .milliseconds(100)))
                }
                isLast = isOver()
                let look = number
                number += 1
                switch begin(most: keeper.askedMax) {
                case .nothingYet: continue
                case .tooMany: keep(LedgerRead(look, place, due: due, asked: []))
                case .ask(let asked):
                    group.addTask { await read(asked, number: look, due: due, keeper) }
                }
            }
        }
    }

    private func read(
        _ asked: [Int],
        number: Int,
        due: Instant,
        _ keeper: any LedgerKeeper
    ) async {
        let begun = world.now()
        var read = LedgerRead(number, place, due: due, asked: asked)
        do throws(LedgerError) {
            let find = try await keeper.read(
                asked,
                at: place,
                deadline: max(due, begun) + series.probe.timeout
            )
            let missing = asked.filter { find.copies[$0] == nil }
            read.sent = find.sent
            read.done = find.done
            read.missing = .init(numbers: missing)
            end(asked, missing: missing)
        } catch {
            read.sent = begun
            read.done = world.now()
            read.failure = error.message
            end([], missing: [])
        }
        keep(read)
    }

    private enum Next {
        case ask([Int])
        /// No record was acknowledged yet.
        case nothingYet
        /// As many looks as may be have not come back.
        case tooMany
    }

    private func begin(most: Int) -> Next {
        knowledge.content.withLock { knowledge in
            let new = series.writes(after: knowledge.taken)
            knowledge.taken += new.count
            let acknowledged = new.filter { $0.answer == .acknowledged }.map(\.number)
            knowledge.unseen = (knowledge.unseen + acknowledged).sorted()
            knowledge.fresh += acknowledged
            if let newest = acknowledged.max() {
                knowledge.newest = max(newest, knowledge.newest ?? newest)
            }
            guard let newest = knowledge.newest else { return .nothingYet }
            guard knowledge.inFlight < Self.inFlightMax else { return .tooMany }
            knowledge.inFlight += 1
            let asked = knowledge.next(most: most)
            return .ask(asked.last == newest ? asked : asked + [newest])
        }
    }

    private func end(_ asked: [Int], missing: [Int]) {
        let found = Set(asked).subtracting(missing)
        knowledge.content.withLock { knowledge in
            knowledge.inFlight -= 1
            if !found.isEmpty { knowledge.unseen.removeAll(where: found.contains) }
        }
    }

    private func keep(_ read: LedgerRead) {
        series.add(read)
        world.recorder.record(read, of: series.probe.name)
    }
}

extension LedgerRead {
    /// One that is still to be sent.
    fileprivate init(_ number: Int, _ place: Int, due: Instant, asked: [Int]) {
        self.init(
            number: number,
            place: place,
            due: due,
            sent: nil,
            done: nil,
            asked: .init(numbers: asked),
            missing: nil
        )
    }
}
