import DrillModel
import DrillReport
import Testing

/// A specimen's events, samples and writes in the order in which a run would tell of them.
struct Replay {
    enum Item {
        case event(Event)
        case sample(Sample, String)
        case write(LedgerWrite, String)
    }

    let items: [(at: Instant, item: Item)]

    init(_ timeline: Timeline) {
        var items: [(at: Instant, item: Item)] = timeline.events.map { ($0.at, .event($0)) }
        for (probe, samples) in timeline.samples {
            items += samples.map { ($0.done ?? $0.due, .sample($0, probe)) }
        }
        for (probe, writes) in timeline.ledgers {
            for write in writes {
                var first = write
                first.copies = nil
                items.append((write.done ?? write.due + .seconds(1), .write(first, probe)))
                items.append((Specimen.at(75_800), .write(write, probe)))
            }
        }
        self.items = items.sorted { $0.at < $1.at }
    }
}

extension LiveView {
    mutating func take(_ item: Replay.Item) {
        switch item {
        case .event(let event): take(event)
        case .sample(let sample, let probe): take(sample, of: probe)
        case .write(let write, let probe): take(write, of: probe)
        }
    }
}

@Suite struct LiveViewTests {
    /// Frames of the whole run, half a second apart.
    private func frames(width: Int, height: Int = .max, colour: Bool = false) -> [[String]] {
        let specimen = Specimen()
        var view = LiveView(plan: specimen.plan)
        var frames: [[String]] = []
        var next = Specimen.start
        for (at, item) in Replay(specimen.timeline).items {
            while next <= at {
                frames.append(view.lines(now: next, width: width, height: height, colour: colour))
                next = next + .milliseconds(500)
            }
            view.take(item)
        }
        return frames
    }

    @Test(arguments: [80, 100, 120])
    func everyFrameFitsAndHasAsManyLines(_ width: Int) {
        let frames = frames(width: width)
        #expect(frames.count > 200)
        for frame in frames {
            #expect(frame.count == 12)
            for line in frame {
                #expect(Plain.width(line) <= width, "\(line)")
                #expect(!line.contains("\u{1B}"))
            }
        }
    }

