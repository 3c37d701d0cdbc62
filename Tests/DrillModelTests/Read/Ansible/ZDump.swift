import Foundation
import Testing

@testable import DrillModel

@Suite struct ZDump {
    @Test func dump() throws {
        let root = URL(filePath: "/tmp/hacmp/inv")
        for name in try FileManager.default.contentsOfDirectory(atPath: root.path()) {
            let folder = root.appending(path: name)
            guard
                let file = try FileManager.default.contentsOfDirectory(atPath: folder.path())
                    .first(where: { $0.hasPrefix("hosts") })
            else { continue }
            let out = URL(filePath: "/tmp/hacmp/out/\(name).json")
            do {
                let inventory = try Fixture.reader(in: folder).inventory(file)
                try JSONEncoder().encode(inventory.hosts).write(to: out)
            } catch {
                let problems = (error as? Problems) ?? Problems([])
                try Data(problems.rendered.utf8).write(to: out)
            }
        }
        let broken = BrokenFileTests.folder
        var text = ""
        for name in BrokenFileTests.names where name.hasPrefix("ansible") {
            do {
                _ = try Fixture.reader(in: broken).file(name)
                text += "## \(name) NONE\n"
            } catch {
                let problems = error
                text +=
                    "## \(name)\n"
                    + problems.list.map { p in
                        let place =
                            p.position.map {
                                ($0.file == name ? "" : "\($0.file):") + "\($0.line):\($0.column)"
                            } ?? ""
                        return "# expect: \(place) \(p.message)\n"
                            + (p.fix.map { "# fix: \($0)\n" } ?? "")
                    }.joined()
            }
        }
        try Data(text.utf8).write(to: URL(filePath: "/tmp/hacmp/out/broken.txt"))
    }
}
