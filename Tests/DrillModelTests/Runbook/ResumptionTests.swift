import Testing

@testable import DrillModel

/// Where a runbook goes on after a run of it that didn't come to its end.
@Suite struct ResumptionTests {
    private static let text = """
        runbook: promote
        steps:
          - { step: look, id: see, run: "echo 1", save: lsn }
          - { step: fence, run: "true", undo: "false" }
          - step: both
            parallel:
              - { step: one, run: "true" }
              - { step: two, run: "true" }
          - { step: inner, runbook: inner.yaml }
          - { step: tell, run: "echo ${lsn} ${made}" }
        """

    private static let inner = """
        runbook: inner
        outputs: [made]
        steps:
          - { step: make, run: "echo 2", save: made }
          - { step: use, run: "echo ${made}" }
        """

    static func runbook(_ text: String = text) throws -> Runbook {
        try Fixture.reader(files: ["r.yaml": text, "inner.yaml": inner]).runbook("r.yaml")
    }

    private static func event(
        _ path: [Int],
        _ result: Event.StepResult = .done,
        saved: [String: String]? = nil,
        isUndo: Bool = false
    ) -> Event {
        var report = RunbookStepReport(
            runbook: "promote",
            number: path.last ?? 0,
            count: 5,
            title: "",
            host: nil,
            started: Instant(ns: 0),
            done: Instant(ns: 1),
            budget: nil,
            result: result,
            isOptional: false
        )
        report.path = path
        report.saved = saved
        report.isUndo = isUndo ? true : nil
        return Event(at: report.done, .runbookStep(report))
    }

    struct Case: Sendable {
        var name: String
        var events: [Event]
        var passedBy: [[Int]]

        init(_ name: String, _ events: [Event], _ passedBy: [[Int]]) {
            self.name = name
            self.events = events
            self.passedBy = passedBy
        }
    }

    @Test(arguments: [
        Case("it was killed at once", [], []),
        Case("in the second step", [event([1])], [[1]]),
        Case("a step failed", [event([1]), event([2], .failed("x"))], [[1]]),
        Case(
            "what was left out, or may fail, isn't come back to",
            [event([1], .skipped("x")), event([2], .passedOver("x")), event([3], .cancelled)],
            [[1], [2]]
        ),
        Case(
            "a step that failed and was gone on after is done again by itself",
            [event([1]), event([2], .failed("x")), event([3]), event([4], .cancelled)],
            [[1], [3]]
        ),
        Case(
            "unless it was undone: what came after it was done on top of it",
            [
                event([1]), event([2], .failed("x")), event([3]), event([4], .failed("x")),
                event([2], isUndo: true),
            ],
            [[1]]
        ),
        Case(
            "of steps at once each by itself",
            [
                event([1]), event([2]), event([3, 2]), event([3, 1], .failed("x")),
                event([3], .failed("x")),
            ],
            [[1], [2], [3, 2]]
        ),
        Case(
            "in the middle of an included runbook",
            [event([1]), event([2]), event([3, 1]), event([3, 2]), event([3]), event([4, 1])],
            [[1], [2], [3], [3, 1], [3, 2], [4, 1]]
        ),
        Case(
            "what was undone was not done",
            [event([1]), event([2]), event([3], .failed("x")), event([2], isUndo: true)],
            [[1]]
        ),
    ])
    func goesOn(it: Case) throws {
        let runbook = try Self.runbook()
        let resumption = try Resumption(after: "RUN", of: runbook, as: runbook, it.events)
        #expect(resumption.steps.map(\.path) == it.passedBy, "\(it.name)")
    }

    @Test("what was saved comes along, and where a step was done stays known over several runs")
    func saved() throws {
        let runbook = try Self.runbook()
        var passedBy = Self.event([1], .skipped("done in FIRST"), saved: ["lsn": "7"])
        if case .runbookStep(var report) = passedBy.kind {
            report.doneIn = "FIRST"
            passedBy.kind = .runbookStep(report)
        }
        let events = [passedBy, Self.event([2])]
        let resumption = try Resumption(after: "SECOND", of: runbook, as: runbook, events)
        #expect(resumption.steps.map(\.doneIn) == ["FIRST", "SECOND"])
        #expect(resumption.steps[0].saved == ["lsn": "7"])
        #expect(resumption.missing(in: runbook).isEmpty)
    }

    @Test("what a run was to pass by is passed by after it, too, however early that ended")
    func early() throws {
        let runbook = try Self.runbook()
        var earlier = Resumption(
            run: "FIRST",
            steps: [
                .init([1], doneIn: "FIRST", saved: ["lsn": "7"]), .init([2], doneIn: "FIRST"),
            ]
        )
        earlier.given = ["made": "8"]
        func after(_ events: [Event]) throws -> Resumption {
            try Resumption(after: "SECOND", of: runbook, as: runbook, events, earlier: earlier)
        }
        let none = try after([])
        #expect(none.steps == earlier.steps && none.given == ["made": "8"])
        let undone = try after([Self.event([2], isUndo: true)])
        #expect(undone.steps.map(\.path) == [[1]])
    }

