/// The line that an action leaves in the syslog of the host it acts on.
package enum Syslog {
    /// Nobody reads more of one line, and daemons cut it (RFC 3164: 1024 bytes in all).
    private static let longest = 400
    /// How long a log that hangs is waited for, by nobody but `logger` itself.
    private static let patience = 5

    /// Shell words that log `message` and change nothing else, to be put before an action's own.
    ///
    /// In the background, and given up after some seconds: a host without `logger`, or whose log hangs,
    /// is acted on all the same. The subshell keeps it from a script's own `wait`. `message` must hold
    /// no secret: it stands in a command line.
    package static func words(_ message: String) -> String {
        let line = Shell.quoted(Plain.oneLine(message, max: longest))
        return "(timeout \(patience) logger -t drill -- \(line) &) </dev/null >/dev/null 2>&1; "
    }

    /// What a line says: the run, who runs it, and what is done.
    package static func message(run: String, who: String, what: String) -> String {
        "run \(run), by \(who): \(what)"
    }

    /// Whether a log's line is one of these, of this run or of another, however the log writes its lines.
    package static func isOurs(_ line: String) -> Bool {
        guard let tag = line.firstRange(of: "drill"),
            let words = line[tag.upperBound...].firstRange(of: "run "),
            let end = line[words.upperBound...].firstRange(of: ", by ")
        else { return false }
        return RunName.isOne(line[words.upperBound..<end.lowerBound])
    }
}
