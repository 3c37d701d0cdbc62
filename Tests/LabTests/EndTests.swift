import Foundation
import Glibc
import Testing

extension LabTests {
    /// drill is ended at every kind of event of a run, in every way, with every family of faults in
    /// place; the hosts must be as they were.
    ///
    /// Each event and each way once a family, of a variant two, unless `DRILL_DEATH=all` (`make death`)
    /// or `DRILL_DEATH=stopService`, that family alone. Every case is a row of the table that this prints.
    @Suite(.serialized) struct Ends {
        /// One fault that stands for all that work alike.
        enum Family: String, CaseIterable, Sendable {
            case partition, pauseProcess, stopService, run, killContainer, pauseContainer, network
            // Variants of these.
            case killProcess, killMachine, machineNetwork, controlPath

            var isVariant: Bool {
                switch self {
                case .killProcess, .killMachine, .machineNetwork, .controlPath: true
                default: false
                }
            }

            var fault: String {
                switch self {
                case .partition:
                    "{ fault: partition, id: hurt, target: { host: victim }, from: { host: peer } }"
                case .pauseProcess:
                    "{ fault: pause-process, id: hurt, target: { host: victim }, pattern: shop.py }"
                case .stopService:
                    "{ fault: stop-service, id: hurt, target: { host: victim }, service: shop }"
                case .run:
                    """
                    { fault: run, id: hurt, target: { host: victim },
                      inject: touch /tmp/hurt, effective: test -e /tmp/hurt,
                      undo: rm -f /tmp/hurt, settled: test ! -e /tmp/hurt }
                    """
                case .killContainer:
                    "{ fault: kill-container, id: hurt, target: { host: victim } }"
                case .pauseContainer:
                    "{ fault: pause-container, id: hurt, target: { host: victim } }"
                case .network, .machineNetwork:
                    "{ fault: fail-zone, id: hurt, target: { zone: west/a }, by: network }"
                case .killProcess:
                    """
                    { fault: kill-process, id: hurt, target: { host: victim },
                      pattern: "^\(Self.bystander)$",
                      restart: "setsid -f \(Self.bystander) </dev/null >/dev/null 2>&1" }
                    """
                case .killMachine:
                    "{ fault: fail-zone, id: hurt, target: { zone: west/a }, by: kill }"
                case .controlPath:
                    """
                    { fault: partition, id: hurt, target: { host: victim },
                      include-control: true, for: \(Int(Ends.lease))s }
                    """
                }
            }

            /// A process that nobody supervises; only `killProcess` needs one.
            static let bystander = "sleep 86411"

            /// The victim as the inventory has it: a container, or a machine that happens to be one.
            var victim: String {
                switch self {
                case .killMachine, .machineNetwork:
                    """
                    { address: 10.77.2.41, power: { \
                    off: docker kill lab-app-west, on: docker start lab-app-west, \
                    state: "docker inspect -f '{{if .State.Running}}on{{else}}off{{end}}' \
                    lab-app-west" } }
                    """
                default: "{ address: 10.77.2.41, container: lab-app-west }"
                }
            }

            /// Whether the host undoes it by itself when its lease ends.
            var isLeased: Bool {
                switch self {
                case .partition, .pauseProcess, .stopService, .run, .killProcess, .machineNetwork,
                    .controlPath:
                    true
                case .killContainer, .pauseContainer, .network, .killMachine: false
                }
            }

            /// Whether nobody but the host can undo it before its lease ends.
            var isOutOfReach: Bool { self == .controlPath }

            /// Ends with exit 0 where the fault is not in place.
            var look: String {
                switch self {
                case .partition, .machineNetwork, .controlPath:
                    "! docker exec lab-app-west iptables-save | grep -q DRILL-"
                case .pauseProcess:
                    "docker exec lab-app-west ps -eo stat,args | grep '[s]hop.py' | grep -qv ^T"
                case .stopService:
                    "docker exec lab-app-west ps -eo args | grep -q '[s]hop.py'"
                case .run: "docker exec lab-app-west test ! -e /tmp/hurt"
                case .killProcess:
                    "docker exec lab-app-west pgrep -xf '\(Self.bystander)' | grep -q ."
                case .killContainer, .pauseContainer, .killMachine:
                    "docker inspect -f '{{.State.Status}}' lab-app-west | grep -qx running"
                case .network:
                    "docker inspect -f '{{.NetworkSettings.Networks}}' lab-app-west | grep -q :"
                }
            }
        }

        /// Kinds of events, by the line that announces them.
        enum Moment: String, CaseIterable, Sendable {
            case steady, journalWritten, armed, injectSent, injectDone, waiting, undoSent, undoDone

