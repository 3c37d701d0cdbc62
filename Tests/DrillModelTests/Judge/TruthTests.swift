import Testing

@testable import DrillModel

/// Hundreds of services that fail in every way: the truth must be inside every interval, and an
/// interval no wider than its edge samples explain.
///
/// A failure prints the seed and what that seed stands for.
@Suite struct TruthTests {
    static let seeds = Seeds.all

    /// Nothing but the service goes wrong: every interval is as narrow as the pace allows.
    @Test func calm() {
        for seed in Self.seeds {
            var service = SimulatedService(seed: seed, isCalm: true)
            let samples = service.samples()
            let found = Outages(samples, of: service.probe, steady: SimulatedService.steady)
            let lies = Truth(service).lies(found) + Truth(service).tooWide(found)
            #expect(lies.isEmpty, "\(service): \(lies)")
        }
    }

    /// The controller stands still, samples are unsent, the way to look is gone for a while.
    @Test func rough() {
        for seed in Self.seeds {
            var service = SimulatedService(seed: seed, isCalm: false)
            let samples = service.samples()
            let found = Outages(samples, of: service.probe, steady: SimulatedService.steady)
            let lies = Truth(service).lies(found)
            #expect(lies.isEmpty, "\(service): \(lies)")
        }
    }

    /// The figures over the same histories: downtime, availability, failover, rto and restore.
    @Test func figures() {
        for seed in Self.seeds {
            var service = SimulatedService(seed: seed, isCalm: seed % 2 == 0)
            let judgement = service.judged()
            let lies = Truth(service).lies(in: judgement)
            #expect(lies.isEmpty, "\(service): \(lies)")
        }
    }

    /// What would be wrong if the judge made a mistake: each must be caught by some seed.
    enum Mutant: CaseIterable {
        case beganAtTheFirstBad, beganAfterTheLastGoodWasDone, hangBeganWhenSent
        case endedWhenSent, endedAfterTheLastBadWasDone, endedWhenALateAnswerSays
        case unsentIsGood, unsentIsBad, blindIsBad, upAfterOne
    }

    @Test(arguments: Mutant.allCases) func caught(_ mutant: Mutant) {
        let isCaught = Self.seeds.contains { seed in
            var service = SimulatedService(seed: seed, isCalm: false)
            var samples = service.samples()
            mutant.spoil(&samples)
            var probe = service.probe
            if mutant == .upAfterOne { probe.upAfter = 1 }
            var found = Outages(samples, of: probe, steady: SimulatedService.steady)
            mutant.spoil(&found)
            return !Truth(service).lies(found).isEmpty
        }
        #expect(isCaught)
    }
}

extension TruthTests.Mutant {
    fileprivate func spoil(_ samples: inout [Sample]) {
        for index in samples.indices {
            let due = samples[index].due
            switch (self, samples[index].outcome) {
            case (.unsentIsGood, .unsent):
                samples[index] = Sample(
                    number: index,
                    due: due,
                    sent: due,
                    done: due + span(1),
                    outcome: .good
                )
            case (.unsentIsBad, .unsent):
                samples[index] = Sample(
                    number: index,
                    due: due,
                    sent: due,
                    done: due + span(1),
                    outcome: .bad(.refused, "")
                )
            case (.blindIsBad, .bad(.blind, _)): samples[index].outcome = .bad(.refused, "")
            default: continue
            }
        }
    }

