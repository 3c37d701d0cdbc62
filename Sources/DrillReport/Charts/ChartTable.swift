/// A chart's numbers as a table: behind a click on a screen, and always there on paper, where it is cut
/// to what somebody reads and says so.
enum ChartTable {
    /// The most rows on paper, probes allowing.
    static let mostOnPaper = 40

    struct Content {
        /// What stands above it: how fine it is.
        var note: Markup
        var rows: [Markup]
    }

    static func markup(head: Markup, whole: Content, paper: Content) -> Markup {
        """
        <details><summary>These numbers as a table</summary>\(table(head, whole))</details>\
        <div class="paper">\(table(head, paper))</div>
        """
    }

    private static func table(_ head: Markup, _ content: Content) -> Markup {
        """
        <p>\(content.note)</p><table><thead><tr>\(head)</tr></thead><tbody>\
        \(content.rows.joined(separator: "\n"))</tbody></table>
        """
    }
}
