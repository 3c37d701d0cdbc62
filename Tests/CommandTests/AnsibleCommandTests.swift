import Foundation
import Testing

/// Ansible inventories on the disk, with what lies beside them.
@Suite struct AnsibleCommandTests {
    @Test("what lies beside an Ansible inventory is read, and its problems have their places")
    func folders() throws {
        let drill = try Command()
        let file = try drill.write("[web]\na\n[db]\nb\n", to: "hosts.ini")
        let folder = URL(filePath: file).deletingLastPathComponent()
            .appending(path: "group_vars/web")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data("ansible_port: 22\n".utf8).write(to: folder.appending(path: "1.yml"))
        #expect(try drill.run(["validate", file]).exit == 0)
        try Data("ansible_port: x\n".utf8).write(to: folder.appending(path: "2.yml"))
        let ended = try drill.run(["validate", file])
        #expect(ended.exit == 64)
        #expect(
            ended.errors.contains("group_vars/web/2.yml:1:15: \"x\" is no port"),
            "\(ended.errors)"
        )
    }

    @Test("a run keeps no copy of an Ansible inventory")
    func secrets() throws {
        let drill = try Command()
        _ = try drill.write("a ansible_connection=local ansible_password=hunter2\n", to: "hosts")
        let own = "inventory: x\nansible: { file: hosts }\n"
        for (name, text) in [("hosts", nil), ("own.yaml", own)] {
            if let text { _ = try drill.write(text, to: name) }
            let file = try drill.write(
                CommandTests.experiment + "\ninventory: \(name)",
                to: "watch.yaml"
            )
            let ended = try drill.run(["run", file, "--var", "port=1"])
            #expect(ended.exit == 3, "\(ended.output)\(ended.errors)")
        }
        let runs = URL(filePath: "\(drill.folder)/runs")
        let kept = FileManager.default.enumerator(at: runs, includingPropertiesForKeys: nil)
        var files: [URL] = []
        while let file = kept?.nextObject() as? URL { files.append(file) }
        let names = files.map(\.lastPathComponent)
        #expect(names.count { $0.hasSuffix("watch.yaml") } == 2, "\(names)")
        #expect(names.contains { $0.hasSuffix("own.yaml") }, "\(names)")
        for file in files where !file.hasDirectoryPath {
            let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
            #expect(!text.contains("hunter2"), "\(file.path())")
        }
    }
}