    fileprivate func spoil(_ found: inout Outages) {
        let all = found.looks.all
        for index in found.list.indices {
            let outage = found.list[index]
            switch self {
            case .beganAtTheFirstBad: found.list[index].beganHigh = outage.beganBest
            case .beganAfterTheLastGoodWasDone:
                guard let look = all.last(where: { $0.sent == outage.beganLow }) else { continue }
                found.list[index].beganLow = look.done + found.baseline.typical
            case .hangBeganWhenSent:
                guard let bad = all.first(where: { $0.sent > outage.beganLow && !$0.isGood }) else {
                    continue
                }
                found.list[index].beganHigh = min(outage.beganHigh, bad.sent)
            case .endedWhenSent:
                guard let good = all.first(where: { $0.done == outage.endedHigh && $0.isGood })
                else { continue }
                found.list[index].endedHigh = good.sent
            case .endedAfterTheLastBadWasDone:
                guard let bad = all.first(where: { $0.sent == outage.lastBad }) else { continue }
                found.list[index].endedLow = bad.done
            case .endedWhenALateAnswerSays:
                guard let late = found.baseline.late else { continue }
                let answers = all.filter {
                    $0.sent > outage.beganLow && $0.latency > late && $0.failure != .timeout
                }
                guard let last = answers.map({ $0.done - late }).max() else { continue }
                found.list[index].endedLow = max(last, outage.endedLow ?? last)
            case .unsentIsGood, .unsentIsBad, .blindIsBad, .upAfterOne: continue
            }
        }
    }
}

/// What really happened, against what was found.
private struct Truth {
    var service: SimulatedService

    init(_ service: SimulatedService) { self.service = service }

    /// Every claim that isn't so, in words.
    func lies(_ found: Outages) -> [String] {
        var lies: [String] = []
        let parts = service.downs.flatMap(\.self)
        for outage in found.list {
            let began = parts.filter { outage.beganLow <= $0.from && $0.from <= outage.beganHigh }
            if began.isEmpty {
                lies.append("nothing began in \(outage.beganLow.ns)–\(outage.beganHigh.ns)")
            }
            guard let low = outage.endedLow, let high = outage.endedHigh else { continue }
            if !parts.contains(where: { low <= $0.to && $0.to <= high }) {
                lies.append("nothing ended in \(low.ns)–\(high.ns)")
            }
        }
        for down in service.downs {
            guard let from = down.first?.from, let to = down.last?.to else { continue }
            // A flap may fall apart where looks bunch after a stall and make a streak, and what is
            // left of it may be hidden.
            let isWhole = service.stalls.isEmpty && service.blind.isEmpty || down.count == 1
            let isFound =
                isWhole
                ? found.list.contains { $0.contains(from) && $0.contains(to) }
                : found.list.contains { $0.beganLow <= to && from <= $0.endedHigh ?? service.end }
            let isHidden = found.unseenUp.contains { $0.from <= from && to <= $0.to }
            if !isFound && !isHidden { lies.append("the outage at \(from.ns) wasn't found") }
        }
        let sum = found.downtime(from: ms(0), to: nil)
        // In a flap the moments between are down by `up-after`, or too short to tell.
        let least = parts.map { $0.to - $0.from }.reduce(.zero, +)
        let most = service.downs.map { ($0.last?.to ?? ms(0)) - ($0.first?.from ?? ms(0)) }
            .reduce(.zero, +)
        if sum.low > most || sum.high.map({ $0 < least }) ?? false {
            lies.append(
                "downtime \(sum.low.ns)–\(sum.high?.ns ?? -1), truth \(least.ns)–\(most.ns)"
            )
        }
        return lies
    }

    /// Two spacings, what lateness and latency of the edge samples explain, and what a hang takes to show.
    func tooWide(_ found: Outages) -> [String] {
        var late = found.baseline.late ?? .zero
        let lateness = Span(ns: 310_000) * 2
        // Each of at most five legs takes at most half of it.
        var latency = service.baseLatency * 5 / 2
        if !service.slowed.isEmpty {
            latency = max(latency, service.slowedLatency * 5 / 2)
            late = max(late, latency * 5)
        }
        return found.list.compactMap { outage in
            guard let low = outage.endedLow, let high = outage.endedHigh else { return "open" }
            let paces = [
                pace(found.looks, outage.beganLow, outage.beganHigh), pace(found.looks, low, high),
            ]
            // Or until the look sent after it: up to there the controller may have stood still.
            let allowed = paces.map { $0 + lateness + latency + max(late, $0 + late / 5) }
                .reduce(.zero, +)
            let width = (high - low) + (outage.beganHigh - outage.beganLow)
            return width > allowed ? "\(width) wide, at most \(allowed) is explained" : nil
        }
    }

