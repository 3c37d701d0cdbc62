import DrillEngine
import DrillModel
import DrillTesting
import Testing

/// Runbook steps on a simulated host: what they expect, how they are verified, what they may take.
@Suite struct RunbookTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var what: String
        var run: [String]?
        var expect = Expect()
        /// What `verify` sees; nil where there is none.
        var verify: (@Sendable (Span) -> SimulatedWorld.Sight)?
        /// In seconds.
        var budget: Int64?
        /// A part of why it failed; nil where it is done.
        var fails: String?

        var testDescription: String { what }
    }

    static let forever: Int64 = 1_000_000

    static let cases = [
        Case(what: "exit 0", run: ["say", "hello"]),
        Case(what: "another exit", run: ["exit", "3"], fails: "expected exit 0, got exit 3"),
        Case(what: "the exit it expects", run: ["exit", "3"], expect: .init(exit: 3)),
        Case(
            what: "0, which it doesn't expect",
            run: ["exit", "0"],
            expect: .init(exit: 3),
            fails: "expected exit 3, got exit 0"
        ),
        Case(what: "a match", run: ["say", "ready"], expect: .init(match: "^ready$")),
        Case(
            what: "no match",
            run: ["say", "almost"],
            expect: .init(match: "^ready$"),
            fails: "does not match ^ready$: almost"
        ),
        Case(what: "verified", run: ["say", "done"], verify: bad()),
        Case(what: "verified in the end", run: ["say", "done"], verify: bad(0..<2200)),
        Case(
            what: "it ran but did not work",
            run: ["say", "done"],
            verify: bad(0..<Self.forever),
            fails: "it ran, but did not work: within 3s: refused"
        ),
        Case(
            what: "nobody could look whether it worked",
            run: ["say", "done"],
            verify: bad(0..<Self.forever, showing: .blind),
            fails: "it ran, but did not work"
        ),
        Case(what: "only verified", verify: bad(0..<1200)),
        Case(
            what: "what fails isn't verified",
            run: ["exit", "1"],
            verify: bad(),
            fails: "expected exit 0, got exit 1"
        ),
        Case(what: "within its budget", run: ["take", "1500"], budget: 2),
        Case(
            what: "over its budget",
            run: ["take", "60000"],
            budget: 2,
            fails: "no answer in time"
        ),
        Case(
            what: "over its budget while it is verified",
            run: ["take", "1500"],
            verify: bad(0..<3200),
            budget: 2,
            fails: "its budget is 2s"
        ),
    ]

    private static func step(_ it: Case, isOptional: Bool = false) -> RunbookStep {
        RunbookStep(
            title: it.what,
            host: "alpha",
            run: it.run.map { .list($0) },
            budget: it.budget.map { .seconds($0) },
            expect: it.expect,
            verify: it.verify.map { _ in
                RunbookStep.Verify(
                    look: .tcp(TCPLook(address: "192.0.2.1", port: 80)),
                    within: .seconds(3)
                )
            },
            isOptional: isOptional
        )
    }

    private static let next = RunbookStep(
        title: "next",
        host: "alpha",
        run: .list(["say", "reached"])
    )

    private static func rehearse(_ runbook: Runbook, _ it: Case? = nil) async -> Rehearsal {
        await Rehearsal(
            [.fault("cut"), Step(.runbook(runbook)), .pause(.zero)],
            faults: [fault],
            sees: bad(),
            aside: it?.verify
        )
    }

    private static let fault = Rehearsal.fault("cut")

    private static func reports(_ run: Rehearsal) -> [RunbookStepReport] {
        run.timeline.events.compactMap { event in
            guard case .runbookStep(let report) = event.kind else { return nil }
            return report
        }
    }

    @Test("a step that fails ends runbook, method and run", arguments: cases)
    func step(it: Case) async throws {
        let run = await Self.rehearse(Runbook(name: "b", steps: [Self.step(it), Self.next]), it)
        let reports = Self.reports(run)
        let first = try #require(reports.first)
        let whole = try #require(run.step("2"))
        if let wanted = it.fails {
            guard case .failed(let why) = first.result, case .failed(let all) = whole.result else {
                Issue.record("\(first.result), \(whole.result)")
                return
            }
            #expect(why.contains(wanted), "\(why)")
            #expect(all.contains(wanted) && all.contains(it.what), "\(all)")
            #expect(reports.count == 1, "it went on")
            #expect(run.step("3") == nil, "the method went on")
            #expect(run.judgement.verdict == .failed)
        } else {
            #expect(first.result == .done)
            #expect(whole.result == .done)
            #expect(reports.map(\.title) == [it.what, "next"])
            #expect(run.step("3")?.result == .done)
        }
        if let budget = it.budget, it.verify == nil {
            #expect(first.done - first.started <= .seconds(budget) + .milliseconds(100))
        }
        run.expectWhole()
    }

    @Test("an optional step that fails is passed over", arguments: cases.filter { $0.fails != nil })
    func optional(it: Case) async throws {
        let run = await Self.rehearse(
            Runbook(name: "b", steps: [Self.step(it, isOptional: true), Self.next]),
            it
        )
        let reports = Self.reports(run)
        guard case .passedOver(let why)? = reports.first?.result else {
            Issue.record("\(reports)")
            return
        }
        #expect(why.contains(try #require(it.fails)))
        #expect(reports.map(\.title) == [it.what, "next"])
        #expect(run.step("2")?.result == .done)
        #expect(run.judgement.verdict != .failed)
        run.expectWhole()
    }

    @Test("a runbook that worked, but took longer than its budget, failed")
    func overBudget() async throws {
        let steps = [1, 2].map {
            RunbookStep(title: "step \($0)", host: "alpha", run: .list(["take", "1500"]))
        }
        for (budget, isInTime) in [(4, true), (2, false)] as [(Int64, Bool)] {
            let run = await Self.rehearse(
                Runbook(name: "b", budget: .seconds(budget), steps: steps)
            )
            #expect(Self.reports(run).map(\.result) == [.done, .done])
            let whole = try #require(run.step("2"))
            if isInTime {
                #expect(whole.result == .done)
            } else {
                #expect(
                    whole.result == .failed("it worked, but took 3.0 s; its budget is 2s")
                )
            }
            run.expectWhole()
        }
    }
}
