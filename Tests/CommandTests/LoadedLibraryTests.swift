import Foundation
import Testing

/// libpq and libssh2 are loaded by who asks a database or a host, and by nobody else.
@Suite struct LoadedLibraryTests {
    static let database = CommandTests.experiment.replacing(
        "http: \"http://127.0.0.1:${port}/\"",
        with: "every: 20ms, sql: { url: \"postgresql://shop@127.0.0.1/shop\", query: select 1 }"
    )

    /// The names of all libraries that a command has loaded, at its start or later (ld.so(8), LD_DEBUG).
    static func libraries(_ drill: Command, _ arguments: [String]) throws -> Set<Substring> {
        let place = "\(drill.folder)/loaded"
        let ended = try drill.run(
            arguments,
            environment: ["LD_DEBUG": "files", "LD_DEBUG_OUTPUT": place]
        )
        #expect(ended.exit == 0, "\(ended)")
        var names: Set<Substring> = []
        for file in try FileManager.default.contentsOfDirectory(atPath: drill.folder)
        where file.hasPrefix("loaded.") {
            let text = try String(contentsOfFile: "\(drill.folder)/\(file)", encoding: .utf8)
            names.formUnion(text.matches(of: /file=(\S+)/).map { $0.1 })
        }
        // Else nothing was written down, and nothing would be missed.
        #expect(names.contains("libc.so.6"), "\(names)")
        return names
    }

    @Test("a command that asks no database and no host loads nothing for them")
    func short() throws {
        for arguments in [["--version"], ["validate", "watch.yaml"]] {
            let drill = try Command()
            let file = try drill.write(CommandTests.experiment, to: "watch.yaml")
            let loaded = try Self.libraries(
                drill,
                arguments.map { $0 == "watch.yaml" ? file : $0 }
            )
            for name in ["libpq", "libssh2", "libcrypto"] {
                #expect(!loaded.contains { $0.hasPrefix(name) }, "\(arguments): \(loaded)")
            }
        }
    }

    @Test("a PostgreSQL address is looked at by libpq")
    func asked() throws {
        let drill = try Command()
        let file = try drill.write(Self.database, to: "watch.yaml")
        let loaded = try Self.libraries(drill, ["validate", file])
        #expect(loaded.contains("libpq.so.5"), "\(loaded)")
        #expect(!loaded.contains { $0.hasPrefix("libssh2") }, "\(loaded)")
    }

    @Test("a library that can't be loaded is named, and the package that has it")
    func broken() throws {
        let drill = try Command()
        for name in ["libpq.so.5", "libssh2.so.1"] { _ = try drill.write("", to: name) }
        let broken = ["LD_LIBRARY_PATH": drill.folder]
        let file = try drill.write(Self.database, to: "watch.yaml")
        let ended = try drill.run(["validate", file], environment: broken)
        #expect(ended.exit == 64, "\(ended)")
        #expect(ended.errors.contains("apt install libpq5"), "\(ended)")

        let key = "\(drill.folder)/key"
        #expect(try drill.shell("ssh-keygen -q -t ed25519 -N '' -f \(key)").exit == 0)
        let inventory = try drill.write(
            "inventory: x\nssh: { key: \(key) }\nhosts: { a: { address: 127.0.0.1, port: 1 } }\n",
            to: "inventory.yaml"
        )
        let doctor = try drill.run(["doctor", "-i", inventory], environment: broken)
        #expect(doctor.exit != 0, "\(doctor)")
        #expect("\(doctor)".contains("apt install libssh2-1"), "\(doctor)")
        #expect("\(doctor)".contains("transport: openssh"), "\(doctor)")
    }
}
