import DrillEngine
import DrillField
import DrillModel
import DrillWire
import Foundation
import Synchronization
import Testing

/// A secret in a command is in no command line of the way there: sampled while it runs, over every
/// transport, both ends being this machine.
@Suite("Security: secrets in command lines", .serialized)
struct SecretArgvTests {
    static let ways: [DrillModel.Host.Transport?] = [.libssh2, .openssh, nil]
    static let secret = "pl4nted-\(UInt64.random(in: 0...UInt64.max))"
    static let lines = "first \(secret)\n.\nlast 'of' \"\(secret)\" $HOME"

    /// Every process list in which a word was seen.
    private final class Watcher: Sendable {
        let seen = Mutex<Set<String>>([])
        let looks = Mutex(0)

        func look() {
            for pid in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
                guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline"),
                    let range = data.firstRange(of: Data(SecretArgvTests.secret.utf8))
                else { continue }
                let text = String(decoding: data, as: UTF8.self)
                _ = range
                seen.withLock { _ = $0.insert(text.replacing("\0", with: " ")) }
            }
            looks.withLock { $0 += 1 }
        }
    }

    private func run(
        _ command: DrillModel.Command,
        over way: DrillModel.Host.Transport?,
        seen: (Set<String>) -> Void = { #expect($0 == [], "in a process list") }
    ) async throws -> CommandResult {
        let sent = try CommandLine(command) { part throws(SecretError) in
            part == .file("lines") ? Self.lines : Self.secret
        }
        #expect(!sent.line.contains(Self.secret))
        let watcher = Watcher()
        let watching = Task {
            while !Task.isCancelled {
                watcher.look()
                try? await Task.sleep(for: .milliseconds(2))
            }
        }
        var result: CommandResult?
        if let way {
            try await withServer { server in
                let hosts = server.hosts()
                result = try await hosts.remote(to: server.host(way))
                    .run(sent.line, input: sent.input)
                await hosts.close()
            }
        } else {
            result = try await LocalRemote(host: "here").run(sent.line, input: sent.input)
        }
        watching.cancel()
        await watching.value
        // One in 100 ms is the least that a busy machine allows.
        #expect(watcher.looks.withLock { $0 } > 5)
        seen(watcher.seen.withLock { $0 })
        return try #require(result)
    }

    private func shell(
        _ parts: Text.Part...,
        input: Text? = nil,
        sudo: Bool = false
    )
        -> DrillModel.Command
    {
        DrillModel.Command(.shell(Text(parts: parts)), input: input, sudo: sudo)
    }

    @Test("in a string, as a variable of the program's environment", arguments: ways)
    func environment(_ way: DrillModel.Host.Transport?) async throws {
        let command = shell(
            .literal("PW="),
            .environment("PW"),
            .literal(" sh -c 'sleep 0.5; printf %s \"$PW\"'; cat; exit 3"),
            input: "own input"
        )
        let result = try await run(command, over: way)
        #expect(result.outputText == Self.secret + "own input")
        #expect(result.exit == .code(3))
    }

    @Test("with sudo, and one of many lines with every kind of quote", arguments: ways)
    func sudo(_ way: DrillModel.Host.Transport?) async throws {
        let command = shell(
            .literal("sleep 0.5; printf %s "),
            .file("lines"),
            .literal(" "),
            sudo: true
        )
        let result = try await run(command, over: way)
        #expect(result.outputText == Self.lines)
    }

    @Test("as a word of a list it is seen of the program itself, and of nothing before it")
    func list() async throws {
        let command = DrillModel.Command(
            .list([
                "sh", "-c", "sleep 0.5; printf %s \"$1\"", "called",
                Text(parts: [.environment("PW")]),
            ]),
            sudo: true
        )
        for way in Self.ways {
            let result = try await run(command, over: way) { seen in
                // The docs say so: what is an argument can't be kept from a process list.
                #expect(seen == ["sh -c sleep 0.5; printf %s \"$1\" called \(Self.secret) "])
            }
            #expect(result.outputText == Self.secret)
        }
    }

    @Test("nor in a lease's undo, whoever carries it out")
    func undo() async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let undo = shell(
            .literal("sleep 0.5; printf %s "),
            .file("lines"),
            .literal(" >\(scratch.path)/out; cat >>\(scratch.path)/out"),
            input: Text(parts: [.literal("in "), .environment("PW")])
        )
        let procedure = Procedure(
            target: "h",
            inject: [],
            effective: [],
            undo: [Action("undo", .command(host: "h", undo))],
            settled: [],
            healing: .lease
        )
        let script = procedure.undoScript(saved: [:]) { part throws(Never) in
            part == .file("lines") ? Self.lines : Self.secret
        }
        try script.write(toFile: "\(scratch.path)/undo", atomically: true, encoding: .utf8)
        let watcher = Watcher()
        let watching = Task {
            while !Task.isCancelled {
                watcher.look()
                try? await Task.sleep(for: .milliseconds(2))
            }
        }
        let result = try await LocalRemote(host: "here").run("sh \(scratch.path)/undo")
        watching.cancel()
        await watching.value
        #expect(result.exit == .code(0))
        #expect(watcher.seen.withLock { $0 } == [])
        let out = try String(contentsOfFile: "\(scratch.path)/out", encoding: .utf8)
        #expect(out == Self.lines + "in " + Self.secret)
    }
}
