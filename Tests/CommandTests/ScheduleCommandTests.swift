import DrillEngine
import DrillHistory
import DrillModel
import Foundation
import Synchronization
import Testing

/// `drill schedule`: units are written, and what they start is really run.
@Suite struct ScheduleCommandTests {
    static let experiment = """
        experiment: game-day
        probes: { here: { command: { run: "true" }, every: 50ms } }
        steady: { for: 100ms, within: 10s }
        method: [{ wait: 100ms }]
        """

    /// A state folder, an experiment in it, and a place for units.
    struct Place {
        let drill: Command
        let file: String
        var units: String { "\(drill.folder)/config/systemd/user" }

        init(_ experiment: String = ScheduleCommandTests.experiment) throws {
            drill = try Command()
            file = try drill.write(experiment, to: "game day 100%.yaml")
        }

        func schedule(
            _ words: [String],
            environment: [String: String] = [:]
        ) throws -> Command.Ended {
            try drill.run(
                ["schedule"] + words,
                environment: ["XDG_CONFIG_HOME": "\(drill.folder)/config"]
                    .merging(environment) { $1 }
            )
        }

        func install(_ words: [String] = []) throws -> Command.Ended {
            let when = ["--on-calendar", "Tue 10:00", "--user", "--no-enable"]
            return try schedule(["install", file] + when + words)
        }

        /// Runs what the written unit says, in the folder and environment that it says, as systemd would.
        func runUnit(_ name: String = "game-day") throws -> Command.Ended {
            let unit = try String(contentsOfFile: "\(units)/drill-\(name).service", encoding: .utf8)
            func values(_ key: String) -> [String] {
                unit.split(separator: "\n").filter { $0.hasPrefix("\(key)=") }
                    .map { String($0.dropFirst(key.count + 1)) }
            }
            let command = try #require(UnitText.words(values("ExecStart")[0]))
            let environment = values("Environment").flatMap { UnitText.words($0) ?? [] }
            let folder = values("WorkingDirectory")[0].replacing("%%", with: "%")
            let files = values("EnvironmentFile").map { "set -a; . \(Shell.quoted($0)); set +a; " }
            let line = (["env", "-i"] + environment + command).map(Shell.quoted)
                .joined(separator: " ")
            // `env -i` would take away what the files set: they are read within.
            let inner =
                files.isEmpty ? "exec \(line)" : "exec \(line.replacing("env -i", with: "env"))"
            return try drill.shell("cd \(Shell.quoted(folder)) && \(files.joined())\(inner)")
        }

        func kept(_ name: String = "game-day") throws -> GameDayReport {
            let folder = "\(drill.folder)/schedules/\(name)"
            let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            let last = try #require(files.last)
            let data = try Data(contentsOf: URL(filePath: "\(folder)/\(last)"))
            return try JSONDecoder().decode(GameDayReport.self, from: data)
        }
    }

    @Test("what the unit starts runs, and tells the webhook, whose address is told to nobody")
    func runs() throws {
        let place = try Place()
        let server = WebhookServer([503, 200])
        defer { server.close() }
        let hook = try place.drill.write(
            "http://127.0.0.1:\(server.port)/hooks/s3cret\n",
            to: "hook"
        )
        let installed = try place.install(["--webhook", "${file:\(hook)}"])
        #expect(installed.exit == 0, "\(installed)")
        #expect(installed.output.contains("0 10 * * 2 cd "), "\(installed)")
        #expect(installed.output.contains("systemctl --user enable --now drill-game-day.timer"))
        let ended = try place.runUnit()
        #expect(ended.exit == 0, "\(ended)")
        #expect(!(ended.output + ended.errors).contains("s3cret"))
        #expect(server.bodies.count == 2)
        let body = try #require(server.bodies.last)
        let report = try JSONDecoder().decode(GameDayReport.self, from: Data(body.utf8))
        #expect(report.verdict == .passed && report.exit == 0, "\(body)")
        #expect(report.experiment == "game-day" && report.file == place.file)
        #expect(report.run?.contains("game-day") == true && report.runs.count == 1)
        #expect(report.delivery == nil)
        let kept = try place.kept()
        #expect(kept.delivery == GameDayReport.Delivery(isDelivered: true, attempts: 2))

        let list = try place.schedule(["list"])
        #expect(list.output.contains("game-day (yours)"), "\(list)")
        #expect(list.output.contains("passed"), "\(list)")
        let json = try place.schedule(["list", "--json"])
        #expect(json.output.contains("\"calendar\" : \"Tue 10:00\""), "\(json)")
        #expect(try place.schedule(["remove", "game-day", "--user"]).exit == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.units).isEmpty)
        #expect(try place.schedule(["remove", "game-day", "--user"]).exit == 64)
    }

