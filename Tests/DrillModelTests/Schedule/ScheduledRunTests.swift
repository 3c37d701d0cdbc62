import Testing

@testable import DrillModel

/// The units and the crontab's line of a scheduled run.
@Suite struct ScheduledRunTests {
    static let scheduled = ScheduledRun(
        name: "region-loss",
        calendar: "Tue 10:00 Europe/Berlin",
        file: "/srv/game days/100%.yaml",
        about: "experiment region-loss",
        command: [
            "/usr/bin/drill", "schedule", "run", "/srv/game days/100%.yaml", "--var",
            "who=it's \"$me\"",
            "--webhook", "${file:/etc/drill/hook}", "",
        ],
        folder: "/srv/game days",
        environment: ["DRILL_HOME": "/var/lib/drill 1", "PATH": "/usr/bin:/bin"],
        environmentFiles: ["/etc/drill/env"],
        user: "root",
        undo: .minutes(10)
    )

    @Test(
        "words come back as they were, whatever is in them",
        arguments: [
            "plain", "a b", "", "100%", "%h", "$HOME", "${env:HOOK}", "$$", "it's", "say \"so\"",
            #"a\b"#,
            ";", "#x", "Zürich", "-", "a=b", "\\", "'", "*", "~/x", "a;b",
        ]
    )
    func words(word: String) {
        let line = ["/bin/x", word, "end"].map(UnitText.argument).joined(separator: " ")
        #expect(UnitText.words(line) == ["/bin/x", word, "end"], "\(line)")
    }

    @Test(
        "what systemd would put something else for is no word",
        arguments: [
            "/bin/x %h", "/bin/x $HOME", "/bin/x ${HOME}", "/bin/x \"open", "/bin/x \\",
        ]
    )
    func notWords(line: String) { #expect(UnitText.words(line) == nil) }

    @Test("control characters are in no unit")
    func control() {
        #expect(UnitText.misfit("a\nb") != nil)
        #expect(UnitText.misfit("a b") == nil)
    }

    @Test(arguments: [
        ("/srv/a b", true), ("/srv/a\\b", true), ("/srv/a\\", false), ("/srv/a ", false),
        (" /a", false),
        ("/a\n", false),
    ])
    func whole(value: String, isRight: Bool) {
        #expect((UnitText.misfit(whole: value) == nil) == isRight)
    }

    @Test func service() {
        let lines = Self.scheduled.service.split(separator: "\n").map(String.init)
        let wanted = [
            "Type=oneshot", "WorkingDirectory=/srv/game days", "User=root",
            #"Environment="DRILL_HOME=/var/lib/drill 1""#, "Environment=PATH=/usr/bin:/bin",
            "EnvironmentFile=/etc/drill/env", "SuccessExitStatus=3", "KillMode=process",
            "TimeoutStopSec=600s", "File=/srv/game days/100%%.yaml",
            #"ExecStart=/usr/bin/drill schedule run "/srv/game days/100%%.yaml" --var"#
                + #" "who=it's \"$$me\"" --webhook "$${file:/etc/drill/hook}" """#,
        ]
        for line in wanted { #expect(lines.contains(line), "\(line) in \(lines)") }
        let mine = ScheduledRun.marks(of: Self.scheduled.service)
        #expect(mine?["File"] == "/srv/game days/100%.yaml")
        #expect(ScheduledRun.marks(of: "[Service]\nExecStart=/bin/true\n") == nil)
        var users = Self.scheduled
        users.user = nil
        #expect(!users.service.contains("User="))
    }

    @Test func timer() {
        let lines = Self.scheduled.timer.split(separator: "\n").map(String.init)
        for line in [
            "OnCalendar=Tue 10:00 Europe/Berlin", "Persistent=false",
            "Unit=drill-region-loss.service",
            "WantedBy=timers.target",
        ] {
            #expect(lines.contains(line), "\(line) in \(lines)")
        }
        #expect(Self.scheduled.timerName == "drill-region-loss.timer")
    }

    @Test func crontab() throws {
        let times = try CalendarTimes(written: "Tue 10:00", zones: .utc)
        let line = try Self.scheduled.crontab(times, local: "UTC")
        #expect(
            line == "0 10 * * 2 cd '/srv/game days' && set -a && . /etc/drill/env && set +a && env"
                + " DRILL_HOME='/var/lib/drill 1' PATH=/usr/bin:/bin /usr/bin/drill schedule run"
                + #" '/srv/game days/100\%.yaml' --var 'who=it'\''s "$me"' --webhook"#
                + " '${file:/etc/drill/hook}' ''"
        )
    }

    @Test(arguments: [
        ("a-b_c.1:2", true), ("", false), ("a b", false), ("../x", false), ("é", false),
    ])
    func names(name: String, isRight: Bool) {
        #expect((ScheduledRun.misfit(name: name) == nil) == isRight)
    }

    @Test(arguments: [
        ("https://hooks.example/T/B", "https://hooks.example/T/B"),
        ("${file:~/h}", "${file:/home/h}"),
        ("https://h/${env:TOKEN}", "https://h/${env:TOKEN}"), ("${file:h}", "${file:/srv/h}"),
    ])
    func webhook(word: String, shown: String) throws {
        let text = try Text(webhook: word, home: "/home", working: "/srv")
        #expect(text.shown == shown)
        #expect(text.isOpen == !word.contains("$"))
    }

    @Test(arguments: [
        "hooks.example", "ftp://x/", "https://h/${it.name}", "https://h/${nobody}", "${env:X",
    ])
    func noWebhook(word: String) {
        #expect(throws: Problems.self) { try Text(webhook: word, home: nil, working: nil) }
    }
}
