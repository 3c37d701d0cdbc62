import DrillModel

extension Specimen {
    var judgement: Judgement {
        Judgement(
            verdict: .inconclusive,
            reasons: [
                "inconclusive: 5 of 6 budgets were kept; whether rpo of orders was can't be told",
                "rpo of orders is 0.34–0.52 s against 500ms: write more often than every 20ms",
            ],
            figures: [
                figure(.detect, "edge-notices", 5439, 5780, 5816, 10_000, .passed),
                figure(.failover, storefront, 14_729, 15_080, 15_093, 45_000, .passed),
                figure(.rto, storefront, 14_729, 15_080, 15_093, nil, nil),
                figure(.downtime, storefront, 15_440, 15_470, 15_512, 45_000, .passed),
                figure(
                    .downtime,
                    "status-page",
                    0,
                    0,
                    41,
                    45_000,
                    .passed,
                    note: "no gap longer than 41 ms"
                ),
                figure(.restore, "replicas", 34_180, 34_190, 34_203, 180_000, .passed),
                figure(
                    .rpo,
                    "orders",
                    340,
                    360,
                    520,
                    500,
                    .inconclusive,
                    note: "write more often than every 20ms to decide it"
                ),
                Figure(name: .lost, probe: "orders", amount: .count(low: 18, best: 18, high: 18)),
                Figure(
                    name: .availability,
                    probe: storefront,
                    amount: .share(low: 0.8707, best: 0.8711, high: 0.8713)
                ),
            ],
            outages: [
                Outage(
                    probe: storefront,
                    beganLow: Self.at(40),
                    beganHigh: Self.at(81),
                    endedLow: Self.at(15_080),
                    endedHigh: Self.at(15_093),
                    failures: ["timeout": 200, "refused": 150, "status": 402]
                ),
                Outage(
                    probe: storefront,
                    beganLow: Self.at(61_180),
                    beganHigh: Self.at(61_201),
                    endedLow: Self.at(61_620),
                    endedHigh: Self.at(61_643),
                    isDuringRepair: true,
                    failures: ["reset": 22]
                ),
            ],
            ledgers: [ledgerCount],
            faults: [
                FaultOutcome(
                    id: "blackout",
                    fault: "fail-region",
                    targets: victims.map(\.name),
                    effective: true,
                    settled: true
                )
            ],
            disaster: Self.disaster,
            disasterDone: Self.at(351),
            firstUndo: Self.undo,
            phases: [
                .init(name: "notice", from: Self.disaster, to: Self.at(5816)),
                .init(name: "decide", from: Self.at(5816), to: Self.at(5960)),
                .init(name: "promote", from: Self.at(5960), to: Self.at(13_560)),
                .init(name: "reroute", from: Self.at(13_560), to: Self.at(15_093)),
            ],
            deviations: ["one renewal of the lease on db-east-a was 1.2 s late"]
        )
    }

    /// Counted from the made-up writes, so that sums in a report can be checked against them.
    var ledgerCount: LedgerCount {
        let writes = timeline.ledgers["orders"] ?? []
        let acknowledged = writes.filter { $0.answer == .acknowledged }
        let open = writes.filter { $0.answer == .indeterminate }
        return LedgerCount(
            probe: "orders",
            acknowledged: acknowledged.count,
            kept: acknowledged.filter { $0.copies == 1 }.count,
            lost: acknowledged.filter { $0.copies == 0 }.count,
            duplicated: 0,
            indeterminatePresent: open.filter { $0.copies == 1 }.count,
            indeterminateAbsent: open.filter { $0.copies == 0 }.count,
            refused: writes.filter { $0.answer == .refused }.count,
            unsent: 0
        )
    }

    var last: Judgement {
        Judgement(
            verdict: .passed,
            figures: [
                figure(.detect, "edge-notices", 5610, 5702, 5731, 10_000, .passed),
                figure(.downtime, storefront, 14_890, 14_941, 14_990, 45_000, .passed),
            ]
        )
    }

    private func figure(
        _ name: FigureName,
        _ probe: String,
        _ low: Int64,
        _ best: Int64,
        _ high: Int64,
        _ budget: Int64?,
        _ verdict: Verdict?,
        note: String? = nil
    ) -> Figure {
        Figure(
            name: name,
            probe: probe,
            amount: .span(
                low: .milliseconds(low),
                best: .milliseconds(best),
                high: .milliseconds(high)
            ),
            budget: budget.map { .atMost(.milliseconds($0)) },
            verdict: verdict,
            note: note
        )
    }
}
