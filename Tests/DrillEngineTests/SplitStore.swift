import DrillEngine
import DrillModel
import DrillTesting
import Synchronization

/// Two servers behind one address that leads to them in turn.
///
/// ```
///            ┌──▶ a      until they part each record is at both; then, by the seed,
///  address ──┤             together   it still is: what one has the other has
///            └──▶ b        apart      it is where it was written
///                          behind     b has all, a gets nothing more
/// ```
/// Some records are acknowledged and kept by neither.
final class SplitStore: LedgerKeeper {
    private enum Shape: CaseIterable {
        case together, apart, behind
    }

    private struct State {
        var draw: SplitMix64
        var records: [Int: (commit: Instant, sides: Set<Int>)] = [:]
        var looks = 0
        var visited: Set<Int> = []
    }

    /// To which of them one look after the other is led, over and over.
    private static let turns = [
        [0, 1], [1, 0], [0, 0, 1], [1, 1, 0], [0, 1, 1, 1], [1, 0, 0, 0],
    ]

    let askedMax = 1000
    private let shape: Shape
    private let turns: [Int]
    private let part: Instant
    private let losesSome: Bool
    private let clock: SimulatedClock
    private let state: Mutex<State>

    init(seed: UInt64, _ clock: SimulatedClock) {
        var draw = SplitMix64(seed: seed, purpose: "split")
        self.clock = clock
        shape = Shape.allCases[Int(seed % 3)]
        turns = Self.turns[draw.below(Self.turns.count)]
        part = clock.now + .milliseconds(Int64(draw.below(3000)))
        losesSome = draw.below(3) == 0
        state = Mutex(State(draw: draw))
    }

    var visited: Set<Int> { state.withLock { $0.visited } }

    func has(_ number: Int, _ side: Int) -> Bool {
        state.withLock { $0.records[number]?.sides.contains(side) ?? false }
    }

    func commit(_ number: Int) -> Instant? { state.withLock { $0.records[number]?.commit } }

    func prepare(deadline: Instant) async throws(LedgerError) {}
    func cleanUp(_ numbers: [Int], deadline: Instant) async throws(LedgerError) {}
    func close() async {}

    func write(_ number: Int, deadline: Instant) async -> LedgerAnswer {
        let sent = clock.now
        let (there, back) = state.withLock { state in
            let there = Span.milliseconds(Int64(1 + state.draw.below(8)))
            var sides: Set<Int> = [0, 1]
            if sent + there >= part {
                switch shape {
                case .together: break
                case .apart: sides = [state.draw.below(2)]
                case .behind: sides = [1]
                }
            }
            if losesSome, state.draw.below(40) == 0 { sides = [] }
            state.records[number] = (sent + there, sides)
            return (there, Span.milliseconds(Int64(1 + state.draw.below(8))))
        }
        await clock.sleep(until: sent + there + back)
        return LedgerAnswer(sent: sent, done: clock.now, answer: .acknowledged)
    }

    func read(
        _ numbers: [Int],
        at place: Int,
        deadline: Instant
    ) async throws(LedgerError) -> LedgerFind {
        let sent = clock.now
        let there = state.withLock { state in
            let side = turns[state.looks % turns.count]
            state.looks += 1
            state.visited.insert(side)
            return numbers.filter { state.records[$0]?.sides.contains(side) ?? false }
        }
        await clock.sleep(until: sent + .milliseconds(5))
        return LedgerFind(
            sent: sent,
            done: clock.now,
            copies: Dictionary(uniqueKeysWithValues: there.map { ($0, 1) })
        )
    }
}
