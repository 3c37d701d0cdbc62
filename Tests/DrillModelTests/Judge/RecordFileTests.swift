import Foundation
import Testing

@testable import DrillModel

/// The names in `record.json` are a promise to other tools.
@Suite struct RecordFileTests {
    private func record() -> Record {
        let start = Event.Start(
            run: "r1",
            seed: 42,
            wallNs: 1_795_443_300_000_000_000,
            who: "ada",
            controller: "ops-1",
            version: "0.1"
        )
        let events = whole(
            [at(0, .started(start))],
            breaking("blackout", on: "a", from: 1000, to: 1050),
            mending("blackout", on: "a", from: 1500, to: 1510),
            [at(2000, .readBack(probe: "orders", failure: nil))]
        )
        let plan = plan(
            [probe("storefront"), probe("orders", .data)],
            [fault("blackout", on: "a")],
            budgets: [
                budget(.downtime, 45_000), Budget(figure: .availability, limit: .atLeast(0.5)),
                Budget(figure: .lost, limit: .atMostCount(0)), budget(.detect, 100),
            ]
        )
        let timeline = Timeline(
            events: events,
            samples: ["storefront": series("gggggggggggxxggggggg")],
            ledgers: ["orders": [LossTests.write(900), LossTests.write(950, copies: 0)]]
        )
        return Record(
            run: "r1",
            plan: plan,
            timeline: timeline,
            judgement: Judge.judge(plan, timeline),
            start: start
        )
    }

    private func json() throws -> [String: Any] {
        let data = try JSONEncoder().encode(RecordFile(record(), planHash: "sha256:00"))
        return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test("each runbook: machine and human time apart, and how long it took to decide")
    func runbooks() throws {
        let plan = plan(
            [probe("shop"), probe("alarm", .detection)],
            [fault("blackout", on: "a")]
        )
        let timeline = Timeline(
            events: whole(
                breaking("blackout", on: "a", from: 1000, to: 1000),
                [
                    PhasesTests.step("promote", 1, 1500, 1800, "ask", isHuman: true),
                    PhasesTests.step("promote", 2, 1800, 2000, "act"),
                    PhasesTests.step("return", 1, 3000, 3100, "act"),
                    PhasesTests.step("return", 2, 3100, 3100, "tell", .skipped("nobody is there")),
                ],
                PhasesTests.repaired
            ),
            samples: [
                "shop": series(PhasesTests.up + PhasesTests.down(12) + "gggg"),
                "alarm": (0...12).map { sample(Int64($0) * 100, .bad(.body, "UP"), took: 0) }
                    + [sample(1300, took: 0)],
            ]
        )
        let record = Record(
            run: "r1",
            plan: plan,
            timeline: timeline,
            judgement: Judge.judge(plan, timeline),
            start: record().start
        )
        let data = try JSONEncoder().encode(RecordFile(record))
        let json = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        let runbooks = try #require(json["runbooks"] as? [[String: Any]])
        func row(_ runbook: [String: Any]) -> [Int?] {
            [
                "from_at_ns", "length_ns", "machine_ns", "human_ns", "decision_ns", "failed",
                "skipped",
            ]
            .map { runbook[$0] as? Int }
        }
        #expect(runbooks.map { $0["name"] as? String } == ["promote", "return"])
        let ms = 1_000_000
        #expect(
            row(runbooks[0])
                == [1500 * ms, 500 * ms, 200 * ms, 300 * ms, 250 * ms, 0, 0]
        )
        #expect(row(runbooks[1]) == [3000 * ms, 100 * ms, 100 * ms, 0, nil, 0, 1])
        #expect(runbooks[1]["decision_ns"] is NSNull)
        let phases = try #require(json["phases"] as? [[String: Any]])
        #expect(phases.compactMap { $0["human_ns"] as? Int }.reduce(0, +) == 300 * ms)
    }

    @Test func head() throws {
        let json = try json()
        #expect(json["format"] as? Int == 1)
        #expect(json["run"] as? String == "r1")
        #expect(json["experiment"] as? String == "e")
        #expect(json["verdict"] as? String == "failed")
        #expect(json["exit"] as? Int == 1)
        let start = try #require(json["start"] as? [String: Any])
        #expect(start["wall_ns"] as? Int == 1_795_443_300_000_000_000)
        #expect(start["at_ns"] as? Int == 0)
    }

    @Test func figures() throws {
        let figures = try #require(json()["figures"] as? [[String: Any]])
        func figure(_ name: String) throws -> [String: Any] {
            try #require(figures.first { $0["name"] as? String == name })
        }
        let downtime = try figure("downtime")
        #expect(downtime["probe"] as? String == "storefront")
        #expect(downtime["low_ns"] as? Int == 99_000_000)
        #expect(downtime["high_ns"] as? Int == 302_000_000)
        #expect(downtime["best_ns"] is Int)
        #expect(downtime["budget_ns"] as? Int == 45_000_000_000)
        #expect(downtime["verdict"] as? String == "passed")
        let availability = try figure("availability")
        #expect(availability["low"] is Double && availability["high"] is Double)
        #expect(availability["budget"] as? Double == 0.5)
        let lost = try figure("lost")
        #expect(lost["best"] as? Int == 1)
        #expect(lost["budget"] as? Int == 0)
        let detect = try figure("detect")
        #expect(detect["low_ns"] is NSNull, "unknown is null, not left out")
        #expect(detect["probe"] is NSNull)
        #expect(try figure("rto")["budget_ns"] is NSNull)
    }

    @Test func ledgersAndFaults() throws {
        let json = try json()
        let ledger = try #require((json["ledgers"] as? [[String: Any]])?.first)
        for (name, count) in [
            ("acknowledged", 2), ("kept", 1), ("lost", 1), ("duplicated", 0),
            ("indeterminate_present", 0), ("indeterminate_absent", 0),
        ] { #expect(ledger[name] as? Int == count, "\(name)") }
        let fault = try #require((json["faults"] as? [[String: Any]])?.first)
        #expect(fault["id"] as? String == "blackout")
        #expect(fault["fault"] as? String == "fail-region")
        #expect(fault["effective"] as? Bool == true)
        #expect(fault["settled"] as? Bool == true)
    }

    @Test func readsWhatItWrites() throws {
        let file = RecordFile(record(), planHash: nil)
        let data = try JSONEncoder().encode(file)
        let back = try JSONDecoder().decode(RecordFile.self, from: data)
        #expect(back == file)
    }

    @Test func latencyAndOutcomesHaveEveryPart() throws {
        let json = try json()
        let latency = try #require(json["latency"] as? [[String: Any]])
        #expect(latency.map { $0["phase"] as? String } == ["run", "before", "fault", "after"])
        let run = try #require(latency.first)
        let percentiles = ["p50", "p90", "p99", "p999", "max"].flatMap { name in
            ["\(name)_low_ns", "\(name)_ns", "\(name)_high_ns"]
        }
        #expect(
            Set(run.keys)
                == Set(["probe", "phase", "count", "timeouts", "unseen"] + percentiles)
        )
        #expect(run["count"] as? Int == 18)
        let outcomes = try #require(json["outcomes"] as? [[String: Any]])
        let all = try #require(outcomes.first)
        #expect(all["samples"] as? Int == 20)
        #expect(all["good"] as? Int == 18)
        #expect(all["refused"] as? Int == 2)
        // An outcome that never was is 0, not left out.
        for failure in Outcome.Failure.allCases { #expect(all[failure.rawValue] is Int) }
        #expect((json["yearly"] as? [Any])?.isEmpty == true)
    }
}
