import DrillModel
import Testing

@testable import DrillReport

/// A report doesn't grow with the samples: every chart and table ends somewhere.
@Suite struct ManySamplesTests {
    /// So many services that flap at random, each stretch of 100 ms good or bad.
    static func flapping(services: Int, samples: Int) -> Record {
        var record = Specimen().record
        let names = (0..<services).map { "service-\($0)" }
        record.plan.experiment.probes = names.map { name in
            Probe(
                name: name,
                measure: .service,
                kind: .tcp(TCPLook(address: "10.77.9.10", port: 8090)),
                every: Specimen.every,
                upAfter: 1
            )
        }
        var dice = Dice(seed: 7)
        let series = names.map { name in
            (name, (0..<samples / 5).flatMap { stretch(Int64($0), isGood: dice.next() % 2 == 0) })
        }
        record.timeline.samples = Dictionary(uniqueKeysWithValues: series)
        record.judgement = Judge.judge(record.plan, record.timeline)
        return record
    }

    private static func stretch(_ number: Int64, isGood: Bool) -> [Sample] {
        (0..<5 as Range<Int64>).map { index in
            let due = Specimen.start + Specimen.every * (number * 5 + index)
            return Sample(
                number: Int(number * 5 + index),
                due: due,
                sent: due,
                done: due + .milliseconds(2),
                outcome: isGood ? .good : .bad(.refused, "connection refused")
            )
        }
    }

    /// The worst for its length: no stretch of it is like the one before.
    ///
    /// 3 MB is what is promised of a million samples. A page that grew with them would be nearly four times
    /// as long at the greater number; that it grows at all is what charts and tables still had room for.
    @Test func flappingDoesNotMakeItLong() {
        let html = [800, 3200].map { count in
            HTMLReport.html(Self.flapping(services: 6, samples: count)).utf8.count
        }
        #expect(html[1] < 3_000_000)
        #expect(Double(html[1]) < Double(html[0]) * 2, "\(html)")
    }
}
