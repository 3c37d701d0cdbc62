import DrillModel

/// A command that was carried out; looks that showed the same again are one row.
struct ActionRow {
    var action: ActionReport
    var count = 1
    var last: Instant
    var longest: Span

    /// In the order in which they were first sent.
    static func rows(_ actions: [ActionReport]) -> [ActionRow] {
        struct Same: Hashable {
            var of: String
            var host: String
            var stage: ActionReport.Stage
            var command: String
            var result: String
            var output: String?
            var isAsExpected: Bool
        }
        var rows: [ActionRow] = []
        var seen: [Same: Int] = [:]
        for action in actions.sorted(by: { $0.sent < $1.sent }) {
            let took = action.done - action.sent
            let isLook = [.effective, .settled, .renew].contains(action.stage)
            let same = Same(
                of: action.of,
                host: action.host,
                stage: action.stage,
                command: action.command,
                result: action.result,
                output: action.output,
                isAsExpected: action.isAsExpected
            )
            if isLook, let index = seen[same] {
                rows[index].count += 1
                rows[index].last = action.sent
                rows[index].longest = max(rows[index].longest, took)
            } else {
                seen[same] = rows.count
                rows.append(ActionRow(action: action, last: action.sent, longest: took))
            }
        }
        return rows
    }
}
