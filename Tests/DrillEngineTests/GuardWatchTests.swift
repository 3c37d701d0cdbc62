import DrillEngine
import DrillModel
import DrillTesting
import Testing

/// `longest` and `stop-when`: when they end a run, and that unknown counts as true.
@Suite struct GuardWatchTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var what: String
        var sees: @Sendable (Span) -> SimulatedWorld.Sight
        var state = ProbeState.down
        var inFlightMax = 200
        /// In seconds.
        var timeout: Int64 = 1
        /// When it stops, in milliseconds since the world began; nil where it must not.
        var stops: ClosedRange<Int64>?

        var testDescription: String { what }
    }

    static let forever: Int64 = 1_000_000

    /// Every condition is `for: 2s`.
    static let cases = [
        Case(what: "up all the time", sees: bad()),
        Case(what: "down, but not for so long", sees: bad(1500..<3000)),
        Case(what: "down twice, each not for so long", sees: bad(1500..<3000, 3200..<4800)),
        Case(what: "down for so long", sees: bad(1500..<Self.forever), stops: 3450...3600),
        Case(
            what: "it can't look",
            sees: bad(1500..<Self.forever, showing: .blind),
            stops: 3450...3600
        ),
        Case(
            what: "partly down, partly blind",
            sees: { at in
                let ms = at.ns / 1_000_000
                return ms < 1500 ? .good : ms / 500 % 2 == 0 ? .bad : .blind
            },
            stops: 3450...3600
        ),
        // The newest look that has come back is as old as a look may take: 10 s, all others unsent.
        Case(
            what: "one look hangs and the others can't be sent",
            sees: bad(1500..<Self.forever, showing: .hangs),
            inFlightMax: 1,
            timeout: 10,
            stops: 11450...11700
        ),
        Case(what: "up for so long", sees: bad(), state: .up, stops: 2000...2300),
        Case(
            what: "up, but not for so long",
            sees: { at in (at.ns / 1_000_000) % 1500 > 1400 ? .bad : .good },
            state: .up
        ),
        Case(
            what: "whether it is up can't be seen",
            sees: { at in
                let ms = at.ns / 1_000_000
                return ms < 500 ? .good : ms < 1500 ? .bad : .blind
            },
            state: .up,
            stops: 3400...3600
        ),
    ]

    @Test("stop-when", arguments: cases)
    func stopWhen(it: Case) async throws {
        var probe = Rehearsal.shop
        probe.inFlightMax = it.inFlightMax
        probe.timeout = .seconds(it.timeout)
        let run = await Rehearsal(
            [.fault("cut"), .pause(.seconds(20)), .pause(.zero)],
            faults: [Rehearsal.fault("cut")],
            probe: probe,
            guards: Guards(stopWhen: [.init(probe: "shop", state: it.state, holds: .seconds(2))]),
            sees: it.sees
        )
        let stopping = run.at { if case .stopping = $0 { true } else { false } }
        if let stops = it.stops {
            let at = try #require(stopping, "it never stopped").ns / 1_000_000
            #expect(stops.contains(at), "it stopped at \(at) ms")
            #expect(run.step("2")?.result == .cancelled)
            #expect(run.step("3") == nil)
            #expect(run.judgement.verdict == .stopped)
        } else {
            #expect(stopping == nil)
            #expect(run.step("3")?.result == .done)
        }
        run.expectWhole()
    }

    @Test("longest", arguments: [true, false])
    func longest(isTooLong: Bool) async throws {
        let run = await Rehearsal(
            [.fault("cut"), .pause(.seconds(isTooLong ? 60 : 4)), .pause(.zero)],
            faults: [Rehearsal.fault("cut")],
            guards: Guards(longest: .seconds(5))
        )
        let stopping = run.at { if case .stopping = $0 { true } else { false } }
        if isTooLong {
            let steady = try #require(run.at { $0 == .steadyHeld })
            let after = try #require(stopping) - steady
            #expect(after >= .seconds(5) && after < .milliseconds(5100), "after \(after)")
            let reason = run.timeline.events.lazy.compactMap { event -> Event.Stop? in
                if case .stopping(let reason) = event.kind { reason } else { nil }
            }.first
            guard case .guarded(let why)? = reason else {
                Issue.record("\(String(describing: reason))")
                return
            }
            #expect(why.contains("longest") && why.contains("5s"), "\(why)")
            #expect(run.judgement.verdict == .stopped)
        } else {
            #expect(stopping == nil)
        }
        #expect(run.undoings == ["cut: the run ends"])
        run.expectWhole()
    }
}
