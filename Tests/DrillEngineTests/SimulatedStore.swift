import DrillEngine
import DrillModel
import DrillTesting
import Synchronization

/// A store of a ledger's records that goes wrong in every way a store can, and knows the truth.
///
/// ```
///  home      where users write and read; after a split brain, the side that won it
///  replica   has what home has, later; stands still for a while
///  loser     the side that lost the split brain: it went on acknowledging, and kept what it had
/// ```
final class SimulatedStore: LedgerKeeper {
    static let places = ["home", "replica", "loser"]

    /// What became of one record in truth.
    struct Truth: Sendable {
        var commit: Instant
        /// By place: from when it is to be seen, and until when; nil where it never is.
        var seen: [(from: Instant, until: Instant)?]
        var copies: Int

        func isSeen(at place: Int, _ now: Instant) -> Bool {
            seen[place].map { $0.from <= now && now < $0.until } ?? false
        }
    }

    /// How it goes wrong, counted from the beginning.
    struct Fate: Sendable {
        /// The replica falls behind by this much.
        var lag: Span
        /// The replica stands still.
        var stall: Range<Instant>
        /// A part of the writes goes to the loser.
        var split: Range<Instant>
        /// At its end, home has lost what was committed in it.
        var lost: Range<Instant>
        /// Home shows what it has later than it acknowledges it.
        var homeLag: Span
        /// The replica answers nothing.
        var silence: Range<Instant>

        init(seed: UInt64, from start: Instant) {
            var draw = SplitMix64(seed: seed, purpose: "fate")
            func stretch(_ draw: inout SplitMix64, max: Int) -> Range<Instant> {
                let from = start + .milliseconds(Int64(draw.below(16_000)))
                return from..<(from + .milliseconds(Int64(1 + draw.below(max))))
            }
            lag = .milliseconds(Int64([0, 5, 80, 900][draw.below(4)]))
            stall = stretch(&draw, max: 6000)
            split = stretch(&draw, max: 4000)
            lost = stretch(&draw, max: 500)
            homeLag = .milliseconds(Int64([0, 0, 0, 300, 3000][draw.below(5)]))
            silence = stretch(&draw, max: 3000)
        }
    }

    let askedMax: Int
    let fate: Fate
    private let clock: SimulatedClock
    private let state: Mutex<State>

    private struct State {
        var draw: SplitMix64
        var truth: [Int: Truth] = [:]
    }

    init(seed: UInt64, _ clock: SimulatedClock) {
        self.clock = clock
        fate = Fate(seed: seed, from: clock.now)
        askedMax = seed.isMultiple(of: 2) ? 1000 : 30
        state = Mutex(State(draw: SplitMix64(seed: seed, purpose: "store")))
    }

    var truth: [Int: Truth] { state.withLock { $0.truth } }

    func prepare(deadline: Instant) async throws(LedgerError) {}
    func cleanUp(_ numbers: [Int], deadline: Instant) async throws(LedgerError) {}
    func close() async {}

    func write(_ number: Int, deadline: Instant) async -> LedgerAnswer {
        let sent = clock.now
        let (way, there, back, copies) = state.withLock { state in
            (
                state.draw.below(100), state.draw.delay(), state.draw.delay(),
                state.draw.below(50) == 0 ? 2 : 1
            )
        }
        switch way {
        // It never gets there.
        case ..<2: return await silent(sent, deadline)
        case ..<4:
            await clock.sleep(.milliseconds(2))
            return LedgerAnswer(sent: sent, done: clock.now, answer: .refused)
        // Applied long after anybody waits for it.
        case ..<6:
            let late = clock.now + there * 100
            commit(number, at: late, copies)
            return await silent(sent, deadline)
        default: break
        }
        let commit = sent + there
        await clock.sleep(until: min(commit, deadline))
        self.commit(number, at: commit, copies)
        let answered = commit + back
        // The answer is lost, or too late.
        guard way >= 8, answered < deadline else { return await silent(sent, deadline) }
        await clock.sleep(until: answered)
        return LedgerAnswer(sent: sent, done: clock.now, answer: .acknowledged)
    }

    private func silent(_ sent: Instant, _ deadline: Instant) async -> LedgerAnswer {
        await clock.sleep(until: deadline)
        return LedgerAnswer(sent: sent, done: clock.now, answer: .indeterminate)
    }

    private func commit(_ number: Int, at commit: Instant, _ copies: Int) {
        let never = Instant(ns: .max)
        state.withLock { state in
            let isLoser = fate.split.contains(commit) && state.draw.below(2) == 0
            var truth = Truth(commit: commit, seen: [nil, nil, nil], copies: copies)
            if isLoser {
                truth.seen[2] = (commit, never)
            } else {
                let isLost = fate.lost.contains(commit)
                let until = isLost ? fate.lost.upperBound : never
                truth.seen[0] = (commit + fate.homeLag, until)
                if !isLost {
                    let applied = commit + fate.lag
                    let from = fate.stall.contains(applied) ? fate.stall.upperBound : applied
                    truth.seen[1] = (from, never)
                }
                if commit < fate.split.lowerBound { truth.seen[2] = (commit, never) }
            }
            state.truth[number] = truth
        }
    }

    func read(
        _ numbers: [Int],
        at place: Int,
        deadline: Instant
    ) async throws(LedgerError) -> LedgerFind {
        let sent = clock.now
        let (there, back) = state.withLock { ($0.draw.delay(), $0.draw.delay()) }
        if place == 1, fate.silence.contains(sent) {
            await clock.sleep(until: deadline)
            throw LedgerError("no answer")
        }
        await clock.sleep(there)
        let now = clock.now
        let copies = state.withLock { state in
            let there = numbers.filter { state.truth[$0]?.isSeen(at: place, now) ?? false }
            return Dictionary(
                uniqueKeysWithValues: there.map { ($0, state.truth[$0]?.copies ?? 0) }
            )
        }
        await clock.sleep(back)
        return LedgerFind(sent: sent, done: clock.now, copies: copies)
    }
}

extension SplitMix64 {
    /// Mostly some milliseconds, at times much.
    fileprivate mutating func delay() -> Span {
        .milliseconds(Int64(below(20) == 0 ? 50 + below(400) : 1 + below(8)))
    }
}
