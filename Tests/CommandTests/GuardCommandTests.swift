import DrillHistory
import DrillModel
import DrillWire
import Foundation
import Glibc
import Testing

/// A halt and the confirmation of a run, as a user meets them; nothing is broken.
@Suite struct GuardCommandTests {
    static let experiment = """
        experiment: watch
        inventory: inventory.yaml
        probes: { here: { command: { run: "true" }, every: 100ms } }
        steady: { for: 100ms, within: 20s }
        method: [{ wait: 60s }]
        """

    /// The same in an environment, taking so long.
    static func write(
        _ drill: Command,
        environment: String = "staging",
        wait: String = "60s"
    ) throws -> String {
        _ = try drill.write(
            """
            inventory: shop
            environment: \(environment)
            hosts: { db: { address: 192.0.2.1 } }
            """,
            to: "inventory.yaml"
        )
        return try drill.write(
            experiment.replacing("60s", with: wait),
            to: "watch.yaml"
        )
    }

    @Test("a state folder that others may write to is no place for a run, and doctor says so")
    func exposedFolder() throws {
        let drill = try Command()
        let file = try Self.write(drill)
        for (mode, change) in [
            (mode_t(0o775), "run `chmod go-w \(drill.folder)`, or set DRILL_HOME"),
            (0o702, "run `chmod go-w"), (0o1777, "take journals away: set DRILL_HOME to a folder"),
        ] {
            #expect(chmod(drill.folder, mode) == 0)
            let refused = try drill.run(["run", file])
            #expect(refused.exit == 70, "\(refused)")
            #expect(refused.errors.contains("others may write to the state folder"), "\(refused)")
            #expect(refused.errors.contains(change), "\(refused)")
            let doctor = try drill.run(["doctor"])
            #expect(doctor.output.contains("others may write to the state folder"), "\(doctor)")
        }
        #expect(try drill.run(["runs"]).exit == 0)
    }

