import DrillWire

/// The hash of a run's `plan.json` as it was written, so that a report names the plan it is of.
enum PlanHash {
    /// - Returns: `sha256:…`; nil where the plan can't be read.
    static func of(_ folder: String) -> String? {
        do throws(FileError) {
            return FileHash.of(try Files.read("\(folder)/plan.json"))
        } catch {
            return nil
        }
    }
}
