/// A comparison as other tools read it.
package struct ComparisonFile: Encodable, Sendable {
    private let comparison: Comparison
    /// In what the two experiments differ.
    private let differences: [String]

    package init(_ comparison: Comparison, differences: [String]) {
        self.comparison = comparison
        self.differences = differences
    }

    private enum CodingKeys: String, CodingKey {
        case before, after, exit, differences, targets, figures
        case beforeStanding = "before_standing"
        case afterStanding = "after_standing"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(comparison.before.name, forKey: .before)
        try container.encode(comparison.after.name, forKey: .after)
        try container.encode(comparison.before.standing, forKey: .beforeStanding)
        try container.encode(comparison.after.standing, forKey: .afterStanding)
        try container.encode(comparison.exit, forKey: .exit)
        try container.encode(differences, forKey: .differences)
        try container.encode(comparison.otherTargets, forKey: .targets)
        try container.encode(comparison.rows.map(Row.init), forKey: .figures)
    }

    private struct Row: Encodable {
        let row: Comparison.Row

        private enum CodingKeys: String, CodingKey {
            case name, probe, place, during, at, finding, why, gone, before, after
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(row.key.name, forKey: .name)
            try container.encode(row.key.probe, forKey: .probe)
            try container.encodeIfPresent(row.key.place, forKey: .place)
            try container.encodeIfPresent(row.key.during, forKey: .during)
            try container.encodeIfPresent(row.key.at, forKey: .at)
            try container.encode(row.finding, forKey: .finding)
            try container.encode(row.why, forKey: .why)
            try container.encode(row.isGone, forKey: .gone)
            try container.encode(row.before.map(AmountEntry.init), forKey: .before)
            try container.encode(row.after.map(AmountEntry.init), forKey: .after)
        }
    }
}
