import Testing

@testable import DrillModel

/// A literal series and the outages in it, in milliseconds.
///
/// The baseline answers in 2 ms, so that `late` is its least, 20 ms.
@Suite struct OutageTests {
    struct History: CustomTestStringConvertible, Sendable {
        var name: String
        var samples: [Sample]
        var outages: [String]
        var upAfter = 3

        var testDescription: String { name }
    }

    static let histories: [History] = [
        History(name: "nothing looked", samples: [], outages: []),
        History(name: "never failed", samples: series("ggggg"), outages: []),
        History(
            name: "refused and back",
            samples: series("gggg xxx gggg"),
            outages: ["(300, 401] (600, 702]"]
        ),
        History(
            name: "one error",
            samples: series("gggg e gggg"),
            outages: ["(300, 405] (400, 502]"]
        ),
        History(
            name: "bad from the first look on",
            samples: series("xxx gggg"),
            outages: ["(0, 1] (200, 302]"]
        ),
        History(
            name: "blind at first, then bad",
            samples: series("bb xx gggg"),
            outages: ["(0, 201] (300, 402]"]
        ),
        History(name: "ends while down", samples: series("gggg xx"), outages: ["(300, 401] open"]),
        History(
            name: "too few good ones at the end",
            samples: series("gggg xx gg"),
            outages: ["(300, 401] open"]
        ),
        History(
            name: "too few good ones in between",
            samples: series("gggg x gg x ggg"),
            outages: ["(300, 401] (700, 802]"]
        ),
        History(
            name: "up after one",
            samples: series("gggg x g x ggg"),
            outages: ["(300, 401] (400, 502]", "(500, 601] (600, 702]"],
            upAfter: 1
        ),
        History(
            name: "two outages",
            samples: series("gggg x ggg xx ggg"),
            outages: ["(300, 401] (400, 502]", "(700, 801] (900, 1002]"]
        ),
        History(
            name: "unsent ones widen",
            samples: series("gggg -- xx -- ggg"),
            outages: ["(300, 601] (700, 1002]"]
        ),
        History(
            name: "blind ones widen",
            samples: series("gggg b x bbb ggg"),
            outages: ["(300, 501] (500, 902]"]
        ),
        History(
            name: "unsent ones don't end a streak",
            samples: series("gggg x g-g-g"),
            outages: ["(300, 401] (400, 502]"]
        ),
        History(
            name: "a hang shows by when the next look is sent, and a healthy answer's time",
            samples: series("gggg hhh gggg"),
            outages: ["(300, 504] (600, 702]"]
        ),
        History(
            // Nothing was answered in (1250, 2150], and each look is told at its end. Answers had been slow:
            // that it took long shows nothing before.
            name: "a hang of kept connections that all end at once",
            samples: series("gggg llll ggggg")
                + (13...21).map { sample($0 * 100, .bad(.reset, "reset"), took: 2150 - $0 * 100) }
                + series("gggg", from: 2200),
            outages: ["(1200, 2150] (2100, 2202]"]
        ),
        History(
            name: "a hang that refuses later",
            samples: series("gggg h xx gggg"),
            outages: ["(300, 501] (600, 702]"]
        ),
        History(
            name: "a refusal seen while an earlier one still hangs",
            samples: series("gggg") + [
                sample(400, .bad(.timeout, ""), took: 1000),
                sample(410, .bad(.refused, ""), took: 1),
            ] + series("ggg", from: 500),
            outages: ["(300, 411] (410, 502]"]
        ),
        // The hang lets go at 2010: what was sent within the last second is answered, and good. Of the
        // one sent at 1900 it is sure that it hung, and not the controller, which was awake at 2000.
        History(
            name: "a hang that lets go",
            samples: series("gggg hhhhhhh")
                + stride(from: Int64(1100), to: 2100, by: 100).map { sample($0, took: 2012 - $0) }
                + series("ggg", from: 2100),
            outages: ["(300, 504] (1900, 2012]"]
        ),
        // The link is back at 2010, but a lost SYN is sent again only a second after the first: what
        // comes of those says nothing about the end, and what is sent after it is quick.
        History(
            name: "retransmissions after a partition",
            samples: series("gggg hhhhhhh")
                + stride(from: Int64(1100), to: 2100, by: 100).map { sample($0, took: 1002) }
                + series("ggg", from: 2100),
            outages: ["(300, 504] (1900, 2102]"]
        ),
        // Slow answers are as late after the end as before it.
        History(
            name: "slow, and the last slow answer comes long after the end",
            samples: series("gggg")
                + [400, 500, 600].map { sample($0, .bad(.slow, "500ms"), took: 500) }
                + series("gggg", from: 700),
            outages: ["(300, 504] (600, 702]"]
        ),
        // The service answers slowly at first; what it refused ended by then.
        History(
            name: "back, and slow at first",
            samples: series("gggg xx") + [sample(600, took: 90)] + series("ggg", from: 700),
            outages: ["(300, 401] (500, 690]"]
        ),
        History(
            name: "a good one sent before a bad one and done after it",
            samples: series("ggg") + [sample(300, took: 150)] + series("xx ggg", from: 400),
            outages: ["(300, 401] (500, 602]"]
        ),
        History(
            name: "late samples are placed by sent, not by due",
            samples: series("gggg") + [sample(460, .bad(.refused, ""), took: 1, due: 400)]
                + [sample(560, took: 2, due: 500)] + series("ggg", from: 600),
            outages: ["(300, 461] (460, 562]"]
        ),
        // Nothing went out between 400 and 450: the controller stood still, and what is not answered
        // by 420 may have left as late as it.
        History(
            name: "a controller that stands still widens late",
            samples: series("gggg")
                + [
                    sample(400, .bad(.timeout, ""), took: 1000),
                    sample(450, .bad(.timeout, ""), took: 1000, due: 410),
                ] + series("ggg", from: 500),
            outages: ["(300, 460] (450, 502]"]
        ),
    ]

