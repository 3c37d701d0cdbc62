import DrillEngine
import DrillHistory
import Foundation
import Testing

@Suite struct HaltTests {
    @Test("a halt is on the disk until somebody resumes")
    func halts() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/drill-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // A state folder that isn't there yet is made.
        let store = RunStore("\(folder)/state")
        #expect(!store.isHalted)
        #expect(try store.halted() == nil)
        #expect(try !store.resume())
        let halt = Halt(who: "ann", controller: "ops-1", wallNs: 5, why: "a \"fire\"\n")
        try store.halt(halt)
        #expect(store.isHalted)
        #expect(try store.halted() == halt)
        let mode = try FileManager.default.attributesOfItem(atPath: store.path)[.posixPermissions]
        #expect(mode as? Int == 0o700)
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.path) == ["halt.json"])
        #expect(try store.runs() == [])
        #expect(try store.resume())
        #expect(!store.isHalted)
    }

    @Test("a halt that can't be read is one all the same", arguments: ["", "{}", "{\"who\":"])
    func damaged(text: String) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/drill-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try text.write(toFile: "\(folder)/halt.json", atomically: true, encoding: .utf8)
        let store = RunStore(folder)
        #expect(store.isHalted)
        #expect(throws: HistoryError.self) { try store.halted() }
        #expect(try store.resume())
    }
}
