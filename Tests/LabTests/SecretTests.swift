import Foundation
import Glibc
import Synchronization
import Testing

extension LabTests {
    /// Secrets in every place that a file allows, and then a look at all that a run leaves.
    @Suite(.serialized) struct Secrets {
        /// Each place has a secret of its own, so that a leak tells where it came from.
        ///
        /// Those of addresses and passwords must be plain words there.
        static let places = [
            "QUERY", "HEADER", "BODY", "PASSWORD", "LEDGER", "LOOK", "LIST", "INPUT", "INJECT",
            "EFFECTIVE", "UNDO", "SETTLED", "STEP", "STEPLIST", "VERIFY", "VERIFYSQL", "POWER",
            "WHO",
        ]

        private static let inventory = """
            inventory: lab
            ssh: { user: drill, key: LAB/state/id_ed25519, known-hosts: LAB/state/known_hosts }
            regions:
              west:
                zones:
                  a:
                    app-west: { address: 10.77.2.41, roles: [app] }
                  b:
                    lb-west:
                      address: 10.77.2.51
                      roles: [app]
                      power:
                        off: "false ${env:S_POWER}"
                        on: [false, "${env:S_POWER}"]
                        state: "echo ${env:S_POWER}"
            hosts:
              edge: { address: 10.77.9.10 }
            """

        /// Whatever can echo a secret does, on both streams.
        private static let experiment = """
            experiment: secrets
            inventory: inventory.yaml
            who:
              chosen:
                among: { host: app-west }
                where:
                  command: { host: edge, run: "echo ${env:S_WHO}; test ${it.name} = app-west" }
            probes:
              shop:
                http:
                  url: "http://10.77.9.10:8080/orders?token=${env:S_QUERY}"
                  headers: { authorization: "Bearer ${env:S_HEADER}" }
                  status: 200
              posted:
                http: { url: "http://10.77.9.10:8080/orders", body: "${env:S_BODY}" }
                slower-than: 900ms
              wrong-password:
                sql:
                  url: "postgresql://nobody:${env:S_PASSWORD}@10.77.9.10:5432/shop"
                  query: "select '${env:S_PASSWORD}'"
              look:
                command: { host: edge, run: "echo ${env:S_LOOK} | tee /dev/stderr" }
              list:
                command:
                  host: app-west
                  run: [sh, -c, 'printf "%s" "$1"', x, "${env:S_LIST}"]
            steady: { for: 1s, within: 30s }
            method:
              - fault: run
                id: odd
                target: { who: chosen }
                inject:
                  run: "sleep 0.3; echo ${env:S_INJECT} | tee /dev/stderr; cat"
                  input: "${env:S_INPUT}"
                effective: "sleep 0.3; echo ${env:S_EFFECTIVE} | tee /dev/stderr; false"
                undo: "sleep 0.3; echo ${env:S_UNDO}; echo ${env:S_UNDO} >&2"
                settled: "echo ${env:S_SETTLED} | tee /dev/stderr"
              - runbook: mend.yaml
            """

        private static let runbook = """
            runbook: mend
            steps:
              - step: echo it
                host: app-west
                run: "sleep 0.3; echo ${env:S_STEP} | tee /dev/stderr"
                verify: { command: { host: edge, run: "echo ${env:S_VERIFY}" }, within: 30s }
              - step: fail with it
                host: app-west
                run: "sleep 0.3; printf '%s\\\\n' ${env:S_STEPLIST} >&2; exit 3"
                optional: true
              - step: look with it
                verify:
                  sql:
                    url: "postgresql://shop:${env:S_VERIFYSQL}@10.77.9.10:5432/shop"
                    query: "select '${env:S_VERIFYSQL}'"
                    equals: other
                  within: 1s
                optional: true
            """

        private static func planted() -> [String: String] {
            Dictionary(
                uniqueKeysWithValues: places.map {
                    ("S_\($0)", "pl4nt-\($0.lowercased())-\(UInt32.random(in: 0...UInt32.max))")
                }
            )
        }

