import Testing

@testable import DrillModel

/// Figures that are no outage's alone, over hundreds of random histories: the truth must be inside.
///
/// Detection, data loss, and what a repair in the middle does to failover, rto and restore. A failure prints
/// the seed and what that seed stands for.
@Suite struct FigureTruthTests {
    static let seeds = Seeds.all

    /// The disaster's first action was sent and its last confirmed around the instant at which it struck.
    static func events(disaster: Instant, _ random: inout Random, end: Instant) -> [Event] {
        let begin = disaster - Span(ns: random.in(0...2_000_000))
        let done = disaster + Span(ns: random.in(0...10_000_000))
        return [
            Event(at: ms(0), .phase(.steady)), Event(at: ms(500), .steadyHeld),
            Event(at: ms(501), .phase(.method)), Event(at: begin, .injecting(fault: "f")),
            Event(at: done, .injected(fault: "f", failedHosts: [])), Event(at: end, .ended),
        ]
    }

    // MARK: detect

    /// What would be wrong if the judge made a mistake: each must be caught by some seed.
    enum DetectMutant: CaseIterable {
        case quietWhenDone, firedWhenSent, hangingIsQuiet, errorIsQuiet
    }

    @Test func detection() {
        for seed in Self.seeds {
            var alarm = SimulatedAlarm(seed: seed)
            let words = alarm.lie(alarm.looks())
            #expect(words == nil, "\(alarm): \(words ?? "")")
        }
    }

    @Test(arguments: DetectMutant.allCases) func caught(_ mutant: DetectMutant) {
        let isCaught = Self.seeds.contains { seed in
            var alarm = SimulatedAlarm(seed: seed)
            let looks = alarm.looks().map { mutant.spoiled($0) }
            return alarm.lie(looks) != nil
        }
        #expect(isCaught)
    }

    // MARK: rpo

    @Test func dataLoss() {
        for seed in Self.seeds {
            var shop = SimulatedLedger(seed: seed)
            let words = shop.lie(shop.writes())
            #expect(words == nil, "\(shop): \(words ?? "")")
        }
    }

    @Test(arguments: [SimulatedLedger.Mutant.sentWhenDone, .doneWhenSent, .oldestKept])
    func caught(_ mutant: SimulatedLedger.Mutant) {
        let isCaught = Self.seeds.contains { seed in
            var shop = SimulatedLedger(seed: seed)
            return shop.lie(mutant.spoiled(shop.writes())) != nil
        }
        #expect(isCaught)
    }

    // MARK: a repair

    /// Of 20,000 these three once lied: an outage that began only after the undo set the low end.
    private static let taught: [UInt64] = [1179, 1439, 13_557]

    @Test func repairs() {
        for seed in Self.seeds + Self.taught {
            var service = SimulatedService(seed: seed, isCalm: seed % 2 == 0)
            if service.failing == .flap { continue }
            let lies = service.liesWithRepair()
            #expect(lies.isEmpty, "\(service): \(lies)")
        }
    }
}

extension FigureTruthTests.DetectMutant {
    fileprivate func spoiled(_ sample: Sample) -> Sample {
        var sample = sample
        switch (self, sample.outcome) {
        case (.quietWhenDone, .bad(.body, _)): sample.sent = sample.done
        case (.firedWhenSent, .good): sample.done = sample.sent
        case (.hangingIsQuiet, .bad(.timeout, _)): sample.outcome = .bad(.body, "")
        case (.errorIsQuiet, .bad(.status, _)): sample.outcome = .bad(.body, "")
        default: break
        }
        return sample
    }
}

/// A condition that comes to hold at an instant it knows, and a detection probe that asks for it.
private struct SimulatedAlarm: CustomStringConvertible {
    let seed: UInt64
    let disaster: Instant
    let fires: Instant
    let probe: Probe
    let latency: Span
    let end: Instant
    var random: Random

    var description: String {
        """
        seed \(seed): every \(probe.every), timeout \(probe.timeout), latency \(latency.ns / 1000)us, \
        disaster \(disaster.ns), fires \(fires.ns)
        """
    }

    init(seed: UInt64) {
        var random = Random(seed)
        self.seed = seed
        var probe = DrillModelTests.probe(
            "alarm",
            .detection,
            every: random.one(of: [20, 100, 200, 500])
        )
        probe.timeout = span(random.one(of: [100, 500, 1000]))
        // To each of them a status is an answer to something else than it asked.
        probe.kind =
            switch random.below(3) {
            case 0: .sql(SQLLook(url: "postgresql://db", query: "", condition: .anyRow))
            case 1: .http(HTTPLook(url: "http://monitor/", match: "DOWN"))
            default: .command(CommandLook(command: .shell("look"), match: "DOWN"))
            }
        self.probe = probe
        latency = Span(ns: random.in(200_000...150_000_000))
        disaster = ms(1200) + Span(ns: random.in(0...500_000_000))
        // Long after it, or while the disaster's last action isn't even confirmed.
        fires = disaster + Span(ns: random.in(0...(random.in(0...1) * 6_000_000_000 + 5_000_000)))
        end = fires + span(4000)
        self.random = random
    }

