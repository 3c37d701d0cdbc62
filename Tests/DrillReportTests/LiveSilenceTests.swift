import DrillModel
import DrillReport
import Testing

/// Looks that hang tell nothing until they are done: what the live view says meanwhile.
@Suite struct LiveSilenceTests {
    struct Moment: Sendable {
        var everyMs: Int64 = 20
        /// Nil before the steady state held.
        var lateMs: Int64? = 20
        /// When the last answered look was sent, from T0; nil where none was answered.
        var lastMs: Int64?
        var endMs: Int64?
        var nowMs: Int64
        var state: String
        var figure: String
    }

    /// Every answer took 2 ms.
    static let moments = [
        Moment(lastMs: -20, nowMs: 20, state: "up", figure: "no gap seen"),
        Moment(lastMs: -20, nowMs: 30, state: "late", figure: "no answer for 0.05s"),
        Moment(lastMs: -20, nowMs: 800, state: "late", figure: "no answer for 0.82s"),
        Moment(lateMs: 900, lastMs: -20, nowMs: 800, state: "up", figure: "no gap seen"),
        Moment(everyMs: 10_000, lastMs: -2000, nowMs: 8000, state: "up", figure: "no gap seen"),
        Moment(everyMs: 10_000, lastMs: -2000, nowMs: 8100, state: "late", figure: "for 10.10s"),
        Moment(lateMs: nil, lastMs: -20, nowMs: 800, state: "up", figure: "no gap seen"),
        Moment(lateMs: nil, lastMs: -20, nowMs: 1100, state: "late", figure: "no answer for 1.12s"),
        Moment(lastMs: nil, nowMs: 800, state: "–", figure: "nothing seen yet"),
        Moment(lastMs: -20, endMs: 0, nowMs: 800, state: "up", figure: "no gap seen"),
    ]

    private static func row(_ moment: Moment, of name: String, _ outcome: Outcome) throws -> String
    {
        var plan = Specimen().plan
        for index in plan.experiment.probes.indices {
            plan.experiment.probes[index].every = .milliseconds(moment.everyMs)
        }
        var view = LiveView(plan: plan)
        if let last = moment.lastMs {
            for number in 0..<5 {
                let sent = Specimen.at(last - moment.everyMs * Int64(4 - number))
                let sample = Sample(
                    number: number,
                    due: sent,
                    sent: sent,
                    done: sent + .milliseconds(2),
                    outcome: outcome
                )
                view.take(sample, of: name)
            }
        }
        if let late = moment.lateMs {
            let kind = Event.Kind.lateness(probe: name, late: .milliseconds(late))
            view.take(Event(at: Specimen.at(-10), kind))
        }
        view.take(Event(at: Specimen.disaster, .injecting(fault: "blackout")))
        if let end = moment.endMs { view.take(Event(at: Specimen.at(end), .lookingEnds)) }
        let lines = view.lines(now: Specimen.at(moment.nowMs), width: 80, colour: false)
        return try #require(lines.first { $0.hasPrefix(name) })
    }

    private static func state(_ row: String) -> Substring? {
        row.split(separator: " ").dropFirst().first
    }

    @Test("a service is up, without a gap, only while its last answer is no older than is healthy")
    func service() throws {
        for moment in Self.moments {
            let row = try Self.row(moment, of: "storefront", .good)
            #expect(Self.state(row).map(String.init) == moment.state, "\(moment): \(row)")
            #expect(row.contains(moment.figure), "\(moment): \(row)")
        }
    }

    @Test(
        "what last showed a detection quiet, or a replica up, is no news either",
        arguments: [
            ("edge-notices", Outcome.bad(.body, "nothing matches"), "quiet", "late"),
            ("edge-notices", .good, "FIRED", "FIRED"),
            ("replicas", .good, "up", "late"),
            ("replicas", .bad(.refused, "connection refused"), "DOWN", "DOWN"),
        ]
    )
    func others(_ name: String, _ outcome: Outcome, _ soon: String, _ later: String) throws {
        for (nowMs, state) in [(Int64(10), soon), (800, later)] {
            let moment = Moment(lastMs: -20, nowMs: nowMs, state: state, figure: "")
            let row = try Self.row(moment, of: name, outcome)
            #expect(Self.state(row).map(String.init) == state, "\(row)")
        }
    }
}

@Suite struct LiveGuardsTests {
    @Test(
        "what can still end the run is read in full; the blast radius gives way to it",
        arguments: [
            (120, [3], "blast radius 45 of 60%  longest 15m  stop: storefront down 3m"),
            (80, [3], "blast 45/60%  longest 15m  guardian alive  stop: storefront down 3m"),
            (80, [3, 4], "longest 15m  stop: storefront down 3m  stop: storefront down 4m"),
        ] as [(Int, [Int64], String)]
    )
    func stops(_ width: Int, _ minutes: [Int64], _ words: String) throws {
        var plan = Specimen().plan
        plan.experiment.guards.stopWhen = minutes.map {
            .init(probe: "storefront", state: .down, holds: .minutes($0))
        }
        var view = LiveView(plan: plan)
        if minutes.count == 1 { view.take(Event(at: Specimen.start, .guardianBegan(process: 7))) }
        let lines = view.lines(now: Specimen.start, width: width, colour: false)
        let row = try #require(lines.first { $0.hasPrefix("GUARDS") })
        #expect(row == "GUARDS   " + words)
    }
}
