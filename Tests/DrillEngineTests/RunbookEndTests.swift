import DrillTesting
import Testing

@testable import DrillEngine
@testable import DrillModel

/// What comes after a step that failed, what people say, and a run that is told to end.
@Suite struct RunbookEndTests {
    private static func undoable(_ title: String, _ words: String...) -> RunbookStep {
        var step = RunbookStep(title: title, host: "alpha", run: .list(words))
        step.undo = .command(host: "alpha", .list(["say", "back-\(title)"]))
        return step
    }

    private static func failing(_ after: RunbookStep.OnFailure) -> RunbookStep {
        var step = undoable("bad", "exit", "1")
        step.onFailure = after
        return step
    }

    @Test("stop leaves what was done, continue goes on and has failed all the same")
    func stopAndContinue() async throws {
        let next = step("next", "say", "on")
        let stopped = await RunbookStage(
            Runbook(
                name: "b",
                steps: [Self.undoable("one", "say", "1"), Self.failing(.stop), next]
            )
        )
        #expect(stopped.told == ["1 one: done", "2 bad: failed"])
        let wentOn = await RunbookStage(
            Runbook(
                name: "b",
                steps: [Self.undoable("one", "say", "1"), Self.failing(.goOn), next]
            )
        )
        #expect(wentOn.told == ["1 one: done", "2 bad: failed", "3 next: done"])
        #expect(wentOn.why == "bad: expected exit 0, got exit 1")
        #expect((stopped.commands + wentOn.commands).allSatisfy { !$0.contains("back-") })
    }