    @Test(arguments: histories) func outages(_ history: History) {
        let probe = probe("p", upAfter: history.upAfter)
        let found = Outages(history.samples, of: probe, steady: ms(0)...ms(300))
        #expect(found.list.map(\.inMilliseconds) == history.outages)
    }

    /// One outage, not two: a request that takes long is killed in flight, and those sent after it
    /// were answered before the service went down.
    @Test func killedInFlight() {
        let baseline = [0, 100, 200, 300].map { sample($0, took: 250) }
        let samples =
            baseline + [sample(400, .bad(.reset, ""), took: 301)]
            + [500, 520, 540, 560].map { sample($0) }
            + [sample(600, .bad(.reset, ""), took: 101), sample(700, .bad(.refused, ""), took: 1)]
            + series("gggg", from: 800)
        let found = Outages(samples, of: probe("p"), steady: ms(0)...ms(300))
        #expect(found.list.map(\.inMilliseconds) == ["(300, 701] (700, 802]"])
    }

    /// At the usual pace a hang is placed within a spacing and `late`, whatever the timeout.
    @Test func aHangThatLetsGoIsNarrowAtTheUsualPace() {
        var probe = probe("p", every: 20)
        probe.timeout = span(1000)
        let samples = stride(from: Int64(0), to: 4000, by: 20).map { sent in
            // Down in [1005, 2995).
            let isHung = sent + 1 >= 1005 && sent < 2995
            if !isHung { return sample(sent, number: Int(sent / 20)) }
            if 2995 - sent > 1000 {
                return sample(sent, .bad(.timeout, ""), took: 1000, number: Int(sent / 20))
            }
            return sample(sent, took: 2997 - sent, number: Int(sent / 20))
        }
        let found = Outages(samples, of: probe, steady: ms(0)...ms(300))
        #expect(found.list.map(\.inMilliseconds) == ["(1000, 1044] (2960, 2997]"])
        #expect(found.list.first?.endedBest == ms(2995))
    }

