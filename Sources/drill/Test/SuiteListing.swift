import ArgumentParser
import DrillModel
import DrillWire

/// `drill test --list`: what would be run, and what of it never at once.
struct SuiteListing {
    private struct Line: Encodable {
        var file: String
        var kind: FileKind
        var name: String
        var tags: [String]
        /// The experiments that it shares something with.
        var apart: [String]
        var problems: [Problem]
    }

    private let lines: [Line]

    init(_ found: [SuiteReading.Found]) {
        let prints = found.map(\.footprint)
        lines = found.indices.map { index in
            let apart = found.indices.filter { other in
                guard other != index, let own = prints[index], let its = prints[other] else {
                    return false
                }
                return own.overlaps(its)
            }
            var problems: [Problem] = []
            if case .broken(_, let all) = found[index].asked { problems = all }
            return Line(
                file: found[index].file,
                kind: found[index].kind,
                name: found[index].name,
                tags: found[index].tags,
                apart: apart.map { found[$0].name },
                problems: problems
            )
        }
    }

    /// - Throws: `ExitCode` 64 where a file has problems.
    func show(json: Bool) throws {
        if json {
            Terminal.write(try JSONText.of(lines))
        } else {
            for line in lines { show(line) }
        }
        if lines.contains(where: { !$0.problems.isEmpty }) { throw ExitCode(64) }
    }

    private func show(_ line: Line) {
        guard line.problems.isEmpty else {
            Terminal.write(
                "\(Plain.oneLine(line.file)): \(counted(line.problems.count, "problem"))\n"
            )
            return Terminal.writeError(Problems(line.problems).rendered + "\n")
        }
        let tags = line.tags.isEmpty ? "" : "  [\(line.tags.joined(separator: ", "))]"
        let apart = line.apart.isEmpty ? "" : "; never beside \(line.apart.listed)"
        Terminal.write(
            "\(Plain.oneLine(line.file)): \(line.kind.rawValue) \(line.name)\(tags)\(apart)\n"
        )
    }
}
