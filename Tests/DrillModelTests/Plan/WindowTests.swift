import Foundation
import Testing

@testable import DrillModel

/// The zones that this machine's libraries know, as the command brings them.
let realZones = TimeZones(names: TimeZone.knownTimeZoneIdentifiers) { name, second in
    TimeZone(identifier: name).map {
        Int64($0.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second))))
    }
}

/// `2026-11-26 08:47` in UTC, in seconds since 1970.
func utc(_ text: String) -> Int64 {
    guard case .once(let from, _)? = try? Window.Times(written: "\(text) - 9999-01-01") else {
        preconditionFailure("\(text) is no time")
    }
    return from * 60
}

@Suite struct WindowTests {
    static let all = Weekday.allCases

    @Test(arguments: [
        ("Mon-Fri 09:00-16:00", Array(all.prefix(5)), 540, 960),
        ("mon , WEDNESDAY 9:00 - 16:30", [.monday, .wednesday], 540, 990),
        ("Fri-Mon 00:00-24:00", [.monday, .friday, .saturday, .sunday], 0, 1440),
        ("Sat,Sun", [.saturday, .sunday], 0, 1440), ("22:00-06:00", all, 1320, 360),
        ("Fri 12:00-24:00", [.friday], 720, 1440),
    ])
    func everyWeek(word: String, days: [Weekday], from: Int64, to: Int64) throws {
        #expect(try Window.Times(written: word) == .weekly(days: days, from: from, to: to))
    }

    @Test(arguments: [
        ("1970-01-02", 1440, 2880), ("1970-01-01 09:00-16:00", 540, 960),
        ("1970-01-01 - 1970-01-03", 0, 3 * 1440), ("1970-01-01 18:00 - 1970-01-02", 1080, 2880),
        ("1970-01-01 18:00 - 1970-01-02 06:00", 1080, 1800), ("1972-02-29", 1_136_160, 1_137_600),
    ])
    func once(word: String, from: Int64, to: Int64) throws {
        #expect(try Window.Times(written: word) == .once(from: from, to: to))
    }

    @Test(arguments: [
        ("", "is no window"), ("9-12", "is no window"), ("Mon-Fri 9-16", "is no window"),
        ("Mon-Fry 09:00-16:00", "unknown day \"Fry\""), ("Mon 09:00-25:00", "no time 25:00"),
        ("Mon 09:60-10:00", "no time 9:60"), ("Mon 24:00-09:00", "begins at 24:00"),
        ("Mon 09:00-09:00", "ends when it begins"), ("2026-02-29", "no day 2026-02-29"),
        ("2026-12-20 - 2026-12-19", "ends before it begins"), ("2026-1-2", "is no window"),
        ("2026-12-20 16:00-09:00", "ends before it begins"), ("Mon-Tue-Wed", "is no window"),
        ("Mon,,Tue", "unknown day \"\""), ("2026-12-20 -2026-12-21", "is no window"),
    ])
    func otherWindowsAreRefused(word: String, why: String) {
        let misfit = #expect(throws: Misfit.self) { try Window.Times(written: word) }
        #expect(misfit?.message.contains(why) == true, "\(misfit?.message ?? "")")
    }

    /// One window, an instant in UTC, and until or from when (in UTC) it is open; nil: never or for ever.
    struct Case: CustomTestStringConvertible {
        var zone = "UTC"
        var allowed: [String] = []
        var blocked: [String] = []
        var at: String
        var isOpen: Bool
        /// When that changes.
        var changes: String?

        var testDescription: String { "\(allowed) but \(blocked) at \(at) in \(zone)" }
    }

    static let office = ["Mon-Fri 09:00-16:00"]
    static let berlin = "Europe/Berlin"

