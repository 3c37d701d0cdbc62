import Foundation
import Testing

extension LabTests {
    /// What `drill sudoers` prints, taken at its word by a real sudo.
    @Suite(.serialized) struct SudoRules {
        static let address = "10.77.2.41"

        static var inventory: String {
            """
            inventory: one
            ssh: { user: drill, key: \(Lab.folder)/state/id_ed25519, known-hosts: \(Lab.folder)/state/known_hosts }
            regions:
              us-west-2:
                zones:
                  a: { app-west: { address: \(address), roles: [app], user: minimal } }
                  b: { lb-west: { address: 10.77.2.51, roles: [app] } }
            """
        }

        static let experiment = """
            experiment: least
            inventory: one.yaml
            probes:
              way-in: { tcp: "\(address):22", every: 100ms }
            steady: { for: 200ms, within: 30s }
            method:
              - { fault: partition, id: cut, target: { host: app-west }, from: { host: lb-west } }
              - undo: cut
              - { fault: pause-process, id: hang, target: { host: app-west }, pattern: sleep 7777 }
              - undo: hang
            """

        /// A command as root of the target, by the lab's own login.
        private func root(_ script: String) async throws -> DrillCommand.Ended {
            let word = script.replacing("'", with: #"'\''"#)
            return try await Lab.ssh(Self.address, "sudo -n sh -c '\(word)'")
        }

        private func minimal(_ command: String) async throws -> DrillCommand.Ended {
            try await DrillCommand().start(
                [
                    "-i", "\(Lab.folder)/state/id_ed25519", "-o", "BatchMode=yes",
                    "-o", "UserKnownHostsFile=\(Lab.folder)/state/known_hosts",
                    "minimal@\(Self.address)", command,
                ],
                program: "/usr/bin/ssh"
            ).end(within: 30)
        }

        @Test(
            "with these rules alone faults go in, are proven and undone, and nothing else is allowed"
        )
        func least() async throws {
            let drill = try DrillCommand()
            try Self.inventory.write(
                toFile: "\(drill.home)/one.yaml",
                atomically: true,
                encoding: .utf8
            )
            let file = try drill.experiment(Self.experiment, name: "least.yaml")
            let made = try await root(
                "useradd -m -s /bin/sh -p \"*\" minimal && mkdir ~minimal/.ssh && cp ~drill/.ssh/authorized_keys"
                    + " ~minimal/.ssh/ && chown -R minimal ~minimal/.ssh && chmod 700 ~minimal/.ssh"
                    + " && { setsid sleep 7777 </dev/null >/dev/null 2>&1 & }"
            )
            #expect(made.exit == 0, "\(made.all)")
            do {
                try await attempt(drill, file)
            } catch {
                try await clean()
                throw error
            }
            try await clean()
            let left = try await root(
                "iptables-save | grep -i drill; ip6tables-save | grep -i drill;"
                    + " find /run/drill -mindepth 1 2>/dev/null; ps -eo args | grep \"[d]rill-lease\""
            )
            #expect(left.output.isEmpty, "left behind: \(left.output)")
        }

        private func clean() async throws {
            let gone = try await root(
                "pkill -x -f \"sleep 7777\"; rm -f /etc/sudoers.d/drill-minimal; userdel -rf minimal;"
                    + " ! id minimal"
            )
            #expect(gone.output.isEmpty, "\(gone.all)")
        }

        private func attempt(_ drill: DrillCommand, _ file: String) async throws {
            let refused = try await drill.run("plan", file)
            #expect(refused.exit == 3 && refused.output.contains("drill sudoers"), "\(refused.all)")
            let rules = try await drill.run("sudoers", file, "--host", "app-west")
            #expect(rules.exit == 0, "\(rules.all)")
            try await install(rules.output)

            let ended = try await drill.run("run", file)
            #expect(ended.exit == 0, "\(ended.all.suffix(3000))")
            let faults = try #require(try drill.record()["faults"] as? [[String: Any]])
            for fault in faults {
                #expect(fault["effective"] as? Bool == true, "\(fault)")
                #expect(fault["settled"] as? Bool == true, "\(fault)")
            }
            #expect(faults.count == 2)

            for command in [
                "cat /etc/shadow", "sh -c id", "sh", "sh -c true", "true -x", "iptables -F",
                "-s", "-u drill true",
            ] {
                let denied = try await minimal("sudo -n \(command)")
                #expect(denied.exit == 1, "sudo -n \(command): \(denied.all)")
            }

            // With what the survey found there are fewer, and they do as well.
            let narrow = try await drill.run("sudoers", file, "--host", "app-west", "--survey")
            #expect(narrow.output.utf8.count < rules.output.utf8.count)
            try await install(narrow.output)
            let again = try await drill.run("run", file)
            #expect(again.exit == 0, "\(again.all.suffix(3000))")
        }

        /// Puts a file to where sudo reads it, once visudo has nothing against it.
        private func install(_ rules: String) async throws {
            let put = try await pipe(
                rules,
                to: """
                    rm -f r; cat >r; sudo -n sh -c "umask 337; rm -f /tmp/rules; cat r >/tmp/rules; rm r; \
                    /usr/sbin/visudo -cf /tmp/rules && mv /tmp/rules /etc/sudoers.d/drill-minimal"
                    """
            )
            #expect(put.exit == 0 && put.output.contains("parsed OK"), "\(put.all)")
        }

        /// A command on the target by the lab's own login, the text on its standard input: longer than
        /// what one argument may be.
        private func pipe(_ text: String, to command: String) async throws -> DrillCommand.Ended {
            let drill = try DrillCommand()
            let file = "\(drill.home)/text"
            try text.write(toFile: file, atomically: true, encoding: .utf8)
            return try await drill.start(
                [
                    "-c",
                    "ssh -i \(Lab.folder)/state/id_ed25519 -o BatchMode=yes"
                        + " -o UserKnownHostsFile=\(Lab.folder)/state/known_hosts"
                        + " drill@\(Self.address) '\(command)' <\(file)",
                ],
                program: "/bin/sh"
            ).end(within: 30)
        }

        @Test("visudo accepts what every experiment here needs")
        func parse() async throws {
            let drill = try DrillCommand()
            let folder = "\(DrillCommand.root)/Experiments"
            for place in [folder, "\(folder)/faults"] {
                let names = try FileManager.default.contentsOfDirectory(atPath: place)
                for name in names.sorted() where name.hasSuffix(".yaml") {
                    let rules = try await drill.run("sudoers", "\(place)/\(name)")
                    #expect(rules.exit == 0, "\(name): \(rules.errors)")
                    let parsed = try await pipe(
                        rules.output,
                        to: "cat >r; /usr/sbin/visudo -cf r; rm -f r"
                    )
                    #expect(parsed.all.contains("parsed OK"), "\(name): \(parsed.all.prefix(2000))")
                }
            }
        }
    }

