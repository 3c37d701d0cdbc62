import DrillWire
import Foundation
import Testing

/// A disk that is full in the middle of a line.
@Suite struct FullDiskTests {
    @Test("what went in of a line is taken back, and the next one stands on a line of its own")
    func torn() async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let disk = "\(scratch.path)/disk"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        let mounted = try await Sh.root(
            "mount -t tmpfs -o size=64k,mode=0777 none \(disk)"
        )
        try #require(mounted.exit == 0, "\(mounted)")
        do {
            let file = try AppendFile("\(disk)/journal.jsonl")
            try file.append(Array("one\n".utf8))
            let long = [UInt8](repeating: UInt8(ascii: "x"), count: 200_000) + [UInt8(ascii: "\n")]
            #expect(throws: FileError.self) { try file.append(long) }
            try file.append(Array("two\n".utf8))
            let text = try String(contentsOfFile: "\(disk)/journal.jsonl", encoding: .utf8)
            #expect(text == "one\ntwo\n")
        }
        let gone = try await Sh.root("umount \(disk)")
        #expect(gone.exit == 0, "\(gone)")
    }
}