    @Test func coloursChangeNoColumn() {
        for (plain, coloured) in zip(frames(width: 80), frames(width: 80, colour: true)) {
            for (a, b) in zip(plain, coloured) {
                let bare = b.replacing(#/\u{1B}\[[0-9;]*m/#, with: "")
                #expect(a == bare.replacing(#/ +$/#, with: ""))
            }
        }
    }

    @Test func lowTerminalShowsWhatIsDownAndCountsTheRest() throws {
        let frames = frames(width: 80, height: 12)
        #expect(frames.allSatisfy { $0.count == 10 })
        let down = try #require(frames.first { $0.contains { $0.contains("DOWN") } })
        #expect(down.contains { $0.contains("more probes") })
    }

    @Test func aFrameDuringTheOutageSaysWhatIsBroken() throws {
        let frame = try #require(
            frames(width: 120).first { $0[0].contains("T0+12.5s") }
        )
        #expect(frame[0].contains("region-loss 7f3a  seed 42"))
        #expect(frame[0].contains("step 3/6   ^C = undo all"))
        #expect(
            frame[1].hasPrefix(
                "BROKEN NOW  blackout: us-east-1, 5 of 11 hosts, proven 5/5 at +0.83s"
            )
        )
        #expect(frame[1].contains("guardian alive"))
        #expect(frame[3].contains("DOWN status") && frame[3].contains("downtime ≥ 12.4"))
        #expect(frame[4].contains("FIRED") && frame[4].contains("detect 5.44–5.83 s"))
        #expect(frame[5].contains("1000 acknowledged 620 refused 5 indeterminate"))
        #expect(frame[8].hasPrefix("RUNBOOK  1/3 promote the standby  6.5"))
        #expect(frame[9].contains("blast radius 45 of 60%"))
    }

    /// The outage is from 60 ms to 15.1 s, the repair's from 61.2 s to 61.7 s; the figure and the budget.
    @Test(
        "a service's row is about the budget of which least is left",
        arguments: [
            ([], 12_500, "downtime ≥ 12.4", " so far"),
            ([(.failover, 13)], 12_500, "failover ≥ 12.1", "13s ███████▍ 0.8"),
            ([(.failover, 11)], 12_500, "failover ≥ 12.1", "11s ████████ over by 1.1"),
            ([(.downtime, 60), (.rto, 13)], 12_500, "rto ≥ 12.1", "13s "),
            ([(.downtime, 12), (.rto, 60)], 12_500, "downtime ≥ 12.4", "12s "),
            ([(.failover, 20)], 20_000, "failover 14.7", "20s met so far"),
            ([(.failover, 60), (.restore, 60)], 61_500, "restore ≥ ", "1m "),
        ] as [([(FigureName, Int64)], Int64, String, String)]
    )
    func tightest(
        budgets: [(FigureName, Int64)],
        ms: Int64,
        figure: String,
        budget: String
    ) throws {
        let specimen = Specimen()
        var plan = specimen.plan
        plan.experiment.budgets = budgets.map {
            Budget(figure: $0.0, limit: .atMost(.seconds($0.1)))
        }
        var view = LiveView(plan: plan)
        for (at, item) in Replay(specimen.timeline).items where at <= Specimen.at(ms) {
            view.take(item)
        }
        let lines = view.lines(now: Specimen.at(ms), width: 120, colour: false)
        let row = try #require(lines.first { $0.hasPrefix("storefront") })
        #expect(row.contains(figure) && row.contains(budget), "\(row)")
    }

    /// Down until drill's own undo at the run's end, 7 s after T0.
    @Test(
        "what only the end's undo brought back didn't fail over, as the judge has it",
        arguments: [
            (.failover, "downtime 6.99"), (.rto, "rto 7.05"), (.restore, "restore 7.05"),
        ] as [(FigureName, String)]
    )
    func broughtBackByTheEnd(promised: FigureName, figure: String) throws {
        let specimen = Specimen()
        var plan = specimen.plan
        plan.experiment.budgets = [Budget(figure: promised, limit: .atMost(.seconds(60)))]
        var timeline = Timeline(events: [
            Event(at: Specimen.disaster, .injecting(fault: "blackout")),
            Event(at: Specimen.disaster, .injected(fault: "blackout", failedHosts: [])),
            Event(at: Specimen.at(7000), .phase(.undo)),
            Event(at: Specimen.at(7001), .undoing(fault: "blackout", why: "the run ends")),
        ])
        timeline.samples[specimen.storefront] = (-10...90).map { number in
            let sent = Specimen.at(Int64(number) * 100 + 50)
            let isUp = number < 0 || number > 70
            return Sample(
                number: number + 10,
                due: sent,
                sent: sent,
                done: sent + .milliseconds(2),
                outcome: isUp ? .good : .bad(.refused, "connection refused")
            )
        }
        var view = LiveView(plan: plan)
        for (_, item) in Replay(timeline).items { view.take(item) }
        let lines = view.lines(now: Specimen.at(9500), width: 120, colour: false)
        let row = try #require(lines.first { $0.hasPrefix("storefront") })
        #expect(row.contains(figure) && !row.contains("failover"), "\(row)")
    }

    @Test("what it waits for before the disaster is told, and nothing of it afterwards")
    func heldBack() {
        var view = LiveView(plan: Specimen().plan)
        func now(_ ms: Int64) -> String {
            view.lines(now: Specimen.at(ms), width: 80, colour: false)
                .first { $0.hasPrefix("NOW") } ?? ""
        }
        view.take(Event(at: Specimen.at(-5000), .phase(.method)))
        view.take(
            Event(at: Specimen.at(-4200), .jitter(wait: .milliseconds(4200), most: .seconds(5)))
        )
        #expect(now(-3200) == "NOW      waits 4.20 s of jitter before the disaster  1.00s")
        view.take(Event(at: Specimen.at(0), .stepStarted(step: "method.1", title: "kill it")))
        #expect(now(500) == "NOW      kill it  0.50s")
    }

    @Test(
        "a ledger's row says what is promised of it, in as many words as fit",
        arguments: [
            (80, [], false, "rpo: after read-back"), (80, [.rpo], false, "rpo ≤ 5s: later"),
            (80, [.rpo, .lost], false, "rpo ≤ 5s, lost ≤ 3"),
            (120, [.rpo, .lost], false, "rpo ≤ 5s, lost ≤ 3 writes: later"),
            (160, [.rpo, .lost], false, "rpo ≤ 5s, lost ≤ 3 writes: after read-back"),
            (80, [.rpo], true, "behind ≤ 40 ms"),
            (160, [.rpo], true, "behind up to 40 ms so far; rpo ≤ 5s: after read-back"),
        ] as [(Int, [FigureName], Bool, String)]
    )
    func ledgerRow(_ width: Int, _ figures: [FigureName], _ isBehind: Bool, _ words: String) throws
    {
        var plan = Specimen().plan
        plan.experiment.budgets = figures.map {
            Budget(figure: $0, limit: $0 == .rpo ? .atMost(.seconds(5)) : .atMostCount(3))
        }
        var view = LiveView(plan: plan)
        if isBehind {
            let write = LedgerWrite(
                number: 1,
                due: Specimen.at(0),
                sent: Specimen.at(0),
                done: Specimen.at(10),
                answer: .acknowledged
            )
            view.take(write, of: "orders")
            view.take(
                LedgerRead(
                    number: 0,
                    place: 1,
                    due: Specimen.at(50),
                    sent: Specimen.at(50),
                    done: Specimen.at(55),
                    asked: [1...1],
                    missing: [1...1]
                ),
                of: "orders"
            )
        }
        let lines = view.lines(now: Specimen.at(100), width: width, colour: false)
        let row = try #require(lines.first { $0.hasPrefix("orders") })
        #expect(row.hasSuffix(words), "\(row)")
    }

    @Test func endOfTheRunShowsAllUndone() throws {
        let frame = try #require(frames(width: 120).last)
        #expect(frame[1].hasPrefix("ALL UNDONE  blackout: us-east-1, 5 of 11 hosts, as before 5/5"))
        #expect(frame[6].contains("restore 34.18–34.21 s"))
    }

    /// Only a step's undo or the disaster's own end starts `restore`; `longest` counts from the method.
    @Test func marksAreTheJudges() throws {
        let specimen = Specimen()
        var plan = specimen.plan
        var blip = try #require(plan.faults.first)
        blip.id = "blip"
        blip.lasts = .seconds(5)
        plan.faults.append(blip)
        let begin = [
            Event(at: Specimen.start, .started(specimen.start)),
            Event(at: Specimen.start + .seconds(7), .steadyHeld),
            Event(at: Specimen.start + .seconds(10), .phase(.method)),
            Event(at: Specimen.disaster, .injecting(fault: "blackout")),
            Event(at: Specimen.at(351), .injected(fault: "blackout", failedHosts: [])),
            Event(at: Specimen.at(400), .injecting(fault: "blip")),
            Event(at: Specimen.at(500), .injected(fault: "blip", failedHosts: [])),
            Event(at: Specimen.at(5500), .undoing(fault: "blip", why: "it was to last 5s")),
        ]
        let end = [
            Event(at: Specimen.at(9000), .phase(.undo)),
            Event(at: Specimen.at(9001), .undoing(fault: "blackout", why: "the run ends")),
        ]
        var view = LiveView(plan: plan)
        for event in begin { view.take(event) }
        func line(_ word: String) -> String {
            view.lines(now: Specimen.at(8000), width: 120, colour: false)
                .first { $0.contains(word) } ?? ""
        }
        #expect(line("replicas").contains("restore: after undo"))
        #expect(line("GUARDS").contains("longest 14m42s left"))
        for event in end { view.take(event) }
        #expect(view.progress.firstUndo == Marks(plan, begin + end).firstUndo)
        #expect(line("replicas").contains("restore ≥ 7.6"), "from the disaster: no step undid it")
        #expect(line("GUARDS").contains("longest 15m"))
    }

    @Test func aDeclaredDisasterIsTheOneThatCounts() {
        var plan = Specimen().plan
        plan.experiment.method.append(Step(.disaster))
        var view = LiveView(plan: plan)
        view.take(Event(at: Specimen.disaster, .injecting(fault: "blackout")))
        #expect(view.progress.disaster == nil)
        view.take(Event(at: Specimen.at(500), .disasterDeclared))
        #expect(view.progress.disaster == Specimen.at(500))
    }

    @Test func redrawGoesBackByThatManyLines() {
        let text = TerminalFrame.redraw(["a", "b"], over: 2)
        #expect(text == "\r\u{1B}[2Aa\u{1B}[K\nb\u{1B}[K\n\u{1B}[J")
        #expect(TerminalFrame.redraw(["a"], over: 0) == "\ra\u{1B}[K\n\u{1B}[J")
    }
}

