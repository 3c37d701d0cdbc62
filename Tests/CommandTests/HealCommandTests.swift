import DrillEngine
import DrillHistory
import DrillModel
import DrillWire
import Foundation
import Testing

/// `drill heal` on journals whose undo needs no host: commands on the controller.
@Suite struct HealCommandTests {
    static let run = "20260101T000000Z-dark-0001"
    /// A port of each test's own: claims hold for the whole machine.
    private let port = Int.random(in: 2000...30_000)
    private var web: DrillModel.Host {
        DrillModel.Host(
            name: "web",
            address: "127.0.0.9",
            user: "drill",
            port: port,
            key: "/the key"
        )
    }

    /// A run that died with these faults in place.
    private func broken(
        _ drill: Command,
        _ undo: [Action],
        lease: Span? = nil,
        events: [Event] = []
    ) async throws {
        try await keep([wound("dark", undo, lease: lease)], in: drill, events: events)
    }

    /// Its lock goes with the folder, as that of a run that died.
    private func keep(_ wounds: [Wound], in drill: Command, events: [Event] = []) async throws {
        let folder = try RunStore(drill.folder).create(Self.run)
        try await folder.append(wounds.map { .broken($0) })
        for event in events { folder.record(event) }
        #expect(await folder.finish() == nil)
    }

    private func wound(
        run: String = run,
        _ fault: String,
        _ undo: [Action],
        lease: Span? = nil,
        on target: DrillModel.Host? = nil,
        lookedFrom others: [DrillModel.Host] = []
    ) -> Wound {
        let target = target ?? web
        let procedure = Procedure(
            target: target.name,
            inject: [],
            effective: others.map {
                Action("seen from \($0.name)", .command(host: $0.name, .shell("true")))
            },
            undo: undo,
            settled: [],
            healing: lease == nil ? .controller(why: "a test") : .lease
        )
        return Wound(
            run: run,
            fault: fault,
            procedure: procedure,
            lease: lease,
            hosts: [target] + others,
            knownHosts: "/the/known_hosts"
        )
    }

    /// Another run's claim on a host.
    private func claim(_ drill: Command, _ host: DrillModel.Host, _ use: String) throws -> FileLock
    {
        let claims = "\(drill.folder)/claims"
        try FileManager.default.createDirectory(atPath: claims, withIntermediateDirectories: true)
        let place = "\(claims)/address-\(host.address ?? "")-\(port)"
        return try #require(try FileLock(place, note: "OTHER \(use) /elsewhere"))
    }

    private func here(_ script: String) -> Action {
        Action("undo it", .command(host: Action.controller, .shell(script)))
    }

    private func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    @Test("what a dead run left broken counts in the guards of the next one")
    func countsInGuards() async throws {
        let drill = try Command()
        try await broken(drill, [here("true")])
        _ = try drill.write(
            """
            inventory: shop
            ssh: { user: drill }
            hosts:
              www: { address: 127.0.0.9, port: \(port), roles: [web] }
              other: { address: 192.0.2.8, port: \(port), roles: [web] }
            """,
            to: "inventory.yaml"
        )
        let file = try drill.write(
            """
            experiment: dark
            inventory: inventory.yaml
            probes: { here: { command: { run: "true" }, every: 100ms } }
            method: [{ fault: kill-process, target: { host: other }, name: nginx }]
            """,
            to: "dark.yaml"
        )
        let plan = try drill.run(["plan", file])
        #expect(plan.exit == 3, "\(plan)")
        let words =
            "last of a role: together with \(Self.run) (it left www broken), all 2 hosts of role web"
        #expect(plan.output.replacing(/\s+/, with: " ").contains(words), "\(plan)")
        #expect(plan.output.contains("drill heal \(Self.run)"), "\(plan)")
    }

    @Test("another run's hosts are waited for; ^C ends that, and nothing is undone")
    func waiting() async throws {
        let drill = try Command()
        let mark = "\(drill.folder)/undone"
        try await broken(drill, [here("touch \(mark)")])
        let claims = "\(drill.folder)/claims"
        try FileManager.default.createDirectory(atPath: claims, withIntermediateDirectories: true)
        var lock = try FileLock("\(claims)/address-127.0.0.9-\(port)", note: "OTHER /elsewhere")
        #expect(lock != nil)
        let heal = try drill.begin(["heal"])
        #expect(try await heal.says("waiting: OTHER is at work on web", within: 20))
        heal.interrupt()
        let ended = try await heal.end(within: 20)
        #expect(ended.exit == 5, "\(ended)")
        #expect(
            ended.output.contains("dark on web: NOT UNDONE, since OTHER is at work on web"),
            "\(ended)"
        )
        #expect(ended.output.contains("then run `drill heal \(Self.run)`"), "\(ended)")
        #expect(!isThere(mark))

