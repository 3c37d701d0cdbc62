import DrillEngine
import DrillHistory
import DrillModel
import Foundation
import Testing

/// What a run wrote is what is read back, and a run is found by what people call it.
@Suite struct KeptRunTests {
    private static func at(_ ms: Int64) -> Instant { Instant(ns: ms * 1_000_000) }

    private static let start = Event(
        at: at(0),
        .started(
            .init(run: "RUN", seed: 7, wallNs: 1, who: "me", controller: "here", version: "0")
        )
    )

    private static let outcomes: [Outcome] = [
        .good, .unsent, .bad(.timeout, "no answer within 1s"), .bad(.status, "503 \"busy\"\n"),
        .bad(.blind, ""),
    ]

    private static let samples = outcomes.enumerated().map { number, outcome in
        let due = Int64(number) * 20
        return Sample(
            number: number,
            due: at(due),
            sent: outcome == .unsent ? nil : at(due + 1),
            done: outcome == .unsent ? nil : at(due + 3),
            outcome: outcome
        )
    }

    private static let answers: [LedgerWrite.Answer] = [
        .acknowledged, .refused, .indeterminate, .unsent, .acknowledged,
    ]

    private static let writes = answers.enumerated().map { number, answer in
        LedgerWrite(
            number: number,
            due: at(Int64(number) * 20),
            sent: answer == .unsent ? nil : at(Int64(number) * 20 + 1),
            done: answer == .unsent ? nil : at(Int64(number) * 20 + 2),
            answer: answer,
            detail: answer == .refused ? "read-only" : nil
        )
    }

    @Test(
        "a plan, samples or ledgers that were changed after the record was written are refused",
        arguments: ["plan.json", "samples/shop.jsonl", "ledger/orders.jsonl"]
    )
    func changed(name: String) async throws {
        let shelf = try Shelf()
        try await shelf.keep { folder in
            let plan = Plan(run: "RUN", experiment: Experiment(name: "e"), seed: 7)
            try await folder.write("plan.json", json: plan)
            folder.record(Self.start)
            for sample in Self.samples { folder.record(sample, of: "shop") }
            for write in Self.writes { folder.record(write, of: "orders") }
        }
        let hashes = try shelf.store.hashes(of: "RUN")
        #expect(hashes.count == 3)
        let record = try JSONEncoder().encode(["hashes": hashes])
        try await shelf.keep { folder in
            try await folder.write("record.json", String(decoding: record, as: UTF8.self))
        }
        _ = try shelf.store.load("RUN")
        try shelf.change(name) { $0 += " \n" }
        let error = #expect(throws: HistoryError.self) { try shelf.store.load("RUN") }
        #expect(try #require(error).message.contains("\(name): record.json knows another"))
    }

    /// Its samples may lack their end: a verdict on them would be one on nothing.
    @Test("what a run that ended couldn't keep is a defect of it, whoever judges it")
    func unkept() async throws {
        let shelf = try Shelf()
        try await shelf.keep { folder in
            let plan = Plan(run: "RUN", experiment: Experiment(name: "e"), seed: 7)
            try await folder.write("plan.json", json: plan)
            folder.record(Self.start)
            folder.record(Event(at: Self.at(100), .ended))
        }
        func defects() throws -> [String] {
            let kept = try shelf.store.load("RUN")
            let judgement = Judge.judge(kept.plan, kept.timeline)
            #expect((judgement.verdict == .error) == (kept.timeline.events.count > 2))
            return kept.timeline.events.compactMap {
                if case .defect(let why) = $0.kind { why } else { nil }
            }
        }
        #expect(try defects().map { $0.contains("RUN/record.json was never written") } == [true])
        for unkept in [nil, "the disk was full"] {
            let hashes = try shelf.store.hashes(of: "RUN")
            let record = RecordFile(
                Record(
                    run: "RUN",
                    plan: Plan(run: "RUN", experiment: Experiment(name: "e"), seed: 7),
                    timeline: Timeline(events: [Self.start], samples: [:]),
                    judgement: Judgement(verdict: .passed, figures: [], disaster: nil),
                    start: try shelf.store.load("RUN").start
                ),
                hashes: hashes,
                unkept: unkept
            )
            try await shelf.keep { folder in try await folder.write("record.json", json: record) }
            #expect(try defects() == [unkept].compactMap(\.self))
        }
    }