    // 2026-11-26 is a Thursday.
    static let cases = [
        Case(at: "2026-11-26 08:47", isOpen: true),
        Case(allowed: office, at: "2026-11-26 08:59", isOpen: false, changes: "2026-11-26 09:00"),
        Case(allowed: office, at: "2026-11-26 09:00", isOpen: true, changes: "2026-11-26 16:00"),
        Case(allowed: office, at: "2026-11-26 16:00", isOpen: false, changes: "2026-11-27 09:00"),
        Case(allowed: office, at: "2026-11-27 17:00", isOpen: false, changes: "2026-11-30 09:00"),
        // Over midnight: Friday's goes on into Saturday.
        Case(
            allowed: ["Fri 22:00-06:00"],
            at: "2026-11-28 05:59",
            isOpen: true,
            changes: "2026-11-28 06:00"
        ),
        // Days that touch are one stretch; so are two windows.
        Case(
            allowed: ["Thu-Fri", "Sat 00:00-12:00"],
            at: "2026-11-26 08:00",
            isOpen: true,
            changes: "2026-11-28 12:00"
        ),
        Case(
            blocked: ["Fri 12:00-24:00", "Sat,Sun"],
            at: "2026-11-26 08:00",
            isOpen: true,
            changes: "2026-11-27 12:00"
        ),
        Case(
            blocked: ["Fri 12:00-24:00", "Sat,Sun"],
            at: "2026-11-28 08:00",
            isOpen: false,
            changes: "2026-11-30 00:00"
        ),
        // What is blocked outranks what is allowed; over the year's end; the last day is in it.
        Case(
            allowed: office,
            blocked: ["2026-12-21 - 2027-01-05"],
            at: "2026-12-24 10:00",
            isOpen: false,
            changes: "2027-01-06 09:00"
        ),
        // Month's end, and the day that a leap year has more.
        Case(
            allowed: ["2028-02-29"],
            at: "2028-02-28 23:59",
            isOpen: false,
            changes: "2028-02-29 00:00"
        ),
        Case(allowed: ["2026-01-01"], at: "2026-11-26 08:00", isOpen: false),
        // The zone's clock counts: it is 09:30 in Berlin.
        Case(
            zone: berlin,
            allowed: office,
            at: "2026-11-26 08:30",
            isOpen: true,
            changes: "2026-11-26 15:00"
        ),
        // It is Friday in Auckland already.
        Case(
            zone: "Pacific/Auckland",
            blocked: ["Fri"],
            at: "2026-11-26 12:00",
            isOpen: false,
            changes: "2026-11-27 11:00"
        ),
        // 29 March 2026, Berlin: from 01:59 to 03:00 at 01:00 UTC.
        Case(
            zone: berlin,
            allowed: ["Sun 01:00-04:00"],
            at: "2026-03-29 00:30",
            isOpen: true,
            changes: "2026-03-29 02:00"
        ),
        Case(
            zone: berlin,
            allowed: ["Sun 02:30-04:00"],
            at: "2026-03-29 00:30",
            isOpen: false,
            changes: "2026-03-29 01:00"
        ),
        // 25 October 2026: 02:00 to 03:00 comes twice; an allowed window ends with the first of its end,
        // a blocked one with the second.
        Case(
            zone: berlin,
            allowed: ["Sun 01:00-02:30"],
            at: "2026-10-24 23:30",
            isOpen: true,
            changes: "2026-10-25 00:30"
        ),
        Case(
            zone: berlin,
            blocked: ["Sun 01:00-02:30"],
            at: "2026-10-24 23:30",
            isOpen: false,
            changes: "2026-10-25 01:30"
        ),
    ]

    static func window(_ word: String) throws -> Window {
        Window(try Window.Times(written: word), written: word)
    }

    static func windows(
        _ zone: String,
        allowed: [String] = [],
        blocked: [String] = [],
        at position: Position? = nil
    ) throws -> Windows {
        Windows(
            zone: zone,
            allowed: try allowed.map(window),
            blocked: try blocked.map(window),
            position: position
        )
    }

    @Test(arguments: cases)
    func opens(it: Case) throws {
        let windows = try Self.windows(it.zone, allowed: it.allowed, blocked: it.blocked)
        switch Opening([windows], at: utc(it.at), zones: realZones) {
        case .open(let until):
            #expect(it.isOpen)
            #expect(until?.second == it.changes.map(utc))
        case .closed(_, _, let opens):
            #expect(!it.isOpen)
            #expect(opens == it.changes.map(utc))
        }
    }

