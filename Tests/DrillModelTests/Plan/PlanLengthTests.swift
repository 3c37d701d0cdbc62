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
            name: "steady state comes before `longest`",
            method: [wait],
            longest: .seconds(30),
            whole: .seconds(90)
        ),
        Case(
            name: "what is going in when `longest` is over goes in, and is undone",
            method: [wait, Shop.kill(db), Step(.undo("kill"))],
            longest: .seconds(30),
            whole: .seconds(90) + half + half
        ),
    ]

    @Test(arguments: cases.indices) func whole(_ index: Int) throws {
        let each = Self.cases[index]
        let plan = try Shop.plan(
            Shop.experiment(each.method, guards: Guards(longest: each.longest))
        )
        #expect(PlanLength(plan).atMost == each.whole, "\(each.name)")
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
