import Foundation
import Glibc
import Testing

extension LabTests {
    /// drill is ended at every kind of event of a run, in every way, with every family of faults in
    /// place; the hosts must be as they were.
    ///
    /// Each event and each way once a family, unless `DRILL_DEATH=all` (`make death`). Every case is a
    /// row of the table that this prints.
    @Suite(.serialized) struct Ends {
        /// One fault that stands for all that work alike.
        enum Family: String, CaseIterable, Sendable {
            case partition, pauseProcess, stopService, run, killContainer, pauseContainer, network

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
                case .network:
                    "{ fault: fail-zone, id: hurt, target: { zone: west/a }, by: network }"
                }
            }

            /// Whether the host undoes it by itself when its lease ends.
            var isLeased: Bool {
                switch self {
                case .partition, .pauseProcess, .stopService, .run: true
                case .killContainer, .pauseContainer, .network: false
                }
            }

            /// Ends with exit 0 where the fault is not in place.
            var look: String {
                switch self {
                case .partition:
                    "! docker exec lab-app-west iptables-save | grep -q DRILL-"
                case .pauseProcess:
                    "docker exec lab-app-west ps -eo stat,args | grep '[s]hop.py' | grep -qv ^T"
                case .stopService:
                    "docker exec lab-app-west ps -eo args | grep -q '[s]hop.py'"
                case .run: "docker exec lab-app-west test ! -e /tmp/hurt"
                case .killContainer, .pauseContainer:
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
            let isWhole = ProcessInfo.processInfo.environment["DRILL_DEATH"] == "all"
            return Family.allCases.enumerated().flatMap { offset, family in
                // What has no lease is never armed.
                let moments = Moment.allCases.filter { family.isLeased || $0 != .armed }
                return moments.enumerated().flatMap { index, moment in
                    let ways = Way.allCases
                    let chosen = isWhole ? ways : [ways[(index + offset) % ways.count]]
                    return chosen.map { Case(family: family, moment: moment, way: $0) }
                }
            }
        }

        static let lease = 5.0

        /// Only the victim and a peer, so that a zone is one host and nothing else is hurt.
        private static let inventory = """
            inventory: ends
            ssh: { user: drill, key: lab/state/id_ed25519, known-hosts: lab/state/known_hosts }
            regions:
              west:
                zones:
                  a: { victim: { address: 10.77.2.41, container: lab-app-west } }
                  b: { peer: { address: 10.77.2.51, container: lab-lb-west } }
            """

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
            try Self.inventory.replacing("lab/state", with: "\(Lab.folder)/state")
                .write(toFile: "\(drill.home)/inventory.yaml", atomically: true, encoding: .utf8)
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
            let after = try await Snapshot.take(drill, until: before)
            #expect(after == before, "\(`case`): \(after.differences(from: before))")
            outcome += after == before ? ", as before" : ", NOT AS BEFORE"
            row(`case`, outcome)
        }

        /// Killed: by the guardian within two seconds, by the lease within it and one second more.
        private func expectHealed(
            _ `case`: Case,
            _ drill: DrillCommand,
            since end: ContinuousClock.Instant
        ) async throws -> String {
            if `case`.way == .killBoth, !`case`.family.isLeased {
                let heal = try await drill.run("heal")
                #expect(heal.exit == 0, "\(`case`): \(heal.all)")
                return "healed by drill heal"
            }
            let (who, limit) =
                `case`.way == .kill ? ("guardian", 2.0) : ("lease", Self.lease + 1)
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
                let size = try FileManager.default.attributesOfItem(atPath: journal)[.size] as? Int
                if let size, size > 0 { return true }
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
