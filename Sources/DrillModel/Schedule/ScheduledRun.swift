/// A run that is to begin by itself, and all that its units or its crontab's line must say.
package struct ScheduledRun: Hashable, Sendable {
    package var name: String
    /// As `--on-calendar` gave it.
    package var calendar: String
    /// The experiment, by its whole path.
    package var file: String
    package var about: String
    /// What systemd starts: the program and its arguments.
    package var command: [String]
    package var folder: String
    /// By name, what the run needs to find what it found when it was installed.
    package var environment: [String: String]
    package var environmentFiles: [String]
    /// Nil for the user's own manager, which runs as the user anyway.
    package var user: String?
    /// How long it may take to undo everything once it is told to stop.
    package var undo: Span

    package init(
        name: String,
        calendar: String,
        file: String,
        about: String,
        command: [String],
        folder: String,
        environment: [String: String],
        environmentFiles: [String] = [],
        user: String?,
        undo: Span
    ) {
        self.name = name
        self.calendar = calendar
        self.file = file
        self.about = about
        self.command = command
        self.folder = folder
        self.environment = environment
        self.environmentFiles = environmentFiles
        self.user = user
        self.undo = undo
    }

    /// Names of units are long to type, and every tool shows them: they begin with whose they are.
    package static let prefix = "drill-"

    package var serviceName: String { "\(Self.prefix)\(name).service" }
    package var timerName: String { "\(Self.prefix)\(name).timer" }

    /// Nil where it can be part of a unit's name (systemd.unit(5)).
    package static func misfit(name: String) -> String? {
        let allowed = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
                || (0x61...0x7a).contains(byte) || "-_.:".utf8.contains(byte)
        }
        return !name.isEmpty && allowed && name.utf8.count <= 200
            ? nil : "a name has letters, digits, `-`, `_`, `.` and `:` alone, at most 200"
    }

    package var service: String {
        let variables = environment.sorted { $0.key < $1.key }
            .map { "Environment=\(UnitText.assignment($0.key, $0.value))\n" }.joined()
        let files = environmentFiles.map { "EnvironmentFile=\(UnitText.whole($0))\n" }.joined()
        return """
            [Unit]
            Description=drill: \(UnitText.whole(about))
            After=network-online.target
            Wants=network-online.target

            [Service]
            Type=oneshot
            ExecStart=\(command.map(UnitText.argument).joined(separator: " "))
            WorkingDirectory=\(UnitText.whole(folder))
            \(user.map { "User=\($0)\n" } ?? "")\(variables)\(files)# 3: not started, for a reason that it tells; nothing was touched.
            SuccessExitStatus=3
            # Only drill itself is told to stop, and undoes everything. The guardian must outlive it where it is
            # killed: it heals then, and ends by itself.
            KillMode=process
            TimeoutStopSec=\((undo.ns + 999_999_999) / 1_000_000_000)s
            LimitNOFILE=65536

            [X-Drill]
            Name=\(name)
            File=\(UnitText.whole(file))
            Calendar=\(UnitText.whole(calendar))

            """
    }

    package var timer: String {
        """
        [Unit]
        Description=drill: when \(UnitText.whole(name)) runs

        [Timer]
        OnCalendar=\(UnitText.whole(calendar))
        # A game day that was missed is not made up for: it would begin when the machine starts, at a time that
        # nobody chose.
        Persistent=false
        AccuracySec=1s
        Unit=\(serviceName)

        [Install]
        WantedBy=timers.target

        [X-Drill]
        Name=\(name)
        File=\(UnitText.whole(file))
        Calendar=\(UnitText.whole(calendar))

        """
    }

    /// A crontab's line that does the same.
    ///
    /// - Throws: why there is none.
    package func crontab(_ times: CalendarTimes, local: String) throws(Problems) -> String {
        let fields = try times.cron(local: local)
        let variables = environment.sorted { $0.key < $1.key }
            .map { "\($0.key)=\(Shell.quoted($0.value))" }
        let files = environmentFiles.map { "set -a && . \(Shell.quoted($0)) && set +a && " }
            .joined()
        let line =
            "cd \(Shell.quoted(folder)) && \(files)"
            + (["env"] + variables + command.map(Shell.quoted)).joined(separator: " ")
        // An unescaped % is a newline there (crontab(5)).
        return "\(fields) \(line.replacing("%", with: "\\%"))"
    }

    /// What `[X-Drill]` of a unit says; nil for one that drill didn't write.
    package static func marks(of unit: String) -> [String: String]? {
        let lines = unit.split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(of: "[X-Drill]") else { return nil }
        var marks: [String: String] = [:]
        for line in lines[(start + 1)...] where !line.hasPrefix("[") {
            let halves = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2 else { continue }
            marks[String(halves[0])] = String(halves[1]).replacing("%%", with: "%")
        }
        return marks
    }
}
