import ArgumentParser
import DrillModel
import DrillReport
import DrillWire

/// `drill report RUN`: the report again, from what is on disk.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write the report of a run or a series again: HTML, Markdown, JUnit or JSON.",
        discussion: """
            Without a format the report.html in the run's folder is written anew and its path printed. \
            With one it goes to standard output, or to the file of --output; --json is record.json, of a \
            series series.json; --junit of a series has all its runs, and a suite with its own verdict.
            """
    )

    enum Format: String, EnumerableFlag {
        case html, md, junit, json
    }

    @Argument(help: "A run's or a series' id, its last four digits, or `last`.")
    var name = "last"

    @Flag(help: "The format.")
    var format: Format?

    @Option(name: .shortAndLong, help: "Write to this file.", completion: .file())
    var output: String?

    func run() throws {
        if let output { try Delivery.check("--output", output) }
        let kept = try Kept.find(name)
        let text = try text(kept)
        if let output {
            try Delivery.write(text, to: output, what: "the report")
        } else if format == nil {
            let path = "\(folder(kept))/report.html"
            try Delivery.write(text, to: path, what: "the report")
            Terminal.write(path + "\n")
        } else {
            Terminal.write(text)
        }
    }

    private func folder(_ kept: Kept) -> String {
        switch kept {
        case .run(let kept): kept.folder
        case .series(let kept): kept.folder
        }
    }

    private func text(_ kept: Kept) throws -> String {
        switch kept {
        case .run(let kept): try text(kept)
        case .series(let kept): try text(kept)
        }
    }

    private func text(_ kept: KeptSeries) throws -> String {
        let zone = LocalZone.at(kept.series.start.wallNs)
        switch format ?? .html {
        case .html: return SeriesReport.html(kept.series, kept.judgement, zone: zone)
        case .md: return SeriesMarkdown.markdown(kept.series, kept.judgement, zone: zone)
        case .junit:
            return JUnit.xml([.series(kept.series, kept.judgement, runs: try kept.records())])
        case .json: return try JSONText.of(SeriesFile(kept.series, kept.judgement))
        }
    }

    private func text(_ kept: KeptRecord) throws -> String {
        let zone = LocalZone.at(kept.record.start.wallNs)
        switch format ?? .html {
        case .html:
            return HTMLReport.html(
                kept.record,
                zone: zone,
                planHash: PlanHash.of(kept.folder)
            )
        case .md: return MarkdownReport.markdown(kept.record, zone: zone)
        case .junit: return JUnit.xml([kept.record])
        case .json:
            return try JSONText.of(try kept.file())
        }
    }
}