            var line: String {
                switch self {
                case .steady: "-- steady"
                // The journal's own file is looked at.
                case .journalWritten: ""
                case .armed: "armed: it undoes"
                case .injectSent: "injecting hurt"
                case .injectDone: "injected hurt"
                case .waiting: "step: wait"
                case .undoSent: "undoing hurt"
                case .undoDone: "undone hurt"
                }
            }
        }

        enum Way: String, CaseIterable, Sendable {
            case kill, killBoth, int, term, hup, quit

            var signal: Int32? {
                switch self {
                case .kill, .killBoth: nil
                case .int: SIGINT
                case .term: SIGTERM
                case .hup: SIGHUP
                case .quit: SIGQUIT
                }
            }
        }

        struct Case: CustomTestStringConvertible, Sendable {
            var family: Family
            var moment: Moment
            var way: Way

            var testDescription: String { "\(family) \(moment) \(way)" }
        }

        static var cases: [Case] {
            let wanted = ProcessInfo.processInfo.environment["DRILL_DEATH"]
            if let alone = wanted.flatMap(Family.init(rawValue:)) { return all(of: alone) }
            return Family.allCases.enumerated().flatMap { offset, family in
                if wanted == "all" { return all(of: family) }
                if family.isVariant {
                    return [
                        Case(family: family, moment: .waiting, way: .kill),
                        Case(family: family, moment: .undoSent, way: .killBoth),
                    ]
                }
                let ways = Way.allCases
                return moments(of: family).enumerated().map { index, moment in
                    Case(family: family, moment: moment, way: ways[(index + offset) % ways.count])
                }
            }
        }

        /// What has no lease is never armed.
        private static func moments(of family: Family) -> [Moment] {
            Moment.allCases.filter { family.isLeased || $0 != .armed }
        }

        private static func all(of family: Family) -> [Case] {
            moments(of: family).flatMap { moment in
                Way.allCases.map { Case(family: family, moment: moment, way: $0) }
            }
        }

        static let lease = 5.0

        /// Only the victim and a peer, so that a zone is one host and nothing else is hurt.
        private static func inventory(_ family: Family) -> String {
            """
            inventory: ends
            ssh:
              user: drill
              key: \(Lab.folder)/state/id_ed25519
              known-hosts: \(Lab.folder)/state/known_hosts
            regions:
              west:
                zones:
                  a: { victim: \(family.victim) }
                  b: { peer: { address: 10.77.2.51, container: lab-lb-west } }
            """
        }

        private static func experiment(_ family: Family) -> String {
            """
            experiment: ends
            inventory: inventory.yaml
            probes:
              edge: { measures: service, tcp: "10.77.9.10:8080", every: 100ms }
            steady: { for: 200ms, within: 30s }
            method:
              - \(family.fault)
              - wait: 300ms
              - undo: hurt
            lease: \(Int(lease))s
            """
        }

        @Test("drill ends at any event, in any way: the hosts are as they were", arguments: cases)
        func ends(_ case: Case) async throws {
            let drill = try DrillCommand()
            try Self.inventory(`case`.family)
                .write(toFile: "\(drill.home)/inventory.yaml", atomically: true, encoding: .utf8)
            if `case`.family == .killProcess {
                _ = try await drill.start(
                    ["exec", "-d", "lab-app-west", "sh", "-c", "exec \(Family.bystander)"],
                    program: "/usr/bin/docker"
                ).end(within: 20)
            }
            let before = try await Snapshot.takeQuiet(drill)
            let file = try drill.experiment(Self.experiment(`case`.family))
            let running = try drill.start(["run", file])
            #expect(try await Self.meets(`case`.moment, drill, running), "\(`case`): never met")

            let end = ContinuousClock.now
            let endNs = bootNs()
            switch `case`.way {
            case .kill: running.signal(SIGKILL)
            case .killBoth: try running.killWithGuardian()
            default: running.signal(`case`.way.signal ?? SIGKILL)
            }
            var outcome: String
            if `case`.way.signal == nil {
                outcome = try await expectHealed(`case`, drill, since: end)
                _ = try await running.end(within: 30)
            } else {
                outcome = try await expectStopped(`case`, drill, running, since: endNs)
            }
            // Whoever is healing is waited for; where both died it is this that heals.
            let heal = try await drill.run("heal")
            #expect(heal.exit == 0, "\(`case`): \(heal.all)")
            if `case`.way == .kill { try await expectAccount(`case`, drill) }
            let after = try await Snapshot.take(drill, until: before)
            #expect(after == before, "\(`case`): \(after.differences(from: before))")
            outcome += after == before ? ", as before" : ", NOT AS BEFORE"
            row(`case`, outcome)
            if `case`.family == .killProcess {
                let end = "kill $(pgrep -xf '\(Family.bystander)')"
                _ = try await drill.start(
                    ["exec", "lab-app-west", "sh", "-c", end],
                    program: "/usr/bin/docker"
                ).end(within: 20)
            }
        }