        /// What process lists, of this machine and so of the lab's containers on it, showed meanwhile.
        private static func watch(_ words: [String]) async -> Set<String> {
            var seen: Set<String> = []
            while !Task.isCancelled {
                for pid in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
                    guard Int(pid) != nil,
                        let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline")
                    else { continue }
                    let text = String(decoding: line, as: UTF8.self)
                    if words.contains(where: text.contains) {
                        seen.insert(text.replacing("\0", with: " "))
                    }
                }
                try? await Task.sleep(for: .milliseconds(5))
            }
            return seen
        }

        /// A run that is killed on a terminal, which then shows what its guardian does: all of the
        /// terminal's text.
        private static func killOnTerminal(
            _ drill: DrillCommand,
            _ file: String,
            _ secrets: [String: String]
        ) async throws -> String {
            let (number, over) = ("\(drill.home)/number", "\(drill.home)/over")
            // script(1) is the terminal; it stays when drill is gone.
            let line = """
                sh -c 'echo $$ >\(number); exec \(DrillCommand.binary) run \(file)'; \
                while [ ! -e \(over) ]; do sleep 0.1; done
                """
            let terminal = try drill.start(
                ["-qec", line, "/dev/null"],
                environment: secrets.merging(["TERM": "xterm"]) { $1 },
                program: "/usr/bin/script"
            )
            #expect(try await terminal.says("BROKEN NOW"), "no live view")
            let timeline = "\(try drill.lastRun())/timeline.jsonl"
            for _ in 0..<500 {
                let text = (try? String(contentsOfFile: timeline, encoding: .utf8)) ?? ""
                if text.contains(#""proof":"#) { break }
                try await Task.sleep(for: .milliseconds(20))
            }
            let text = try String(contentsOfFile: number, encoding: .utf8)
            let drillItself = try #require(
                pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines))
            )
            _ = kill(drillItself, SIGKILL)
            #expect(try await terminal.says("all is as before"), "its guardian said nothing")
            try Data().write(to: URL(filePath: over))
            return try await terminal.end(within: 20).all
        }

        private static func onAppWest(_ script: String) async throws -> DrillCommand.Ended {
            try await DrillCommand().start(
                ["exec", "lab-app-west", "sh", "-c", script],
                program: "/usr/bin/docker"
            ).end(within: 30)
        }

        /// The lab's hosts have no syslog; this is one, for two minutes at most.
        private static func listenToSyslog() async throws {
            let begun = try await onAppWest(
                """
                rm -f /dev/log /tmp/drill-syslog
                timeout 120 python3 -c '
                import os, socket
                inlet = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                inlet.bind("/dev/log")
                os.chmod("/dev/log", 0o666)
                with open("/tmp/drill-syslog", "ab", 0) as log:
                    while True: log.write(inlet.recv(8192) + b"\\n")
                ' </dev/null >/dev/null 2>&1 &
                echo $! >/tmp/drill-syslog.pid
                for try in $(seq 100); do [ -S /dev/log ] && exit; sleep 0.05; done; exit 1
                """
            )
            try #require(begun.exit == 0, "\(begun.all)")
        }

        /// What it heard; it ends with that.
        private static func syslog() async throws -> String {
            try await onAppWest(
                """
                cat /tmp/drill-syslog; kill $(cat /tmp/drill-syslog.pid)
                rm -f /dev/log /tmp/drill-syslog /tmp/drill-syslog.pid
                """
            ).output
        }

        @Test("nothing that a run writes, prints or shows to a process list holds a secret")
        func nowhere() async throws {
            let drill = try DrillCommand()
            try await drill.labUp()
            let secrets = Self.planted()
            _ = try drill.experiment(
                Self.inventory.replacing("LAB", with: Lab.folder),
                name: "inventory.yaml"
            )
            _ = try drill.experiment(Self.runbook, name: "mend.yaml")
            // The wrong password never becomes steady: without it the rest is run.
            let whole = try drill.experiment(Self.experiment)
            let wrong = Self.experiment.firstRange(of: "  wrong-password:")
            let look = Self.experiment.firstRange(of: "  look:")
            var text = Self.experiment
            text.removeSubrange(try #require(wrong).lowerBound..<#require(look).lowerBound)
            let running = try drill.experiment(text, name: "running.yaml")

            let watching = Task { await Self.watch(Array(secrets.values)) }
            var said: [(what: String, text: String)] = []
            for (file, exit) in [(whole, 3), (running, 2)] as [(String, Int32)] {
                let junit = "\(drill.home)/\(exit).xml"
                let ended = try await drill.run(
                    "run",
                    file,
                    "--junit",
                    junit,
                    environment: secrets
                )
                #expect(ended.exit == exit, "\(ended.all.suffix(3000))")
                said.append(("run", ended.all))
            }
            // Whoever heals isn't who armed the undo, whose output the host has kept; without its secret
            // that output can't be told at all.
            try await Self.listenToSyslog()
            for (name, isKnown) in [("known", true), ("unknown", false)] {
                let killed = try drill.experiment(
                    text.replacing("; false\"", with: "\"")
                        .replacing("runbook: mend.yaml", with: "wait: 60s")
                        .replacing("settled: \"echo ${env:S_SETTLED}", with: "settled: \"true"),
                    name: "\(name).yaml"
                )
                if isKnown {
                    said.append(("terminal", try await Self.killOnTerminal(drill, killed, secrets)))
                } else {
                    let process = try drill.start(["run", killed], environment: secrets)
                    #expect(try await process.says("odd is in effect"))
                    process.signal(SIGKILL)
                    said.append(("killed run", try await process.end().all))
                }
                let heal = try await drill.run("heal", environment: isKnown ? secrets : [:])
                #expect(heal.exit == 0, "\(heal.all)")
                said.append(("heal", heal.all))
            }
            let syslog = try await Self.syslog()
            #expect(syslog.contains("odd: undo through the lease"), "\(syslog)")
            said.append(("syslog", syslog))
            for arguments in [
                ["plan", running], ["plan", running, "--json"], ["show", "last"],
                ["show", "last", "--json"], ["runs", "--json"], ["heal", "--dry-run"],
                ["validate", whole], ["doctor", running], ["doctor", running, "--json"],
                ["sudoers", running], ["report"], ["report", "--html"], ["report", "--md"],
                ["report", "--junit"], ["report", "--json"],
            ] {
                let ended = try await drill.start(arguments, environment: secrets).end()
                said.append((arguments.joined(separator: " "), ended.all))
            }
            watching.cancel()
            // The one word of a list that is given to a program is in that program's own command line.
            let seen = await watching.value.filter {
                !$0.hasPrefix("sh -c printf \"%s\" \"$1\" x \(secrets["S_LIST"] ?? "")")
            }
            #expect(seen == [], "in a process list")

            let files = try #require(
                FileManager.default.enumerator(atPath: "\(drill.home)/runs")
            )
            var count = 0
            for case let name as String in files {
                guard let data = FileManager.default.contents(atPath: "\(drill.home)/runs/\(name)")
                else { continue }
                said.append((name, String(decoding: data, as: UTF8.self)))
                count += 1
            }
            #expect(count > 20)
            for exit in [3, 2] {
                let junit = try String(contentsOfFile: "\(drill.home)/\(exit).xml", encoding: .utf8)
                said.append(("junit", junit))
            }
            for (what, text) in said {
                for (name, secret) in secrets where text.contains(secret) {
                    Issue.record("\(name) is in \(what)")
                }
            }
            // They were used all the same: shown by their names.
            let names = said.map(\.text).joined()
            for place in ["INJECT", "EFFECTIVE", "SETTLED", "STEP", "STEPLIST"] {
                #expect(names.contains("${env:S_\(place)}"), "\(place)")
            }
            try await Lab.expectWhole(drill, "secrets")
        }
    }
}