    /// Looks that overtake one another, hang, are unsent or blind; asked at some instant in between.
    mutating func looks() -> [Sample] {
        var samples: [Sample] = []
        for number in 0..<Int((end - ms(0)).ns / probe.every.ns) {
            let due = ms(0) + probe.every * Int64(number)
            let sent =
                due + Span(ns: random.in(5000...random.one(of: [100_000, 100_000, 40_000_000])))
            let asked = sent + Span(ns: random.in(0...latency.ns))
            let done = asked + Span(ns: random.in(0...latency.ns))
            var sample = Sample(number: number, due: due, sent: sent, done: done, outcome: .good)
            if asked < fires { sample.outcome = .bad(.body, "") }
            if done > sent + probe.timeout || random.in(1...12) == 1 {
                sample.done = sent + probe.timeout
                sample.outcome = .bad(.timeout, "")
            }
            switch random.in(1...40) {
            case 1:
                sample = Sample(number: number, due: due, sent: nil, done: nil, outcome: .unsent)
            case 2: sample.outcome = .bad(.blind, "")
            case 3: sample.outcome = .bad(.reset, "")
            case 4: sample.outcome = .bad(.status, "its own trouble")
            default: break
            }
            samples.append(sample)
        }
        return samples
    }

    /// The figure, where it doesn't hold the truth.
    mutating func lie(_ looks: [Sample]) -> String? {
        let events = FigureTruthTests.events(disaster: disaster, &random, end: end)
        // Promised, so that it is told as well where nobody knows anything.
        let budget = Budget(figure: .detect, limit: .atMost(.seconds(5)))
        let judgement = Judge.judge(
            plan([probe], [fault("f", on: "a")], budgets: [budget], steady: span(500)),
            Timeline(events: events, samples: ["alarm": looks])
        )
        guard let figure = judgement.figure(.detect, "alarm"),
            case .span(let low, let best, let high) = figure.amount
        else { return "no figure" }
        let truth = fires - disaster
        // Never seen to fire: then nothing is claimed but that it hadn't by the last quiet look.
        let least = low ?? .zero
        let most = high ?? .seconds(1_000_000)
        let guess = best ?? least
        let isTrue = least <= truth && truth <= most && least <= guess && guess <= most
        return isTrue ? nil : "\(truth.ns) isn't in \(figure.amount)"
    }
}

/// A database that acknowledges what its standby doesn't have yet, and knows what is lost when it is gone.
struct SimulatedLedger: CustomStringConvertible {
    let seed: UInt64
    let disaster: Instant
    let lag: Span
    /// How long a losing side goes on acknowledging after the disaster.
    let split: Span
    let probe: Probe
    let latency: Span
    var random: Random
    private var commits: [Instant] = []

    var description: String {
        """
        seed \(seed): every \(probe.every), latency \(latency.ns / 1000)us, disaster \(disaster.ns), \
        lag \(lag.ns / 1000)us, split \(split.ns / 1000)us
        """
    }

    enum Mutant {
        case sentWhenDone, doneWhenSent, oldestKept

        func spoiled(_ writes: [LedgerWrite]) -> [LedgerWrite] {
            let oldest = writes.first { $0.answer == .acknowledged && $0.copies == 0 }?.number
            return writes.map { write in
                var write = write
                switch self {
                case .sentWhenDone: write.sent = write.done
                case .doneWhenSent: write.done = write.sent
                case .oldestKept: if write.number == oldest { write.copies = 1 }
                }
                return write
            }
        }
    }

    init(seed: UInt64) {
        var random = Random(seed)
        self.seed = seed
        probe = DrillModelTests.probe("orders", .data, every: random.one(of: [5, 20, 100]))
        latency = Span(ns: random.in(300_000...80_000_000))
        disaster = ms(2000) + Span(ns: random.in(0...500_000_000))
        lag = Span(ns: random.in(0...1) * random.in(0...900_000_000))
        split = Span(ns: random.in(0...3) / 3 * random.in(0...700_000_000))
        self.random = random
    }

