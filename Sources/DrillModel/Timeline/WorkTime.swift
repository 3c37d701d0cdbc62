/// How long machines and people were at the steps of runbooks; each moment counts once, as people's where
/// a person was at it, too.
package struct WorkTime: Hashable, Sendable {
    package var machine: Span
    package var human: Span

    package init(_ reports: [RunbookStepReport]) {
        func covered(_ reports: [RunbookStepReport]) -> Span {
            reports.map { $0.started...max($0.started, $0.done) }.covered
        }
        // Of what was left out nobody did anything.
        let reports = reports.filter { if case .skipped = $0.result { false } else { true } }
        human = covered(reports.filter { $0.isHuman == true })
        machine = covered(reports) - human
    }
}

extension [ClosedRange<Instant>] {
    /// How long at least one of them lasts.
    package var covered: Span {
        var end: Instant?
        return sorted { $0.lowerBound < $1.lowerBound }.reduce(.zero) { sum, range in
            let from = Swift.max(range.lowerBound, end ?? range.lowerBound)
            end = Swift.max(range.upperBound, end ?? range.upperBound)
            return range.upperBound > from ? sum + (range.upperBound - from) : sum
        }
    }
}