    /// Slower, and still good, before it goes down: what a healthy service takes is what it took just then.
    @Test(arguments: [Outcome.Failure.timeout, .refused, .status])
    func slowBeforeItGoesDown(_ failure: Outcome.Failure) {
        // Down from 2000 on; from 1500 on an answer takes 150.
        let samples = stride(from: Int64(0), to: 3000, by: 20).map { sent in
            let latency: Int64 = sent < 1500 ? 2 : 150
            let isGood = sent + latency < 2000
            let took = isGood ? latency : failure == .timeout ? 1000 : latency + 5
            return sample(sent, isGood ? .good : .bad(failure, ""), took: took)
        }
        let found = Outages(samples, of: probe("p", every: 20), steady: ms(0)...ms(300))
        // Five times 150 after the first bad look, or its own answer.
        let high: Int64 = failure == .timeout ? 1860 + 750 : 1860 + 155
        #expect(found.list.map(\.inMilliseconds) == ["(1840, \(high)] open"])
    }

    /// What the outage before held up tells nothing of how fast the service was after it, and where nothing
    /// does, a hang shows at its end.
    @Test func aHangAgain() {
        let again = [
            sample(700, .bad(.timeout, ""), took: 1000),
            sample(800, .bad(.timeout, ""), took: 1000),
        ]
        func found(_ upAfter: Int, _ before: [Sample]) -> [String] {
            let samples = series("gggg") + before + again + series("gggg", from: 900)
            return Outages(samples, of: probe("p", upAfter: upAfter), steady: ms(0)...ms(300)).list
                .map(\.inMilliseconds)
        }
        let released = [400, 500].map { sample($0, .bad(.slow, ""), took: 602 - $0) }
        #expect(
            found(1, released + [sample(600)])
                == ["(300, 504] (500, 602]", "(600, 1700] (800, 902]"]
        )
        #expect(
            found(2, [sample(400, .bad(.refused, ""), took: 1), sample(500), sample(600)])
                == ["(300, 401] (400, 502]", "(600, 804] (800, 902]"]
        )
    }

    /// Between connecting and writing the controller may stand still, and no sample be due to show it.
    @Test func aStandstillBetweenTwoLooks() {
        // Down from 480 on. The one sent at 400 leaves at 490, when nobody answers any more.
        let found = Outages(
            series("gggg") + series("hh", from: 400) + series("gggg", from: 600),
            of: probe("p"),
            steady: ms(0)...ms(300)
        )
        #expect(found.list.allSatisfy { $0.beganLow <= ms(480) && ms(480) <= $0.beganHigh })
    }

    @Test func withoutABaselineAHangShowsWhenItsTimeIsUp() {
        let found = Outages(series("gg hh ggg"), of: probe("p"), steady: nil)
        #expect(found.list.map(\.inMilliseconds) == ["(100, 1200] (300, 402]"])
    }

    @Test func lateIsFiveTimesTheSlowestAnswerOfTheSteadyPhase() {
        let samples = series("gg") + [sample(200, took: 9)] + [sample(300, took: 400)]
        let looks = Looks(samples)
        #expect(Baseline(looks, steady: ms(0)...ms(200)).late == span(45))
        #expect(Baseline(looks, steady: ms(0)...ms(100)).late == span(20))
        #expect(Baseline(looks, steady: nil).late == nil)
    }

    @Test func bestIsBetweenTheLastOfOneAndTheFirstOfTheOther() {
        let found = Outages(series("gggg hhh gggg"), of: probe("p"), steady: ms(0)...ms(300))
        #expect(found.list.first?.beganBest == ms(350))
        #expect(found.list.first?.endedBest == ms(650))
    }

    @Test func failuresAreCounted() {
        let found = Outages(series("gggg xxe gggg"), of: probe("p"), steady: nil)
        #expect(found.list.first?.failures == ["refused": 2, "status": 1])
    }

    @Test func resolutionIsTheLongestGap() {
        let even = Outages(series("gggg"), of: probe("p"), steady: nil)
        #expect(even.resolution(from: nil, to: nil) == span(102))
        let gap = Outages(series("gg--gg"), of: probe("p"), steady: nil)
        #expect(gap.resolution(from: nil, to: nil) == span(302))
        #expect(gap.unseenUp == [Outages.Stretch(from: ms(100), to: ms(402))])
        #expect(gap.resolution(from: ms(410), to: nil) == span(102))
        #expect(Unseen.note(gap.unseenUp).hasSuffix("(samples unsent, blind or missing)"))
        #expect(
            Unseen.remedy(gap.unseenUp) == "a probe that can look all the time would decide"
        )
        // What was looked for and isn't there: the end of the series was lost.
        let cut = Outages(series("gggg"), of: probe("p"), steady: nil, watched: ms(2000))
        #expect(cut.unseenUp == [Outages.Stretch(from: ms(300), to: ms(2000))])
        #expect(cut.resolution(from: nil, to: nil) == span(1700))
        let whole = Outages(series("gggg"), of: probe("p"), steady: nil, watched: ms(500))
        #expect(whole.unseenUp.isEmpty)
        let none = Outages(series("-b-"), of: probe("p"), steady: nil)
        #expect(none.resolution(from: nil, to: nil) != nil)
    }
}

