import Testing

@testable import DrillModel

/// Outages that the disaster, at [1000, 1050], didn't begin.
@Suite struct DownAlreadyTests {
    @Test(arguments: [
        ("gggggggg gggxxxgggggg", Verdict.passed, Verdict.passed),
        ("gggg xxx gggggggggggg", .passed, .passed),
        // Down in (600, 701], up in (1200, 1302].
        ("ggggggg xxxxxx gggggg", .inconclusive, .inconclusive),
        // It may have gone down after T0.
        ("gggggggggg xxx gggggg", .passed, .passed),
        // What it failed over from came later.
        ("ggggggg xxxxx ggg x ggg", .passed, .inconclusive),
        ("ggggggg xxxxxx", .inconclusive, .inconclusive),
    ])
    func noPromiseIsKeptByOne(_ letters: String, _ failover: Verdict, _ downtime: Verdict) {
        let judgement = judged(letters)
        #expect(judgement.figure(.failover, "p")?.verdict == failover)
        #expect(judgement.figure(.rto, "p")?.verdict == failover)
        #expect(judgement.figure(.downtime, "p")?.verdict == downtime)
    }

    @Test func itIsSaidByHowMuch() {
        let judgement = judged("ggggggg xxxxxx gggggg")
        let words =
            "it was down already 299–400 ms before the disaster; a disaster that finds it up would decide"
        #expect(judgement.figure(.failover, "p")?.amount.inMilliseconds == "[150, 302]")
        #expect(judgement.figure(.failover, "p")?.note == words)
        #expect(judgement.figure(.rto, "p")?.note == words)
        #expect(judgement.figure(.downtime, "p")?.note?.hasSuffix("; \(words)") == true)
        #expect(judgement.verdict == .inconclusive)
    }

    private func judged(_ letters: String) -> Judgement {
        Judge.judge(
            plan(
                [probe("p")],
                [fault("blackout", on: "a")],
                budgets: [.failover, .rto, .downtime].map { budget($0, 10_000) }
            ),
            Timeline(
                events: whole(
                    FigureTests.disaster,
                    mending("blackout", on: "a", from: 5000, to: 5010)
                ),
                samples: ["p": series(letters)]
            )
        )
    }
}