    @Test("a step that was done on another machine of that name isn't passed by")
    func elsewhere() throws {
        func runbook(_ address: String) throws -> Runbook {
            var runbook = Runbook(
                name: "r",
                inventory: Inventory(name: "i", hosts: [Host(name: "db", address: address)]),
                steps: [
                    RunbookStep(
                        title: "a",
                        deed: .command(host: "db", Command(.shell(Text("true"))))
                    )
                ]
            )
            runbook.steps.append(RunbookStep(title: "b", deed: .manual(Text("look"))))
            return runbook
        }
        let (staging, other) = (try runbook("192.0.2.1"), try runbook("192.0.2.2"))
        let events = [Self.event([1])]
        let same = try Resumption(after: "RUN", of: staging, as: staging, events)
        #expect(same.steps.map(\.path) == [[1]])
        let mistake = #expect(throws: Resumption.Mistake.self) {
            try Resumption(after: "RUN", of: other, as: staging, events)
        }
        #expect(
            mistake?.message.contains("RUN knew it as address-192.0.2.1-22, now it is") == true,
            "\(mistake?.message ?? "")"
        )
    }

    @Test("a run that did everything, and a file that is another one now, can't be gone on with")
    func refused() throws {
        let runbook = try Self.runbook()
        let all = (1...5).map { Self.event([$0]) }
        let whole = #expect(throws: Resumption.Mistake.self) {
            try Resumption(after: "RUN", of: runbook, as: runbook, all)
        }
        #expect(whole?.message == "RUN carried out every step: nothing is left to go on with")
        let other = try Self.runbook(
            Self.text.replacing("run: \"true\", undo", with: "run: ls, undo")
        )
        let changed = #expect(throws: Resumption.Mistake.self) {
            try Resumption(
                after: "RUN",
                of: other,
                as: runbook,
                [Self.event([1]), Self.event([2])]
            )
        }
        #expect(changed?.message.contains("step 2, \"fence\", isn't what it was in RUN") == true)
        // The step that failed may be mended.
        let mended = try Resumption(after: "RUN", of: other, as: runbook, [Self.event([1])])
        #expect(mended.steps.map(\.path) == [[1]])
    }

    @Test("--from", arguments: [("see", 0), ("fence", 1), ("3", 2), ("tell", 4)])
    func from(word: String, passedBy: Int) throws {
        let runbook = try Self.runbook()
        let resumption = try Resumption(from: word, in: runbook)
        #expect(resumption.steps.map(\.path) == (0..<passedBy).map { [$0 + 1] })
        let missing = resumption.missing(in: runbook)
        #expect(
            missing.map(\.name) == (passedBy == 0 ? [] : passedBy == 4 ? ["lsn", "made"] : ["lsn"])
        )
        #expect(missing.allSatisfy { $0.user == "tell" })
        var given = resumption
        given.given = ["lsn": "7", "made": "8"]
        #expect(given.missing(in: runbook).isEmpty)
        #expect(given.unknown(in: runbook).isEmpty)
        given.given["lns"] = "7"
        #expect(given.unknown(in: runbook) == ["no step saves \"lns\"; did you mean \"lsn\"?"])
    }

    @Test(
        "--from names no step",
        arguments: [("fense", "did you mean \"fence\"?"), ("6", "from 1 to 5")]
    )
    func fromNowhere(word: String, words: String) throws {
        let runbook = try Self.runbook()
        let mistake = #expect(throws: Resumption.Mistake.self) {
            try Resumption(from: word, in: runbook)
        }
        #expect(mistake?.message.contains(words) == true, "\(mistake?.message ?? "")")
    }

    @Test("a wait for a probe that only an experiment brings is a problem of a runbook by itself")
    func foreignProbe() throws {
        let runbook = try Self.runbook(
            """
            runbook: promote
            steps:
              - { step: back, wait: { until: shop } }
            """
        )
        let problems = #expect(throws: Problems.self) { try Planner.plan(runbook, run: "RUN") }
        #expect(problems?.list.map(\.position?.line) == [3])
        #expect(problems?.rendered.contains("waits for the probe \"shop\"") == true)
    }

    @Test("a runbook by itself is held up by no window, and asked about in production")
    func guards() throws {
        var runbook = try Self.runbook()
        runbook.inventory = Inventory(name: "shop", hosts: [])
        #expect(try Planner.plan(runbook, run: "RUN").confirmation == nil)
        runbook.inventory?.environment = Inventory.production
        let plan = try Planner.plan(runbook, run: "RUN")
        #expect(plan.confirmation?.why.contains("environment: production") == true)
        #expect(plan.refusals.isEmpty && plan.faults.isEmpty)
    }
}
