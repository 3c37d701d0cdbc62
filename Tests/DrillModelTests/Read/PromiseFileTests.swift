import Testing

@testable import DrillModel

/// Budgets with terms, in every way that a file may write them.
@Suite struct PromiseFileTests {
    static func budgets(_ written: String) throws -> [Budget] {
        let text = """
            experiment: x
            probes:
              a: { http: "http://shop/" }
              b: { http: { url: "http://shop/", resolve: once } }
              orders: { ledger: { postgres: "postgresql://db/shop", read-from: ["postgresql://r/shop"] } }
            assume: { per-year: 0.5 }
            budgets:
              \(written)
            method: [{ disaster: declared }]
            """
        let experiment = try Fixture.reader(files: ["x.yaml": text]).experiment("x.yaml")
        #expect(experiment.assume == Assumption(perYear: 0.5))
        #expect(experiment.probes.map(\.kind.pinsName) == [false, true, false])
        return experiment.budgets.map { budget in
            var budget = budget
            budget.position = nil
            return budget
        }
    }

    @Test("on the command line a colon needs no space behind it")
    func option() throws {
        let text = """
            experiment: x
            probes: { a: { http: "http://shop/" } }
            method: [{ disaster: declared }]
            """
        let experiment = try Fixture.reader(files: ["x.yaml": text]).experiment("x.yaml")
        func read(_ option: String) throws -> [Budget] {
            try BudgetOption.budgets([option], for: experiment).map { budget in
                var budget = budget
                budget.position = nil
                return budget
            }
        }
        let spaced = try read("failover={at-most: 3s, in: 40%}")
        #expect(spaced.first?.assurance?.share == 0.4)
        #expect(try read("failover={at-most:3s,in:40%}") == spaced)
        #expect(try read("failover:a={at-most:3s,in:40%}").map(\.probe) == ["a"])
        #expect(try read("failover={a:3s}") == read("failover:a=3s"))
    }

    static func latency(
        _ ms: Int64,
        _ percentile: Percentile = .p99,
        _ part: RunPart? = nil,
        _ probe: String? = nil
    ) -> Budget {
        Budget(
            figure: .latency,
            probe: probe,
            limit: .atMost(span(ms)),
            at: percentile,
            during: part
        )
    }

    @Test(
        arguments: [
            ("latency: 400ms", [latency(400)]),
            ("latency: { at-most: 400ms }", [latency(400)]),
            (
                "latency: { at: p99.9, at-most: 1s, during: fault }",
                [latency(1000, .p999, .fault)]
            ),
            (
                "latency: [400ms, { at-most: 2s, at: max, during: run }]",
                [latency(400), latency(2000, .max)]
            ),
            (
                "latency: { a: 1s, b: [2s, { at-most: 3s, at: p50 }] }",
                [
                    latency(1000, .p99, nil, "a"), latency(2000, .p99, nil, "b"),
                    latency(3000, .p50, nil, "b"),
                ]
            ),
            (
                "errors: [1%, { at-most: 0.05, during: after }]",
                [
                    Budget(figure: .errors, limit: .atMostShare(0.01)),
                    Budget(figure: .errors, limit: .atMostShare(0.05), during: .after),
                ]
            ),
            (
                "lost: { orders: { at-most: 2, during: before } }",
                [Budget(figure: .lost, probe: "orders", limit: .atMostCount(2), during: .before)]
            ),
            ("staleness: 5s", [Budget(figure: .staleness, limit: .atMost(.seconds(5)))]),
            (
                "staleness: { orders: { at-most: 5s, during: fault } }",
                [
                    Budget(
                        figure: .staleness,
                        probe: "orders",
                        limit: .atMost(.seconds(5)),
                        during: .fault
                    )
                ]
            ),
            (
                "latency: [{ at-most: 1s, during: fault, in: 95% }, 2s]",
                [
                    Budget(
                        figure: .latency,
                        limit: .atMost(.seconds(1)),
                        at: .p99,
                        during: .fault,
                        assurance: Assurance(share: 0.95)
                    ), latency(2000),
                ]
            ),
            (
                "availability: { a: { at-least: 99%, in: 80%, confidence: 99% }, b: [98%] }",
                [
                    Budget(
                        figure: .availability,
                        probe: "a",
                        limit: .atLeast(0.99),
                        assurance: Assurance(share: 0.8, confidence: 0.99)
                    ), Budget(figure: .availability, probe: "b", limit: .atLeast(0.98)),
                ]
            ),
            ("availability: 99%", [Budget(figure: .availability, limit: .atLeast(0.99))]),
        ]
    )
    func written(_ text: String, _ expected: [Budget]) throws {
        #expect(try Self.budgets(text) == expected)
    }

    @Test func aHostThatIsLookedFromAsksForNamesItsOwnWay() {
        let text = """
            experiment: x
            inventory: shop.yaml
            probes:
              a: { http: { url: "http://shop/", resolve: once }, via: edge }
            method: []
            """
        let error = #expect(throws: Problems.self) {
            try Fixture.reader(files: ["x.yaml": text]).experiment("x.yaml")
        }
        #expect(
            error?.list.map(\.message) == [
                "a probe with \"via\" can't have `resolve: once`: that host looks names up its own way"
            ]
        )
    }

    @Test func thePlanSaysWhatIsPromised() {
        let budgets = [
            Self.latency(400, .p999, .fault), Budget(figure: .errors, limit: .atMostShare(0.05)),
            Budget(figure: .lost, limit: .atMostCount(0)),
        ]
        #expect(budgets.map(\.label) == ["latency p99.9 during the fault", "errors", "lost"])
    }
}