@Suite struct ProbeTrackTests {
    /// Arrival in any order that time-outs can bring about ends in the same course.
    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func lateArrivalsDoNotChangeTheCourse(_ seed: UInt64) {
        var dice = Dice(seed: seed)
        let probe = Probe(
            name: "p",
            kind: .tcp(TCPLook(address: "a", port: 1)),
            every: .milliseconds(20)
        )
        var isUp = true
        let samples = (0..<2000).map { number -> Sample in
            if dice.next() % 40 == 0 { isUp.toggle() }
            let sent = Instant(ns: Int64(number) * 20_000_000)
            let took = isUp ? Int64(dice.next() % 9) : Int64(dice.next() % 1000)
            return Sample(
                number: number,
                due: sent,
                sent: sent,
                done: sent + .milliseconds(took),
                outcome: isUp ? .good : .bad(.timeout, "")
            )
        }
        var inOrder = Course(upAfter: 3)
        for sample in samples { inOrder.take(sample) }
        var track = ProbeTrack(probe)
        let arrived = samples.sorted { ($0.done ?? $0.due) < ($1.done ?? $1.due) }
        for sample in arrived { track.take(sample) }
        #expect(track.course == inOrder, "seed \(seed)")
        #expect(inOrder.outages > 3)
        #expect(inOrder.countedLow <= inOrder.countedHigh)
    }