        /// What the guardian tells of it: in the timeline, and in the record that it wrote.
        private func expectAccount(_ `case`: Case, _ drill: DrillCommand) async throws {
            let folder = try drill.lastRun()
            func events() throws -> [String] {
                try String(contentsOfFile: "\(folder)/timeline.jsonl", encoding: .utf8)
                    .split(separator: "\n").map(String.init)
            }
            // Before there is a guardian nothing is touched.
            guard try events().contains(where: { $0.contains(#""guardianBegan":"#) }) else {
                #expect(`case`.moment == .steady, "\(`case`): nobody watched over it")
                return
            }
            // Where nothing is broken `drill heal` doesn't wait for the guardian.
            let record = "\(folder)/record.json"
            for _ in 0..<250 where !FileManager.default.fileExists(atPath: record) {
                try await Task.sleep(for: .milliseconds(20))
            }
            let all = try events()
            let died = try #require(
                all.firstIndex { $0.contains(#""controllerDied":"#) },
                "\(`case`): nobody says that drill died"
            )
            let (earlier, told) = (all[..<died], all[died...])
            let isJournaled = ![.steady, .undoDone].contains(`case`.moment)
            if isJournaled, !earlier.contains(where: { $0.contains(#""undone":"#) }) {
                for words in [
                    #""undoing":{"fault":"hurt","why":"drill died"}"#,
                    #""settled":{"_2":{"holds":{}},"fault":"hurt","host":"victim"}"#,
                    #""undone":{"failedHosts":[],"fault":"hurt"}"#,
                ] {
                    #expect(told.contains { $0.contains(words) }, "\(`case`): no \(words)")
                }
            }
            let kept = try drill.record()
            #expect(kept["verdict"] as? String == "error", "\(`case`): \(kept)")
            #expect(kept["exit"] as? Int == 70, "\(`case`): \(kept)")
            let reasons = kept["reasons"] as? [String] ?? []
            #expect(
                reasons.contains { $0.contains("its guardian took over") },
                "\(`case`): \(reasons)"
            )
        }

        /// Killed: by the guardian within two seconds, by the lease within it and one second more.
        private func expectHealed(
            _ `case`: Case,
            _ drill: DrillCommand,
            since end: ContinuousClock.Instant
        ) async throws -> String {
            if `case`.way == .killBoth, !`case`.family.isLeased {
                try await healElsewhere(`case`, drill)
                return "healed by drill heal from a copy"
            }
            let (who, limit) =
                `case`.way == .kill && !`case`.family.isOutOfReach
                ? ("guardian", 2.0) : ("lease", Self.lease + 1)
            var lasted = 0.0
            while true {
                let look = try await drill.start(["-c", `case`.family.look], program: "/bin/sh")
                    .end(within: 20)
                lasted = (ContinuousClock.now - end).inSeconds
                if lasted > limit + 20 { break }
                guard look.exit == 0 else { continue }
                // What was just sent may not have been in effect yet.
                try await Task.sleep(for: .milliseconds(300))
                let again = try await drill.start(["-c", `case`.family.look], program: "/bin/sh")
                    .end(within: 20)
                if again.exit == 0 { break }
            }
            #expect(lasted <= limit, "\(`case`): healed by its \(who) after \(lasted) s")
            return "whole by its \(who) after \(String(format: "%.2f", lasted)) s"
        }

        /// The run's folder alone, copied to another place, is enough; the first is gone.
        private func healElsewhere(_ `case`: Case, _ drill: DrillCommand) async throws {
            let elsewhere = try DrillCommand()
            let (here, files) = (URL(filePath: try drill.lastRun()), FileManager.default)
            try files.createDirectory(
                atPath: "\(elsewhere.home)/runs",
                withIntermediateDirectories: true
            )
            let copy = "\(elsewhere.home)/runs/\(here.lastPathComponent)"
            try files.copyItem(atPath: here.path, toPath: copy)
            try files.removeItem(at: here)
            let heal = try await elsewhere.run("heal")
            #expect(heal.exit == 0, "\(`case`): \(heal.all)")
            if [.injectDone, .waiting, .undoSent].contains(`case`.moment) {
                #expect(heal.output.contains("hurt on victim: healed"), "\(`case`): \(heal.all)")
            }
        }

        /// Told to stop: undoing begins within a second, and it ends as stopped.
        private func expectStopped(
            _ `case`: Case,
            _ drill: DrillCommand,
            _ running: DrillCommand.Running,
            since endNs: Int64
        ) async throws -> String {
            let ended = try await running.end(within: 60)
            #expect(ended.exit == 4, "\(`case`): exit \(ended.exit): \(ended.all.suffix(2000))")
            #expect(try drill.record()["verdict"] as? String == "stopped", "\(`case`)")
            let timeline = try String(
                contentsOfFile: "\(drill.lastRun())/timeline.jsonl",
                encoding: .utf8
            )
            let undoing = timeline.split(separator: "\n").filter { $0.contains(#""undoing":"#) }
                .compactMap { $0.firstMatch(of: /"at":(\d+)/).flatMap { Int64($0.1) } }
                .filter { $0 > endNs }.min()
            guard let undoing else { return "stopped, nothing to undo" }
            let lasted = Double(undoing - endNs) / 1e9
            #expect(lasted <= 1, "\(`case`): undoing began after \(lasted) s")
            return "stopped, undoing after \(String(format: "%.2f", lasted)) s"
        }

        private static func meets(
            _ moment: Moment,
            _ drill: DrillCommand,
            _ running: DrillCommand.Running
        ) async throws -> Bool {
            let pause = Duration.microseconds(300)
            guard moment == .journalWritten else {
                return try await running.says(moment.line, looking: pause)
            }
            #expect(try await running.says("-- method"))
            let journal = try drill.lastRun() + "/journal.jsonl"
            while running.isRunning {
                let text = try String(contentsOfFile: journal, encoding: .utf8)
                if text.contains(#""broken""#) { return true }
                try await Task.sleep(for: pause)
            }
            return false
        }

        private func row(_ case: Case, _ outcome: String) {
            func column(_ text: String, _ width: Int) -> String {
                text + String(repeating: " ", count: max(1, width - text.count))
            }
            print(
                "death  " + column(`case`.family.rawValue, 15) + column(`case`.moment.rawValue, 15)
                    + column(`case`.way.rawValue, 9) + outcome
            )
        }
    }
}

/// CLOCK_BOOTTIME, as drill's timelines count.
private func bootNs() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

extension Duration {
    fileprivate var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

/// Firewall rules, processes, drill's own files and containers with their networks, of victim and peer.
private struct Snapshot: Equatable {
    var parts: [String: String]

    private static let looks = [
        // Rules, chains and policies that aren't the default; tables that were looked at stay, empty. The
        // engine's own change with each start.
        "rules": """
        for tool in iptables ip6tables; do
            $tool-save | grep -e ^-A -e '^:.* -' -e '^:.* DROP' \
                | grep -v DOCKER_ | sed 's/ \\[[0-9:]*\\]//'
        done
        """,
        "processes": "ps -eo stat=,args=",
        "leases": "find /run/drill /dev/shm/drill -mindepth 1 2>/dev/null | sort",
    ]

    static func take(_ drill: DrillCommand) async throws -> Snapshot {
        var parts: [String: String] = [:]
        for container in ["lab-app-west", "lab-lb-west"] {
            for (name, look) in looks {
                let seen = try await drill.start(
                    ["exec", container, "sh", "-c", look],
                    program: "/usr/bin/docker"
                ).end(within: 20)
                let text = name == "processes" ? processes(seen.all) : seen.all
                parts["\(container) \(name)"] = text
            }
            let format = """
                {{.State.Status}} {{range $name, $it := .NetworkSettings.Networks}}\
                {{$name}} {{$it.IPAddress}} {{$it.Aliases}}{{end}}
                """
            parts["\(container) state"] = try await drill.start(
                ["inspect", "-f", format, container],
                program: "/usr/bin/docker"
            ).end(within: 20).all
        }
        return Snapshot(parts: parts)
    }

    /// Stopped or not, and what each is, without those who look, who log in and who are gone already.
    private static func processes(_ text: String) -> String {
        text.split(separator: "\n").compactMap { line -> String? in
            let words = line.split(separator: " ", maxSplits: 1).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            guard words.count == 2 else { return String(line) }
            let isPassing =
                words[0].hasPrefix("Z")
                || ["ps -eo", "sshd: drill", "sh -c ps"].contains { words[1].contains($0) }
            return isPassing ? nil : (words[0].hasPrefix("T") ? "stopped " : "") + words[1]
        }
        .sorted().joined(separator: "\n")
    }

    /// Twice the same: nobody was just passing by.
    static func takeQuiet(_ drill: DrillCommand) async throws -> Snapshot {
        var last = try await take(drill)
        for _ in 0..<20 {
            let next = try await take(drill)
            if next == last { break }
            last = next
        }
        return last
    }

    /// Once more and again until it is as before, or too long: a service takes its time to start.
    static func take(_ drill: DrillCommand, until before: Snapshot) async throws -> Snapshot {
        let end = ContinuousClock.now + .seconds(20)
        while true {
            let seen = try await take(drill)
            if seen == before || ContinuousClock.now > end { return seen }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    func differences(from before: Snapshot) -> String {
        parts.filter { before.parts[$0.key] != $0.value }
            .map { "\($0.key): before\n\(before.parts[$0.key] ?? "")\nafter\n\($0.value)" }
            .joined(separator: "\n")
    }
}
