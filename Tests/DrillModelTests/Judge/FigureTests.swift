import Testing

@testable import DrillModel

/// A literal history and the figures in it, in milliseconds.
///
/// The disaster is at [1000, 1050]; probes look every 100 ms.
@Suite struct FigureTests {
    static let disaster = breaking("blackout", on: "a", from: 1000, to: 1050)

    struct Service: CustomTestStringConvertible, Sendable {
        var name: String
        /// From 0 on, every 100 ms; the disaster is at the eleventh.
        var letters: String
        /// When the first undo is, if there is one.
        var undo: Int64?
        var figures: [FigureName: String]

        var testDescription: String { name }
    }

    static let up = String(repeating: "g", count: 11)

    static let services: [Service] = [
        Service(
            name: "never down",
            letters: up + "ggggggggg",
            undo: 1500,
            figures: [
                .failover: "[0, 102]", .rto: "[0, 102]", .downtime: "[0, 102]",
                .restore: "[0, 102]",
            ]
        ),
        Service(
            name: "looked at only before the disaster",
            letters: "ggggg",
            // Nothing can be said; and nothing may trap.
            figures: [:]
        ),
        // Down in (1000, 1101], up in (1300, 1402].
        Service(
            name: "fails over",
            letters: up + "xxxggggggg",
            undo: 1800,
            figures: [
                .failover: "[250, 402]", .rto: "[250, 402]", .downtime: "[199, 402]",
                .restore: "[0, 102]",
            ]
        ),
        Service(
            name: "down and up twice, both before the repair",
            letters: up + "xgggxggggg",
            undo: 2000,
            figures: [.failover: "[450, 602]", .rto: "[450, 602]", .downtime: "[0, 404]"]
        ),
        // Still down when the repair begins: not failed over, and only the repair brought it back.
        Service(
            name: "only the repair brings it back",
            letters: up + "xxxxxggggg",
            undo: 1400,
            figures: [
                .failover: "[350, ?]", .rto: "[450, 602]", .downtime: "[399, 602]",
                .restore: "[100, 202]",
            ]
        ),
        // The second outage, in (1700, 1801] to (1800, 1902], comes of the repair.
        Service(
            name: "down again during the repair",
            letters: up + "xxggggg" + "xggg",
            undo: 1600,
            figures: [
                .failover: "[150, 302]", .rto: "[150, 302]", .downtime: "[99, 504]",
                .restore: "[200, 302]",
            ]
        ),
        Service(
            name: "never up again",
            letters: up + "xxxxxx",
            undo: nil,
            figures: [
                .failover: "[550, ?]", .rto: "[550, ?]", .downtime: "[499, ?]",
                .restore: "[550, ?]",
            ]
        ),
        Service(
            name: "up or down when the repair began: nobody can tell",
            letters: up + "xxxggggggg",
            undo: 1350,
            figures: [.failover: "[250, 402]", .rto: "[250, 402]"]
        ),
        // What is blind may hide an outage, which ended by 2102 at the latest.
        Service(
            name: "unseen",
            letters: up + "xxg gg bbbbb ggggg",
            undo: 3000,
            figures: [.failover: "[150, 1102]", .downtime: "[99, 904]"]
        ),
        // Nobody saw it up again: what hides there may last to this day.
        Service(
            name: "unseen to the end",
            letters: up + "bbbbbbbbbbbbbbbbbbbb",
            undo: 2000,
            figures: [.failover: "[0, ?]", .rto: "[0, ?]", .downtime: "[0, ?]"]
        ),
        Service(
            name: "unseen to the end after an outage",
            letters: up + "xxxggggggg bbbbbbbbbbbbbbbbbbb",
            undo: 3000,
            figures: [.failover: "[250, ?]", .rto: "[250, ?]", .downtime: "[199, ?]"]
        ),
        // Its outages before the repair are all known.
        Service(
            name: "unseen to the end from after the repair on",
            letters: up + "xxxggggggg bbbbbbbbbbbbbbbbbbb",
            undo: 1800,
            figures: [.failover: "[250, 402]", .rto: "[250, 402]", .restore: "[0, ?]"]
        ),
        // It may have been down then, and so not have failed over at all.
        Service(
            name: "unseen when the repair began",
            letters: up + "bbbbbbbbbb ggggg",
            undo: 1500,
            figures: [.failover: "[0, ?]", .rto: "[0, 1102]", .downtime: "[0, 1102]"]
        ),
        Service(
            name: "an outage in prepare doesn't count",
            letters: "ggggg xx ggggg ggggg",
            undo: 1500,
            figures: [.failover: "[0, 102]", .downtime: "[0, 102]"]
        ),
    ]

