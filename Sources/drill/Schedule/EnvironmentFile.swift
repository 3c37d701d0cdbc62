import DrillWire

/// Files of NAME=VALUE lines, as `EnvironmentFile=` reads them (systemd.exec(5)).
enum EnvironmentFile {
    /// The names that they set.
    static func names(_ paths: [String]) throws -> Set<String> {
        var names: Set<String> = []
        for path in paths {
            do throws(FileError) {
                let text = String(
                    decoding: try Files.read(path, limitBytes: 1 << 20),
                    as: UTF8.self
                )
                for line in text.split(separator: "\n") {
                    let line = line.drop { $0 == " " || $0 == "\t" }
                    guard let equals = line.firstIndex(of: "="), line.first != "#",
                        line.first != ";"
                    else { continue }
                    names.insert(String(line[..<equals]))
                }
            } catch {
                throw Failure.usage("--environment-file \(path) can't be read: \(error.reason)")
            }
        }
        return names
    }
}

extension EnvironmentFile {
    /// Why a shell, by which a crontab's line reads them, would take something in them for another thing than
    /// systemd does; nil where it takes all for the same.
    static func misfit(_ paths: [String]) -> String? {
        for path in paths {
            // One that can't be read was refused before.
            guard let bytes = try? Files.read(path, limitBytes: 1 << 20) else { continue }
            let lines = String(decoding: bytes, as: UTF8.self)
                .split(separator: "\n", omittingEmptySubsequences: false)
            for (index, line) in lines.enumerated() where !isPlain(line) {
                return "\(path):\(index + 1): a shell would not take this line as systemd does"
            }
        }
        return nil
    }

    /// A comment, nothing, or a name and a value that no shell makes anything of.
    private static func isPlain(_ line: Substring) -> Bool {
        let line = line.drop { $0 == " " || $0 == "\t" }
        if line.isEmpty || line.hasPrefix("#") { return true }
        return line.wholeMatch(
            of: /[A-Za-z_][A-Za-z0-9_]*=([A-Za-z0-9_.\/:@%+,=-]*|'[^'\\]*'|"[^"$`\\]*")/
        ) != nil
    }
}
