import DrillEngine
import DrillModel
import DrillWire
import Foundation
import Testing

@testable import DrillField

/// What is decided before a host is asked: keys, transport, ssh's words, a line's marks.
@Suite("Remotes: choices")
struct ChoiceTests {
    static let setup = SSHSetup(
        environment: ["HOME": "/home/me", "USER": "me"],
        knownHosts: "/kh",
        configFile: "/nowhere"
    )

    static func endpoint(
        key: String? = nil,
        jump: String? = nil,
        beyond: [String] = []
    ) -> SSHEndpoint {
        var endpoint = SSHEndpoint(
            DrillModel.Host(name: "db", address: "10.0.0.1", user: "drill", key: key, jump: jump),
            address: "10.0.0.1",
            setup: setup
        )
        endpoint.beyond = beyond
        return endpoint
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var what: String
        var transport = DrillModel.Host.Transport.auto
        var endpoint = ChoiceTests.endpoint()
        var identities = IdentityChoice(identities: [.file(path: "/k")])
        var types = ["ssh-ed25519"]
        var authority: String?
        /// The transport, or `none`.
        var taken: String
        /// Part of the reason or message.
        var because = ""
        var testDescription: String { what }
    }

    @Test(arguments: [
        Case(what: "plain", taken: "libssh2"),
        Case(what: "said so", transport: .libssh2, taken: "libssh2", because: "the inventory says"),
        Case(what: "said openssh", transport: .openssh, taken: "openssh", because: "the inventory"),
        Case(what: "jump", endpoint: endpoint(jump: "edge"), taken: "openssh", because: "edge"),
        Case(
            what: "libssh2 and jump",
            transport: .libssh2,
            endpoint: endpoint(jump: "edge"),
            taken: "none",
            because: "transport: auto"
        ),
        Case(
            what: "config",
            endpoint: endpoint(beyond: ["proxycommand (c:1)"]),
            taken: "openssh",
            because: "proxycommand (c:1)"
        ),
        Case(what: "rsa host", types: ["ssh-rsa"], taken: "openssh", because: "ssh-rsa"),
        Case(what: "rsa and ecdsa", types: ["ssh-rsa", "ecdsa-sha2-nistp256"], taken: "libssh2"),
        Case(what: "unknown host", types: [], taken: "libssh2"),
        Case(what: "authority", types: [], authority: "kh:3", taken: "openssh", because: "kh:3"),
        Case(what: "authority and key", authority: "kh:3", taken: "libssh2"),
        Case(
            what: "rsa key",
            identities: IdentityChoice(onlyOpenSSH: ["k is an RSA key"]),
            taken: "openssh",
            because: "k is an RSA key"
        ),
        Case(
            what: "locked key",
            endpoint: endpoint(key: "/k"),
            identities: IdentityChoice(unusable: ["/k has a passphrase: ssh-add /k"]),
            taken: "none",
            because: "ssh-add /k"
        ),
        Case(
            what: "locked key, openssh",
            transport: .openssh,
            endpoint: endpoint(key: "/k"),
            identities: IdentityChoice(unusable: ["/k has a passphrase: ssh-add /k"]),
            taken: "none",
            because: "ssh-add /k"
        ),
        Case(what: "no key", identities: IdentityChoice(), taken: "none", because: "ssh-keygen"),
    ])
    func transport(_ row: Case) {
        let choice = TransportChoice.choose(
            row.transport,
            row.endpoint,
            identities: row.identities,
            knownTypes: row.types,
            authority: row.authority
        )
        let (taken, why) =
            switch choice {
            case .libssh2(let why, _): ("libssh2", why)
            case .openssh(let why): ("openssh", why)
            case .none(let message): ("none", message)
            }
        #expect(taken == row.taken)
        #expect(row.because.isEmpty || why.contains(row.because), "\(why)")
    }

