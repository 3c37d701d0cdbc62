import Testing

@testable import DrillModel

/// What a figure's note says of how it was made.
@Suite struct FigureNoteTests {
    @Test(
        "restore tells where it counts from only where drill's own undo was the repair",
        arguments: [
            ("xxxxxggggg", lapsing("blackout", on: "a", from: 1401, to: 1410), true),
            ("xxxxxggggg", mending("blackout", on: "a", from: 1401, to: 1410), false),
            ("xxgggggggg", lapsing("blackout", on: "a", from: 1401, to: 1410), false),
            ("xxxxxxxxxx", lapsing("blackout", on: "a", from: 1401, to: 1410), false),
        ]
    )
    func restoreFrom(_ letters: String, _ undo: [Event], _ isTold: Bool) {
        let judgement = Judge.judge(
            plan([probe("p"), probe("q")], [fault("blackout", on: "a")]),
            Timeline(
                events: whole(FigureTests.disaster, undo),
                samples: [
                    "p": series(FigureTests.up + "gggggggggg"),
                    "q": series(FigureTests.up + letters),
                ]
            )
        )
        func isToldOf(_ probe: String?) -> Bool {
            judgement.figure(.restore, probe)?.note?.contains("counted from the disaster") == true
        }
        #expect(isToldOf("q") == isTold)
        #expect(!isToldOf("p"))
    }

    @Test(
        "a gap is told no shorter than the figure beside it has it",
        arguments: [.failover, .downtime, .restore] as [FigureName]
    )
    func gap(_ name: FigureName) throws {
        // Looks 100 ms apart that take 2.1 ms: no gap is longer than 102.1 ms, which is more than 102.
        let samples = series(FigureTests.up + "gggggggggggggggggggg").map { sample in
            var sample = sample
            sample.done = sample.done.map { $0 + Span(ns: 100_000) }
            return sample
        }
        let judgement = Judge.judge(
            plan([probe("shop")], [fault("blackout", on: "a")]),
            Timeline(
                events: whole(
                    FigureTests.disaster,
                    mending("blackout", on: "a", from: 2500, to: 2510),
                    end: 3000
                ),
                samples: ["shop": samples]
            )
        )
        let figure = try #require(judgement.figure(name, "shop"))
        #expect(figure.shown == "0–103 ms")
        #expect(figure.note?.contains("no gap longer than 103 ms") == true, "\(figure)")
    }

    /// Every answer takes 600 ms from 1300 ms on, and is right.
    @Test(
        "a hang that may have been waited out is told by what the file says of slow answers",
        arguments: [
            (
                nil,
                "slow answers count as up, so a hang shorter than 700 ms isn't seen:"
                    + " `slower-than` would tell"
            ),
            (
                span(800),
                "answers within `slower-than: 800ms` count as up, so a hang shorter than 700 ms"
                    + " isn't seen"
            ),
        ] as [(Span?, String)]
    )
    func slowness(_ slowerThan: Span?, _ note: String) {
        var shop = probe("shop")
        shop.slowerThan = slowerThan
        let judgement = Judge.judge(
            plan([shop], [fault("blackout", on: "a")]),
            Timeline(
                events: whole(
                    FigureTests.disaster,
                    mending("blackout", on: "a", from: 2500, to: 2510)
                ),
                samples: ["shop": series(FigureTests.up + "xx" + String(repeating: "l", count: 20))]
            )
        )
        #expect(judgement.figure(.failover, "shop")?.note == note)
    }
}