    @Test("of several windows all must be open, and the first that closes ends it")
    func together() throws {
        let own = try Self.windows("UTC", allowed: ["Mon-Fri 08:00-18:00"])
        let site = try Self.windows(Self.berlin, allowed: Self.office)
        let open = Opening([own, site], at: utc("2026-11-26 10:00"), zones: realZones)
        #expect(open == .open(until: .init(second: utc("2026-11-26 15:00"), windows: site)))
        let early = Opening([own, site], at: utc("2026-11-26 07:00"), zones: realZones)
        #expect(early == .closed(own, by: nil, opens: utc("2026-11-26 08:00")))
        let late = Opening([own, site], at: utc("2026-11-26 16:30"), zones: realZones)
        #expect(late == .closed(site, by: nil, opens: utc("2026-11-27 08:00")))
    }

    @Test("what a plan says of its windows")
    func plans() throws {
        var guards = Guards(longest: .minutes(30))
        let place = Position(file: "region-loss.yaml", line: 30, column: 12)
        guards.windows = [
            try Self.windows(
                Self.berlin,
                allowed: Self.office,
                blocked: ["2026-12-24"],
                at: place
            )
        ]
        func site(at time: String) -> Site {
            let now = Site.Moment(at: Instant(ns: 5), wallNs: utc(time) * 1_000_000_000)
            return Site(now: now, timeZones: realZones)
        }
        // With steady state, and as long to look on: 16 minutes.
        let wait = Step(.wait(Wait(until: nil, holds: .minutes(14))))
        func plan(at time: String) throws -> Plan {
            try Planner.plan(
                Shop.experiment([wait], guards: guards),
                facts: nil,
                seed: 1,
                run: "RUN",
                site: site(at: time)
            )
        }
        let open = try plan(at: "2026-11-26 14:00")
        #expect(open.refusals.isEmpty)
        #expect(open.closing?.at == Instant(ns: 5) + .minutes(60))
        #expect(open.closing?.shown == "Thu 2026-11-26 16:00 Europe/Berlin")
        #expect(try plan(at: "2026-11-26 14:44").refusals.isEmpty)
        let late = try plan(at: "2026-11-26 14:45")
        #expect(
            late.refusals.map(\.line) == [
                "windows: it may take 16 min, until Thu 2026-11-26 16:01 Europe/Berlin, and they close"
                    + " Thu 2026-11-26 16:00 Europe/Berlin (region-loss.yaml:30:12); begin it that much"
                    + " earlier, let it take less (`within`, `budget` and `guards: {longest: …}` limit"
                    + " it), or change `guards: {windows: …}` of the experiment"
            ]
        )
        guards.longest = .minutes(10)
        #expect(try plan(at: "2026-11-26 14:45").refusals.isEmpty)
        // While somebody was asked whether it is meant.
        #expect(open.refusalsByWindows(site(at: "2026-11-26 14:30")).isEmpty)
        #expect(open.refusalsByWindows(site(at: "2026-11-26 14:50")).map(\.cause) == [.windows])
        #expect(open.refusalsByWindows(site(at: "2026-11-26 15:00")).map(\.cause) == [.windows])
        let closed = try plan(at: "2026-11-26 15:00")
        #expect(closed.closing == nil)
        #expect(
            closed.refusals.map(\.line) == [
                "windows: it is Thu 2026-11-26 16:00 Europe/Berlin, in no allowed window:"
                    + " \"Mon-Fri 09:00-16:00\" (region-loss.yaml:30:12); they open next Fri"
                    + " 2026-11-27 09:00 Europe/Berlin; wait until then, or change"
                    + " `guards: {windows: …}` of the experiment"
            ]
        )
        let eve = try plan(at: "2026-12-24 10:00")
        #expect(eve.refusals.map(\.cause) == [.windows])
        #expect(eve.refusals[0].message.contains("in the freeze \"2026-12-24\""))
    }
}
