import Testing

@testable import DrillModel

@Suite struct NinesTests {
    @Test(
        arguments: [
            (0.5, 0.6, "below one nine"), (0.9, 0.95, "one nine"), (0.99, 0.995, "two nines"),
            (0.999, 0.9991, "three nines"), (0.5, 0.95, "at most one nine"),
            (0.9, 0.999, "one to three nines"), (0.993, 1, "at least two nines"), (0.5, 1, nil),
            (0.9999999999, 0.99999999999, "nine nines"),
        ] as [(Double, Double, String?)]
    )
    func rows(_ low: Double, _ high: Double, _ nines: String?) {
        let amount = Figure.Amount.share(low: low, best: low, high: high)
        #expect(Figure(name: .availability, amount: amount).nines == nines)
    }

    @Test func onlySharesHaveNines() {
        #expect(
            Figure(name: .downtime, amount: .span(low: .zero, best: nil, high: nil)).nines == nil
        )
    }

    /// The figure carries it, and so does every sentence that tells of it.
    @Test func theFigureSaysIt() {
        let judgement = Judge.judge(
            plan(
                [probe("p")],
                budgets: [Budget(figure: .availability, limit: .atLeast(0.99))]
            ),
            Timeline(
                events: whole([]),
                samples: ["p": series("ggggg xx" + String(repeating: "g", count: 23))]
            )
        )
        #expect(judgement.figure(.availability, "p")?.note == "at most one nine")
        #expect(
            judgement.reasons.first?.contains("of the run, at most one nine, budget 99%") == true
        )
    }
}