    /// How far apart looks really were about an edge: where hanging ones take all places, some are unsent.
    private func pace(_ looks: Looks, _ low: Instant, _ high: Instant) -> Span {
        let every = service.probe.every
        let dues = looks.all.map(\.due).filter { low - every <= $0 && $0 <= high + every }.sorted()
        return zip(dues, dues.dropFirst()).map { $1 - $0 }.reduce(every, max)
    }

    /// Every figure that doesn't contain the truth, in words.
    func lies(in judgement: Judgement) -> [String] {
        // What is left of a flap after a stall may be too short to tell.
        if service.failing == .flap && !service.stalls.isEmpty { return [] }
        guard let first = service.downs.first?.first?.from, let last = service.downs.last?.last?.to,
            let disaster = judgement.disaster, let done = judgement.disasterDone
        else { return ["no truth"] }
        let parts = service.downs.flatMap(\.self)
        let least = parts.map { $0.to - $0.from }.reduce(.zero, +)
        let most = service.downs.map { ($0.last?.to ?? first) - ($0.first?.from ?? first) }
            .reduce(.zero, +)
        // From the first effect on; what T0' adds is part of the interval.
        let recovered = (last - done)...(last - disaster)
        var lies: [String] = []
        for figure in judgement.figures {
            let isTrue: Bool
            switch (figure.name, figure.amount) {
            case (.downtime, .span(let low, _, let high)):
                isTrue = (low.map { $0 <= most } ?? true) && (high.map { $0 >= least } ?? true)
            case (.failover, .span(let low, _, let high)), (.rto, .span(let low, _, let high)),
                (.restore, .span(let low, _, let high)):
                isTrue =
                    (low.map { $0 <= max(.zero, recovered.lowerBound) } ?? true)
                    && (high.map { $0 >= recovered.upperBound } ?? true)
            case (.availability, .share(let low, _, let high)):
                guard let low, let high, let end = service.lastStamp else { return ["no share"] }
                let length = Double((end - Truth.begin).ns)
                isTrue =
                    low <= 1 - Double(least.ns) / length + 1e-9
                    && high >= 1 - Double(most.ns) / length - 1e-9
            default: isTrue = true
            }
            if !isTrue { lies.append("\(figure.name) is \(figure.shown)") }
        }
        return lies
    }

    /// Where a run's availability counts from: the steady stretch that held, at the earliest the first
    /// sample.
    static let begin = ms(0)
}

extension Outage {
    fileprivate func contains(_ instant: Instant) -> Bool {
        beganLow <= instant && endedHigh.map { instant <= $0 } ?? true
    }
}

extension SimulatedService {
    /// Judges a run whose disaster is the first outage, without any undo.
    fileprivate mutating func judged() -> Judgement {
        let samples = samples()
        lastStamp = samples.map { $0.done ?? $0.due }.max()
        let first = downs.first?.first?.from ?? ms(0)
        let begin = first - Span(ns: random.in(0...2_000_000))
        let done = first + Span(ns: random.in(0...10_000_000))
        let events =
            [
                Event(at: ms(0), .phase(.steady)), Event(at: ms(500), .steadyHeld),
                Event(at: ms(501), .phase(.method)), Event(at: begin, .injecting(fault: "f")),
                Event(at: done, .injected(fault: "f", failedHosts: [])),
            ] + [Event(at: end, .ended)]
        return Judge.judge(
            plan([probe], [fault("f", on: "a")], steady: span(500)),
            Timeline(events: events, samples: ["p": samples])
        )
    }
}