    @Test func keyFilesTellTheirKind() async throws {
        let folder = NSTemporaryDirectory() + "drill-keys-\(UUID().uuidString.prefix(8))/"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (type, name) in [("ed25519", "e"), ("ecdsa", "c"), ("rsa", "r")] {
            try await TestSSHD.makeKey(type, folder + name)
        }
        try await TestSSHD.makeKey("ed25519", folder + "locked", passphrase: "secret")
        _ = await shell(
            "cd \(folder); ssh-keygen -q -t rsa -m PEM -N '' -f p; ssh-keygen -q -t ed25519 -N '' "
                + "-f s; ssh-keygen -q -s e -I me -n drill s.pub; echo hello >x; cp p q; cp e y"
        )
        let environment = ["HOME": folder]
        let setup = SSHSetup(environment: environment, knownHosts: nil, configFile: "/nowhere")
        let plain = try #require(setup.keyFile(folder + "e"))
        #expect(plain.type == "ssh-ed25519")
        #expect(!plain.isEncrypted && !plain.hasCertificate)
        #expect(
            plain.publicKey
                == PrivateKeyFile.publicBlob(
                    try String(contentsOfFile: folder + "e.pub", encoding: .utf8)
                )
        )
        // Without its `.pub` too.
        #expect(setup.keyFile(folder + "y")?.publicKey == plain.publicKey)
        #expect(setup.keyFile(folder + "c")?.type == "ecdsa-sha2-nistp256")
        #expect(setup.keyFile(folder + "r")?.type == "ssh-rsa")
        #expect(setup.keyFile(folder + "q")?.type == "ssh-rsa")
        #expect(setup.keyFile(folder + "locked")?.isEncrypted == true)
        #expect(setup.keyFile(folder + "locked")?.type == "ssh-ed25519")
        #expect(setup.keyFile(folder + "s")?.hasCertificate == true)
        #expect(setup.keyFile(folder + "x") == nil)
        #expect(setup.keyFile(folder + "e.pub") == nil)
        #expect(setup.keyFile(folder + "nothing") == nil)
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test func keysAreChosenNotIterated() {
        func key(_ type: String) -> SSHAgentKey {
            SSHAgentKey(socket: "/a", key: SSHBytes.string(Array(type.utf8)), comment: type)
        }
        let many = (0..<9).map { _ in key("ssh-ed25519") } + [key("ssh-rsa")]
        let choice = IdentityChoice.choose(files: [], areNamed: false, agentKeys: many)
        #expect(choice.identities.count == 4)
        #expect(choice.onlyOpenSSH.count == 1)
        // A named key leaves the agent's others out.
        let named = IdentityChoice.choose(
            files: [.unusable(path: "/k", why: "isn't there")],
            areNamed: true,
            agentKeys: many
        )
        #expect(named.identities.isEmpty)
        #expect(named.unusable == ["/k isn't there"])
    }

    @Test func jumpsAreHostsOrAddresses() {
        func parts(_ text: String) -> [String] {
            let host = FieldHosts.host(fromJump: text)
            return [host.user ?? "-", host.address ?? "-", host.port.map(String.init) ?? "-"]
        }
        #expect(parts("edge") == ["-", "edge", "-"])
        #expect(parts("me@edge") == ["me", "edge", "-"])
        #expect(parts("me@10.0.0.1:2222") == ["me", "10.0.0.1", "2222"])
        #expect(parts("[fe80::1]:22") == ["-", "fe80::1", "22"])
        #expect(parts("fe80::1") == ["-", "fe80::1", "-"])
        #expect(parts("a@b@edge") == ["a@b", "edge", "-"])
    }