        withExtendedLifetime(lock) {}
        lock = nil
        let again = try drill.run(["heal"])
        #expect(again.exit == 0, "\(again)")
        #expect(isThere(mark))
    }

    @Test("one busy host keeps no other from being healed, of this run or of an older one")
    func busyHost() async throws {
        let drill = try Command()
        let store = RunStore(drill.folder)
        let db = DrillModel.Host(name: "db", address: "127.0.0.10", port: port)
        let eye = DrillModel.Host(name: "eye", address: "127.0.0.11", port: port)
        try await broken(drill, [here("touch \(drill.folder)/older")])
        let newer = "20260102T000000Z-dark-0002"
        try await store.create(newer).append([
            .broken(
                wound(run: newer, "cut", [here("touch \(drill.folder)/cut")], lookedFrom: [eye])
            ),
            .broken(wound(run: newer, "kill", [here("touch \(drill.folder)/kill")], on: db)),
        ])
        var held = [try claim(drill, db, "touches"), try claim(drill, eye, "touches")]
        // Looked from alone: nothing is lost by its healing.
        held.append(try claim(drill, web, "looks-from"))
        let heal = try drill.begin(["heal"])
        #expect(try await heal.says("waiting: OTHER is at work on db", within: 30))
        for mark in ["cut", "older"] { #expect(isThere("\(drill.folder)/\(mark)"), "\(mark)") }
        heal.interrupt()
        let ended = try await heal.end(within: 20)
        #expect(ended.exit == 5, "\(ended)")
        for words in [
            "cut on web: healed, and as before", "kill on db: later, since OTHER is at work on db",
            "dark on web: healed, and as before",
            "kill on db: NOT UNDONE, since OTHER is at work on db",
        ] {
            #expect(ended.output.contains(words), "\(words): \(ended)")
        }
        #expect(try store.open(newer).wounds.map(\.fault) == ["kill"])
        #expect(!isThere("\(drill.folder)/kill"))

        withExtendedLifetime(held) {}
        held = []
        #expect(try drill.run(["heal"]).exit == 0)
        #expect(isThere("\(drill.folder)/kill"))
    }

    /// What `drill plan` says of killing a process on the host of `broken`.
    private func plan(_ drill: Command) throws -> Command.Ended {
        _ = try drill.write(
            """
            inventory: shop
            hosts: { web: { address: 127.0.0.9, port: \(port) }, other: { address: 192.0.2.8 } }
            """,
            to: "inventory.yaml"
        )
        let file = try drill.write(
            """
            experiment: dark
            inventory: inventory.yaml
            probes: { here: { command: { run: "true" } } }
            method: [{ fault: kill-process, target: { host: web }, name: nginx }]
            """,
            to: "dark.yaml"
        )
        return try drill.run(["plan", "--json", file])
    }

    @Test("what an earlier run left broken must be healed before the next is planned")
    func refusal() async throws {
        let drill = try Command()
        try await broken(drill, [here("true")])
        let refused = try plan(drill)
        #expect(refused.exit == 3, "\(refused)")
        #expect(refused.output.contains("\(Self.run) left web broken"), "\(refused)")
        #expect(refused.output.contains("run `drill heal \(Self.run)` first"), "\(refused)")
        #expect(try drill.run(["heal"]).exit == 0)
        #expect(try !plan(drill).output.contains(Self.run))
    }

    @Test("a journal that is lost is seen by everyone who asks, until it is struck")
    func lostJournal() async throws {
        let drill = try Command()
        let injecting = Event(at: Instant(ns: 2_000_000_000), .injecting(fault: "dark"))
        try await broken(drill, [here("true")], events: [injecting])
        try FileManager.default.removeItem(
            atPath: "\(drill.folder)/runs/\(Self.run)/journal.jsonl"
        )
        for (ended, exit, words) in [
            (try plan(drill), Int32(3), "the journal of \(Self.run) is lost"),
            (try drill.run(["doctor"]), 1, "the journal of \(Self.run) is lost"),
            (try drill.run(["runs"]), 0, "the journal is lost or can't be read"),
            (try drill.run(["halt"]), 5, "dark may still be broken; run `drill heal \(Self.run)`"),
            (try drill.run(["heal"]), 5, "the journal is lost"),
        ] {
            #expect(ended.exit == exit, "\(ended)")
            #expect(ended.output.replacing(/\s+/, with: " ").contains(words), "\(ended)")
        }
        #expect(try drill.run(["heal", Self.run, "--forget"]).exit == 0)
        #expect(try !plan(drill).output.contains(Self.run))
    }

    @Test("what is struck has its host asked to let go of the lease, and says where that failed")
    func struckLease() async throws {
        let drill = try Command()
        try await broken(drill, [here("true")], lease: .seconds(60))
        let struck = try drill.run(["heal", Self.run, "--forget"])
        #expect(struck.exit == 0, "\(struck)")
        #expect(struck.output.contains("dark on web: struck, not undone"), "\(struck)")
        #expect(struck.output.contains("its lease on web was not taken away"), "\(struck)")
        #expect(try drill.run(["heal"]).output.contains("Nothing is broken"))
        let named = try drill.run(["heal", Self.run])
        #expect(named.exit == 0, "\(named)")
        let words = "dark on web: whether its lease is gone can't be told: "
        #expect(named.output.contains(words), "\(named)")
    }

    @Test(
        "commands on the controller are undone where they were carried out, wherever heal is called"
    )
    func elsewhere() async throws {
        let drill = try Command()
        let place = "\(drill.folder)/a place"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        try FileManager.default.createDirectory(
            atPath: "\(drill.folder)/other",
            withIntermediateDirectories: true
        )
        var wound = wound("dark", [here("touch undone")])
        wound.directory = place
        var gone = self.wound("gone", [here("touch \(drill.folder)/absolute; ! touch relative")])
        gone.directory = "\(drill.folder)/no more"
        try await keep([wound, gone], in: drill)

        let byHand = try drill.run(["heal", "--dry-run"])
        #expect(byHand.output.contains("    cd '\(place)'\n    touch undone\n"), "\(byHand)")
        let healed = try drill.run(["heal"])
        #expect(healed.exit == 0, "\(healed)")
        #expect(isThere("\(place)/undone"))
        // What names nothing relative works all the same.
        #expect(isThere("\(drill.folder)/absolute"))
    }

    @Test("a run that wants what is being healed is refused, and told by whom")
    func claimed() async throws {
        let drill = try Command()
        try await broken(drill, [here("touch \(drill.folder)/begun; sleep 6")])
        _ = try drill.write(
            """
            inventory: shop
            regions: { west: { zones: { a: {
              web: { address: 127.0.0.9, port: \(port) }, other: { address: 192.0.2.8 } } } } }
            """,
            to: "inventory.yaml"
        )
        let file = try drill.write(
            """
            experiment: again
            inventory: inventory.yaml
            probes: { here: { command: { run: "true" } } }
            method:
              - { fault: run, target: { host: web }, inject: "true", effective: "true", undo: "true" }
            """,
            to: "again.yaml"
        )
        let heal = try drill.begin(["heal"])
        for _ in 0..<500 where !isThere("\(drill.folder)/begun") {
            try await Task.sleep(for: .milliseconds(20))
        }
        let refused = try drill.run(["run", file])
        let whole = refused.output.replacing(/\s+/, with: " ")
        #expect(refused.exit == 3, "\(refused)")
        #expect(whole.contains("\(Self.run) is at work on web"), "\(refused)")
        #expect(whole.contains("process \(heal.id) is healing what"), "\(refused)")
        let healed = try await heal.end()
        #expect(healed.exit == 0)
        #expect(healed.output.contains("  still waiting for web …"), "\(healed)")
    }

    @Test(
        "where neither run nor claims can be written to it heals all the same, and says what isn't kept"
    )
    func unwritable() async throws {
        let drill = try Command()
        let mark = "\(drill.folder)/undone"
        try await broken(drill, [here("touch \(mark)")])
        // In the way even of root, who may write to any file.
        let lock = "\(drill.folder)/runs/\(Self.run)/lock"
        try FileManager.default.removeItem(atPath: lock)
        try FileManager.default.createDirectory(atPath: lock, withIntermediateDirectories: true)
        _ = try drill.write("", to: "claims")
        let ended = try drill.run(["heal"])
        #expect(ended.exit == 5, "\(ended)")
        for words in [
            "what is undone now can't be kept: ", "others may begin on these hosts meanwhile: ",
            "dark on web: healed, and as before",
            "the journal still names it as broken: the run's folder can't be written",
        ] {
            #expect(ended.output.contains(words), "\(words): \(ended)")
        }
        #expect(isThere(mark))
    }

    @Test("what a person must do is told as they would type it")
    func byHand() async throws {
        let drill = try Command()
        let mark = "\(drill.folder)/it's done"
        let networks = """
            [{"address":"10.1.0.2","address6":"fd00::2","aliases":["db","d b"],"network":"lab net"}]
            """
        try await broken(
            drill,
            [
                Action("write", .command(host: Action.controller, .list(["touch", mark]))),
                Action("start it", .container("lab db", .start)),
                Action("join", .container("db", .connect(saved: Text(parts: [.value(networks)])))),
                Action(
                    "start web",
                    .command(
                        host: "web",
                        DrillModel.Command(
                            .list([Text("start"), Text(parts: [.environment("TOKEN")])]),
                            sudo: true
                        )
                    )
                ),
            ]
        )
        let told = try drill.run(["heal", "--dry-run"], environment: ["DOCKER_HOST": ""])
        #expect(told.exit == 5)
        let lines = told.output.split(separator: "\n").map { $0.trimmingPrefix(#/ +/#) }
        #expect(lines.contains("docker start 'lab db'"), "\(told.output)")
        #expect(
            lines.contains(
                """
                docker network connect --ip 10.1.0.2 --ip6 fd00::2 --alias db --alias 'd b' \
                'lab net' db
                """
            ),
            "\(told.output)"
        )
        let ssh = try #require(lines.first { $0.hasPrefix("ssh ") })
        #expect(ssh.contains("UserKnownHostsFile=\"/the/known_hosts\""), "\(ssh)")
        #expect(ssh.contains(#"-l drill -p \#(port) -o 'IdentityFile="/the key"'"#), "\(ssh)")
        #expect(
            ssh.hasSuffix(#"-- 127.0.0.9 'sudo -n start '\''${env:TOKEN}'\'''"#),
            "\(ssh)"
        )
        #expect(told.output.contains("(put in what ${env:…}"), "\(told.output)")
        let touch = try #require(lines.first { $0.hasPrefix("touch ") })
        #expect(try drill.shell(String(touch)).exit == 0)
        #expect(isThere(mark))

        let elsewhere = ["DOCKER_HOST": "unix:///run/other.sock"]
        let other = try drill.run(["heal", "--dry-run"], environment: elsewhere)
        #expect(other.output.contains("docker -H unix:///run/other.sock start 'lab db'"))
        #expect(other.output.contains("docker -H unix:///run/other.sock network connect"))
    }

    @Test("a run that left nothing is no all-clear for the others")
    func wrongRun() async throws {
        let drill = try Command()
        try await broken(drill, [here("true")])
        let newer = "20260102T000000Z-refused-0002"
        _ = try RunStore(drill.folder).create(newer)
        let wrong = try drill.run(["heal", newer])
        #expect(wrong.exit == 5, "\(wrong)")
        let words =
            "\(newer) left nothing to undo; but \(Self.run) has 1 fault not healed:"
            + " run `drill heal \(Self.run)`"
        #expect(wrong.output.contains(words), "\(wrong)")
        // The last that left something: runs that were refused since aren't what anybody means.
        let last = try drill.run(["heal", "last"])
        #expect(last.exit == 0 && last.output.hasPrefix("\(Self.run)\n"), "\(last)")
        let whole = try drill.run(["heal", "last"])
        #expect(whole.exit == 0, "\(whole)")
        #expect(whole.output == "Nothing is broken: \(newer) has left nothing to undo.\n")
    }

    @Test("what goes on has broken something, and doctor and show say what")
    func goesOn() async throws {
        let drill = try Command()
        let folder = try RunStore(drill.folder).create(Self.run)
        try await folder.append([.broken(wound("dark", [here("true")]))])
        let doctor = try drill.run(["doctor"])
        #expect(doctor.exit == 0, "\(doctor)")
        let flat = doctor.output.replacing(/\s+/, with: " ")
        #expect(flat.contains("running \(Self.run): process"), "\(doctor)")
        #expect(flat.contains("broken now: dark"), "\(doctor)")
        #expect(flat.contains("every run that is over is healed"), "\(doctor)")
        let shown = try drill.run(["show"])
        #expect(shown.exit == 64, "\(shown)")
        #expect(shown.errors.contains("is at work on it; broken now: dark"), "\(shown)")
        withExtendedLifetime(folder) {}
    }

    @Test("a state folder that is a file makes up no run")
    func fileAsFolder() throws {
        let drill = try Command()
        let file = try drill.write("", to: "state")
        let doctor = try drill.run(["doctor"], environment: ["DRILL_HOME": file])
        #expect(doctor.exit == 1, "\(doctor)")
        #expect(doctor.output.contains("WHAT RUNS LEFT CAN'T BE TOLD"), "\(doctor)")
        #expect(!doctor.output.contains("NOT HEALED"), "\(doctor)")
    }

    @Test("a lease that is over is told as such, and not as a healed host")
    func leases() async throws {
        let failed = ActionReport(
            of: "dark",
            host: "web",
            stage: .undo,
            what: "undo through the lease",
            command: "",
            sent: Instant(ns: 0),
            done: Instant(ns: 0),
            result: "exit 1",
            output: "drill-lease failed",
            isAsExpected: false
        )
        let broken = Event.Kind.settled(fault: "dark", host: "web", .fails("dark"))
        for (agoS, later, words, inRuns) in [
            (
                Int64(10_000), [], "so the host should have undone it; not looked at",
                "lease is over"
            ),
            (12, [], "its lease ends by ", "1 fault not healed"),
            (
                12, [.action(failed), broken], "its undo FAILED there at ",
                "1 fault NOT HEALED: its undo failed"
            ),
            (
                10_000, [broken], "and it was seen still broken there at ", "1 fault not healed"
            ),
        ] as [(Int64, [Event.Kind], String, String)] {
            let drill = try Command()
            // Together with the other clock: on a busy machine each of these takes half a minute.
            let now = WallClock.nowNs()
            // As the run's own clock, which goes on while the machine does.
            let base = BootClock.nowNs() - agoS * 1_000_000_000
            func at(_ second: Int64) -> Instant { Instant(ns: base + second * 1_000_000_000) }
            let start = Event.Start(
                run: Self.run,
                seed: 1,
                wallNs: now - agoS * 1_000_000_000,
                who: "a",
                controller: "b",
                version: "1"
            )
            let renewed = ActionReport(
                of: "dark",
                host: "web",
                stage: .renew,
                what: "renew",
                command: "",
                sent: at(10),
                done: at(11),
                result: "exit 0",
                isAsExpected: true
            )
            // Renewed after 10 s: it ends 610 s after the start.
            try await self.broken(
                drill,
                [here("true")],
                lease: .seconds(600),
                events: [
                    Event(at: at(1), .started(start)),
                    Event(at: at(2), .armed(fault: "dark", host: "web", lease: .seconds(600))),
                    Event(at: at(11), .action(renewed)),
                ] + later.map { Event(at: at(agoS == 12 ? 12 : 700), $0) }
            )
            let told = try drill.run(["heal", "--dry-run"])
            #expect(told.exit == 5)
            #expect(told.output.contains(words), "\(told.output)")
            let runs = try drill.run(["runs"])
            #expect(runs.output.contains(inRuns), "\(runs.output)")
            let ends = try RunStore(drill.folder).leaseEnds(of: Self.run)
            let wound = try #require(try RunStore(drill.folder).open(Self.run).wounds.first)
            #expect(ends[wound] == start.wallNs + 610_000_000_000)
        }
    }

    @Test(
        "a DRILL_HOME that isn't there is a mistake; the usual place that isn't there holds no run"
    )
    func nowhere() throws {
        let drill = try Command()
        let none = "\(drill.folder)/none"
        let given = try drill.run(["heal"], environment: ["DRILL_HOME": none])
        #expect(given.exit == 64, "\(given)")
        #expect(given.errors.contains("DRILL_HOME is \(none), which does not exist"), "\(given)")
        let runs = try drill.run(["runs"], environment: ["DRILL_HOME": none])
        #expect(runs.exit == 64 && runs.errors.contains("which does not exist"), "\(runs)")
        let doctor = try drill.run(["doctor"], environment: ["DRILL_HOME": none])
        #expect(doctor.exit == 1, "\(doctor)")
        #expect(doctor.output.contains("WHAT RUNS LEFT CAN'T BE TOLD"), "\(doctor)")
        #expect(doctor.output.contains("nobody looked for what runs left"), "\(doctor)")
        let unread = try drill.run(["heal"], environment: ["DRILL_HOME": "~/none"])
        #expect(unread.exit == 64 && unread.errors.contains("only a shell"), "\(unread)")
        let usual = try drill.run(
            ["heal"],
            environment: ["DRILL_HOME": "", "XDG_STATE_HOME": none]
        )
        #expect(usual.exit == 0, "\(usual)")
        #expect(usual.output.contains("nothing is known to be broken"), "\(usual)")
    }
}
