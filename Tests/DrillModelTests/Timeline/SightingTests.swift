import Foundation
import Testing

@testable import DrillModel

/// A source's own stamps on the controller's line, and the clocks that put them there.
@Suite struct SightingTests {
    /// 10 s on the boot-time clock are 1000 s of wall clock.
    private let start = ClockPair(low: ms(10_000), high: ms(10_000), wallNs: 1_000_000_000_000)

    private func placed(_ stamp: Sighting.Stamp?, _ clocks: [HostClock] = []) -> Sighting.Placed? {
        sighting(stamp).placed(by: OwnClock(start), clocks)
    }

    private func sighting(_ stamp: Sighting.Stamp?) -> Sighting {
        Sighting("it fired", sent: ms(20_000), done: ms(20_030), stamp: stamp)
    }

    private func look(_ offset: Int64, _ bound: Int64) -> ClockLook {
        ClockLook(offset: span(offset), bound: span(bound))
    }

    private func wall(_ milliseconds: Int64, _ host: String?) -> Sighting.Stamp {
        .wall(ns: milliseconds * 1_000_000, resolution: span(1), host: host)
    }

    @Test func theControllersOwnClockNeedsNoOffset() {
        let placed = placed(wall(1_005_000, Action.controller))
        #expect(placed == Sighting.Placed(low: ms(14_999), high: ms(15_001)))
    }

    /// A host 3 s ahead, known to 2 ms before and 4 ms after: at 1008 s of its own it was 1005 s here.
    @Test func aHostsStampIsMovedByItsOffsetAndBothBounds() {
        let clock = HostClock(host: "mon", before: look(3000, 2), after: look(3001, 4))
        let placed = placed(wall(1_008_000, "mon"), [clock])
        // Offsets from 2997 to 3005 ms.
        #expect(placed == Sighting.Placed(low: ms(14_994), high: ms(15_004)))
    }

    @Test func withoutAClockNothingIsPlaced() {
        let unread = HostClock(host: "mon", before: nil, after: nil)
        #expect(placed(wall(1_008_000, "mon"), [unread]) == nil)
        #expect(placed(wall(1_008_000, "other")) == nil)
        #expect(placed(wall(1_008_000, nil)) == nil)
        #expect(placed(nil) == nil)
    }

    /// It changed 4 s before the look, by whole seconds.
    @Test func anAgeCountsBackFromTheLook() {
        let placed = placed(.ago(.seconds(4), resolution: .seconds(1)))
        #expect(placed == Sighting.Placed(low: ms(15_000), high: ms(17_030)))
    }

    @Test(arguments: [
        (0, 2, 3, 2, 0), (0, 2, 4, 2, 0), (0, 2, 5, 2, 5), (100, 2, -3000, 2, -3100),
        (-5, 500, 400, 1, 0),
    ])
    func aClockMovedWhereTheBoundsDontMeet(
        _ before: Int64,
        _ beforeBound: Int64,
        _ after: Int64,
        _ afterBound: Int64,
        _ moved: Int64
    ) {
        let clock = HostClock(
            host: "a",
            before: look(before, beforeBound),
            after: look(after, afterBound)
        )
        #expect(clock.moved == span(moved))
    }

    @Test func whatIsReadOnceDidntMove() {
        #expect(HostClock(host: "a", before: look(1, 1), after: nil).moved == nil)
        #expect(HostClock(host: "a", before: nil, after: look(1, 1)).moved == nil)
    }

    @Test func anAuditorIsToldOfAClockThatMoved() {
        let events = run(
            at(1, .clocks(.before, ["a": look(-3, 2), "b": look(0, 1)])),
            at(2, .clocks(.after, ["a": look(3197, 2), "b": look(1, 1), "c": look(7, 1)]))
        )
        let plan = plan([probe("storefront")])
        let judgement = Judge.judge(plan, Timeline(events: events, samples: [:]))
        let told = judgement.deviations.filter { $0.contains("clock") }
        #expect(
            told == [
                "the clock of a moved 3.20 s ahead against the controller's during the run"
                    + " (-3.0 ± 2.0 ms before, +3197.0 ± 2.0 ms after): its own stamps can be placed no"
                    + " better than that; figures don't use them"
            ]
        )
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("1970-01-01t00:00:01.5z", 1_500_000_000),
        ("2026-11-23T14:15:00.123Z", 1_795_443_300_123_000_000),
        ("2026-11-23T15:15:00.123456789+01:00", 1_795_443_300_123_456_789),
        ("2026-11-23T09:45:00.1234567891-04:30", 1_795_443_300_123_456_789),
        ("2024-02-29 23:59:60Z", 1_709_251_200_000_000_000),
        ("1969-12-31T23:59:59.25Z", -750_000_000),
    ])
    func timestamps(_ text: String, _ ns: Int64) { #expect(Timestamp.ns(text) == ns) }

    @Test(arguments: [
        "", "2026-11-23", "2026-11-23T14:15:00", "2026-02-30T00:00:00Z", "2026-11-23T24:00:00Z",
        "2026-11-23T14:15:00.Z", "2026-11-23T14:15:00+0100", "2026-11-23T14:15:00Z ",
        "0001-01-01T00:00:00Z",
    ])
    func noTimestamps(_ text: String) { #expect(Timestamp.ns(text) == nil) }

    /// The names are a promise to other tools.
    @Test func recordNames() throws {
        let began = Event.Start(
            run: "r1",
            seed: 42,
            wallNs: start.wallNs,
            who: "ada",
            controller: "ops-1",
            version: "0.1"
        )
        let timeline = Timeline(
            events: run(
                Event(at: start.at, .started(began)),
                at(10_001, .clocks(.before, ["mon": look(3000, 2)])),
                at(20_031, .sighted(probe: "alarm", sighting(wall(1_008_000, "mon")))),
                at(20_032, .sighted(probe: "alarm", sighting(nil)))
            )
        )
        let plan = plan([probe("alarm", .detection)])
        let record = Record(
            run: "r1",
            plan: plan,
            timeline: timeline,
            judgement: Judge.judge(plan, timeline),
            start: began
        )
        let file = RecordFile(record)
        let data = try JSONEncoder().encode(file)
        #expect(try JSONDecoder().decode(RecordFile.self, from: data) == file)
        let json = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        let clock = try #require((json["clocks"] as? [[String: Any]])?.first)
        #expect(clock["host"] as? String == "mon")
        let before = try #require(clock["before"] as? [String: Any])
        #expect(before["offset_ns"] as? Int == 3_000_000_000)
        #expect(before["bound_ns"] as? Int == 2_000_000)
        #expect(clock["after"] is NSNull && clock["moved"] is NSNull)
        let sightings = try #require(json["sightings"] as? [[String: Any]])
        #expect(sightings.count == 2)
        #expect(sightings[0]["probe"] as? String == "alarm")
        #expect(sightings[0]["words"] as? String == "it fired")
        #expect(sightings[0]["sent_at_ns"] as? Int == 20_000_000_000)
        #expect(sightings[0]["done_at_ns"] as? Int == 20_030_000_000)
        #expect(sightings[0]["stamp_wall_ns"] as? Int == 1_008_000_000_000)
        #expect(sightings[0]["clock"] as? String == "mon")
        #expect(sightings[0]["stamp_low_at_ns"] as? Int == 14_997_000_000)
        #expect(sightings[0]["stamp_high_at_ns"] as? Int == 15_003_000_000)
        #expect(sightings[1]["stamp_wall_ns"] is NSNull && sightings[1]["clock"] is NSNull)
    }
}
