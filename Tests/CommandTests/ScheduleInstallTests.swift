import DrillModel
import Foundation
import Testing

/// What `drill schedule install` tells and refuses beforehand, so that nobody learns it on the game day.
@Suite struct ScheduleInstallTests {
    @Test("install tells when it begins next, and which of these the windows would skip")
    func preview() throws {
        let guards = "\nguards: { windows: { allow: [\"Mon-Thu 09:00-16:00 UTC\"] } }"
        let place = try ScheduleCommandTests.Place(ScheduleCommandTests.experiment + guards)
        func begins(_ calendar: String) throws -> [String] {
            let words = ["--on-calendar", calendar, "--user", "--dry-run"]
            let ended = try place.schedule(["install", place.file] + words)
            #expect(ended.exit == 0, "\(ended)")
            let lines = ended.output.split(separator: "\n").map(String.init)
            let first = try #require(lines.firstIndex { $0.hasPrefix("begins  ") })
            return lines[first...].prefix { $0.hasPrefix("begins  ") || $0.hasPrefix("        ") }
                .map { String($0.dropFirst(8)) }
        }
        let good = try begins("Tue 10:00 UTC")
        #expect(good.count == 3, "\(good)")
        #expect(good.allSatisfy { $0.hasPrefix("Tue ") && $0.hasSuffix(" 10:00 UTC") }, "\(good)")
        let late = try begins("Fri,Mon 10:00 UTC")
        #expect(
            late.contains { $0.hasPrefix("Fri ") && $0.contains("would be skipped: windows: ") }
        )
        #expect(late.contains { $0.hasPrefix("Mon ") && $0.hasSuffix("10:00 UTC") }, "\(late)")
        let never = try begins("Sat 10:00 UTC")
        #expect(never.last?.contains("the next 12 starts would all be skipped") == true, "\(never)")
        for gone in ["2020-01-01 10:00 UTC", "*-02-30 10:00"] {
            let ended = try place.schedule(["install", place.file, "--on-calendar", gone, "--user"])
            #expect(ended.exit == 64 && ended.errors.contains("no such time comes"), "\(ended)")
        }
    }

    @Test("what only systemd can tell is said; a shell that reads a file otherwise gets no line")
    func untold() throws {
        let place = try ScheduleCommandTests.Place(ScheduleCommandTests.experiment)
        func install(_ more: [String]) throws -> Command.Ended {
            try place.schedule(["install", place.file, "--user", "--dry-run"] + more)
        }
        let unknown = try install(["--on-calendar", "@4102444800"])
        #expect(unknown.exit != 0 || unknown.output.contains("only systemd can tell"), "\(unknown)")
        let tuesday = ["--on-calendar", "Tue 10:00"]
        for (line, isTold) in [
            ("TOK=abc-1.2", true), ("# TOK", true), ("TOK='two words'", true),
            ("TOK=pa$$w0rd", false), ("TOK=two words", false), ("; comment", false),
            ("TOK=a;b", false),
        ] {
            let file = try place.drill.write("\(line)\nX=1\n", to: "env")
            let ended = try install(tuesday + ["--environment-file", file])
            #expect(ended.exit == 0, "\(ended)")
            #expect(ended.output.contains("this line in a crontab") == isTold, "\(line): \(ended)")
            #expect(
                ended.output.contains("env:1: a shell would not") != isTold,
                "\(line): \(ended)"
            )
        }
        for address in ["http://127.0.0.1:99999/x", "http:///x", "http://h:0/"] {
            let ended = try install(tuesday + ["--webhook", address])
            #expect(ended.exit == 64 && ended.errors.contains("no web address"), "\(ended)")
        }
    }

    @Test("a step that people do isn't waited for in the middle of a disaster")
    func people() throws {
        let place = try ScheduleCommandTests.Place(
            ScheduleCommandTests.experiment.replacing(
                "{ wait: 100ms }",
                with: "{ runbook: ask.yaml }"
            )
        )
        _ = try place.drill.write(
            "runbook: ask\nsteps: [{ step: look at it, manual: is it so?, budget: 1m }]\n",
            to: "ask.yaml"
        )
        let refused = try place.install()
        #expect(refused.exit == 64 && refused.errors.contains("\"look at it\""), "\(refused)")
        #expect(!FileManager.default.fileExists(atPath: place.units))
        let unattended = try place.schedule(["run", place.file])
        #expect(
            unattended.exit == 64 && unattended.errors.contains("--skip-people"),
            "\(unattended)"
        )
        #expect(try place.install(["--answer", "look at it=yes"]).exit == 0)
        let ended = try place.runUnit()
        #expect(ended.exit == 0, "\(ended)")
    }

    @Test("what the run would need and nobody finds is told when it is installed")
    func needs() throws {
        let place = try ScheduleCommandTests.Place(
            ScheduleCommandTests.experiment.replacing(
                "game-day\n",
                with: "game-day\ninventory: i.yaml\n"
            )
            .replacing("{ run: \"true\" }", with: "{ host: db, run: \"true\" }")
        )
        let inventory = "inventory: i\nhosts: { db: { address: 192.0.2.1 } }\n"
        _ = try place.drill.write(inventory, to: "i.yaml")
        let keyless = try place.install(["--dry-run"])
        #expect(keyless.exit == 0 && keyless.output.contains("names no key for db:"), "\(keyless)")
        _ = try place.drill.write("ssh: { key: id }\n" + inventory, to: "i.yaml")
        let gone = try place.install(["--dry-run"])
        #expect(gone.exit == 64 && gone.errors.contains("/id of db isn't there"), "\(gone)")
        _ = try place.drill.write("a key\n", to: "id")
        let hook = "${file:\(place.drill.folder)/hook}"
        let hookless = try place.install(["--dry-run", "--webhook", hook])
        #expect(
            hookless.exit == 64 && hookless.errors.contains("/hook can't be read"),
            "\(hookless)"
        )
        #expect(try place.install(["--dry-run"]).exit == 0)
    }

    @Test("a file that was moved is told by list, and by the run to the webhook")
    func moved() throws {
        let place = try ScheduleCommandTests.Place()
        let server = WebhookServer()
        defer { server.close() }
        #expect(try place.install(["--webhook", "http://127.0.0.1:\(server.port)/"]).exit == 0)
        #expect(!(try place.schedule(["list"]).output.contains("MISSING")))
        try FileManager.default.moveItem(atPath: place.file, toPath: place.file + ".old")
        let list = try place.schedule(["list"])
        #expect(list.output.contains("MISSING   \(place.file): the run can't begin"), "\(list)")
        let ended = try place.runUnit()
        #expect(ended.exit == 64 && ended.errors.contains("no such file"), "\(ended)")
        #expect(server.bodies.first?.contains("no such file") == true, "\(server.bodies)")
        #expect(try place.kept().verdict == .notStarted)
    }

    @Test("what guards refuse whatever the time is refused at once")
    func guards() throws {
        let place = try ScheduleCommandTests.Place(
            ScheduleCommandTests.experiment
                .replacing("game-day\n", with: "game-day\ninventory: i.yaml\n")
                .replacing(
                    "{ wait: 100ms }",
                    with: "{ fault: pause-process, target: { host: here }, name: x }"
                )
        )
        _ = try place.drill.write("inventory: i\nhosts: { here: { local: true } }\n", to: "i.yaml")
        let refused = try place.install()
        #expect(refused.exit == 64, "\(refused)")
        #expect(refused.errors.contains("each run would be refused: controller: "), "\(refused)")
        #expect(!FileManager.default.fileExists(atPath: place.units))
    }
}
