import DrillModel
import Foundation
import Testing

@testable import DrillField

/// Tables for ssh_config.
@Suite("ssh_config")
struct SSHConfigTests {
    func settings(
        _ text: String,
        for name: String,
        files: [String: String] = [:],
        system: String? = nil
    ) -> SSHConfig.Settings {
        var config = SSHConfig()
        config.read(text, file: "c") { pattern in
            files.keys.sorted().filter { $0 == pattern || pattern == "*" }
                .map { ($0, files[$0] ?? "") }
        }
        if let system { config.read(system, file: "s", isSystem: true) }
        return config.settings(for: name)
    }

    @Test("the hosts on the way: the inventory's jump, ssh_config's, chains and aliases")
    func routes() throws {
        let file = FileManager.default.temporaryDirectory.path + "/drill-ssh-\(UUID().uuidString)"
        try """
        Host db
            HostName 10.0.0.1
            ProxyJump me@outer:22,ssh://inner
        Host inner
            HostName 10.0.0.2
        Host outer
            HostName 10.0.0.3
            ProxyCommand nc %h %p
        Host circle
            ProxyJump circle
        """.write(toFile: file, atomically: true, encoding: .utf8)
        let inventory = Inventory(
            name: "i",
            hosts: [
                DrillModel.Host(name: "bastion", address: "inner"), DrillModel.Host(name: "none"),
            ]
        )
        let hosts = FieldHosts(inventory: inventory, environment: [:], configFile: file)
        func route(_ address: String, jump: String? = nil) -> Passage? {
            hosts.route(to: DrillModel.Host(name: "h", address: address, jump: jump))
        }
        let db = try #require(route("db"))
        #expect(db.address == "10.0.0.1")
        #expect(Set(db.through) == ["10.0.0.2", "10.0.0.3"])
        #expect(db.proxyCommand == "proxycommand (\(file):8)")
        #expect(route("db", jump: "bastion") == Passage(address: "10.0.0.1", through: ["10.0.0.2"]))
        #expect(route("db", jump: "none") == Passage(address: "10.0.0.1"))
        #expect(route("192.0.2.1") == Passage(address: "192.0.2.1"))
        #expect(route("circle")?.through.count == 8)
        #expect(hosts.route(to: DrillModel.Host(name: "none")) == nil)
    }

    @Test func followsWhatItKnows() {
        let text = """
            # mine
            Host db  app
                HostName 10.77.1.11
                User drill
                Port=2222
                IdentityFile "~/.ssh/a key"
                identityfile ~/.ssh/two
                ProxyJump me@edge:22
            Host *
                User other
                Port 22
            """
        let db = settings(text, for: "db")
        #expect(db.hostName == "10.77.1.11")
        #expect(db.user == "drill")
        #expect(db.port == 2222)
        #expect(db.identityFiles == ["~/.ssh/a key", "~/.ssh/two"])
        #expect(db.proxyJump == "me@edge:22")
        #expect(db.beyond.isEmpty)
        #expect(settings(text, for: "web") == SSHConfig.Settings(user: "other", port: 22))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var text: String
        var name: String
        var beyond: [String]
        var testDescription: String { "\(text) for \(name)" }

        init(_ text: String, _ name: String, _ beyond: [String]) {
            self.text = text
            self.name = name
            self.beyond = beyond
        }
    }

    @Test(arguments: [
        Case("Compression yes", "db", ["compression (c:1)"]),
        Case("Host db\n Compression yes", "db", ["compression (c:2)"]),
        Case("Host db\n Compression yes", "app", []),
        Case("Host !db *\n Compression yes", "db", []),
        Case("Host !db *\n Compression yes", "app", ["compression (c:2)"]),
        Case("Host 10.77.*\n ForwardAgent yes", "10.77.1.1", ["forwardagent (c:2)"]),
        Case("Match all\n User x", "db", ["Match all (c:2)"]),
        Case("Match host db\n User x", "db", ["Match host db (c:2)"]),
        Case("Match exec \"touch /tmp/x\"\n User x", "db", ["Match exec touch /tmp/x (c:2)"]),
        Case("Match originalhost app\n User x", "db", []),
        Case("Match originalhost app,db\n User x", "db", ["Match originalhost app,db (c:2)"]),
        Case("Match exec x originalhost app\n User x", "db", []),
        Case("Match all", "db", []),
        Case("HostName %h.shop", "db", ["hostname (c:1)"]),
        Case("IdentityFile ~/.ssh/%r", "db", ["identityfile (c:1)"]),
        Case("IdentityFile ${HOME}/k", "db", ["identityfile (c:1)"]),
        Case("Port many", "db", ["port (c:1)"]),
        Case("ProxyCommand nc %h %p", "db", ["proxycommand (c:1)"]),
        Case("User drill # me", "db", []),
        Case("  # User\n\n\t\nUser x", "db", []),
    ])
    func knowsItsLimits(_ row: Case) {
        #expect(settings(row.text, for: row.name).beyond == row.beyond)
    }

    @Test func theFirstValueWins() {
        let text = "User first\nUser second\nHost db\nUser third"
        #expect(settings(text, for: "db").user == "first")
    }

    @Test func includesStandWhereTheyAreNamed() {
        let files = ["one": "User included\nHost app\n Port 9", "two": "Compression yes"]
        let text = "Host db\n Include one\n Port 7\nHost web\n Include two"
        let db = settings(text, for: "db", files: files)
        #expect(db.user == "included")
        // A `Host` inside of an included file ends with it.
        #expect(db.port == 7)
        #expect(db.beyond.isEmpty)
        #expect(settings(text, for: "app", files: files).port == nil)
        #expect(settings(text, for: "web", files: files).beyond == ["compression (two:1)"])
    }

    @Test func anIncludeOfItselfEnds() {
        #expect(settings("Include c", for: "db", files: ["c": "Include c\nUser x"]).user == "x")
    }

    @Test func theSystemsDefaultsAreNoReason() {
        let system = "Host *\n SendEnv LANG LC_*\n HashKnownHosts yes\n User system"
        let found = settings("", for: "db", system: system)
        #expect(found.beyond.isEmpty)
        #expect(found.user == "system")
        #expect(settings("SendEnv X", for: "db").beyond == ["sendenv (c:1)"])
        #expect(
            settings("", for: "db", system: "ProxyCommand x").beyond == ["proxycommand (s:1)"]
        )
    }

    @Test func theInventoryWins() {
        let setup = SSHSetup(environment: ["HOME": "/home/me", "USER": "me"], knownHosts: "~/kh")
        var with = setup
        with.config = SSHConfig()
        with.config.read("User c\nPort 5\nIdentityFile ~/c\nHostName real", file: "c")
        let bare = SSHEndpoint(
            DrillModel.Host(name: "db", address: "10.0.0.1"),
            address: "10.0.0.1",
            setup: with
        )
        #expect(bare.shown == "db (c@real:5)")
        #expect(bare.keys == ["/home/me/c"])
        #expect(bare.knownName == "[real]:5")
        let host = DrillModel.Host(name: "db", address: "x", user: "u", port: 22, key: "~/k")
        let full = SSHEndpoint(host, address: "x", setup: with)
        #expect(full.shown == "db (u@real:22)")
        #expect(full.keys == ["/home/me/k"])
        let none = SSHEndpoint(
            DrillModel.Host(name: "db", address: "x"),
            address: "x",
            setup: setup
        )
        #expect(none.user == "me")
        #expect(setup.knownHostsFiles == ["/home/me/kh"])
    }
}
