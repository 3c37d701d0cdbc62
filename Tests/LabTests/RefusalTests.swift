import Foundation
import Testing

extension LabTests {
    /// What keeps a run from being started: each a message that says what, where and what to do, before
    /// anything is touched.
    @Suite(.serialized) struct Refusals {
        static let partition =
            "{ fault: partition, target: { host: app-west }, from: { host: lb-west } }"
        static let kill = "{ fault: kill-container, target: { host: app-west } }"

        /// Two of the lab's hosts, reached in a way of the test's own.
        struct Way {
            var user = "drill"
            var key = "\(Lab.folder)/state/id_ed25519"
            var knownHosts = "\(Lab.folder)/state/known_hosts"
            var address = Lab.appWest
            var more = ""
        }

        /// Writes an experiment with one fault over hosts that are reached that way.
        func experiment(
            _ drill: DrillCommand,
            _ way: Way,
            fault: String = partition
        ) throws -> String {
            try """
            inventory: refusals
            ssh: { user: \(way.user), key: \(way.key), known-hosts: \(way.knownHosts) }
            regions:
              west:
                zones:
                  a:
                    app-west: { address: \(way.address), container: lab-app-west\(way.more) }
                    lb-west: { address: 10.77.2.51, container: lab-lb-west\(way.more) }
              east:
                zones:
                  a:
                    app-east: { address: 10.77.1.41, container: lab-app-east-a }
                    lb-east: { address: 10.77.1.51, container: lab-lb-east-a }
            """.write(toFile: "\(drill.home)/inventory.yaml", atomically: true, encoding: .utf8)
            return try drill.experiment(
                """
                experiment: refusals
                inventory: inventory.yaml
                probes:
                  storefront:
                    measures: service
                    http: { url: "http://10.77.9.10:8080/live", status: 200 }
                steady: { for: 200ms, within: 30s }
                method:
                  - \(fault)
                lease: 10s
                """
            )
        }

        /// Runs it and expects exit 3, each of `words` in one message, and hosts that are as before.
        @discardableResult
        func expectRefusal(
            _ drill: DrillCommand,
            _ file: String,
            says words: [String],
            environment: [String: String] = [:]
        ) async throws -> DrillCommand.Ended {
            let before = try await Lab.traces()
            let ended = try await drill.run("run", file, environment: environment)
            #expect(ended.exit == 3, "\(ended.all.suffix(3000))")
            let refusals = ended.output.split(separator: "\n").filter {
                $0.contains("NOT STARTED") || $0.contains("not started: ")
            }
            let isSaid = refusals.contains { line in words.allSatisfy { line.contains($0) } }
            #expect(isSaid, "no line says all of \(words): \(ended.all)")
            #expect(try await Lab.traces() == before)
            #expect(try drill.record()["verdict"] as? String == "not-started")
            return ended
        }

        /// A key pair of that type in the test's own folder.
        func key(_ drill: DrillCommand, _ type: String) async throws -> String {
            let file = "\(drill.home)/\(type)"
            let made = try await drill.start(
                ["-q", "-t", type, "-N", "", "-f", file],
                program: "/usr/bin/ssh-keygen"
            ).end(within: 60)
            try #require(made.exit == 0, "\(made.all)")
            return file
        }