/// A series that lacks its end (the disk was full): whatever it doesn't tell may have been until looking ended.
@Suite struct LostEndTests {
    private func downtime(_ looks: String, _ ends: [Event]) -> String? {
        let events = whole(
            breaking("cut", on: "a", from: 401, to: 410),
            mending("cut", on: "a", from: 900, to: 910),
            [at(1000, .phase(.undo)), at(1001, .phase(.lookOn))] + ends,
            end: 27_000
        )
        let plan = plan([probe("shop")], [fault("cut", on: "a")])
        let judgement = Judge.judge(
            plan,
            Timeline(events: events, samples: ["shop": series(looks)])
        )
        return judgement.figure(.downtime, "shop")?.amount.inMilliseconds
    }

    /// All is undone at 1,001: a run that was killed then doesn't tell how long it looked on.
    @Test(
        "to the end of looking, not to the last sample",
        arguments: [
            ("ggggg", "[0, 601]", "[0, ?]"),
            ("ggggg xxx", "[199, ?]", "[199, ?]"),
            ("ggggg xx ggg", "[99, 301]", "[99, ?]"),
        ]
    )
    func untilLookingEnds(looks: String, killed: String, ended: String) {
        #expect(downtime(looks, []) == killed)
        #expect(downtime(looks, [at(25_000, .lookingEnds)]) == ended)
    }
}

/// Looks that were all sent, and some of them late.
@Suite struct LateLookTests {
    private static let late = [
        sample(0), sample(100), sample(400, due: 200), sample(401, due: 300), sample(402, due: 400),
        sample(500),
    ]

    @Test func areNotSaidToBeMissing() {
        let found = Outages(Self.late, of: probe("p"), steady: nil)
        let stretch = Outages.Stretch(from: ms(100), to: ms(402), late: span(200))
        #expect(found.unseenUp == [stretch])
        #expect(
            Unseen.note(found.unseenUp)
                == "nothing was seen for 302 ms: looks were sent up to 200 ms late,"
                + " since drill's own machine was busy"
        )
        #expect(
            Unseen.remedy(found.unseenUp)
                == "running drill on a machine that has less else to do would decide"
        )
    }

    @Test func areToldBesideWhatIsMissing() {
        let both = Self.late + [sample(600, .unsent), sample(700, .unsent), sample(800)]
        let found = Outages(both, of: probe("p"), steady: nil)
        #expect(found.unseenUp.map(\.late) == [span(200), nil])
        #expect(
            Unseen.note(found.unseenUp)
                == "nothing was seen for 604 ms (samples unsent, blind or missing;"
                + " looks were sent up to 200 ms late, since drill's own machine was busy)"
        )
    }
}

extension Outage {
    fileprivate var inMilliseconds: String {
        func text(_ instant: Instant) -> String { "\(instant.ns / 1_000_000)" }
        let began = "(\(text(beganLow)), \(text(beganHigh))]"
        guard let endedLow, let endedHigh else { return "\(began) open" }
        return "\(began) (\(text(endedLow)), \(text(endedHigh))]"
    }
}