    @Test("undo takes back all that was begun, newest first, inside of others too")
    func undo() async throws {
        let inner = Runbook(name: "inner", steps: [Self.undoable("in", "say", "in")])
        let left = step("left", "say", "l") { $0.isOptional = true }
        var skipped = Self.undoable("skipped", "say", "s")
        skipped.when = .value("a", .equals("b"))
        let stage = await RunbookStage(
            Runbook(
                name: "b",
                steps: [
                    Self.undoable("one", "say", "1"), left, skipped,
                    step("include") { $0.deed = .include(Include(inner)) },
                    step("at once") { $0.deed = .parallel([Self.undoable("p", "say", "p")]) },
                    Self.failing(.undo), step("next", "say", "on"),
                ]
            )
        )
        #expect(
            stage.told == [
                "1 one: done", "2 left: done", "3 skipped: skipped", "4.1 in: done",
                "4 include: done", "5.1 p: done", "5 at once: done", "6 bad: failed",
                "6 undo bad: done", "5.1 undo p: done", "4.1 undo in: done", "1 undo one: done",
            ]
        )
        #expect(
            stage.commands.suffix(4) == ["bad", "p", "in", "one"].map { "alpha: say back-\($0)" }
        )
        #expect(stage.why == "bad: expected exit 0, got exit 1; undone: bad, p, in, one")
    }

    @Test("an undo that fails holds up none of the others, and is told")
    func undoFails() async throws {
        var one = Self.undoable("one", "say", "1")
        one.undo = .command(host: "alpha", .list(["exit", "7"]))
        let stage = await RunbookStage(
            Runbook(
                name: "b",
                steps: [Self.undoable("zero", "say", "0"), one, Self.failing(.undo)]
            )
        )
        #expect(
            stage.commands.suffix(3) == [
                "alpha: say back-bad", "alpha: exit 7", "alpha: say back-zero",
            ]
        )
        #expect(stage.why.contains("NOT UNDONE: one: expected exit 0, got exit 7"))
    }

    @Test("an undo knows what its step saved")
    func undoSaved() async throws {
        var one = step("one", "say", "id-7") { $0.saves = [Save("id")] }
        one.undo = .command(host: "alpha", Command(.list(["say", Text(parts: [.saved("id")])])))
        let stage = await RunbookStage(Runbook(name: "b", steps: [one, Self.failing(.undo)]))
        #expect(stage.commands.last == "alpha: say id-7")
        #expect(stage.commands.count == 4)
    }

    @Test("undo of an included runbook ends there; the step that includes it has failed")
    func innerUndo() async throws {
        let inner = Runbook(
            name: "inner",
            steps: [Self.undoable("in", "say", "in"), Self.failing(.undo)]
        )
        let stage = await RunbookStage(
            Runbook(
                name: "b",
                steps: [
                    Self.undoable("one", "say", "1"),
                    step("include") { $0.deed = .include(Include(inner)) },
                ]
            )
        )
        #expect(stage.commands.suffix(2) == ["alpha: say back-bad", "alpha: say back-in"])
        #expect(stage.told.last == "2 include: failed")
    }

    @Test("a run that is told to end leaves what was done, and begins nothing more")
    func cancelled() async throws {
        let long = step("long", "exit", "1") {
            $0.retry = Retry(times: 100, every: .seconds(1))
            $0.onFailure = .undo
        }
        let stage = await RunbookStage(
            Runbook(name: "b", steps: [Self.undoable("one", "say", "1"), long]),
            cancelsAfter: .milliseconds(3500)
        )
        #expect(stage.result == .cancelled)
        #expect(stage.told == ["1 one: done", "2 long: cancelled"])
        #expect(stage.commands.count == 5, "\(stage.commands)")
    }

    private static func manual(_ budget: Span? = nil) -> RunbookStep {
        var it = step("tell them")
        it.deed = .manual("Post on the status page.")
        it.budget = budget
        return it
    }

    private static func approve(by: [String] = []) -> RunbookStep {
        var it = step("may it")
        it.deed = .approve(Approval("Fail over?", by: by, timeout: .minutes(2)))
        return it
    }

    static let said:
        [(step: RunbookStep, people: [String: PersonAnswer]?, told: String, why: String)] = [
            (manual(), ["tell them": .yes(by: "ann")], "done", ""),
            (
                manual(), ["tell them": .no(by: "ann", why: "it is down")], "failed",
                "ann could not do it: it is down"
            ),
            (manual(.seconds(30)), [:], "failed", "nobody confirmed it within 30.0 s"),
            (
                manual(.seconds(2)), ["tell them": .yes(by: "ann")], "failed",
                "took 3.0 s; its budget is 2s"
            ),
            (manual(), nil, "skipped", ""),
            (manual(), ["tell them": .skipped("--skip-people")], "skipped", ""),
            (approve(by: ["ann", "bob"]), ["may it": .yes(by: "bob")], "done", ""),
            (approve(), ["may it": .no(by: "ann")], "failed", "ann did not approve it"),
            (
                approve(by: ["ann", "bob"]), [:], "failed",
                "none of ann and bob approved it within 120.0 s"
            ),
            (approve(), nil, "failed", "nobody was there to approve it"),
            (approve(), ["may it": .skipped("--skip-people")], "skipped", ""),
        ]

    @Test("what people say, or don't", arguments: said.indices)
    func people(_ index: Int) async throws {
        let it = Self.said[index]
        let stage = await RunbookStage(Runbook(name: "b", steps: [it.step]), people: it.people)
        #expect(stage.told == ["1 \(it.step.title): \(it.told)"])
        #expect(stage.why.contains(it.why), "\(stage.why)")
        #expect(stage.reports.first?.isHuman == true)
        if case .yes(let who)? = it.people?.values.first, it.told == "done" {
            #expect(stage.reports.first?.answeredBy == who)
            #expect(stage.asked.first?.isApproval == (it.step.title == "may it"))
        }
    }

    @Test("a whole budget counts people's time, and tells it apart")
    func budget() async throws {
        let stage = await RunbookStage(
            Runbook(
                name: "b",
                budget: .seconds(4),
                steps: [Self.manual(), step("work", "take", "2000")]
            ),
            people: ["tell them": .yes(by: "ann")]
        )
        #expect(stage.why == "it worked, but took 5.0 s (3.0 s of it by people); its budget is 4s")
        let time = WorkTime(stage.reports)
        #expect(time.human == .seconds(3))
        #expect(time.machine >= .seconds(2) && time.machine < .milliseconds(2100))
    }
}
