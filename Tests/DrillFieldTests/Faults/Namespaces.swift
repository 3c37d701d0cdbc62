import DrillModel
import Foundation
import Testing

/// Three hosts of our own: network namespaces on one bridge, with IPv4 and IPv6 addresses and
/// something that listens where sshd would.
///
/// ```
///   a 10.66.0.11 fd66::11 ──┐
///   b 10.66.0.12 fd66::12 ──┼── bridge, in a namespace of its own
///   c 10.66.0.13 fd66::13 ──┘
/// ```
struct Namespaces: Sendable {
    static let hosts = ["a", "b", "c"]
    static let port = 2222

    let tag: String
    let scratch: Scratch

    /// - Throws: What is missing; a test machine without iproute2, iptables and root or sudo can't prove a
    ///   cut.
    init() async throws {
        scratch = try Scratch()
        tag = "drt" + String(UInt32.random(in: 0...0xff_ffff), radix: 16)
        var script = """
            set -e
            ip netns add \(tag)-x
            ip -n \(tag)-x link add name sw0 type bridge
            ip -n \(tag)-x link set sw0 up
            """
        for (index, name) in Self.hosts.enumerated() {
            let space = "\(tag)-\(name)"
            script += """

                ip netns add \(space)
                ip -n \(tag)-x link add v\(index) type veth peer name eth0 netns \(space)
                ip -n \(tag)-x link set v\(index) master sw0 up
                ip netns exec \(space) sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.eth0.accept_dad=0
                ip -n \(space) link set lo up
                ip -n \(space) link set eth0 up
                for t in iptables ip6tables; do
                    # The first rule ever makes the built-in chains, which then stay.
                    ip netns exec \(space) $t -A INPUT -j ACCEPT
                    ip netns exec \(space) $t -D INPUT -j ACCEPT
                    ip netns exec \(space) $t -A OUTPUT -j ACCEPT
                    ip netns exec \(space) $t -D OUTPUT -j ACCEPT
                done
                ip -n \(space) addr add \(Self.address(name))/24 dev eth0
                ip -n \(space) addr add \(Self.address6(name))/64 dev eth0 nodad
                ip netns exec \(space) timeout 120 python3 -c '
                import socket, threading
                def serve(port):
                    s = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
                    def echo(c):
                        while (d := c.recv(64)): c.sendall(d)
                    while True: threading.Thread(target=echo, args=(s.accept()[0],), daemon=True).start()
                threading.Thread(target=serve, args=(\(Self.port),)).start()
                serve(8080)' </dev/null >/dev/null 2>&1 &
                echo $! >>\(scratch.path)/servers
                """
        }
        let made = try await Sh.root(script)
        if made.exit != 0 { await remove() }
        try #require(made.exit == 0, "network namespaces can't be made: \(made)")
        for name in Self.hosts {
            var tries = 0
            while try await !connects("a", to: Self.address(name)), tries < 50 {
                tries += 1
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    static func address(_ name: String) -> String {
        "10.66.0.\(11 + (hosts.firstIndex(of: name) ?? 0))"
    }
    static func address6(_ name: String) -> String {
        "fd66::\(11 + (hosts.firstIndex(of: name) ?? 0))"
    }

    func remove() async {
        await endServers()
        for name in Self.hosts + ["x"] { _ = try? await Sh.root("ip netns del \(tag)-\(name)") }
        // What was done on a host was done by root, files too.
        _ = try? await Sh.root("rm -rf \(scratch.path) /etc/netns/\(tag)-*")
    }

    /// Ends what listens on every host.
    func endServers() async {
        for pid in scratch.lines("servers") {
            // On a busy machine one goes on to answer for a while.
            _ = try? await Sh.root(
                """
                kill \(pid)
                while grep -q '^[0-9]* (.*) [^ZX]' /proc/\(pid)/stat 2>/dev/null; do sleep 0.01; done
                """
            )
        }
    }

    /// Root's shell on a host.
    func on(_ name: String) -> Sh {
        Sh(before: Sh.root.before + ["ip", "netns", "exec", "\(tag)-\(name)"])
    }

    func connects(
        _ from: String,
        to address: String,
        port: Int = Namespaces.port
    ) async throws -> Bool {
        try await on(from)("timeout 1 bash -c ': </dev/tcp/\(address)/\(port)' 2>/dev/null").exit
            == 0
    }

    /// Every rule and chain of both families, without counters.
    func rules(_ name: String) async throws -> String {
        try await on(name)(
            "for t in iptables ip6tables; do $t-save | grep -v '^#' | sed 's/\\[.*//'; done"
        ).output
    }

    /// The inventory of a, b and c, by IPv4 unless told otherwise.
    func inventory(_ address: (String) -> String = Namespaces.address) -> Inventory {
        Inventory(
            name: "namespaces",
            hosts: Self.hosts.map {
                Host(name: $0, address: address($0), port: Self.port)
            }
        )
    }

    /// Carries out actions one after another; what fails is returned as text.
    func perform(_ actions: [Action]) async throws -> [String] {
        var failures: [String] = []
        for action in actions {
            guard case .command(let host, let command) = action.verb else { continue }
            let answer = try await on(host)(command)
            if case .exit(let code) = action.expect, answer.exit != code {
                failures.append("\(action.what): \(answer)")
            }
        }
        return failures
    }

    /// Carries out `capture` and fills the procedure with what it saved.
    func captured(_ procedure: Procedure) async throws -> Procedure {
        var saved: [String: String] = [:]
        for action in procedure.capture {
            guard case .command(let host, let command) = action.verb else { continue }
            let answer = try await on(host)(command)
            if let name = action.saves {
                saved[name] = answer.output.trimmingCharacters(in: .whitespacesAndNewlines)
            }
        }
        return procedure.filled(saved: saved)
    }
}