    @Test(arguments: services) func service(_ service: Service) {
        let undo = service.undo.map { mending("blackout", on: "a", from: $0, to: $0 + 10) } ?? []
        let judgement = Judge.judge(
            plan([probe("p")], [fault("blackout", on: "a")]),
            Timeline(
                events: whole(Self.disaster, undo),
                samples: ["p": series(service.letters)]
            )
        )
        for (name, expected) in service.figures {
            #expect(
                judgement.figure(name, "p")?.amount.inMilliseconds == expected,
                "\(name.rawValue)"
            )
        }
    }

    @Test("what nobody saw when the repair began passes no budget, however generous")
    func unseenAtTheRepair() {
        let judgement = Judge.judge(
            plan([probe("p")], [fault("blackout", on: "a")], budgets: [budget(.failover, 60_000)]),
            Timeline(
                events: whole(Self.disaster, mending("blackout", on: "a", from: 1500, to: 1510)),
                samples: ["p": series(Self.up + "bbbbbbbbbb ggggg")]
            )
        )
        #expect(judgement.figure(.failover, "p")?.verdict == .inconclusive)
        #expect(judgement.verdict == .inconclusive)
    }

    @Test func stillDownAtTheRepairIsFailedWhateverTheBudget() {
        let judgement = Judge.judge(
            plan([probe("p")], [fault("blackout", on: "a")], budgets: [budget(.failover, 60_000)]),
            Timeline(
                events: whole(Self.disaster, mending("blackout", on: "a", from: 1400, to: 1410)),
                samples: ["p": series(Self.up + "xxxxxggggg")]
            )
        )
        #expect(judgement.figure(.failover, "p")?.verdict == .failed)
        #expect(
            judgement.reasons == [
                "failed: p was still down when the repair began, ≥ 350 ms after the disaster,"
                    + " budget 1m"
            ]
        )
    }

    @Test(
        "what would decide a figure is told where it isn't decided",
        arguments: [(200, .failed, ""), (300, .inconclusive, "; a later undo would decide")]
            as [(Int64, Verdict, String)]
    )
    func remedies(limit: Int64, verdict: Verdict, remedy: String) {
        let judgement = Judge.judge(
            plan([probe("p")], [fault("blackout", on: "a")], budgets: [budget(.failover, limit)]),
            Timeline(
                events: whole(Self.disaster, mending("blackout", on: "a", from: 1350, to: 1360)),
                samples: ["p": series(Self.up + "xxxggggggg")]
            )
        )
        let figure = judgement.figure(.failover, "p")
        #expect(figure?.verdict == verdict)
        #expect(figure?.note == "it went down or up again just as the repair began\(remedy)")
        #expect(figure?.remedy == nil)
    }

    @Test func whoOnlyCleaningUpBroughtBackDidNotFailOver() {
        let end =
            [at(1400, .phase(.undo))] + mending("blackout", on: "a", from: 1401, to: 1410)
        let judgement = Judge.judge(
            plan([probe("p")], [fault("blackout", on: "a")], budgets: [budget(.failover, 60_000)]),
            Timeline(
                events: whole(Self.disaster, end),
                samples: ["p": series(Self.up + "xxxxxggggg")]
            )
        )
        #expect(judgement.firstUndo == nil)
        #expect(judgement.figure(.failover, "p")?.verdict == .failed)
        #expect(judgement.figure(.restore, "p")?.amount.inMilliseconds == "[450, 602]")
        #expect(
            judgement.figure(.restore, "p")?.note
                == "counted from the disaster, as no step undid the fault"
        )
    }

    static let blip = breaking("blip", on: "b", from: 1100, to: 1150)

    struct Repair: CustomTestStringConvertible, Sendable {
        var name: String
        var faults: [PlannedFault]
        var events: [Event]
        var firstUndo: Int64?
        var inPlaceUntil: Int64?

        var testDescription: String { name }
    }

    static let repairs: [Repair] = [
        Repair(
            name: "another fault's own end is none",
            faults: [fault("blackout", on: "a"), fault("blip", on: "b", lasts: span(200))],
            events: lapsing("blip", on: "b", from: 1350, to: 1360)
                + mending("blackout", on: "a", from: 1800, to: 1810),
            firstUndo: 1800,
            inPlaceUntil: 1800
        ),
        Repair(
            name: "nor does it end what nothing repairs",
            faults: [fault("blackout", on: "a"), fault("blip", on: "b", lasts: span(200))],
            events: lapsing("blip", on: "b", from: 1350, to: 1360)
                + [at(1700, .phase(.undo))] + lapsing("blackout", on: "a", from: 1701, to: 1710),
            firstUndo: nil,
            inPlaceUntil: 1701
        ),
        Repair(
            name: "another fault that a step undoes is one",
            faults: [fault("blackout", on: "a"), fault("blip", on: "b")],
            events: mending("blip", on: "b", from: 1300, to: 1310)
                + mending("blackout", on: "a", from: 1800, to: 1810),
            firstUndo: 1300,
            inPlaceUntil: 1300
        ),
        Repair(
            name: "and just as well shortly before its own end",
            faults: [fault("blackout", on: "a"), fault("blip", on: "b", lasts: span(200))],
            events: mending("blip", on: "b", from: 1340, to: 1345),
            firstUndo: 1340,
            inPlaceUntil: 1340
        ),
        Repair(
            name: "the disaster's own end is one",
            faults: [fault("blackout", on: "a", lasts: span(200)), fault("blip", on: "b")],
            events: lapsing("blackout", on: "a", from: 1250, to: 1260),
            firstUndo: 1250,
            inPlaceUntil: 1250
        ),
        Repair(
            name: "what was never armed needs none",
            faults: [fault("blackout", on: "a"), fault("blip", on: "b"), fault("late", on: "c")],
            events: lapsing("late", on: "c", from: 1300, to: 1310),
            firstUndo: nil,
            inPlaceUntil: nil
        ),
        Repair(
            name: "what somebody heals after drill was killed is none",
            faults: [fault("blackout", on: "a"), fault("blip", on: "b")],
            events: lapsing("blackout", on: "a", from: 1800, to: 1810),
            firstUndo: nil,
            inPlaceUntil: 1800
        ),
    ]

    @Test(arguments: repairs) func firstUndo(_ repair: Repair) {
        let events = whole(Self.disaster, Self.blip, repair.events)
        let marks = Marks(plan([], repair.faults), events)
        #expect(marks.firstUndo == repair.firstUndo.map(ms))
        #expect(marks.inPlaceUntil == repair.inPlaceUntil.map(ms))
    }

    @Test func whatPrepareBrokeSetsNoMark() {
        let cut = breaking("cut", on: "db", from: 500, to: 510)
        let healed = mending("cut", on: "db", from: 1200, to: 1210)
        let faults = [fault("cut", on: "db", inPrepare: true), fault("blackout", on: "a")]
        let marks = Marks(plan([], faults), whole(cut, Self.disaster, healed))
        #expect(marks.disaster == ms(1000))
        #expect(marks.disasterDone == ms(1050))
        #expect(marks.firstUndo == nil)
    }

    @Test func declaredDisasterAndRepair() {
        let events = whole([at(1000, .disasterDeclared), at(2000, .repairDeclared)])
        let marks = Marks(plan([], method: [Step(.disaster), Step(.repaired)]), events)
        #expect(marks.disaster == ms(1000))
        #expect(marks.disasterDone == ms(1000))
        #expect(marks.firstUndo == ms(2000))
    }

    /// What is declared is the disaster, before a fault or after it: no fault's `for:` repairs it.
    @Test(arguments: [500, 1200] as [Int64])
    func aDeclaredDisasterIsNoFault(_ declared: Int64) {
        let step = FaultStep(id: "blackout", fault: "fail-region", target: Selector())
        let plan = plan(
            [],
            [fault("blackout", on: "a", lasts: span(400))],
            method: [Step(.fault(step)), Step(.parallel([Step(.disaster)]))]
        )
        #expect(plan.experiment.disasterStep == 1)
        let events = whole(
            [at(declared, .disasterDeclared)],
            Self.disaster,
            lapsing("blackout", on: "a", from: 1450, to: 1460)
        ).sorted { $0.at < $1.at }
        let marks = Marks(plan, events)
        #expect(marks.disaster == ms(declared))
        #expect(marks.disasterDone == ms(declared))
        #expect(marks.firstUndo == nil && marks.inPlaceUntil == nil)
        // Never declared: there is nothing to count from.
        #expect(Marks(plan, whole(Self.disaster)).disaster == nil)
    }

    @Test func aRunWithoutAFaultCountsFromTheFirstSample() {
        let judgement = Judge.judge(
            plan([probe("p")]),
            Timeline(events: whole([]), samples: ["p": series("gggg xx gggg")])
        )
        #expect(judgement.figures.map(\.name) == [.downtime, .availability])
        #expect(judgement.figure(.downtime, "p")?.amount.inMilliseconds == "[99, 302]")
        #expect(
            judgement.figure(.downtime, "p")?.note
                == "unseen ones, each below 102 ms, aren't counted"
        )
        guard case .share(let low?, _, let high?) = judgement.figure(.availability, "p")?.amount
        else {
            Issue.record("no availability")
            return
        }
        // Of 902 ms.
        #expect(abs(low - (1 - 302.0 / 902)) < 0.2 && abs(high - (1 - 99.0 / 902)) < 1e-6)
    }

    /// Two outages of 300 ms fit between looks at this pace, and as many more as one likes.
    @Test func whatFallsBetweenTwoLooksIsNotSummedUp() {
        let judgement = Judge.judge(
            plan([probe("p", every: 500)], budgets: [budget(.downtime, 550)]),
            Timeline(events: whole([]), samples: ["p": series("gggggggg", every: 500)])
        )
        let figure = judgement.figure(.downtime, "p")
        #expect(figure?.amount.inMilliseconds == "[0, 502]")
        #expect(figure?.note?.hasSuffix("502 ms; shorter outages aren't summed up") == true)
    }

    struct Detection: CustomTestStringConvertible, Sendable {
        var name: String
        var samples: [Sample]
        var steadyAt: Int64?
        var detect: String
        var kind: Probe.Kind = .sql(SQLLook(url: "postgresql://db", query: "", condition: .anyRow))
        var verdict = Verdict.passed

        var testDescription: String { name }
    }

    static let quiet = (0...10).map { sample($0 * 100, .bad(.body, "UP"), took: 30) }

    private static func up(from: Int64, to: Int64) -> [Sample] {
        stride(from: from, through: to, by: 100).map { sample($0, .bad(.body, "UP"), took: 30) }
    }

    static let detections: [Detection] = [
        Detection(
            name: "fires",
            samples: quiet + [sample(1100, .bad(.body, "UP"), took: 30)]
                + [sample(1200, took: 30), sample(1300, took: 30)],
            detect: "[50, 230]"
        ),
        Detection(
            name: "fires at once: the look was under way",
            samples: quiet.dropLast() + [sample(990, took: 40)],
            detect: "[0, 30]",
            verdict: .inconclusive
        ),
        Detection(
            name: "fires at once, and was quiet long before it",
            samples: [sample(900, .bad(.body, "UP"), took: 30), sample(1010, took: 70)],
            detect: "[0, 80]"
        ),
        Detection(
            name: "a look without an answer isn't quiet",
            samples: quiet
                + [sample(1100, .bad(.timeout, ""), took: 50), sample(1200, took: 30)],
            detect: "[0, 230]"
        ),
        Detection(
            name: "blind looks widen",
            samples: quiet + series("bbb", from: 1100) + [sample(1400, took: 30)],
            detect: "[0, 430]"
        ),
        Detection(
            name: "an error of the database isn't quiet",
            samples: quiet + [sample(1100, .bad(.status, "FATAL 57P03"), took: 30)]
                + [sample(1200, took: 30)],
            detect: "[0, 230]"
        ),
        Detection(
            name: "another status is quiet where the status is the condition",
            samples: quiet + [sample(1100, .bad(.status, "503"), took: 30)]
                + [sample(1200, took: 30)],
            detect: "[50, 230]",
            kind: .http(HTTPLook(url: "http://it/", statuses: [200]))
        ),
        Detection(
            name: "another status isn't quiet where the body is the condition",
            samples: quiet + [sample(1100, .bad(.status, "502"), took: 30)]
                + [sample(1200, took: 30)],
            detect: "[0, 230]",
            kind: .http(HTTPLook(url: "http://it/", match: "DOWN"))
        ),
        Detection(
            name: "another exit code isn't quiet where the output is the condition",
            samples: quiet + [sample(1100, .bad(.status, "exit code 1"), took: 30)]
                + [sample(1200, took: 30)],
            detect: "[0, 230]",
            kind: .command(CommandLook(command: .shell("look"), match: "DOWN"))
        ),
        Detection(
            name: "never fires",
            samples: quiet + up(from: 1100, to: 5000),
            detect: "[3950, ?]",
            verdict: .failed
        ),
        Detection(
            name: "never fires, and can't: no answer is no promise missed",
            samples: quiet.dropLast()
                + (0...40).map { sample(1000 + $0 * 100, .bad(.status, "FATAL 28P01"), took: 30) },
            detect: "[0, ?]",
            verdict: .inconclusive
        ),
        Detection(
            name: "one look without an answer hides no more than the pace does",
            samples: quiet + [sample(1100, .bad(.timeout, ""), took: 50)] + up(from: 1200, to: 1500)
                + [sample(1600, took: 30)],
            detect: "[450, 630]"
        ),
        Detection(
            name: "while several had none it may have fired and come to rest",
            samples: quiet + series("bbbbb", from: 1100) + up(from: 1600, to: 2000)
                + [sample(2100, took: 30)],
            detect: "[0, 1130]",
            verdict: .inconclusive
        ),
        Detection(
            name: "never fires in what was seen",
            samples: quiet + up(from: 1100, to: 1500) + series("bbbbb", from: 1600)
                + up(from: 2100, to: 5000),
            detect: "[450, ?]",
            verdict: .inconclusive
        ),
        Detection(
            name: "fired before the disaster",
            samples: [sample(500)] + quiet,
            detect: "[?, ?]",
            verdict: .inconclusive
        ),
        // Steady from 300 on, held at 600.
        Detection(
            name: "fired while the steady state was waited for",
            samples: [sample(200, took: 30)] + quiet
                + [sample(1100, .bad(.body, "UP"), took: 30), sample(1200, took: 30)],
            steadyAt: 600,
            detect: "[50, 230]"
        ),
    ]

    @Test(arguments: detections) func detect(_ detection: Detection) {
        var alarm = probe("alarm", .detection)
        alarm.kind = detection.kind
        let judgement = Judge.judge(
            plan(
                [alarm],
                [fault("blackout", on: "a")],
                budgets: [budget(.detect, 1000)]
            ),
            Timeline(
                events: whole(
                    Self.disaster,
                    mending("blackout", on: "a", from: 6000, to: 6001),
                    steadyAt: detection.steadyAt ?? 300
                ),
                samples: ["alarm": detection.samples]
            )
        )
        let figure = judgement.figure(.detect, "alarm")
        #expect(figure?.amount.inMilliseconds == detection.detect)
        #expect(figure?.verdict == detection.verdict)
        #expect(detection.verdict != .inconclusive || figure?.note != nil)
    }

    @Test func nothingIsRestoredThatNobodySawAfterItWasUndone() {
        let judgement = Judge.judge(
            plan(
                [probe("shop")],
                [fault("blackout", on: "a")],
                budgets: [budget(.restore, 500)]
            ),
            // Killed, with its service up all the time; its guardian undid.
            Timeline(
                events: Self.disaster + [
                    at(1400, .controllerDied(guardian: 4711)),
                    at(1500, .undoing(fault: "blackout", why: "drill died")),
                    at(1510, .undone(fault: "blackout", failedHosts: [])),
                ],
                samples: ["shop": series(Self.up + "ggg")]
            )
        )
        let restore = judgement.figure(.restore, "shop")
        #expect(restore?.verdict == .inconclusive)
        #expect(restore?.note?.contains("never looked at after") == true, "\(restore as Any)")
    }

    @Test func restoreIsTheSlowestProbe() {
        let judgement = Judge.judge(
            plan(
                [probe("shop"), probe("replicas", .redundancy)],
                [fault("blackout", on: "a")],
                budgets: [budget(.restore, 500)]
            ),
            Timeline(
                events: whole(Self.disaster, mending("blackout", on: "a", from: 1500, to: 1510)),
                samples: [
                    "shop": series(Self.up + "xx" + "gggggggggggg"),
                    "replicas": series(Self.up + "eeeeeeeeee" + "gggg"),
                ]
            )
        )
        #expect(judgement.figure(.restore, "shop")?.amount.inMilliseconds == "[0, 102]")
        #expect(judgement.figure(.restore, "shop")?.verdict == .passed)
        #expect(judgement.figure(.restore, "replicas")?.amount.inMilliseconds == "[500, 602]")
        #expect(judgement.figure(.restore, "replicas")?.verdict == .inconclusive)
        #expect(judgement.figure(.restore)?.amount.inMilliseconds == "[500, 602]")
        #expect(judgement.verdict == .inconclusive)
        #expect(
            judgement.reasons.count == 1,
            "the figure over all repeats the slowest: once is enough"
        )
    }
}
