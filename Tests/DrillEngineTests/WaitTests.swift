import DrillEngine
import DrillModel
import DrillTesting
import Testing

/// `wait`, in simulated time: what it looks at, how long it holds, what becomes of the run.
@Suite struct WaitTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var what: String
        var sees: @Sendable (Span) -> SimulatedWorld.Sight
        var state = ProbeState.up
        /// In seconds.
        var holds: Int64 = 0
        var within: Int64 = 10
        var continues = false
        var ends: Ends
        /// In milliseconds from the step's beginning, at about 1.2 s.
        var took: ClosedRange<Int64>

        enum Ends: Sendable { case done, failed, passedOver }

        var testDescription: String { what }
    }

    static let forever: Int64 = 1_000_000

    static let cases = [
        // Three good answers sent since, though it was up all along.
        Case(what: "up already", sees: bad(), ends: .done, took: 100...250),
        Case(
            what: "what was seen before the step began says nothing",
            sees: bad(500..<900),
            state: .down,
            within: 2,
            ends: .failed,
            took: 2000...2100
        ),
        Case(
            what: "one bad answer is down",
            sees: bad(2000..<2050),
            state: .down,
            ends: .done,
            took: 750...950
        ),
        Case(
            what: "two good answers are not yet up",
            sees: bad(1000..<2000, 2100..<3000),
            ends: .done,
            took: 1800...2100
        ),
        Case(
            what: "for counts from the step's beginning",
            sees: bad(),
            holds: 2,
            ends: .done,
            took: 2000...2200
        ),
        Case(
            what: "one bad answer begins for anew",
            sees: bad(2500..<2550),
            holds: 2,
            ends: .done,
            took: 3200...3550
        ),
        Case(
            what: "down for some time",
            sees: bad(2000..<Self.forever),
            state: .down,
            holds: 3,
            ends: .done,
            took: 3750...4000
        ),
        Case(
            what: "within runs out",
            sees: bad(1000..<Self.forever),
            within: 3,
            ends: .failed,
            took: 3000...3100
        ),
        Case(
            what: "within is for all of it, for included",
            sees: bad(1000..<2500),
            holds: 3,
            within: 3,
            ends: .failed,
            took: 3000...3100
        ),
        Case(
            what: "else: continue passes over",
            sees: bad(1000..<Self.forever),
            within: 3,
            continues: true,
            ends: .passedOver,
            took: 3000...3100
        ),
        Case(
            what: "a probe that can't look isn't up",
            sees: bad(1000..<Self.forever, showing: .blind),
            within: 3,
            ends: .failed,
            took: 3000...3100
        ),
        Case(
            what: "a probe that can't look isn't down",
            sees: bad(1000..<Self.forever, showing: .blind),
            state: .down,
            within: 3,
            ends: .failed,
            took: 3000...3100
        ),
    ]

    @Test("until, is, for, within and else", arguments: cases)
    func wait(wait: Case) async throws {
        let run = await Rehearsal(
            [
                .fault("scratch"), .pause(.seconds(1)),
                Step(
                    .wait(
                        Wait(
                            until: "shop",
                            state: wait.state,
                            holds: .seconds(wait.holds),
                            within: .seconds(wait.within),
                            continues: wait.continues
                        )
                    )
                ),
                .pause(.zero),
            ],
            faults: [Rehearsal.fault("scratch")],
            sees: wait.sees
        )
        let step = try #require(run.step("3"))
        let took = step.took.ns / 1_000_000
        #expect(wait.took.contains(took), "it took \(took) ms")
        switch wait.ends {
        case .done: #expect(step.result == .done)
        case .failed:
            guard case .failed(let why) = step.result else {
                Issue.record("\(step.result)")
                break
            }
            #expect(why.contains("shop was not \(wait.state.rawValue)"))
            #expect(run.judgement.verdict == .failed)
        case .passedOver:
            guard case .passedOver = step.result else {
                Issue.record("\(step.result)")
                break
            }
            #expect(run.judgement.verdict != .failed)
        }
        #expect((run.step("4") == nil) == (wait.ends == .failed), "the step after it")
        run.expectWhole()
    }
}
