import Testing

@testable import DrillModel

/// What a file, and the command line, say of series.
@Suite struct SeriesFileTests {
    private static let text = """
        experiment: x
        repeat: { times: 45, pause: 30s }
        jitter: 12s
        probes:
          shop: { http: "http://shop/" }
          admin: { http: "http://admin/" }
          edge: { measures: detection, http: "http://edge/" }
        budgets:
          rto: { at-most: 45s, in: 95%, confidence: 99% }
          failover: { shop: { at-most: 45s, in: 90% }, admin: 2m }
          availability: { at-least: 99%, in: 80% }
          downtime: { at-most: 1m }
        method: [{ disaster: declared }]
        """

    private static func experiment(_ text: String = text) throws -> Experiment {
        try Fixture.reader(files: ["x.yaml": text]).experiment("x.yaml")
    }

    @Test("a file says how often, from which moment, and in what share of disasters")
    func good() throws {
        let experiment = try Self.experiment()
        #expect(experiment.repetition == Repetition(times: 45, pause: .seconds(30)))
        #expect(experiment.jitter == .seconds(12))
        let budgets = experiment.budgets.map { budget in
            Budget(
                figure: budget.figure,
                probe: budget.probe,
                limit: budget.limit,
                assurance: budget.assurance
            )
        }
        #expect(
            budgets == [
                Budget(
                    figure: .rto,
                    limit: .atMost(.seconds(45)),
                    assurance: Assurance(share: 0.95, confidence: 0.99)
                ),
                Budget(
                    figure: .failover,
                    probe: "shop",
                    limit: .atMost(.seconds(45)),
                    assurance: Assurance(share: 0.9, confidence: 0.9)
                ),
                Budget(figure: .failover, probe: "admin", limit: .atMost(.minutes(2))),
                Budget(
                    figure: .availability,
                    limit: .atLeast(0.99),
                    assurance: Assurance(share: 0.8)
                ),
                Budget(figure: .downtime, limit: .atMost(.minutes(1))),
            ]
        )
        let short = Self.text.replacing("{ times: 45, pause: 30s }", with: "3")
        #expect(try Self.experiment(short).repetition == Repetition(times: 3))
    }

    /// The option, and what the budget is; or what is wrong with it.
    @Test(
        "a budget on the command line is written, and checked, as in a file",
        arguments: [
            ("rto=30s", "rto of all: 30s"), ("rto:shop=30s", "rto of shop: 30s"),
            ("availability=99.9%", "availability of all: 99.9%"),
            ("rto={at-most: 45s, in: 95%}", "rto of all: 45s in 95%"),
            ("rto:admin={at-most: 45s, in: 95%}", "rto of admin: 45s in 95%"),
            (
                "latency={at-most: 1s, at: p50, during: fault}",
                "latency p50 during the fault of all: 1s"
            ),
            ("latency=[1s, 2s]", "\"latency p99\" is promised twice"),
            ("rto:shpo=30s", "unknown probe \"shpo\""), ("rtoo=30s", "unknown key \"rtoo\""),
            ("rto=30", "the duration \"30\" has no unit"), ("rto", "write --budget rto=30s"),
            ("detect:shop=30s", "\"shop\" measures service"), ("=3s", "write --budget rto=30s"),
            ("rpo=3s", "no probe measures what \"rpo\" promises"), ("rto=", "\"rto\" has no value"),
            ("rto=[", "not YAML"),
        ]
    )
    func option(given: String, expected: String) throws {
        let experiment = try Self.experiment()
        do throws(Problems) {
            let found = try BudgetOption.budgets([given], for: experiment).map { budget in
                let share = budget.assurance.map { " in \(Assurance.percent($0.share))" } ?? ""
                return "\(budget.label) of \(budget.probe ?? "all"): "
                    + budget.limit.shown + share
            }
            #expect(found == [expected])
        } catch {
            #expect(error.list.count == 1)
            #expect(error.list.first?.message.contains(expected) == true, "\(error.rendered)")
        }
    }

    @Test("a new budget takes the place of those of its figure, or of its probe's")
    func replaced() throws {
        let experiment = try Self.experiment()
        func budgets(_ options: String...) throws -> [String] {
            experiment.budgets
                .replaced(by: try BudgetOption.budgets(options, for: experiment))
                .filter { $0.figure == .failover }
                .map { "\($0.probe ?? "all") \($0.limit.shown)" }
        }
        #expect(try budgets("failover=1s") == ["all 1s"])
        #expect(try budgets("failover:shop=1s") == ["admin 2m", "shop 1s"])
        #expect(try budgets("rto=1s") == ["shop 45s", "admin 2m"])
        #expect(throws: Problems.self) { try budgets("rto=1s", "rto=2s") }
    }

    @Test("a new budget leaves another percentile's, and another part's of the run, alone")
    func replacedByTerms() {
        func latency(_ seconds: Int64, _ at: Percentile? = nil, _ part: RunPart? = nil) -> Budget {
            Budget(figure: .latency, limit: .atMost(.seconds(seconds)), at: at, during: part)
        }
        let old = [latency(1, .p99), latency(2, .max), latency(3, .p99, .fault)]
        #expect(old.replaced(by: [latency(9)]) == [old[1], old[2], latency(9)])
        #expect(old.replaced(by: [latency(9, .p99, .run)]).prefix(2) == [old[1], old[2]])
    }

    @Test("the plan says how many runs a promise takes")
    func plan() throws {
        let experiment = try Self.experiment()
        func text(_ series: SeriesPlace?) throws -> String {
            let plan = try Planner.plan(
                experiment,
                facts: nil,
                seed: 1,
                run: Planner.noRun,
                series: series
            )
            return PlanText.render(plan).replacing(/\s+/, with: " ")
        }
        let alone = try text(nil)
        #expect(alone.contains("in 95% of such disasters, with 99% confidence, takes 90 runs"))
        #expect(alone.contains("if all are within; 130 if one is not. One run is judged"))
        #expect(alone.contains("`drill run --repeat 90` can show it"))
        #expect(alone.contains("in 90% of such disasters, with 90% confidence, takes 22 runs"))
        let place = SeriesPlace(id: "S", number: 1, count: 45, pause: .seconds(30), seed: 1)
        let repeated = try text(place)
        #expect(repeated.contains("45 runs; 30 s between two, and steady state before each"))
        #expect(repeated.contains("These 45 runs can't show it."))
        #expect(repeated.contains("These 45 runs can show it."))
        #expect(repeated.contains("the disaster waits 0 to 12s (`jitter:` of the file)"))
    }
}