    /// `drill doctor` on the lab.
    @Suite(.serialized) struct Doctor {
        @Test("the lab is well, and every fault that needs no power would work")
        func well() async throws {
            let drill = try DrillCommand()
            let ended = try await drill.run(
                "doctor",
                "-i",
                "\(Lab.folder)/inventory.yaml",
                "--json"
            )
            #expect(ended.exit == 0, "\(ended.all.suffix(3000))")
            let found = try #require(
                try JSONSerialization.jsonObject(with: Data(ended.output.utf8)) as? [String: Any]
            )
            let hosts = try #require(found["hosts"] as? [[String: Any]])
            #expect(hosts.count == 14)
            for host in hosts {
                let name = host["host"] as? String ?? ""
                #expect(host["reachable"] as? Bool == true, "\(name)")
                let key = host["host_key"] as? [String: Any]
                #expect((key?["fingerprint"] as? String)?.hasPrefix("SHA256:") == true, "\(name)")
                #expect(host["lease_in_memory"] as? Bool == true, "\(name)")
                let faults = try #require(host["faults"] as? [[String: Any]])
                let verdicts = Set(faults.compactMap { $0["verdict"] as? String })
                let isProtected = ["edge", "backup"].contains(name)
                #expect(
                    verdicts == [isProtected ? "forbidden" : "works"],
                    "\(name): \(faults)"
                )
            }
            #expect((found["findings"] as? [Any])?.isEmpty == true)
        }

        @Test("a container that is down and a key that changed are told, each of its host")
        func ill() async throws {
            let drill = try DrillCommand()
            let keys = try String(
                contentsOfFile: "\(Lab.folder)/state/known_hosts",
                encoding: .utf8
            )
            // One host shows a key that belongs to another.
            let other = try #require(
                keys.split(separator: "\n").first { $0.hasPrefix("10.77.1.11 ") }
            )
            try "10.77.2.51\(other.dropFirst("10.77.1.11".count))\n".write(
                toFile: "\(drill.home)/keys",
                atomically: true,
                encoding: .utf8
            )
            let file = try drill.experiment(
                """
                inventory: ill
                ssh: { user: drill, key: \(Lab.folder)/state/id_ed25519, known-hosts: \(drill.home)/keys }
                hosts:
                  lb-west: { address: 10.77.2.51 }
                  ghost: { container: lab-ghost }
                """
            )
            let ended = try await drill.run("doctor", "-i", file)
            #expect(ended.exit == 1, "\(ended.all)")
            #expect(ended.output.contains("HOST KEY CHANGED"), "\(ended.output)")
            #expect(ended.output.contains("ssh-keygen -f"), "\(ended.output)")
            #expect(ended.output.contains("knows no container lab-ghost"), "\(ended.output)")
        }
    }
}
