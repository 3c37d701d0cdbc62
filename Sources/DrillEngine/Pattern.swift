/// Regular expressions of files, checked while they were read.
package enum Pattern {
    /// Whether `text` contains a match; `.` doesn't match a newline, `^` and `$` match at lines.
    package static func contains(_ pattern: String, in text: String) -> Bool {
        do {
            return try Regex(pattern).anchorsMatchLineEndings().firstMatch(in: text) != nil
        } catch {
            // The reader refuses a pattern that doesn't compile; what comes from elsewhere matches nothing.
            return false
        }
    }
}
