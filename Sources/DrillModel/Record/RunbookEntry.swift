/// One runbook as it was carried out, in `record.json`: machine and human time apart.
package struct RunbookEntry: Hashable, Codable, Sendable {
    package var name: String
    package var from: Instant
    /// From its first step's start to its last step's end, and what took steps back.
    package var length: Span
    /// In which machines were at work and nobody was waited for.
    package var machine: Span
    /// In which a person was at a step.
    package var human: Span
    /// From the first alarm to its first step; null where there was no alarm before it, or where it isn't the
    /// first runbook after the disaster.
    package var decision: Span?
    /// How many of its steps failed, those inside of others included.
    package var failed: Int
    package var skipped: Int

    private enum CodingKeys: String, CodingKey {
        case name, failed, skipped
        case from = "from_at_ns"
        case length = "length_ns"
        case machine = "machine_ns"
        case human = "human_ns"
        case decision = "decision_ns"
    }

    static func all(_ record: Record) -> [RunbookEntry] {
        let runbooks = CarriedRunbook.all(record.timeline.events)
        let disaster = record.judgement.disaster
        let first = runbooks.firstIndex { runbook in disaster.map { runbook.from >= $0 } ?? false }
        let noticed = record.judgement.noticed
        return runbooks.enumerated().map { index, runbook in
            var decision: Span?
            if index == first, let noticed, noticed <= runbook.from {
                decision = runbook.from - noticed
            }
            return RunbookEntry(
                name: runbook.name,
                from: runbook.from,
                length: runbook.to - runbook.from,
                machine: runbook.work.machine,
                human: runbook.work.human,
                decision: decision,
                failed: runbook.failed.count,
                skipped: runbook.reports.count { report in
                    if case .skipped = report.result { true } else { false }
                }
            )
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(from, forKey: .from)
        try container.encode(length, forKey: .length)
        try container.encode(machine, forKey: .machine)
        try container.encode(human, forKey: .human)
        try container.encode(decision, forKey: .decision)
        try container.encode(failed, forKey: .failed)
        try container.encode(skipped, forKey: .skipped)
    }
}
