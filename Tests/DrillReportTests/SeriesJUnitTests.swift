import DrillModel
import DrillReport
import Testing

/// A series as JUnit: green exactly where it has passed.
@Suite struct SeriesJUnitTests {
    /// A service that is down for some looks of 100 ms each, from 1000 ms on.
    private static func record(
        down count: Int,
        _ budgets: [Budget],
        number: Int,
        of planned: Int
    ) -> Record {
        func at(_ milliseconds: Int64) -> Instant { Instant(ns: milliseconds * 1_000_000) }
        let probe = Probe(
            name: "shop",
            measure: .service,
            kind: .tcp(TCPLook(address: "192.0.2.1", port: 80)),
            every: .milliseconds(100),
            upAfter: 3
        )
        var plan = Plan(
            run: "R\(number)",
            experiment: Experiment(
                name: "blink",
                budgets: budgets,
                probes: [probe],
                steady: Steady(holds: .milliseconds(300)),
                method: [Step(.disaster)]
            ),
            seed: 1
        )
        plan.series = SeriesPlace(id: "S", number: number, count: planned, pause: .zero, seed: 1)
        let samples = (0..<40).map { index in
            let due = at(Int64(index) * 100)
            let isDown = index > 10 && index <= 10 + count
            return Sample(
                number: index,
                due: due,
                sent: due,
                done: due + .milliseconds(2),
                outcome: isDown ? .bad(.refused, "connection refused") : .good
            )
        }
        let timeline = Timeline(
            events: [
                Event(at: at(0), .phase(.steady)), Event(at: at(300), .steadyHeld),
                Event(at: at(301), .phase(.method)), Event(at: at(1000), .disasterDeclared),
                Event(at: at(4000), .phase(.ended)), Event(at: at(4000), .ended),
            ],
            samples: ["shop": samples]
        )
        return Record(
            run: "R\(number)",
            plan: plan,
            timeline: timeline,
            judgement: Judge.judge(plan, timeline),
            start: Specimen().start
        )
    }

    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        /// For how many looks it was down, run by run.
        var down: [Int]
        var share: Double?
        var planned: Int?
        var verdict: RunVerdict

        var testDescription: String { name }
    }

    /// Promised are 0.5 s: two looks are well within, ten well outside.
    static let cases = [
        Case(
            name: "too few for the promise",
            down: [2, 2, 2],
            share: 0.95,
            verdict: .inconclusive
        ),
        Case(
            name: "one of 77 outside",
            down: Array(repeating: 2, count: 76) + [10],
            share: 0.95,
            verdict: .passed
        ),
        Case(name: "most outside", down: [10, 10, 10, 10], share: 0.5, verdict: .failed),
        Case(name: "every run within", down: [2, 2], verdict: .passed),
        Case(name: "one run outside", down: [2, 10], verdict: .failed),
        Case(name: "a run is missing", down: [2, 2], planned: 3, verdict: .inconclusive),
    ]

    @Test("all is green exactly where the series has passed", arguments: cases)
    func green(_ test: Case) throws {
        let assurance = test.share.map { Assurance(share: $0) }
        let budgets = [
            Budget(figure: .rto, limit: .atMost(.milliseconds(500)), assurance: assurance)
        ]
        let planned = test.planned ?? test.down.count
        let records = test.down.enumerated().map { index, count in
            Self.record(down: count, budgets, number: index + 1, of: planned)
        }
        let series = try #require(
            RunSeries(records.compactMap { SeriesRun($0) }, first: records[0])
        )
        let judgement = SeriesJudge.judge(series)
        #expect(judgement.verdict == test.verdict, "\(judgement.reasons)")
        let xml = JUnit.xml([.series(series, judgement, runs: records)])
        let read = try #require(JUnitReader.read(xml))
        #expect(read.strangers.isEmpty, "\(read.strangers)")
        #expect(read.suites.count == test.down.count + 1)
        for suite in read.suites { #expect(suite.declared == suite.seen) }
        let red = read.declared.failures + read.declared.errors
        #expect((red > 0) == (test.verdict != .passed), "\(xml)")
        let own = try #require(read.suites.last)
        #expect((own.seen.failures > 0) == (test.verdict != .passed), "\(xml)")
        guard test.share != nil else { return }
        #expect(xml.contains("judged over the series"))
        #expect(xml.contains("classname=\"blink.series\" name=\"rto of shop ≤ 500ms in "), "\(xml)")
        // In the runs' own suites nothing is red for what they don't judge.
        #expect(read.suites.dropLast().allSatisfy { $0.seen.failures == 0 }, "\(xml)")
    }

    @Test("the run by itself is judged by all of its budgets, as its own record is")
    func alone() throws {
        let budget = Budget(
            figure: .rto,
            limit: .atMost(.milliseconds(500)),
            assurance: Assurance(share: 0.95)
        )
        let record = Self.record(down: 10, [budget], number: 1, of: 3)
        #expect(record.judgement.verdict == .failed)
        let read = try #require(JUnitReader.read(JUnit.xml([record])))
        #expect(read.declared.failures == 1)
    }
}
