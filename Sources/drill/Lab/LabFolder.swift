import DrillField
import DrillModel
import Foundation
import Subprocess

/// The folder that describes the lab (`Experiments/lab`): inventory, image, and `state/`, which isn't kept in git.
struct LabFolder: Sendable {
    let path: String

    private var key: String { path + "/state/id_ed25519" }
    private var knownHosts: String { path + "/state/known_hosts" }
    private var imageFolder: String { path + "/image" }

    init(_ path: String) throws(LabFailure) {
        self.path = path
        guard FileManager.default.fileExists(atPath: path + "/inventory.yaml") else {
            throw LabFailure(
                "there is no lab in \(path): run this from the top of drill's repository, or name "
                    + "its folder with --in"
            )
        }
    }

    func inventory() throws -> Inventory { try Reading.inventory(path + "/inventory.yaml") }

    /// The image's name, with a hash of all it is made of: a changed script makes another image.
    func image() throws(LabFailure) -> String {
        guard let files = FileManager.default.subpaths(atPath: imageFolder) else {
            throw LabFailure("\(imageFolder) can't be read")
        }
        var described: [UInt8] = []
        for file in files.sorted() {
            let whole = imageFolder + "/" + file
            var isFolder = false
            _ = FileManager.default.fileExists(atPath: whole, isDirectory: &isFolder)
            if isFolder { continue }
            guard let content = FileManager.default.contents(atPath: whole) else {
                throw LabFailure("\(whole) can't be read")
            }
            let isProgram = FileManager.default.isExecutableFile(atPath: whole)
            described += Array("\(file) \(isProgram ? "x" : "-") \(content.count)\n".utf8)
            described += content
        }
        return "drill-lab:\(hash(described))"
    }

    /// Builds the image and hands it to the engine; what goes wrong is on the terminal already.
    func build(_ image: String) async throws {
        try FileManager.default.createDirectory(
            atPath: path + "/state",
            withIntermediateDirectories: true
        )
        try await command("bash", [imageFolder + "/build", image])
    }

    /// The public key that may log in to the lab; the pair is made when there is none.
    func publicKey() async throws -> String {
        let files = FileManager.default
        if !files.fileExists(atPath: key) || !files.fileExists(atPath: key + ".pub") {
            try files.createDirectory(
                atPath: path + "/state",
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            if files.fileExists(atPath: key) { try files.removeItem(atPath: key) }
            try await command(
                "ssh-keygen",
                ["-q", "-t", "ed25519", "-N", "", "-C", "drill-lab", "-f", key]
            )
        }
        guard let content = files.contents(atPath: key + ".pub") else {
            throw LabFailure("\(key).pub can't be read")
        }
        return String(decoding: content, as: UTF8.self)
            .split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    }

    /// Writes the hosts' keys, as `address type key`, unless they stand there already.
    func write(knownHosts lines: [String]) throws {
        let content = Data((lines.joined(separator: "\n") + "\n").utf8)
        guard FileManager.default.contents(atPath: knownHosts) != content else { return }
        try content.write(to: URL(filePath: knownHosts), options: .atomic)
    }

    private func command(_ name: String, _ arguments: [String]) async throws {
        let ended = try await run(
            .name(name),
            arguments: Arguments(arguments),
            input: .none,
            output: .currentStandardError,
            error: .currentStandardError
        )
        guard ended.terminationStatus.isSuccess else {
            throw LabFailure(
                "\(arguments.first { $0.hasSuffix("/build") } ?? name) failed: its message is above"
            )
        }
    }
}