        /// A user without sudo on both hosts, who may log in with that key, for as long as `body` takes.
        func withUser(_ key: String, _ body: (String) async throws -> Void) async throws {
            let name = "guest\(Int.random(in: 1000...9999))"
            let publicKey = try String(contentsOfFile: "\(key).pub", encoding: .utf8)
                .trimmingCharacters(in: .newlines)
            for host in [Lab.appWest, Lab.lbWest] {
                // `*` is no password, and yet no locked account, which sshd would refuse.
                let made = try await Lab.ssh(
                    host,
                    """
                    sudo -n useradd -m -s /bin/bash -p '*' \(name) && cd / && \
                    sudo -n install -d -o \(name) -m 700 /home/\(name)/.ssh && \
                    echo '\(publicKey)' | \
                    sudo -n tee /home/\(name)/.ssh/authorized_keys >/dev/null
                    """
                )
                #expect(made.exit == 0, "\(made.all)")
            }
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(name))
            } catch {
                result = .failure(error)
            }
            for host in [Lab.appWest, Lab.lbWest] {
                let gone = try await Lab.ssh(host, "sudo -n userdel -rf \(name) 2>&1")
                #expect(gone.exit == 0, "\(gone.all)")
            }
            try result.get()
        }

        @Test("an RSA key: OpenSSH is taken, saying why; libssh2 alone can't")
        func rsaKey() async throws {
            let drill = try DrillCommand()
            let key = try await key(drill, "rsa")
            try await withUser(key) { user in
                let way = Way(user: user, key: key)
                let survey = try await drill.run("plan", try experiment(drill, way))
                // It gets there, and only then lacks sudo.
                #expect(survey.all.contains("may not use sudo"), "\(survey.all)")
                let notes = survey.all.split(whereSeparator: \.isWhitespace).joined(separator: " ")
                #expect(
                    notes.contains("reached by OpenSSH's ssh: \(key) is an RSA key"),
                    "\(survey.all)"
                )
            }
            try await expectRefusal(
                drill,
                try experiment(drill, Way(key: key, more: ", transport: libssh2")),
                says: [
                    "app-west", "\(key) is an RSA key, which libssh2 can't use",
                    "transport: auto or openssh",
                ]
            )
            // One that nobody has authorised: refused by the host, and why OpenSSH was asked.
            try await expectRefusal(
                drill,
                try experiment(drill, Way(key: key)),
                says: [
                    "drill@\(Lab.appWest):22", "refuses \(key)", "authorized_keys",
                    "ssh -i \(key) -p 22 drill@\(Lab.appWest)", "asked by OpenSSH's ssh",
                ]
            )
        }

        @Test("the host's key is another", arguments: ["auto", "openssh"])
        func hostKeyChanged(transport: String) async throws {
            let drill = try DrillCommand()
            let other = try String(
                contentsOfFile: "\(try await key(drill, "ed25519")).pub",
                encoding: .utf8
            ).split(separator: " ")[1]
            let known = "\(drill.home)/known_hosts"
            try "# the test's own\n\(Lab.appWest) ssh-ed25519 \(other)\n"
                .write(toFile: known, atomically: true, encoding: .utf8)
            try await expectRefusal(
                drill,
                try experiment(drill, Way(knownHosts: known, more: ", transport: \(transport)")),
                says: [
                    "app-west", "is not the one in \(known):2", "SHA256:",
                    "ssh-keygen -f \(known) -R '\(Lab.appWest)'",
                    "ssh-keyscan -p 22 \(Lab.appWest) >> \(known)",
                ]
            )
            // The other host isn't known at all.
            try await expectRefusal(
                drill,
                try experiment(drill, Way(knownHosts: known, more: ", transport: \(transport)")),
                says: [
                    "lb-west", "is not in \(known)", "ssh-keyscan -p 22 \(Lab.lbWest) >> \(known)",
                ]
            )
        }

        @Test("the host is down", arguments: ["auto", "openssh"])
        func hostDown(transport: String) async throws {
            let drill = try DrillCommand()
            // An address of the lab's network that nobody has.
            try await expectRefusal(
                drill,
                try experiment(
                    drill,
                    Way(address: "10.77.2.99", more: ", transport: \(transport)")
                ),
                says: ["no route to app-west (drill@10.77.2.99:22)", "Is the host up"]
            )
        }

        @Test("the user is wrong", arguments: ["auto", "openssh"])
        func wrongUser(transport: String) async throws {
            let drill = try DrillCommand()
            try await expectRefusal(
                drill,
                try experiment(drill, Way(user: "nosuch", more: ", transport: \(transport)")),
                says: [
                    "app-west (nosuch@\(Lab.appWest):22) refuses \(Lab.folder)/state/id_ed25519",
                    "Is nosuch the right user there", "authorized_keys",
                    "ssh -i \(Lab.folder)/state/id_ed25519 -p 22 nosuch@\(Lab.appWest)",
                ]
            )
        }

        @Test("a user without sudo")
        func noSudo() async throws {
            let drill = try DrillCommand()
            let key = try await key(drill, "ed25519")
            try await withUser(key) { user in
                try await expectRefusal(
                    drill,
                    try experiment(drill, Way(user: user, key: key)),
                    says: [
                        "\(user) on app-west may not use sudo without a password",
                        "partition needs root there", "drill sudoers --host app-west",
                        "/etc/sudoers.d/drill",
                    ]
                )
            }
        }

        @Test("no container engine's socket")
        func noEngine() async throws {
            let drill = try DrillCommand()
            let socket = "\(drill.home)/engine.sock"
            let ended = try await expectRefusal(
                drill,
                try experiment(drill, Way(), fault: Self.kill),
                says: [
                    "there is no container engine: \(socket) doesn't exist", "start it",
                    "DOCKER_HOST", "(No such file or directory)",
                ],
                environment: ["DOCKER_HOST": "unix://\(socket)"]
            )
            // The words are the system's, not a library's.
            #expect(!ended.all.contains("errno"), "\(ended.all)")
        }

        @Test("a container engine that this user may not use")
        func engineWithoutPermission() async throws {
            let drill = try DrillCommand()
            let file = try experiment(drill, Way(), fault: Self.kill)
            let before = try await Lab.traces()
            let ended = try await drill.asNobody(["run", file])
            #expect(ended.exit == 3, "\(ended.all.suffix(3000))")
            for words in [
                "refused, nothing was touched", "the container engine can't be used",
                "this user may not use the container engine's socket", "run drill as root",
                "usermod -aG docker", "(Permission denied)",
            ] {
                #expect(ended.all.contains(words), "\(words): \(ended.all)")
            }
            #expect(try await Lab.traces() == before)
        }
    }
}

