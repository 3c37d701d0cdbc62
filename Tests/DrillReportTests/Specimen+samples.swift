import DrillModel

extension Specimen {
    var timeline: Timeline {
        Timeline(
            events: events,
            samples: [
                storefront: service(seed: 1, outage: 60..<15_090, repair: 61_200..<61_640),
                "status-page": service(seed: 2, outage: 0..<0, repair: 0..<0),
                "edge-notices": detection,
                "replicas": redundancy,
            ],
            ledgers: ["orders": writes]
        )
    }

    private var numbers: Range<Int> { 0..<Int(length.ns / Self.every.ns) }

    private func due(_ number: Int) -> Instant { Self.start + Self.every * Int64(number) }

    private func milliseconds(_ instant: Instant) -> Int64 {
        (instant - Self.disaster).ns / 1_000_000
    }

    /// In the outage 4 s of hanging, then 3 s of refusals, then 503 until it is back.
    private func service(seed: UInt64, outage: Range<Int64>, repair: Range<Int64>) -> [Sample] {
        var dice = Dice(seed: seed)
        return numbers.map { number in
            let sent = due(number) + Span(ns: Int64(dice.next() % 300_000))
            let ms = milliseconds(sent)
            var took = Span(ns: 2_200_000 + Int64(dice.next() % 1_800_000))
            if dice.next() % 97 == 0 { took = took * 6 }
            var outcome = Outcome.good
            if repair.contains(ms) {
                outcome = .bad(.reset, "closed before the answer was complete")
            } else if outage.contains(ms) {
                switch ms - outage.lowerBound {
                case ..<4000:
                    took = .seconds(1)
                    outcome = .bad(.timeout, "no answer within 1s")
                case ..<7000:
                    took = Span(ns: 700_000)
                    outcome = .bad(.refused, "connection refused")
                default: outcome = .bad(.status, "503, wanted 200")
                }
            }
            return Sample(
                number: number,
                due: due(number),
                sent: sent,
                done: sent + took,
                outcome: outcome
            )
        }
    }

    private var detection: [Sample] {
        numbers.map { number in
            let isFiring = (5810..<48_000).contains(milliseconds(due(number)))
            return sample(
                number,
                took: .milliseconds(6),
                isFiring ? .good : .bad(.body, "nothing matches")
            )
        }
    }

    private var redundancy: [Sample] {
        numbers.map { number in
            switch milliseconds(due(number)) {
            case 100..<7000:
                sample(number, took: .seconds(1), .bad(.timeout, "no answer within 1s"))
            case 7000..<64_000:
                sample(number, took: .milliseconds(3), .bad(.body, "0, wanted at least 2"))
            case 64_000..<74_200:
                sample(number, took: .milliseconds(3), .bad(.body, "1, wanted at least 2"))
            default: sample(number, took: .milliseconds(3), .good)
            }
        }
    }

    private func sample(_ number: Int, took: Span, _ outcome: Outcome) -> Sample {
        let due = due(number)
        return Sample(number: number, due: due, sent: due, done: due + took, outcome: outcome)
    }

    /// The last 18 before T0 were acknowledged and are gone.
    private var writes: [LedgerWrite] {
        numbers.map { number in
            let due = due(number)
            func write(
                _ answer: LedgerWrite.Answer,
                took: Int64?,
                _ detail: String?,
                copies: Int
            ) -> LedgerWrite {
                LedgerWrite(
                    number: number,
                    due: due,
                    sent: due,
                    done: took.map { due + .milliseconds($0) },
                    answer: answer,
                    detail: detail,
                    copies: copies
                )
            }
            return switch milliseconds(due) {
            case -360..<0: write(.acknowledged, took: 4, nil, copies: 0)
            case 0..<60: write(.indeterminate, took: nil, "connection lost", copies: 1)
            case 60..<100: write(.indeterminate, took: nil, "connection lost", copies: 0)
            case 100..<15_200: write(.refused, took: 1, "connection refused", copies: 0)
            default: write(.acknowledged, took: 4, nil, copies: 1)
            }
        }
    }
}

/// SplitMix64: small, seeded and good enough for made-up latencies.
struct Dice {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