    @Test func sshIsToldWhatTheInventorySays() {
        var arguments = OpenSSHArguments(endpoint: Self.endpoint(key: "/my key"), knownHosts: "/kh")
        let master = arguments.master(socket: "/s")
        let end = "-l drill -o IdentityFile=\"/my key\" -o IdentitiesOnly=yes -- 10.0.0.1"
        #expect(master.joined(separator: " ").contains(end))
        #expect(master.contains("UserKnownHostsFile=\"/kh\""))
        #expect(master.contains("StrictHostKeyChecking=yes"))
        #expect(master.contains("BatchMode=yes"))
        arguments.jumps = [Self.endpoint(key: "/100%")]
        let proxy = arguments.master(socket: "/s").first { $0.hasPrefix("ProxyCommand=") }
        // Once for ssh's own expansion, once for that of ProxyCommand.
        #expect(proxy?.contains(#"'IdentityFile="/100%%%%"' "#) == true)
        #expect(proxy?.contains("-W [%h]:%p -- 10.0.0.1") == true)
        let line = arguments.command("a 'b' $c\n--", socket: "/s")
        #expect(line.last == "a 'b' $c\n--")
        #expect(line.dropLast().suffix(2) == ["--", "drill"])
    }

    @Test func whatSSHSaysBecomesACode() {
        let table: [(String, RemoteError.Code)] = [
            ("root@h: Permission denied (publickey).", .notAuthorised),
            ("ssh: connect to host h port 22: Connection refused", .refused),
            ("ssh: connect to host h port 22: Connection timed out", .timedOut),
            ("ssh: connect to host h port 22: No route to host", .unreachable),
            ("ssh: Could not resolve hostname h: Name or service not known", .unresolvable),
            ("No ED25519 host key is known for h and you have requested strict", .hostKeyUnknown),
            ("@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @", .hostKeyChanged),
            ("The ED25519 host key for h is marked as revoked.", .hostKeyRevoked),
            ("Unable to negotiate with h port 22: no matching cipher found.", .unsupported),
            ("c: line 3: Bad configuration option: colour", .configuration),
            ("@ WARNING: UNPROTECTED PRIVATE KEY FILE! @", .noKey),
            ("kex_exchange_identification: Connection closed by remote host", .protocolError),
        ]
        for (text, code) in table {
            let error = OpenSSHMessages.error(from: text, Self.endpoint(), Self.setup)
            #expect(error.code == code, "\(text)")
            #expect(error.message.count > 20)
        }
    }

    struct Marks: Sendable {
        var errors: String
        var exit: CommandResult.Exit?
        var left: String
    }

    @Test(arguments: [
        Marks(errors: "e\ndrill-exit:m:0\ndrill-end:m:0\n", exit: .code(0), left: "e\n"),
        Marks(
            errors: "no newlinedrill-exit:m:7\ndrill-end:m:7\n",
            exit: .code(7),
            left: "no newline"
        ),
        Marks(
            errors: "bash: no locale\ndrill-begin:m\ne\ndrill-exit:m:0\ndrill-end:m:0\n",
            exit: .code(0),
            left: "bash: no locale\ne\n"
        ),
        Marks(errors: "drill-begin:m\n", exit: nil, left: ""),
        Marks(errors: "drill-exit:m:255\ndrill-end:m:255\n", exit: .code(255), left: ""),
        Marks(errors: "drill-exit:m:137\ndrill-end:m:137\n", exit: .code(137), left: ""),
        Marks(errors: "drill-end:m:137\n", exit: .signal("KILL"), left: ""),
        Marks(errors: "drill-exit:m:0\ndrill-end:m:143\n", exit: .signal("TERM"), left: ""),
        Marks(errors: "drill-end:m:3\n", exit: .code(3), left: ""),
        Marks(errors: "drill-exit:other:0\n", exit: nil, left: "drill-exit:other:0\n"),
        Marks(errors: "", exit: nil, left: ""),
    ])
    func marksAreTakenOff(_ row: Marks) {
        var result = CommandResult(
            exit: .code(255),
            output: [],
            errors: Array(row.errors.utf8),
            sent: Instant(ns: 0),
            done: Instant(ns: 0)
        )
        let isOurs = WrappedLine("true", mark: "m").unwrap(
            &result,
            lastErrors: Array(row.errors.utf8)
        )
        #expect(isOurs == (row.exit != nil))
        if let exit = row.exit { #expect(result.exit == exit) }
        #expect(result.errorText == row.left)
    }
}