    /// The specimen's service is down from 60 ms to 15.09 s after T0, at first hanging.
    @Test func hangingOutageContainsTheTruth() throws {
        let specimen = Specimen()
        var track = ProbeTrack(specimen.probes[0])
        track.learn(late: .milliseconds(20))
        for (at, item) in Replay(specimen.timeline).items where at < Specimen.at(20_000) {
            if case .sample(let sample, specimen.storefront) = item { track.take(sample) }
        }
        let course = track.course
        let low = try #require(course.lastLow)
        let high = try #require(course.lastHigh)
        #expect(course.state == .up && course.outages == 1)
        #expect(low <= .milliseconds(15_030) && .milliseconds(15_030) <= high)
        #expect(high - low < .milliseconds(100))
    }
}

@Suite struct PlainLinesTests {
    @Test("a script is told by what it is for, a command as it is")
    func scripts() {
        func line(_ command: String) -> String? {
            let action = ActionReport(
                of: "cut",
                host: "db-west",
                stage: .inject,
                what: "cut db-west off",
                command: command,
                sent: Instant(ns: 0),
                done: Instant(ns: 12_000_000),
                result: "exit 0",
                isAsExpected: true
            )
            return PlainLines.words(of: .action(action)).map { String($0.prefix { $0 != ">" }) }
        }
        #expect(
            line("[db-west] sudo -n sh -c 'a=$1\nb' drill-partition cut")
                == "inject: [db-west] cut db-west off (drill-partition) -"
        )
        #expect(line("[db-west] a\nb") == "inject: [db-west] cut db-west off (a script) -")
        #expect(line("true") == "inject: [db-west] true -")
        #expect(line("[engine] docker kill x") == "inject: [engine] docker kill x -")
    }

    private func lines(_ specimen: Specimen = Specimen()) -> [String] {
        var plain = PlainLines(plan: specimen.plan)
        return Replay(specimen.timeline).items.flatMap { _, item -> [String] in
            switch item {
            case .event(let event): plain.take(event)
            case .sample(let sample, let probe): plain.take(sample, of: probe)
            case .write(let write, let probe): plain.take(write, of: probe)
            }
        }
    }

    @Test func samplesAreToldOnlyWhereTheyChange() {
        let told = lines().filter { $0.contains("  storefront ") && !$0.contains("answers within") }
        #expect(
            told == [
                "  run+0.00s  storefront up",
                "   T0+1.06s  storefront down since T0+0.08s: timeout, no answer within 1s",
                "  T0+15.14s  storefront up since T0+15.10s, after 14.99–15.07 s",
                "  T0+61.20s  storefront down since T0+61.20s: reset, "
                    + "closed before the answer was complete",
                "  T0+61.68s  storefront up since T0+61.64s, after 417–464 ms",
            ]
        )
    }

    @Test func aRefusalIsToldOnceAndItsReasonAtTheEnd() {
        let specimen = Specimen()
        var plain = PlainLines(plan: specimen.plan)
        let told = ["no key", "no root"].flatMap { why in
            plain.take(Event(at: Specimen.start, .refused(why)))
        }
        #expect(told == ["  run+0.00s  refused, nothing was touched"])
    }

    @Test func eachLineBeginsWithATime() {
        let lines = lines()
        #expect(lines.count > 50)
        for line in lines {
            #expect(line.firstMatch(of: #/^ *(run|T0)[+-]\d+\.\d\ds  \S/#) != nil, "\(line)")
        }
    }

    @Test func commandsThatChangeSomethingAreTold() {
        let lines = lines()
        #expect(lines.filter { $0.contains("kill --signal=KILL") }.count == 5)
        #expect(lines.filter { $0.contains("undo: [engine] docker start") }.count == 5)
        #expect(!lines.contains { $0.contains("docker inspect") }, "looks are told as proofs")
        #expect(lines.filter { $0.contains("seen: blackout is in effect on") }.count == 5)
    }

    @Test func whatGoesOnAfterTheLastUndoIsTold() {
        let specimen = Specimen()
        let fault = specimen.plan.faults[0]
        let hosts = fault.procedures.map(\.target)
        var events: [Event.Kind] = [
            .injecting(fault: fault.id), .injected(fault: fault.id, failedHosts: []),
            .phase(.undo), .undoing(fault: fault.id, why: "the run ends"),
        ]
        events += hosts.map { .settled(fault: fault.id, host: $0, .holds) }
        events += [.undone(fault: fault.id, failedHosts: []), .phase(.lookOn)]
        var plain = PlainLines(plan: specimen.plan)
        var live = LiveView(plan: specimen.plan)
        var told: [[String]] = []
        var now: [String] = []
        for (second, kind) in events.enumerated() {
            let event = Event(at: Specimen.start + .seconds(Int64(second)), kind)
            told.append(plain.take(event))
            live.take(event)
            let frame = live.lines(now: event.at + .seconds(2), width: 120, colour: false)
            now.append(frame[frame.count - 2])
        }
        #expect(told[2].count == 1, "nothing is looked on for while it is broken: \(told[2])")
        #expect(
            told[3].last?.hasSuffix("the run ends; then looking whether all is as before") == true
        )
        #expect(now[3] == "NOW      undoing, and looking whether all is as before  2.00s")
        let last = "looking on until every probe is steady for 5s, within 1m"
        #expect(told.last?.last?.hasSuffix(last) == true, "\(told.last ?? [])")
        #expect(now.last == "NOW      \(last)  2.00s")
    }

    @Test(arguments: Specimen.hostile)
    func nothingThatATerminalObeysComesThrough(_ hostile: String) {
        var specimen = Specimen()
        specimen.storefront = hostile
        specimen.output = hostile
        for line in lines(specimen) {
            #expect(!line.unicodeScalars.contains { $0.value < 0x20 || $0 == "\u{202E}" })
        }
    }

    @Test func flappingProbeIsToldOnceAndCounted() {
        let specimen = Specimen()
        var plain = PlainLines(plan: specimen.plan)
        var lines: [String] = []
        for number in 0..<3000 {
            let sent = Specimen.start + Specimen.every * Int64(number)
            let isGood = number > 1500 || number / 5 % 2 == 0
            let sample = Sample(
                number: number,
                due: sent,
                sent: sent,
                done: sent + .milliseconds(2),
                outcome: isGood ? .good : .bad(.status, "503")
            )
            lines += plain.take(sample, of: specimen.storefront)
        }
        #expect(lines.count < 12)
        #expect(lines.contains { $0.contains("storefront flaps") })
        #expect(lines.last?.contains("storefront up since") == true)
        #expect(lines.last?.contains("more changes") == true)
    }
}
