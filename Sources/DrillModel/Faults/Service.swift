/// A service and who manages it on its host.
struct Service: Hashable, Sendable {
    enum Manager: String, Hashable, Sendable, CaseIterable {
        case systemd, runit, sysv
    }

    var name: String
    var manager: Manager

    init(_ step: FaultStep, on host: Host, in scene: Scene) throws(Problems) {
        func problem(_ message: String, fix: String? = nil) -> Problems {
            let position = step.values.positions["service"] ?? step.target.position
            return Problems([Problem("\(step.fault): \(message)", at: position, fix: fix)])
        }
        name = step.values.word("service") ?? ""
        let isPlain = name.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII
                && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                    || "_-.@:".unicodeScalars.contains(scalar))
        }
        guard isPlain, !name.isEmpty, !name.hasPrefix("-"), !name.hasPrefix(".") else {
            throw problem("\"\(name)\" is no name of a service")
        }
        let stem = name.hasSuffix(".service") ? String(name.dropLast(8)) : name
        let family = stem.prefix { $0 != "@" }
        guard !Processes.untouchable.contains(String(family)), !stem.hasPrefix("systemd-") else {
            throw problem("drill never touches \(name): the way to undo it would go with it")
        }
        let facts = scene.facts?.hosts[host.name]
        if let found = facts?.serviceManager.flatMap(Manager.init(rawValue:)) {
            manager = found
        } else if facts == nil || facts?.unreachable != nil {
            manager = .systemd
        } else {
            throw problem(
                "nothing known manages services on \(host.name): neither systemd, runit nor sysv",
                fix: "choose its processes by `name:`, with `kill-process` or `pause-process`"
            )
        }
    }

    func start() -> Command { .list(words("start"), sudo: true) }
    func stop() -> Command { .list(words("stop"), sudo: true) }

    private func words(_ verb: String) -> [String] {
        switch manager {
        case .systemd: ["systemctl", verb, "--", name]
        case .runit: ["sv", "-w", "20", verb, name]
        case .sysv: ["service", name, verb]
        }
    }

    enum Look: String {
        /// Prints `active` or `inactive`.
        case state
        /// Prints its main process, where that is known.
        case process
    }

    func look(_ look: Look) -> Command {
        .script(
            Text(Self.script),
            name: "drill-service",
            [Text(look.rawValue), Text(manager.rawValue), Text(name)],
            sudo: true
        )
    }

    private static let script =
        ProcessScript.lookAt + #"""
            look=$1 manager=$2 name=$3 pid=
            unknown() { echo "there is no service $name here" >&2; exit 1; }
            case $manager in
            systemd)
                systemctl cat -- "$name" >/dev/null 2>&1 || unknown
                case $(systemctl is-active -- "$name") in
                active | activating | reloading) state=active;; *) state=inactive;; esac
                pid=$(systemctl show -p MainPID --value -- "$name");;
            runit)
                line=$(sv status "$name" 2>&1)
                case $line in run:* | finish:*) state=active;; down:*) state=inactive;; *) unknown;; esac
                pid=$(echo "$line" | sed -n 's/^run: [^(]*(pid \([0-9]*\)).*/\1/p');;
            sysv)
                [ -x "/etc/init.d/$name" ] || unknown
                if service "$name" status >/dev/null 2>&1; then state=active; else state=inactive; fi
                for file in "/run/$name.pid" "/run/$name/$name.pid" "/var/run/$name.pid"; do
                    [ -r "$file" ] && { read -r pid _ <"$file"; break; }
                done;;
            esac
            if [ $look = state ]; then echo $state; exit 0; fi
            [ "${pid:-0}" -gt 0 ] 2>/dev/null && look_at "$pid" && echo "$pid:$start"
            exit 0
            """#
}
