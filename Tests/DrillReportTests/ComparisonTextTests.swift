import DrillModel
import DrillReport
import Testing

/// What `drill compare` prints of runs that can't be taken as they are.
@Suite struct ComparisonTextTests {
    private static func side(
        _ figures: [Figure],
        verdict: RunVerdict = .passed,
        targets: [String] = ["db-1"],
        effective: Bool = true,
        stop: Event.Stop? = nil
    ) -> Comparison.Side {
        var record = Specimen().record
        record.judgement = Judgement(
            verdict: verdict,
            reasons: ["\(verdict.word): shop was down for 3m"],
            figures: figures,
            faults: [
                FaultOutcome(
                    id: "cut",
                    fault: "cut",
                    targets: targets,
                    effective: effective,
                    settled: true
                )
            ],
            disaster: Specimen.start
        )
        if let stop { record.timeline.events.append(Event(at: Specimen.start, .stopping(stop))) }
        return Comparison.Side(record)
    }

    private static func figure(_ name: FigureName, _ low: Int64, _ high: Int64?) -> Figure {
        Figure(
            name: name,
            probe: "shop",
            amount: .span(low: .seconds(low), best: nil, high: high.map(Span.seconds))
        )
    }

    private static func text(_ before: Comparison.Side, _ after: Comparison.Side) -> String {
        ComparisonText.text(
            Comparison(before, after),
            differences: [],
            isOfRuns: true,
            width: .max
        )
    }

    private static let before = side([figure(.rto, 20, 21), figure(.downtime, 20, 21)])

    @Test func aRunThatProvesNothing() {
        let idle = Self.side([Self.figure(.rto, 0, 1)], verdict: .inconclusive, effective: false)
        let text = Self.text(Self.before, idle)
        #expect(text.contains("AFTER PROVES NOTHING: cut had no effect that is proven and lasted"))
        #expect(text.contains("can't say (a run that proves nothing)"))
        #expect(text.contains("can't say (only before)"))
        #expect(text.hasSuffix("Nothing can be compared."), "\(text)")
        #expect(Self.text(idle, Self.before).contains("BEFORE PROVES NOTHING: "))
    }

    @Test func aRunThatAGuardEnded() {
        let ended = Self.side(
            [Self.figure(.rto, 180, 181), Self.figure(.downtime, 9, 10)],
            verdict: .stopped,
            stop: .guarded("shop was down for 3m")
        )
        let text = Self.text(Self.before, ended)
        #expect(
            text.contains(
                "AFTER IS NO WHOLE TEST (only what was worse there counts): shop was down for 3m"
            )
        )
        #expect(text.contains("≥ 180 s  REGRESSION"), "\(text)")
        #expect(text.contains("≥ 9.00 s  can't say (an end is unknown)"), "\(text)")
        #expect(text.contains("Of 1 figure that can be compared 1 got worse, 0 better."))
        #expect(
            text.contains(
                "Known before and not comparable after, which is no pass: downtime of shop."
            )
        )
    }

    @Test(
        "how little so few runs can tell is told",
        arguments: [(4, 4, false), (5, 5, true), (7, 20, true), (8, 8, false)]
    )
    func fewRuns(_ before: Int, _ after: Int, _ isTold: Bool) {
        func series(_ count: Int) -> Comparison.Side {
            let runs = (1...count).map { number in
                SeriesRun(
                    run: "r\(number)",
                    number: number,
                    seed: 1,
                    verdict: .passed,
                    reason: "passed",
                    standing: .whole,
                    figures: [Self.figure(.rto, Int64(number), Int64(number + 1))]
                )
            }
            let place = SeriesPlace(id: "s", number: 1, count: count, pause: .zero, seed: 1)
            return Comparison.Side(
                RunSeries(
                    runs,
                    of: Experiment(name: "e", file: "e.yaml"),
                    place: place,
                    jitter: nil,
                    start: Specimen().start
                )
            )
        }
        let text = Self.text(series(before), series(after))
        let words =
            "With so few runs (\(before) before, \(after) after) only a change beyond all that they"
            + " showed is told from noise; smaller ones take 8 runs each."
        #expect(text.contains(words) == isTold, "\(text)")
        #expect(text.contains("With so few") == isTold)
    }

    @Test func otherTargets() {
        let other = Self.side([Self.figure(.rto, 20, 21)], targets: ["db-2", "db-3"])
        #expect(
            Self.text(Self.before, other).contains(
                "NOT THE SAME TARGETS (cut: db-1, then db-2 and db-3): figures may differ for that alone"
            )
        )
        #expect(!Self.text(Self.before, Self.before).contains("TARGETS"))
    }
}