    @Test("events, samples and ledgers are read back as they were recorded")
    func readBack() async throws {
        let shelf = try Shelf()
        var counted = Self.writes
        for index in counted.indices { counted[index].copies = index % 3 }
        try await shelf.keep { folder in
            let plan = Plan(run: "RUN", experiment: Experiment(name: "e"), seed: 7)
            try await folder.write("plan.json", json: plan)
            folder.record(Self.start)
            // Answers come back in any order.
            for sample in Self.samples.reversed() { folder.record(sample, of: "shop") }
            for write in Self.writes.shuffled() { folder.record(write, of: "orders") }
            folder.record(Self.samples[0], of: "alarm")
            for write in counted { folder.record(readBack: write, of: "orders") }
        }
        let kept = try shelf.store.load("RUN")
        #expect(kept.timeline.events == [Self.start])
        #expect(kept.timeline.samples == ["shop": Self.samples, "alarm": [Self.samples[0]]])
        #expect(kept.timeline.ledgers == ["orders": counted])
        #expect(kept.plan.seed == 7)
    }

    @Test("a crash in the middle of a sample costs that one alone")
    func torn() async throws {
        let shelf = try Shelf()
        try await shelf.keep { folder in
            let plan = Plan(run: "RUN", experiment: Experiment(name: "e"), seed: 7)
            try await folder.write("plan.json", json: plan)
            folder.record(Self.start)
            for sample in Self.samples { folder.record(sample, of: "shop") }
            for write in Self.writes { folder.record(write, of: "orders") }
        }
        for file in ["samples/shop.jsonl", "ledger/orders.jsonl"] {
            try shelf.change(file) { $0.removeLast(10) }
        }
        let kept = try shelf.store.load("RUN")
        #expect(kept.timeline.samples == ["shop": Array(Self.samples.dropLast())])
        #expect(kept.timeline.ledgers == ["orders": Array(Self.writes.dropLast())])
    }

    static let runs = [
        "20261123T141500Z-region-loss-7f3a", "20261123T151500Z-zone-loss-7f3b",
        "20261124T141500Z-region-loss-7f3b", "20261124T151500Z-watch-0001",
    ]

    @Test(
        "a run is found by its id, by its end, and as the last one",
        arguments: [
            (runs[1], runs[1]), ("7f3a", runs[0]), ("zone-loss-7f3b", runs[1]),
            ("last", runs[3]), ("20261124T1415", runs[2]), ("7f3b", nil), ("20261123", nil),
            ("f3a", nil), ("nobody", nil), ("7F3A", nil),
        ]
    )
    func find(name: String, run: String?) throws {
        let shelf = try Shelf()
        for run in Self.runs.shuffled() { _ = try shelf.store.create(run) }
        if let run {
            #expect(try shelf.store.find(name) == run)
            return
        }
        let told = try #require(
            #expect(throws: HistoryError.self) { try shelf.store.find(name) }
        ).message
        let fitting = Self.runs.filter { $0.hasSuffix("-\(name)") || $0.hasPrefix(name) }
        if fitting.isEmpty {
            #expect(told.contains("there is no run \(name)") && told.contains("drill runs"))
        } else {
            for run in fitting { #expect(told.contains(run), "\(told)") }
        }
    }

    @Test("where nothing was ever run there is no last run")
    func nothing() throws {
        let shelf = try Shelf()
        let told = #expect(throws: HistoryError.self) { try shelf.store.find("last") }
        #expect(try #require(told).message.contains("there is no run last"))
        #expect(try shelf.store.runs() == [])
    }
}
