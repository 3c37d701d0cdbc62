import DrillEngine
import DrillTesting
import Foundation
import Synchronization
import Testing

@testable import DrillModel

/// Unattended runs, with a clock that the test moves.
@Suite struct ScheduleTests {
    static let berlin = TimeZones(names: ["Europe/Berlin", "UTC"]) { name, second in
        TimeZone(identifier: name).map {
            Int64($0.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second))))
        }
    }

    static func experiment() throws -> Experiment {
        let file = """
            experiment: game-day
            probes: { shop: { http: "http://127.0.0.1:1/" } }
            method: [{ wait: 10m }]
            guards:
              windows: {allow: ["Mon-Thu 10:00-16:00 Europe/Berlin"], freeze: [2026-12-20/2027-01-04]}
            """
        return try Reader(timeZones: berlin) { _ throws(LoadError) in LoadedFile(Array(file.utf8)) }
            .experiment("game-day.yaml")
    }

    /// A game day that begins at `time`, and whose healing takes `healing`.
    static func day(
        at time: String,
        healing: Span = .zero,
        left: [String] = []
    ) async throws -> (
        GameDayEnding, ran: Bool
    ) {
        let experiment = try experiment()
        var wallNs = try #require(Timestamp.ns(time))
        var ran = false
        let ending = try await GameDay.go(
            heal: {
                wallNs += healing.ns
                return GameDay.Healed(runs: [], left: left)
            },
            stopped: { nil },
            refusals: {
                let now = Site.Moment(at: Instant(ns: 1), wallNs: wallNs)
                let plan = try Planner.plan(
                    experiment,
                    facts: nil,
                    seed: 0,
                    run: "schedule",
                    site: Site(now: now, timeZones: berlin)
                )
                return plan.refusals.filter { $0.cause == .windows }
            },
            run: {
                ran = true
                return GameDayEnding(.passed, reasons: ["passed"])
            }
        )
        return (ending, ran)
    }

    // 2026-12-17 is a Thursday; Berlin is an hour ahead of UTC then.
    @Test(arguments: [
        ("2026-12-17T09:00:00Z", nil), ("2026-12-17T14:40:00Z", nil),
        ("2026-12-17T08:59:00Z", "in no allowed window: \"Mon-Thu 10:00-16:00 Europe/Berlin\""),
        ("2026-12-17T14:55:00Z", "they close Thu 2026-12-17 16:00 Europe/Berlin"),
        ("2026-12-18T10:00:00Z", "they open next Tue 2027-01-05 10:00 Europe/Berlin"),
        ("2026-12-21T10:00:00Z", "in the freeze \"2026-12-20/2027-01-04\""),
        // The first day and the last, by Berlin's clock.
        ("2027-01-04T10:00:00Z", "in the freeze"), ("2027-01-05T09:00:00Z", nil),
    ])
    func windows(time: String, why: String?) async throws {
        let (ending, ran) = try await Self.day(at: time)
        #expect(ran == (why == nil), "\(ending.reasons)")
        guard let why else { return #expect(ending.exit == 0) }
        #expect(ending.exit == 3)
        #expect(ending.reasons.first?.hasPrefix("skipped: ") == true)
        #expect(ending.reasons.first?.contains(why) == true, "\(ending.reasons)")
    }

    @Test("windows are asked when all is healed, which takes time")
    func healingTakesTime() async throws {
        let time = "2026-12-17T14:30:00Z"
        #expect(try await Self.day(at: time, healing: .minutes(5)).ran)
        let (late, ran) = try await Self.day(at: time, healing: .minutes(25))
        #expect(!ran && late.verdict == .notStarted)
        #expect(try await Self.day(at: "2026-12-17T08:58:00Z", healing: .minutes(3)).ran)
    }

    @Test("nothing is begun while something is broken")
    func unhealed() async throws {
        let (ending, ran) = try await Self.day(
            at: "2026-12-17T10:00:00Z",
            left: ["RUN has left db"]
        )
        #expect(!ran)
        #expect(ending.exit == 5)
        #expect(ending.reasons.count == 2 && ending.reasons[1] == "RUN has left db")
    }

    /// What a webhook answers, one after another; the last again and again.
    static let answers: [([WebhookDelivery.Answer], Bool, Int, String?)] = [
        ([.status(200)], true, 1, nil), ([.status(204)], true, 1, nil),
        ([.nothing("refused"), .status(503), .status(429), .status(202)], true, 4, nil),
        ([.status(404)], false, 1, "it answered 404"),
        ([.status(302)], false, 1, "it answered 302"),
        // At 0, 1, 3, 7, 15, 31, 61 and 91 s.
        ([.status(500)], false, 8, "it answered 500"), ([.nothing("refused")], false, 8, "refused"),
    ]

    @Test(arguments: 0..<answers.count)
    func webhook(index: Int) async {
        let (answers, isDelivered, attempts, why) = Self.answers[index]
        let clock = SimulatedClock()
        let asked = Mutex(0)
        let delivery = WebhookDelivery(
            now: { clock.now },
            sleep: { await clock.sleep(until: $0) },
            post: { _ in
                asked.withLock { asked in
                    asked += 1
                    return answers[min(asked, answers.count) - 1]
                }
            }
        )
        let told: GameDayReport.Delivery = await clock.drive { await delivery.deliver() }
        #expect(told.isDelivered == isDelivered)
        #expect(told.attempts == attempts)
        #expect(asked.withLock { $0 } == attempts)
        if let why { #expect(told.why?.contains(why) == true) } else { #expect(told.why == nil) }
        #expect(clock.now - SimulatedClock.beginning < WebhookDelivery.patience)
    }

    @Test(
        "a webhook that never answers has its time, and whoever is in a hurry waits for one attempt"
    )
    func silent() async {
        let clock = SimulatedClock()
        let delivery = WebhookDelivery(
            now: { clock.now },
            sleep: { await clock.sleep(until: $0) },
            post: { deadline in
                await clock.sleep(until: deadline)
                return .nothing("it gave no answer in time")
            }
        )
        let told: GameDayReport.Delivery = await clock.drive { await delivery.deliver() }
        #expect(!told.isDelivered && told.attempts > 3)
        #expect(clock.now - SimulatedClock.beginning <= WebhookDelivery.patience)
        let hurried: GameDayReport.Delivery = await clock.drive { await delivery.deliver { true } }
        #expect(hurried.attempts == 1)
    }
}
