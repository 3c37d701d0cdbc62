import Testing

@testable import DrillModel

/// How long a plan may take at the most.
@Suite struct PlanLengthTests {
    struct Case: Sendable {
        var name: String
        var method: [Step]
        var longest = Span.minutes(60)
        var whole: Span
    }

    /// Steady state has 60 s, before and after; what an action has is looked up, not repeated.
    static let action = Action("x", .container("c", .start)).timeout
    static let wait = Step(.wait(Wait(until: nil, holds: .minutes(2))))
    static let db = Selector(hosts: ["db-west"])
    /// One action each to inject, to see it, to undo it and to see that.
    static let half = action * 2

    static let cases: [Case] = [
        Case(name: "it only watches", method: [wait], whole: .minutes(4)),
        Case(
            name: "undone by a step",
            method: [Shop.kill(db), wait, Step(.undo("kill"))],
            whole: .minutes(4) + half + half
        ),
        Case(
            name: "undone at the end",
            method: [Shop.kill(db), wait],
            whole: .minutes(4) + half + half
        ),
        Case(
            name: "steady state comes before `longest`, and looking on after it",
            method: [wait],
            longest: .seconds(30),
            whole: .seconds(150)
        ),
        Case(
            name: "what is going in when `longest` is over goes in, and is undone",
            method: [wait, Shop.kill(db), Step(.undo("kill"))],
            longest: .seconds(30),
            whole: .seconds(150) + half + half
        ),
    ]

    static let steps: [(step: RunbookStep, seconds: Int64)] = [
        (RunbookStep(title: "a", deed: .manual("x")), 3600),
        (RunbookStep(title: "a", deed: .manual("x"), budget: .seconds(60)), 60),
        (RunbookStep(title: "a", deed: .approve(Approval("x", timeout: .seconds(90)))), 90),
        (RunbookStep(title: "a", run: .list(["true"])), 300),
        (RunbookStep(title: "a", run: .list(["true"]), budget: .seconds(7)), 7),
        (
            RunbookStep(
                title: "a",
                deed: .wait(RunbookWait(until: .probe("p"), within: .seconds(20))),
                verify: RunbookStep.Verify(look: .tcp(TCPLook(address: "a", port: 1))),
                // 20 + 2 + 20 + 4 + 20, and 30 to verify.
                retry: Retry(times: 3, every: .seconds(2), factor: 2)
            ),
            96
        ),
        (
            RunbookStep(
                title: "a",
                deed: .parallel([
                    RunbookStep(
                        title: "b",
                        deed: .wait(RunbookWait(until: nil, holds: .seconds(3)))
                    ),
                    RunbookStep(
                        title: "c",
                        deed: .include(
                            Include(
                                Runbook(
                                    name: "x",
                                    steps: [
                                        RunbookStep(title: "d", run: nil),
                                        RunbookStep(
                                            title: "e",
                                            run: .list(["true"]),
                                            budget: .seconds(5)
                                        ),
                                    ]
                                )
                            )
                        )
                    ),
                ])
            ),
            5
        ),
    ]

    @Test(
        "a step may take all its tries and their pauses, and to be seen to have worked",
        arguments: steps.indices
    )
    func runbookStep(_ index: Int) {
        let (step, seconds) = Self.steps[index]
        #expect(step.longest() == .seconds(seconds))
        var twice = step
        twice.isIdempotent = true
        #expect(twice.longest(doesTwice: true) == .seconds(seconds * 2))
        #expect(twice.longest() == .seconds(seconds))
    }

    @Test("a series takes as long as all its runs and the pauses between them")
    func series() throws {
        let length = PlanLength(try Shop.plan(Shop.experiment([Self.wait])))
        #expect(length.takes(in: nil) == "at most 4 min")
        var place = SeriesPlace(id: "S", number: 1, count: 3, pause: .seconds(10), seed: 1)
        #expect(
            length.takes(in: place)
                == "each run at most 4 min, all 3 with their pauses 12 min 20 s"
        )
        place.count = 1
        #expect(length.takes(in: place) == "at most 4 min")
    }

    @Test(arguments: cases.indices) func whole(_ index: Int) throws {
        let each = Self.cases[index]
        let plan = try Shop.plan(
            Shop.experiment(each.method, guards: Guards(longest: each.longest))
        )
        #expect(PlanLength(plan).atMost == each.whole, "\(each.name)")
    }

    @Test("what can't be carried out before `longest` ends it is told")
    func neverWhole() throws {
        func wait(_ seconds: Int64, until: String? = nil) -> Step {
            Step(.wait(Wait(until: until, holds: .seconds(seconds))))
        }
        func note(_ method: [Step], _ longest: Span) throws -> String? {
            try Shop.plan(Shop.experiment(method, guards: Guards(longest: longest))).notes
                .first { $0.hasPrefix("`longest`") }
        }
        let parallel = Step(.parallel([wait(5), wait(20)]))
        let method = [parallel, wait(40), wait(50, until: "shop")]
        #expect(
            try note(method, .seconds(60))
                == "`longest` ends it before its steps can all be carried out: their waits alone take"
                + " 1 min, and it is 1 min"
        )
        #expect(try note(method, .seconds(61)) == nil, "what is waited for may come at once")
    }

    @Test func aFaultThatLastsForATimeMayBeUndoneAtTheEnd() throws {
        let lasting = Shop.cut(Self.db, lasts: .minutes(10))
        let left = Shop.cut(Self.db)
        let lengths = try [lasting, left].map {
            PlanLength(try Shop.plan(Shop.experiment([$0, Self.wait]))).atMost
        }
        #expect(lengths[0] == lengths[1])
    }
}
