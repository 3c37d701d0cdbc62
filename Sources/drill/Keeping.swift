import DrillHistory
import DrillModel
import DrillReport

/// The station *keep*: the record and its reports, into the run's folder.
enum Keeping {
    /// - Throws: `Failure.defect` where something of the run couldn't be kept; what was written stays.
    static func keep(_ record: Record, in folder: RunFolder) async throws {
        let unkept = await folder.finish()
        do {
            try await folder.write("record.json", json: RecordFile(record))
            try await folder.write("report.html", HTMLReport.html(record))
            try await folder.write("report.md", MarkdownReport.markdown(record))
            try await folder.write("junit.xml", JUnit.xml([record]))
        } catch let error as HistoryError {
            throw Failure.defect("the run went to its end, but its record is missing: \(error.message)")
        }
        if let unkept {
            throw Failure.defect("the run went to its end, but not all of it is recorded: \(unkept)")
        }
    }
}
