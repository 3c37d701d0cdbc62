import DrillEngine
import DrillModel
import DrillTesting
import Testing

/// Steps side by side, faults that end by themselves, and what is declared.
@Suite struct MethodTests {
    private static func wait(within seconds: Int64, continues: Bool = false) -> Step {
        Step(.wait(Wait(until: "shop", within: .seconds(seconds), continues: continues)))
    }

    @Test("a secret that a capture prints before anything used it is neither told nor journalled")
    func secretInCapture() async throws {
        var fault = Rehearsal.fault("one")
        fault.procedures[0].capture = [
            // What each secret of the simulated world is.
            Action("look", .command(host: "alpha", .list(["say", "secret"])), saves: "seen")
        ]
        fault.procedures[0].undo.append(
            Action(
                "log in",
                .command(
                    host: "alpha",
                    Command(.list([Text("say"), Text(parts: [.environment("PASS")])]))
                )
            )
        )
        let run = await Rehearsal([.fault("one")], faults: [fault])
        guard case .failed(let why) = try #require(run.step("1")).result else {
            Issue.record("it went in")
            return
        }
        #expect(why.contains("nothing was touched: alpha: look: a secret is in what it saw"))
        #expect(run.at { if case .injecting = $0 { true } else { false } } == nil)
        let outputs = run.timeline.events.compactMap { event in
            if case .action(let report) = event.kind { report.output } else { nil }
        }
        #expect(outputs == ["${env:PASS}"])
        run.expectWhole()
    }

    @Test("parallel takes as long as its longest branch, and faults in it are all undone")
    func together() async throws {
        let run = await Rehearsal(
            [
                Step(
                    .parallel([
                        .pause(.seconds(3)), .fault("one"), .pause(.seconds(2)), .fault("two"),
                    ])
                ),
                .pause(.seconds(1)),
            ],
            faults: [Rehearsal.fault("one"), Rehearsal.fault("two", on: "beta")]
        )
        let all = try #require(run.step("1"))
        #expect(all.result == .done)
        #expect(all.took >= .seconds(3) && all.took < .milliseconds(3200), "\(all.took)")
        for branch in 1...4 {
            let step = try #require(run.step("1.\(branch)"))
            #expect(step.result == .done)
            #expect(step.began - all.began < .milliseconds(10), "branch \(branch) began late")
        }
        #expect(try #require(run.step("2")).began >= all.began + all.took)
        // Which of two branches broke first is the scheduler's choice.
        #expect(Set(run.undoings) == ["two: the run ends", "one: the run ends"])
        #expect(run.undoings.count == 2)
        run.expectWhole()
    }

    @Test(
        "a branch that fails fails the step once all have ended; one that is passed over doesn't",
        arguments: [false, true]
    )
    func oneFails(continues: Bool) async throws {
        let run = await Rehearsal(
            [
                .pause(.seconds(1)),
                Step(
                    .parallel([
                        .fault("cut"), Self.wait(within: 1, continues: continues),
                        .pause(.seconds(3)),
                    ])
                ),
                .pause(.zero),
            ],
            faults: [Rehearsal.fault("cut")],
            sees: bad(500..<1_000_000)
        )
        let all = try #require(run.step("2"))
        #expect(run.step("2.3")?.result == .done, "it was cut short by the branch that failed")
        #expect(all.took >= .seconds(3))
        if continues {
            #expect(all.result == .done)
            #expect(run.step("3") != nil)
        } else {
            guard case .failed = all.result else {
                Issue.record("\(all.result)")
                return
            }
            #expect(run.step("3") == nil)
            #expect(run.judgement.verdict == .failed)
        }
        run.expectWhole()
    }

    @Test("for undoes a fault without holding up the next step")
    func lasts() async throws {
        let run = await Rehearsal(
            [.fault("cut"), .pause(.seconds(4))],
            faults: [Rehearsal.fault("cut", lasts: .seconds(2))]
        )
        let fault = try #require(run.step("1"))
        #expect(fault.took < .milliseconds(500), "the step took \(fault.took)")
        #expect(run.undoings == ["cut: it was to last 2s"])
        let injected = try #require(run.at { $0 == .injected(fault: "cut", failedHosts: []) })
        let undoing = try #require(run.at { if case .undoing = $0 { true } else { false } })
        let lasted = undoing - injected
        #expect(lasted >= .seconds(2) && lasted < .milliseconds(2100), "it lasted \(lasted)")
        // The probe sees a broken host: it was back before the method ended.
        let end = try #require(run.at { $0 == .phase(.undo) })
        let first = try #require(run.timeline.events.first).at
        let good = run.timeline.samples["shop", default: []].filter { sample in
            guard let sent = sample.sent, sample.outcome.isGood else { return false }
            return sent > first + undoing + .milliseconds(100) && sent < first + end
        }
        #expect(good.count > 20, "the shop was not back while the method went on")
        run.expectWhole()
    }

    @Test("a fault that is to last longer than the method is undone at its end")
    func lastsLonger() async throws {
        let run = await Rehearsal(
            [.fault("cut"), .pause(.seconds(1))],
            faults: [Rehearsal.fault("cut", lasts: .minutes(60))]
        )
        #expect(run.undoings == ["cut: the run ends"])
        let end = try #require(run.at { $0 == .ended })
        #expect(end < .seconds(20), "the run ended after \(end)")
        run.expectWhole()
    }

    @Test("a step that undoes a fault early leaves nothing to its for")
    func undoneEarly() async throws {
        let run = await Rehearsal(
            [.fault("cut"), .pause(.seconds(1)), Step(.undo("cut")), .pause(.seconds(4))],
            faults: [Rehearsal.fault("cut", lasts: .seconds(2))]
        )
        #expect(run.step("3")?.result == .done)
        #expect(run.undoings == ["cut: the method says so"])
        run.expectWhole()
    }

    @Test("a disaster and a repair that are declared are what the figures count from")
    func declared() async throws {
        let run = await Rehearsal(
            [
                .pause(.seconds(1)), Step(.disaster), .pause(.seconds(4)), Step(.repaired),
                .pause(.seconds(2)),
            ],
            sees: bad(2200..<4200)
        )
        let disaster = try #require(run.at { $0 == .disasterDeclared })
        let repair = try #require(run.at { $0 == .repairDeclared })
        #expect(disaster >= .seconds(1) && disaster < .milliseconds(1400), "\(disaster)")
        #expect(repair - disaster >= .seconds(4))
        let judgement = run.judgement
        let first = try #require(run.timeline.events.first).at
        #expect(judgement.disaster == first + disaster)
        #expect(judgement.firstUndo == first + repair)
        // It was down until 4.2 s after the world began; three good answers end that.
        let truth = Span.milliseconds(4200) - disaster
        let failover = try #require(judgement.figures.first { $0.name == .failover })
        guard case .span(let low?, _, let high?) = failover.amount else {
            Issue.record("\(failover)")
            return
        }
        #expect(low <= truth && truth <= high, "failover \(low)–\(high), in truth \(truth)")
        #expect(high - low <= .milliseconds(150))
        #expect(run.undoings.isEmpty)
        run.expectWhole()
    }
}