extension Lab {
    static let appWest = "10.77.2.41"
    static let lbWest = "10.77.2.51"

    /// What a fault or its lease would leave on the two hosts, and since when their first process runs.
    fileprivate static func traces() async throws -> [String] {
        var found: [String] = []
        for host in [appWest, lbWest] {
            let look = try await ssh(
                host,
                """
                sudo -n iptables-save | grep -v '^#' | sed 's/\\[[0-9:]*\\]//'; \
                sudo -n find /run/drill -mindepth 1 2>/dev/null; \
                ps -eo args | grep '[d]rill-lease'; cut -d' ' -f22 /proc/1/stat
                """
            )
            #expect(look.exit == 0, "\(host): \(look.all)")
            #expect(!look.output.contains("DRILL-"), "\(host): \(look.output)")
            found.append(look.output)
        }
        return found
    }
}

extension DrillCommand {
    /// Runs a copy of drill as nobody, who is in no group that may use the engine.
    fileprivate func asNobody(_ arguments: [String]) async throws -> Ended {
        let copy = "\(home)/drill"
        try FileManager.default.copyItem(atPath: Self.binary, toPath: copy)
        defer { try? FileManager.default.removeItem(atPath: copy) }
        let words = [
            "/usr/bin/setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "env",
            "HOME=\(home)/nobody", "DRILL_HOME=\(home)/nobody/state", copy,
        ]
        let prepared =
            "mkdir -p \(home)/nobody && chown nobody:nogroup \(home)/nobody && chmod 755 \(home) && "
            + "exec \"$@\""
        let shell = ["-c", prepared, "sh"] + words + arguments
        return try await getuid() == 0
            ? start(shell, program: "/bin/sh").end(within: 120)
            : start(["-n", "/bin/sh"] + shell, program: "/usr/bin/sudo").end(within: 120)
    }
}
