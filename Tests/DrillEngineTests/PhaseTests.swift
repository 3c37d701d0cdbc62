import DrillModel
import Testing

@testable import DrillEngine

/// Each of many probes looks at a place of its own in their pace.
@Suite struct PhaseTests {
    private static let begun = Instant(ns: 7_000_000_000)

    private func start(
        _ index: Int,
        of count: Int,
        every: Span,
        after: Span = .zero
    ) -> Span {
        Phase(index, of: count, from: Self.begun)
            .start(every: every, now: Self.begun + after) - Self.begun
    }

    @Test func fiftyAreSpreadEvenlyOverTheirPace() {
        let starts = (0..<50).map { start($0, of: 50, every: .milliseconds(10)) }
        #expect(starts == (0..<50).map { Span(ns: $0 * 200_000) })
    }

    @Test func whoIsReadyLateKeepsThePlace() {
        let every = Span.milliseconds(10)
        #expect(start(1, of: 4, every: every, after: .milliseconds(2)) == Span(ns: 2_500_000))
        #expect(start(1, of: 4, every: every, after: .milliseconds(3)) == Span(ns: 12_500_000))
        #expect(start(0, of: 4, every: every, after: .milliseconds(10)) == .milliseconds(10))
    }

    @Test func nobodyWaitsLongForTheFirstOfRareLooks() {
        #expect(start(1, of: 2, every: .minutes(60)) == .milliseconds(50))
        #expect(start(1, of: 2, every: .minutes(60), after: .seconds(3)) == .milliseconds(3050))
    }
}
