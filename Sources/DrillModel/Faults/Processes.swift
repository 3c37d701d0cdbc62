/// The processes that a fault is about: chosen by one of `name`, `pattern`, `pid-file`, `port` and
/// `service`.
struct Processes: Hashable, Sendable {
    static let keys = [
        Key("name", .word, "The processes of this name, as `ps -e` shows it."),
        Key("pattern", .pattern, "The processes whose whole command line this matches (grep -E)."),
        Key("pid-file", .word, "The process whose id this file on the target holds."),
        Key("port", .integer(1...65535), "The processes that listen on this TCP port."),
        Key("service", .word, "The main process of this service."),
    ]

    /// What no fault may touch: drill itself, the way in, and what everything else hangs on.
    static let untouchable: Set<String> = ["drill", "init", "ssh", "sshd", "systemd"]

    private var host: String
    /// As `ProcessScript.find` takes it.
    private var by: String
    private var value: String

    init(_ step: FaultStep, on host: Host, in scene: Scene) throws(Problems) {
        self.host = host.name
        let values = step.values
        func problem(_ message: String, _ key: String? = nil, fix: String? = nil) -> Problems {
            let position = key.flatMap { values.positions[$0] } ?? step.target.position
            return Problems([Problem("\(step.fault): \(message)", at: position, fix: fix)])
        }
        func untouchable(_ key: String, _ what: String) -> Problems {
            problem("drill never touches \(what): the way to undo it would go with it", key)
        }
        let given = Self.keys.map(\.name).filter { values.entries[$0] != nil }
        guard let key = given.first, given.count == 1 else {
            let names = Self.keys.map { "`\($0.name):`" }.joined(separator: ", ")
            throw problem(
                given.isEmpty
                    ? "nothing says which processes"
                    : "\(given.map { "`\($0):`" }.listed) at once say different things",
                given.dropFirst().first,
                fix: "give one of \(names)"
            )
        }
        by = key
        value = values.integer(key).map(String.init) ?? values.word(key) ?? ""
        guard !value.isEmpty else { throw problem("`\(key):` is empty", key) }
        switch key {
        case "name" where Self.untouchable.contains(value): throw untouchable(key, value)
        case "pattern":
            for line in ["/usr/sbin/sshd -D", "/sbin/init"] where Self.matches(value, line) {
                throw untouchable(key, "\(line), which this matches")
            }
        case "port":
            let connection = scene.facts?.hosts[host.name]?.sshConnection ?? []
            let own = connection.count == 4 ? Int(connection[3]) : nil
            if values.integer(key) == own ?? host.port ?? 22 {
                throw untouchable(key, "sshd's port")
            }
        case "service": by = try Service(step, on: host, in: scene).manager.rawValue
        default: break
        }
    }

    private static func matches(_ pattern: String, _ line: String) -> Bool {
        do {
            return try line.contains(Regex(pattern))
        } catch {
            // What only grep understands is told by grep, on the target.
            return false
        }
    }

    var shown: String {
        switch by {
        case "name": "processes named \(value)"
        case "pattern": "processes matching \(value)"
        case "pid-file": "the process of \(value)"
        case "port": "whatever listens on port \(value)"
        default: "the main process of service \(value)"
        }
    }

    enum Mode: String {
        case find, running, there
    }

    func find(_ mode: Mode) -> Command {
        .script(
            Text(ProcessScript.find),
            name: "drill-find",
            [Text(mode.rawValue), Text(by), Text(value)],
            sudo: true
        )
    }

    /// Saves `PID:START …` as `processes`.
    func capture(_ mode: Mode) -> Action {
        Action(
            "find \(shown) on \(host)",
            .command(host: host, find(mode)),
            saves: "processes"
        )
    }

    enum Act: String {
        case signal, resume, gone, stopped, moving
    }

    /// Does something to the processes that `capture` saved, or looks at them.
    func act(
        _ what: String,
        _ act: Act,
        signal: String = "",
        within: Span = .zero
    ) -> Action {
        Action(
            "\(what) on \(host)",
            .command(
                host: host,
                .script(
                    Text(ProcessScript.act),
                    name: "drill-process",
                    [Text(act.rawValue), Text(signal), .saved("processes")],
                    sudo: true
                )
            ),
            within: within
        )
    }
}