    @Test("a child that somebody has stopped goes on once it is woken, as a run's guardian is")
    func woken() async throws {
        let order = ChildOrder(["/bin/sh", "-c", "sleep 60; :"], outputLimitBytes: 1)
        let id = try await Children.shared.start(order)
        let process = try #require(await Children.shared.process(of: id))
        func isStopped() throws -> Bool {
            try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8).contains(") T ")
        }
        #expect(Glibc.kill(pid_t(process), SIGSTOP) == 0)
        for _ in 0..<500 where try !isStopped() { try await Task.sleep(for: .milliseconds(10)) }
        #expect(try isStopped())
        await Children.shared.wake(id)
        for _ in 0..<500 where try isStopped() { try await Task.sleep(for: .milliseconds(10)) }
        #expect(try !isStopped())
        await Children.shared.end(id)
    }

    @Test("a halt ends runs with 4, refuses new ones with 3, and leaves reading commands alone")
    func halt() async throws {
        let drill = try Command()
        let file = try Self.write(drill)
        let run = try drill.begin(["run", file])
        try #require(try await run.says("-- method"))
        let halted = try drill.run(["halt", "--why", "the shop\nis on fire"])
        #expect(halted.exit == 0, "\(halted)")
        #expect(halted.output.contains(": stopped, exit 4; nothing is left broken"), "\(halted)")
        let ended = try await run.end()
        #expect(ended.exit == 4)
        #expect(ended.output.contains("STOPPED  watch: every run was halted by "), "\(ended)")

        let refused = try drill.run(["run", file])
        #expect(refused.exit == 3)
        for words in ["runs are halted in", "the shop is on fire", "run `drill resume`"] {
            #expect(refused.output.contains(words), "\(words): \(refused)")
        }
        let plan = try drill.run(["plan", "--offline", "--json", file])
        #expect(plan.exit == 3)
        #expect(plan.output.contains("\"cause\" : \"halted\""), "\(plan)")
        let again = try drill.run(["halt", "--why", "another"])
        #expect(again.exit == 0)
        #expect(again.output.contains("halted already") && again.output.contains("on fire"))
        for command in [["heal"], ["show"], ["report"], ["runs"]] {
            #expect(try drill.run(command).exit == 0, "\(command)")
        }

        let doctor = try drill.run(["doctor"])
        #expect(doctor.exit == 1)
        for words in ["halt        runs are halted in", "on fire", "run `drill resume`"] {
            #expect(doctor.output.contains(words), "\(words): \(doctor)")
        }

        let resumed = try drill.run(["resume"])
        #expect(resumed.exit == 0)
        #expect(resumed.output.contains("lifted the halt") && resumed.output.contains("on fire"))
        #expect(try drill.run(["resume"]).output.contains("nothing was halted"))
        #expect(try drill.run(["plan", "--offline", file]).exit == 0)
    }

    @Test("a halt where nothing was ever run makes the state folder; what is left broken is 5")
    func haltAlone() throws {
        let drill = try Command()
        for command in ["halt", "resume"] {
            let none = "\(drill.folder)/none"
            let wrong = try drill.run([command], environment: ["DRILL_HOME": none])
            #expect(wrong.exit == 64, "\(wrong)")
            #expect(wrong.errors.contains("DRILL_HOME is \(none), which does not exist"))
            #expect(!FileManager.default.fileExists(atPath: none))
        }
        let state = "\(drill.folder)/new/drill"
        let usual = ["DRILL_HOME": "", "XDG_STATE_HOME": "\(drill.folder)/new"]
        let halted = try drill.run(["halt"], environment: usual)
        #expect(halted.exit == 0, "\(halted)")
        #expect(halted.output.contains("no run was going on"))
        let folder = "\(state)/runs/20260101T000000Z-shop-0001"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        try "torn\n".write(toFile: "\(folder)/journal.jsonl", atomically: true, encoding: .utf8)
        let broken = try drill.run(["halt"], environment: usual)
        #expect(broken.exit == 5)
        #expect(broken.output.contains("run `drill heal 20260101T000000Z-shop-0001`"), "\(broken)")
    }

    @Test("a halt says what it doesn't reach, and where a relative state folder is")
    func haltElsewhere() throws {
        let drill = try Command()
        let (run, other) = ("20260101T000000Z-other-0009", "\(drill.folder)/other")
        let host = DrillModel.Host(
            name: "web",
            address: "192.0.2.77",
            port: Int.random(in: 2000...30_000)
        )
        let (claims, _) = try RunStore(environment: ["DRILL_HOME": other]).claim([host], for: run)
        try #require(claims != nil)
        let halted = try drill.shell(
            "cd \(drill.folder)/.. && DRILL_HOME=${DRILL_HOME##*/} \(Command.binary) halt"
        )
        #expect(halted.exit == 0, "\(halted)")
        #expect(halted.output.contains("runs are halted in \(drill.folder)\n"), "\(halted)")
        let words =
            "NOT STOPPED: \(run), kept in another state folder; `DRILL_HOME=\(other) drill halt`"
        #expect(halted.output.contains(words), "\(halted)")
        withExtendedLifetime(claims) {}
    }

    @Test("what another run has counts in the guards of plan and run")
    func others() throws {
        let drill = try Command()
        _ = try drill.write(
            """
            inventory: shop
            regions:
              here:
                zones:
                  a: { db-a: { container: drill-none-a, roles: [db] } }
                  b: { db-b: { container: drill-none-b, roles: [db] } }
            """,
            to: "inventory.yaml"
        )
        let file = try drill.write(
            Self.experiment.replacing(
                "{ wait: 60s }",
                with: "{ fault: kill-container, target: { host: db-a } }"
            ),
            to: "watch.yaml"
        )
        let claims = "\(drill.folder)/claims"
        try FileManager.default.createDirectory(
            atPath: claims,
            withIntermediateDirectories: true
        )
        func refused(_ command: String) throws -> [Bool] {
            let ended = try drill.run([command, file])
            #expect(ended.exit == 3, "\(ended)")
            let flat = ended.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            return ["every zone", "last of a role"].map {
                flat.contains(
                    "\($0): together with 2026-other (kept in /srv/x, at work on db-b), all 2"
                )
            }
        }
        for (use, isCounted) in [("touches", true), ("looks-from", false)] {
            let lock = try FileLock(
                "\(claims)/container-drill-none-b",
                note: "2026-other \(use) /srv/x"
            )
            for command in ["plan", "run"] {
                #expect(try refused(command) == [isCounted, isCounted], "\(command), \(use)")
            }
            withExtendedLifetime(lock) {}
        }
    }

    @Test("production is asked about: no terminal is 3, --yes-production runs")
    func production() throws {
        let drill = try Command()
        let file = try Self.write(drill, environment: "production", wait: "10ms")
        let refused = try drill.run(["run", file])
        #expect(refused.exit == 3)
        for words in ["environment: production", "no terminal", "give `--yes-production`"] {
            #expect(refused.output.contains(words), "\(words): \(refused)")
        }
        let confirmed = try drill.run(["run", file, "--yes-production"])
        #expect(confirmed.exit == 0, "\(confirmed)")
        let plan = try drill.newest("plan.json")
        #expect(plan.contains("\"given\":\"--yes-production\""), "\(plan)")
        let misspelt = try Self.write(drill, environment: "prod")
        #expect(try drill.run(["plan", "--offline", misspelt]).errors.contains("write production"))
    }

    @Test(
        "what is typed at the terminal",
        arguments: [("watch", 0), ("wtach", 3), ("", 3), ("\u{4}", 3), ("SIGINT", 4)]
    )
    func typed(answer: String, exit: Int32) async throws {
        let drill = try Command()
        let file = try Self.write(drill, environment: "production", wait: "10ms")
        let terminal = try PseudoTerminal()
        let next = try drill.write(
            Self.experiment.replacing("watch", with: "next").replacing("60s", with: "10ms")
                .replacing("inventory: inventory.yaml\n", with: ""),
            to: "next.yaml"
        )
        let files = exit == 0 ? [file] : [file, next]
        let run = try drill.begin(["run"] + files, input: terminal.inside)
        try #require(try await run.says("Type watch to run it", on: \.errors))
        if answer == "SIGINT" {
            run.interrupt()
        } else {
            terminal.type(answer == "\u{4}" ? answer : answer + "\n")
        }
        let ended = try await run.end()
        #expect(ended.exit == exit, "\(ended)")
        #expect(ended.errors.contains("watch on shop, production: the inventory shop says"))
        #expect(ended.errors.contains("drill: next was not begun") == (exit != 0), "\(ended)")
        let isTyped = answer == "wtach"
        let words =
            isTyped ? "and \"wtach\" was typed, not watch" : "and its name, watch, was not typed"
        if exit == 3 { #expect(ended.output.contains(words), "\(ended)") }
        if exit == 4 {
            let words = "STOPPED  watch: before anything was touched, by SIGINT\n"
            #expect(ended.output.contains(words), "\(ended)")
        }
        if exit == 0 { #expect(try drill.newest("plan.json").contains("its name was typed")) }
    }
}

/// A terminal without a screen: what a test types is what drill reads.
final class PseudoTerminal {
    private let outside: FileHandle
    let inside: FileHandle

    /// As unlockpt(3) and ptsname(3) do it (ioctl_tty(2)), which Glibc's module doesn't have.
    init() throws {
        let descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        try #require(descriptor >= 0)
        outside = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var isLocked: Int32 = 0
        var number: Int32 = 0
        let (setLock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
        try #require(ioctl(descriptor, setLock, &isLocked) == 0)
        try #require(ioctl(descriptor, getNumber, &number) == 0)
        let other = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        try #require(other >= 0)
        inside = FileHandle(fileDescriptor: other, closeOnDealloc: true)
    }

    func type(_ text: String) { outside.write(Data(text.utf8)) }
}
