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
