import DrillModel
import Foundation
import Testing

@testable import DrillReport

@Suite struct WallTimeTests {
    /// Compared with Foundation's calendar over five centuries.
    @Test func datesAreThoseOfTheCalendar() {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let seed: UInt64 = 20_261_123
        var dice = Dice(seed: seed)
        for _ in 0..<2000 {
            let seconds = Int64(dice.next() % 9_000_000_000)
            let shown = WallTime(ns: seconds * 1_000_000_000).shown(in: .utc)
            let parts = calendar.dateComponents(
                [.year, .month, .day, .hour, .minute, .second],
                from: Date(timeIntervalSince1970: Double(seconds))
            )
            let expected = [
                parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second,
            ].map { $0 ?? -1 }
            let read = shown.split { "- :".contains($0) }.compactMap { Int($0) }
            #expect(read == expected, "seed \(seed), \(seconds) s")
        }
    }

    @Test func zoneShiftsTheDayToo() {
        let time = WallTime(ns: 1_795_476_600_000_000_000)
        #expect(time.shown(in: .utc) == "2026-11-23 23:30:00")
        #expect(time.shown(in: .init(name: "CET", offset: 3600)) == "2026-11-24 00:30:00")
        #expect(time.shown(in: .init(name: "EST", offset: -18_000)) == "2026-11-23 18:30:00")
        #expect(time.iso == "2026-11-23T23:30:00Z")
    }
}

@Suite struct ShownTests {
    @Test(
        arguments: [
            (0, "0.00s"), (830, "0.83s"), (12_030, "12.03s"), (99_994, "99.99s"),
            (100_000, "1m40s"), (871_000, "14m31s"), (3_660_000, "1h01m"), (-1500, "-1.50s"),
        ] as [(Int64, String)]
    )
    func compactLengths(_ milliseconds: Int64, _ shown: String) {
        #expect(Shown.compact(.milliseconds(milliseconds)) == shown)
    }

    @Test(arguments: [
        (0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-1234, "-1,234"),
    ])
    func counts(_ count: Int, _ shown: String) {
        #expect(Shown.count(count) == shown)
    }

    @Test(arguments: [
        ("abc", 5, "abc  "), ("abcdef", 4, "abc…"), ("名前", 5, "名前 "), ("名前名前", 5, "名前…"),
        ("é", 2, "é "), ("", 1, " "),
    ])
    func textFitsItsColumns(_ text: String, _ width: Int, _ fitted: String) {
        #expect(Plain.fit(text, width) == fitted)
        #expect(Plain.width(Plain.fit(text, width)) == width)
    }
}

@Suite struct LedgerWordsTests {
    /// What was refused and is there all the same may surprise somebody: it is told where all is counted.
    @Test(arguments: [
        (0, "25 refused, 1 unsent"), (1, "25 refused (1 of them is there all the same), 1 unsent"),
        (25, "25 refused (25 of them are there all the same), 1 unsent"),
    ])
    func whatWasRefused(_ present: Int, _ words: String) {
        var count = LedgerCount(
            probe: "orders",
            acknowledged: 5,
            kept: 5,
            lost: 0,
            duplicated: 0,
            indeterminatePresent: 0,
            indeterminateAbsent: 0,
            refused: 25,
            refusedPresent: present,
            unsent: 1
        )
        #expect(
            Words.ledgerRest(count)
                == "0 duplicated; without an answer: 0 there, 0 not there; \(words)"
        )
        count.gone = 1
        #expect(Words.ledgerRest(count) == words)
    }
}
