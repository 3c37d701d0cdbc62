import DrillModel

/// Findings as GitHub and GitLab read them, at their lines of the repository's files.
package enum SuiteAnnotations {
    /// How a file is called from the repository's root, whatever path it was reached by.
    ///
    /// Outside of the root it is left as it is.
    package static func path(_ file: String, from working: String?, root: String?) -> String {
        let absolute = file.hasPrefix("/") ? file : "\(working ?? "")/\(file)"
        guard let base = root ?? working, absolute.hasPrefix("/") else { return file }
        let (parts, above) = (parts(of: absolute), parts(of: base))
        guard parts.starts(with: above), parts.count > above.count else { return file }
        return parts.dropFirst(above.count).joined(separator: "/")
    }

    /// Without `.` and `..`, which a path through an included file has.
    private static func parts(of path: String) -> [String] {
        var parts: [String] = []
        for part in path.split(separator: "/").map(String.init) where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return parts
    }

    /// Workflow commands, a line each; `path` says how a file is called.
    ///
    /// Source: docs.github.com, "Workflow commands for GitHub Actions"; what must be escaped is in
    /// actions/toolkit, `command.ts`.
    package static func github(_ findings: [SuiteFinding], path: (String) -> String) -> String {
        findings.map { finding in
            let place = finding.position
            let properties = [
                ("file", path(place.file)), ("line", "\(place.line)"), ("col", "\(place.column)"),
                ("title", Plain.oneLine(finding.title)),
            ].map { "\($0)=\(escaped($1, isProperty: true))" }.joined(separator: ",")
            let message = escaped(Plain.block(finding.message), isProperty: false)
            return "::\(finding.level.rawValue) \(properties)::\(message)\n"
        }.joined()
    }

    private static func escaped(_ text: String, isProperty: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "%": result += "%25"
            case "\r": result += "%0D"
            case "\n": result += "%0A"
            case ":" where isProperty: result += "%3A"
            case "," where isProperty: result += "%2C"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// An issue of GitLab's code quality report.
    ///
    /// Source: docs.gitlab.com, "Code Quality report format".
    package struct Issue: Hashable, Codable, Sendable {
        package struct Location: Hashable, Codable, Sendable {
            package struct Lines: Hashable, Codable, Sendable { package var begin: Int }

            package var path: String
            package var lines: Lines
        }

        package var description: String
        package var checkName: String
        package var fingerprint: String
        package var severity: String
        package var location: Location

        private enum CodingKeys: String, CodingKey {
            case description, fingerprint, severity, location
            case checkName = "check_name"
        }
    }

    package static func gitlab(_ findings: [SuiteFinding], path: (String) -> String) -> [Issue] {
        var seen: [String: Int] = [:]
        return findings.map { finding in
            let file = path(finding.position.file)
            // Without the line and what was measured: the same finding is the same issue in the next
            // pipeline. Two of one title in one file are told apart by their order.
            let key = "\(file)\n\(finding.title)"
            let count = seen[key, default: 0]
            seen[key] = count + 1
            return Issue(
                description: Plain.oneLine(
                    "\(finding.title): \(finding.message.split(separator: "\n").joined(separator: "; "))"
                ),
                checkName: "drill",
                fingerprint: fingerprint("\(key)\n\(count)"),
                severity: finding.level == .error ? "major" : "minor",
                location: Issue.Location(
                    path: file,
                    lines: Issue.Location.Lines(begin: finding.position.line)
                )
            )
        }
    }

    /// FNV-1a (RFC 9923) over 64 bits, forwards and backwards: nobody has a reason to forge one.
    private static func fingerprint(_ text: String) -> String {
        func hash(_ bytes: some Sequence<UInt8>) -> String {
            let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { hash, byte in
                (hash ^ UInt64(byte)) &* 0x100_0000_01b3
            }
            let digits = String(hash, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
        return hash(text.utf8) + hash(text.utf8.reversed())
    }
}