    /// Committed at some instant between sending and answer; some answers never come.
    mutating func writes() -> [LedgerWrite] {
        var writes: [LedgerWrite] = []
        commits = []
        let end = disaster + split
        for number in 0..<600 {
            let due = ms(0) + probe.every * Int64(number)
            let sent = due + Span(ns: random.in(5000...2_000_000))
            let commit = sent + Span(ns: random.in(0...latency.ns))
            var write = LedgerWrite(
                number: number,
                due: due,
                sent: sent,
                done: commit + Span(ns: random.in(0...latency.ns)),
                answer: .acknowledged,
                copies: 1
            )
            let isLost = commit > disaster - lag && commit <= end
            // Acknowledged by a side that dies with the disaster, or a split later.
            if isLost { write.copies = 0 }
            if commit > end, commit <= end + span(500) {
                (write.answer, write.copies) = (.refused, 0)
            } else if isLost, (write.done ?? end) > end || random.in(1...15) == 1 {
                write.answer = .indeterminate
            } else if isLost {
                commits.append(commit)
            }
            writes.append(write)
        }
        return writes
    }

    /// The figure, where it doesn't hold the truth.
    mutating func lie(_ writes: [LedgerWrite]) -> String? {
        let end = (writes.compactMap(\.done).max() ?? disaster) + span(100)
        let events = FigureTruthTests.events(disaster: disaster, &random, end: end)
        let judgement = Judge.judge(
            plan([probe], [fault("f", on: "a")], steady: span(500)),
            Timeline(
                events: events + [Event(at: end, .readBack(probe: "orders", failure: nil))],
                ledgers: ["orders": writes]
            )
        )
        guard let figure = judgement.figure(.rpo, "orders"),
            case .span(let low?, let best?, let high?) = figure.amount
        else { return "no figure" }
        // To the disaster, or to the newest lost acknowledgement, which was told within its own [commit, done].
        var truth = Span.zero
        if let oldest = commits.min() {
            let told = writes.filter { $0.answer == .acknowledged && $0.copies == 0 }
                .compactMap(\.done).max()
            truth = max(disaster, told ?? disaster) - oldest
        }
        guard low <= truth, truth <= high, low <= best, best <= high else {
            return "\(truth.ns) isn't in \(figure.amount)"
        }
        let lost = judgement.figure(.lost, "orders")?.amount
        return lost == .count(low: commits.count, best: commits.count, high: commits.count)
            ? nil : "\(commits.count) lost, not \(lost.map { "\($0)" } ?? "unknown")"
    }
}

extension SimulatedService {
    /// Judges a run whose disaster is the first outage and whose fault a step undoes at some instant; what of
    /// it isn't so, in words.
    fileprivate mutating func liesWithRepair() -> [String] {
        let samples = samples()
        guard let first = downs.first?.first?.from, let last = downs.last?.last?.to else {
            return []
        }
        let undo = first + Span(ns: random.in(20_000_000...((last - first).ns + 200_000_000)))
        var events = FigureTruthTests.events(disaster: first, &random, end: end)
        let (begin, done) = (events[3].at, events[4].at)
        let step = "undo of f"
        events.insert(
            contentsOf: [
                Event(at: undo, .stepStarted(step: step, title: "undo f")),
                Event(at: undo, .undoing(fault: "f", why: "a test says so")),
                Event(at: undo + span(1), .undone(fault: "f", failedHosts: [])),
                Event(at: undo + span(1), .stepEnded(step: step, result: .done)),
            ],
            at: events.count - 1
        )
        let judgement = Judge.judge(
            plan([probe], [fault("f", on: "a")], steady: span(500)),
            Timeline(events: events, samples: ["p": samples])
        )
        let parts = downs.flatMap(\.self)
        // The last that began before the undo, and whether it still went on then.
        guard let recovered = parts.last(where: { $0.from < undo }) else { return ["no truth"] }
        let wasDown = recovered.to > undo
        let isUnseen = Outages(samples, of: probe, steady: nil).wasUnseen(at: undo)
        var lies: [String] = []
        for figure in judgement.figures {
            guard case .span(let low, _, let high) = figure.amount else { continue }
            func holds(_ least: Span, _ most: Span) -> Bool {
                (low.map { $0 <= max(.zero, least) } ?? true) && (high.map { $0 >= most } ?? true)
            }
            let isTrue =
                switch figure.name {
                case .rto: holds(recovered.to - done, recovered.to - begin)
                // Down at the undo is no failover, and has no end; where nobody can be sure of that, it has one.
                case .failover where wasDown:
                    high == nil || holds(recovered.to - done, recovered.to - begin)
                // Up, it has an end, unless nobody saw that it was up.
                case .failover:
                    (high != nil || isUnseen) && holds(recovered.to - done, recovered.to - begin)
                case .restore: holds(max(last, undo) - undo, max(last, undo) - undo)
                default: true
                }
            if !isTrue {
                lies.append("\(figure.name) is \(figure.shown), the undo at \(undo.ns)")
            }
        }
        return lies
    }
}