    @Test("where steady state doesn't hold it is skipped, with the reason, and that is told")
    func notSteady() throws {
        let place = try Place(
            Self.experiment.replacing("run: \"true\"", with: "run: \"false\"")
                .replacing("within: 10s", with: "within: 500ms")
        )
        let server = WebhookServer()
        defer { server.close() }
        #expect(try place.install(["--webhook", "http://127.0.0.1:\(server.port)/"]).exit == 0)
        let ended = try place.runUnit()
        #expect(ended.exit == 3, "\(ended)")
        let report = try place.kept()
        #expect(report.verdict == .notStarted && report.exit == 3)
        #expect(
            report.reasons.joined().contains("not started: here was not up"),
            "\(report.reasons)"
        )
        #expect(server.bodies.count == 1)
    }

    @Test("outside of its windows it is skipped without a look at anything")
    func window() throws {
        let guards = "\nguards: { windows: { freeze: [2020-01-01/2199-12-31 Europe/Berlin] } }"
        let place = try Place(Self.experiment + guards)
        #expect(try place.install().exit == 0)
        let ended = try place.runUnit()
        #expect(ended.exit == 3, "\(ended)")
        #expect(ended.errors.contains("skipped: windows: "), "\(ended)")
        #expect(ended.errors.contains("in the freeze \"2020-01-01/2199-12-31 Europe/Berlin\""))
        #expect(!FileManager.default.fileExists(atPath: "\(place.drill.folder)/runs"))
        #expect(try place.kept().run == nil)
    }

    /// A run that died with a fault in place, whose undo is this command here.
    private func leave(_ undo: String, in place: Place) async throws {
        let run = "20260101T000000Z-dark-0001"
        let folder = try RunStore(place.drill.folder).create(run)
        let action = Action("undo it", .command(host: Action.controller, .shell(undo)))
        let procedure = Procedure(
            target: "web",
            inject: [],
            effective: [],
            undo: [action],
            settled: [],
            healing: .controller(why: "a test")
        )
        let host = DrillModel.Host(
            name: "web",
            address: "127.0.0.9",
            port: Int.random(in: 2000...30_000)
        )
        try await folder.append([
            .broken(
                Wound(
                    run: run,
                    fault: "dark",
                    procedure: procedure,
                    lease: nil,
                    hosts: [host],
                    knownHosts: nil
                )
            )
        ])
        #expect(await folder.finish() == nil)
    }

    @Test("what an earlier crash left is healed first")
    func heals() async throws {
        let place = try Place()
        let mark = "\(place.drill.folder)/undone"
        try await leave("touch '\(mark)'", in: place)
        #expect(try place.install().exit == 0)
        let ended = try place.runUnit()
        #expect(ended.exit == 0, "\(ended)")
        #expect(FileManager.default.fileExists(atPath: mark))
        #expect(try place.kept().healed == ["20260101T000000Z-dark-0001"])
    }

    @Test("what can't be healed keeps it from beginning, and is exit 5")
    func cannotHeal() async throws {
        let place = try Place()
        try await leave("false", in: place)
        let server = WebhookServer()
        defer { server.close() }
        #expect(try place.install(["--webhook", "http://127.0.0.1:\(server.port)/"]).exit == 0)
        let ended = try place.runUnit()
        #expect(ended.exit == 5, "\(ended)")
        #expect(ended.errors.contains("run `drill heal 20260101T000000Z-dark-0001`"), "\(ended)")
        let report = try place.kept()
        #expect(report.exit == 5 && report.runs.isEmpty)
        #expect(server.bodies.count == 1)
    }

    @Test("a webhook that refuses is told loudly and kept, and changes no verdict")
    func undelivered() throws {
        let place = try Place()
        let server = WebhookServer([410])
        defer { server.close() }
        let address = "http://127.0.0.1:\(server.port)/s3cret"
        let ended = try place.schedule(["run", place.file, "--webhook", address])
        #expect(ended.exit == 0, "\(ended)")
        #expect(ended.errors.contains("THE WEBHOOK WAS NOT TOLD (1 attempt)"), "\(ended)")
        #expect(ended.errors.contains("it answered 410") && !ended.errors.contains("s3cret"))
        let delivery = try #require(try place.kept().delivery)
        #expect(!delivery.isDelivered && delivery.attempts == 1)
    }

    @Test("problems of the file are told to the webhook, too")
    func problems() throws {
        let place = try Place("experiment: x\nprobs: {}\n")
        let server = WebhookServer()
        defer { server.close() }
        let address = "http://127.0.0.1:\(server.port)/"
        let ended = try place.schedule(["run", place.file, "--webhook", address])
        #expect(ended.exit == 64, "\(ended)")
        #expect(server.bodies.first?.contains("\"exit\" : 64") == true, "\(server.bodies)")
        #expect(server.bodies.first?.contains("unknown key") == true)
    }

    @Test("what would be refused for sure isn't installed")
    func refused() throws {
        let place = try Place()
        func isRefused(_ ended: Command.Ended, _ why: String) {
            #expect(ended.exit == 64, "\(ended)")
            #expect(ended.errors.contains(why), "\(ended)")
            #expect(!FileManager.default.fileExists(atPath: place.units))
        }
        isRefused(try place.install(["--name", "a b"]), "a name has letters")
        isRefused(try place.install(["--var", "prot=1"]), "no file here")
        isRefused(try place.install(["--webhook", "hooks"]), "is no web address")
        isRefused(
            try place.install(["--webhook", "https://h/${env:NOBODYS}"]),
            "--environment-file"
        )
        let when = ["--user", "--no-enable", "--on-calendar", "Mondag 10:00"]
        isRefused(try place.schedule(["install", place.file] + when), "Mondag")
        let bad = try place.drill.write("experiment: x\nprobs: {}\n", to: "bad.yaml")
        let tuesdays = ["--on-calendar", "Tue 10:00", "--user"]
        isRefused(try place.schedule(["install", bad] + tuesdays), "unknown key \"probs\"")
        let production = try GuardCommandTests.write(place.drill, environment: "production")
        isRefused(try place.schedule(["install", production] + tuesdays), "--yes-production")
        let dry = try place.install(["--dry-run", "--yes-production"])
        #expect(dry.exit == 0 && dry.output.contains(" --yes-production\n"), "\(dry)")
        #expect(!FileManager.default.fileExists(atPath: place.units))
    }

    @Test("secrets of the file must be in the environment that the unit gives")
    func environmentFile() throws {
        let place = try Place(
            Self.experiment.replacing(
                "run: \"true\"",
                with: "run: [test, \"${env:TOKEN}\", =, \"a b\"]"
            )
        )
        let without = try place.install()
        #expect(without.exit == 64 && without.errors.contains("TOKEN"), "\(without)")
        let file = try place.drill.write("# secrets\nTOKEN='a b'\n", to: "secrets")
        #expect(try place.install(["--environment-file", file]).exit == 0)
        let ended = try place.runUnit()
        #expect(ended.exit == 0, "\(ended)")
    }

    @Test("a name is one schedule's, and units that others wrote stay")
    func names() throws {
        let place = try Place()
        #expect(try place.install().exit == 0)
        #expect(try place.install(["--var", "x=1"]).exit == 64)
        #expect(try place.install().exit == 0)
        let other = try place.drill.write(Self.experiment, to: "other.yaml")
        let words = ["--on-calendar", "daily", "--user", "--no-enable"]
        let taken = try place.schedule(["install", other] + words)
        #expect(taken.exit == 64 && taken.errors.contains("is a schedule of"), "\(taken)")
        try "[Timer]\nOnCalendar=daily\n".write(
            toFile: "\(place.units)/drill-theirs.timer",
            atomically: true,
            encoding: .utf8
        )
        let theirs = try place.schedule(["install", other, "--name", "theirs"] + words)
        #expect(theirs.exit == 64 && theirs.errors.contains("drill didn't write it"), "\(theirs)")
        #expect(try place.schedule(["remove", "theirs", "--user"]).exit == 64)
    }

    @Test("a verdict is kept before the webhook is told, so that nothing can lose it")
    func keptFirst() throws {
        let place = try Place()
        let folder = "\(place.drill.folder)/schedules/game-day"
        let seen = Mutex<[String]>([])
        let server = WebhookServer {
            let files = try? FileManager.default.contentsOfDirectory(atPath: folder)
            seen.withLock { $0 += files ?? [] }
        }
        defer { server.close() }
        let address = "http://127.0.0.1:\(server.port)/"
        let ended = try place.schedule(["run", place.file, "--webhook", address])
        #expect(ended.exit == 0, "\(ended)")
        #expect(seen.withLock { $0.count } == 1, "when it was asked, the verdict lay there already")
        #expect(try place.kept().delivery?.isDelivered == true)
    }
}
