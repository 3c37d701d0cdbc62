import DrillEngine
import DrillField
import DrillModel
import DrillWire
import Foundation

/// A real sshd on a loopback address, with its own host key and one authorised key.
///
/// It ends with `end`, and with this process in any case: its parent is a shell that waits for the end
/// of a pipe from here.
struct TestSSHD: Sendable {
    var folder: String
    var address: String
    var port: Int
    var pid: Int
    private var child: Int

    var key: String { "\(folder)/key" }
    var knownHosts: String { "\(folder)/known_hosts" }
    var config: String { "\(folder)/config" }
    var user: String { NSUserName() }

    static func start(
        hostKey: String = "ed25519",
        clientKey: String = "ed25519",
        options: [String] = []
    ) async throws -> TestSSHD {
        let folder = NSTemporaryDirectory() + "drill-test-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(
            atPath: folder + "/.ssh",
            withIntermediateDirectories: true
        )
        if NSUserName() == "root" {
            // sshd's own start script makes it (sshd(8), privilege separation).
            try FileManager.default.createDirectory(
                atPath: "/run/sshd",
                withIntermediateDirectories: true
            )
        }
        try await makeKey(hostKey, "\(folder)/host")
        try await makeKey(clientKey, "\(folder)/key")
        let address = "127.1.0.\(Int.random(in: 1...250))"
        guard let port = LocalPort.free() else { throw TestFailure("no port") }
        let settings = [
            "Port \(port)", "ListenAddress \(address)", "HostKey \(folder)/host", "PidFile none",
            "AuthorizedKeysFile \(folder)/key.pub", "UsePAM no", "PasswordAuthentication no",
            "KbdInteractiveAuthentication no", "PermitRootLogin prohibit-password",
            "StrictModes no",
            "UseDNS no", "PrintMotd no", "PrintLastLog no", "MaxStartups 100",
        ]
        try write((settings + options).joined(separator: "\n") + "\n", "\(folder)/sshd_config")
        try write("", "\(folder)/config")
        var server = TestSSHD(folder: folder, address: address, port: port, pid: 0, child: 0)
        try await server.comeBack()
        try await server.note(hostKeyIn: "\(folder)/host.pub")
        return server
    }

    func end() async {
        await goDown()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Ends listener and sessions: connections are refused from now on.
    func goDown() async {
        for pid in [pid] + (await sessions(of: pid)) { _ = await shell("kill -9 \(pid)") }
        await Children.shared.end(child)
    }

    /// Listens, at the same address and with the same keys as before.
    mutating func comeBack() async throws {
        child = try await Children.shared.start(
            ChildOrder(
                [
                    "/bin/sh", "-c",
                    "/usr/sbin/sshd -D -f \(folder)/sshd_config -E \(folder)/log & echo $!; read x; "
                        + "kill $!",
                ],
                keepsInputOpen: true,
                outputLimitBytes: 1000
            )
        )
        pid = try await listener()
    }

    /// Ends the processes of the sessions; the listener lives on.
    func killSessions() async {
        await signalSessions("KILL")
        // Until their sockets' ends have come here too: what is sent before that has an unknown fate.
        _ = await shell("sleep 0.2")
    }

    /// The listener too: new connections are accepted by the kernel and hear nothing.
    func signalAll(_ name: String) async {
        _ = await shell("kill -\(name) \(pid)")
        await signalSessions(name)
    }

    func signalSessions(_ name: String) async {
        for pid in await sessions(of: pid) { _ = await shell("kill -\(name) \(pid)") }
    }

    func host(
        _ transport: DrillModel.Host.Transport,
        name: String = "db",
        user: String? = nil,
        port: Int? = nil,
        key: String? = nil,
        jump: String? = nil
    ) -> DrillModel.Host {
        DrillModel.Host(
            name: name,
            address: address,
            user: user ?? self.user,
            port: port ?? self.port,
            key: key ?? self.key,
            jump: jump,
            transport: transport
        )
    }

    func hosts(_ all: [DrillModel.Host] = []) -> FieldHosts {
        FieldHosts(
            inventory: Inventory(name: "test", knownHosts: knownHosts, hosts: all),
            environment: ["HOME": folder, "PATH": "/usr/bin:/bin", "USER": user],
            configFile: config
        )
    }

    /// Makes a line of known_hosts from a public key file.
    func note(hostKeyIn file: String, marker: String = "") async throws {
        let words = try String(contentsOfFile: file, encoding: .utf8).split(separator: " ")
        try Self.write(
            "\(marker)[\(address)]:\(port) \(words[0]) \(words[1])\n",
            knownHosts
        )
    }

    static func write(_ text: String, _ file: String) throws {
        try text.write(toFile: file, atomically: true, encoding: .utf8)
    }

    static func makeKey(_ type: String, _ file: String, passphrase: String = "") async throws {
        let outcome = try await Children.shared.run(
            ChildOrder(
                ["ssh-keygen", "-q", "-t", type, "-N", passphrase, "-f", file],
                outputLimitBytes: 1000
            ),
            deadlineNs: BootClock.nowNs() + 30_000_000_000
        )
        guard outcome.exit == .code(0) else { throw TestFailure("ssh-keygen: \(outcome)") }
    }

    private func listener() async throws -> Int {
        for _ in 0..<200 {
            let found = await shell(
                "ssh-keyscan -T 1 -p \(port) \(address) 2>/dev/null | grep -q . && "
                    + "pgrep -f '^sshd: /usr/sbin/sshd -D -f \(folder)/sshd_config'"
            )
            if let pid = Int(found.split(separator: "\n").first ?? "") { return pid }
        }
        let log = (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? ""
        throw TestFailure("sshd did not start: \(log)")
    }

    /// The sshd processes below one: a session of root is one of them, a user's two, of which the inner
    /// one talks (sshd(8), privilege separation).
    private func sessions(of pid: Int) async -> [Int] {
        var found: [Int] = []
        let children = await shell("ps -o pid=,comm= --ppid \(pid) | sed -n 's/ *sshd$//p'")
        for child in children.split(whereSeparator: \.isWhitespace).compactMap({ Int($0) }) {
            found += await sessions(of: child) + [child]
        }
        return found
    }
}

struct TestFailure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

/// What a shell line of this machine prints.
func shell(_ line: String) async -> String {
    let outcome = try? await Children.shared.run(
        ChildOrder(["/bin/sh", "-c", line], outputLimitBytes: 100_000),
        deadlineNs: BootClock.nowNs() + 10_000_000_000
    )
    return String(decoding: outcome?.output ?? [], as: UTF8.self)
}

func seconds(_ count: Double) -> Instant {
    Instant(ns: BootClock.nowNs() + Int64(count * 1e9))
}

/// Runs a test with a server of its own.
func withServer(
    hostKey: String = "ed25519",
    clientKey: String = "ed25519",
    options: [String] = [],
    _ body: (TestSSHD) async throws -> Void
) async throws {
    let server = try await TestSSHD.start(
        hostKey: hostKey,
        clientKey: clientKey,
        options: options
    )
    do {
        try await body(server)
    } catch {
        await server.end()
        throw error
    }
    await server.end()
}
