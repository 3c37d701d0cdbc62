/// The read-only script that the survey runs on a host, and how its answer is read.
///
/// POSIX sh, fed to `sh -s` on standard input, so that any login shell will do and nothing is written
/// to the host. It changes nothing; iptables is only asked to list rules, and only where a fault needs
/// it. Its answer is one `key value` a line between two marks, since a login shell's start-up
/// files may print what they like before it. After that it tells the clock to whoever asks.
package enum SurveyScript {
    /// The command line; the script goes to its standard input.
    package static func line(tools: [String]) -> String {
        (["exec sh -s --"] + tools.map(Shell.quoted)).joined(separator: " ")
    }

    package static let script: String = {
        var leases = Self.leases
        leases.sudo = false
        return body + "\n$as_root \(leases.shownWords.joined(separator: " "))"
            + "\necho 'drill-survey end'\n\(ClockLook.script)\n"
    }()

    private static let body = #"""
        # Non-root users often lack the folders of iptables and ip in their PATH.
        PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"; LC_ALL=C; export PATH LC_ALL
        echo 'drill-survey begin'
        say() { printf '%s %s\n' "$1" "$2"; }

        say user "$(id -un)"
        say uid "$(id -u)"
        as_root=
        if [ "$(id -u)" = 0 ]; then :
        elif sudo -n true 2>/dev/null; then say sudo yes; as_root='sudo -n'
        else as_root=false
        fi

        for tool do
          path=$(command -v "$tool" 2>/dev/null) && [ -n "$path" ] && say tool "$tool $path"
          case $tool in
          iptables|ip6tables)
            # Either variant may be there and not work on this kernel (nft or legacy tables).
            for variant in "$tool"\#(variants.map { " \"$tool\($0)\"" }.joined()); do
              command -v "$variant" >/dev/null 2>&1 || continue
              rules=$($as_root "$variant" \#(listing.joined(separator: " ")) 2>/dev/null) || continue
              say "$tool" "$variant"
              printf '%s\n' "$rules" | sed -n 's/^-N \(DRILL-[A-Za-z0-9._-]*\)$/\1/p' | while read -r chain; do
                say chain "$variant $chain"
              done
              break
            done;;
          esac
        done

        say ssh "${SSH_CONNECTION:-}"
        boot=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)
        # The start time of PID 1 is field 22; the name before it may hold blanks and brackets.
        first=$(cat /proc/1/stat 2>/dev/null) && set -- ${first##*)} && say boot "$boot:${20}"
        say network "$(readlink /proc/self/ns/net 2>/dev/null)"
        # A container's own files are mounted from a folder that is called as its id.
        say container "$(sed -n 's|.*/\([0-9a-f]\{64\}\)/[^ ]* /etc/host[a-z]* .*|\1|p' /proc/self/mountinfo 2>/dev/null | head -n 1)"
        read -r up _ </proc/uptime && say uptime "$up"

        if [ -d /run/systemd/system ]; then say services systemd
        else
          services=
          if command -v sv >/dev/null 2>&1; then
            for name in /proc/[0-9]*/comm; do
              read -r name 2>/dev/null <"$name" || continue
              case $name in runsvdir|runit) services=runit; break;; esac
            done
          fi
          [ -z "$services" ] && [ -d /etc/init.d ] && services=sysv
          [ -n "$services" ] && say services "$services"
        fi

        say system "$(sed -n 's/^PRETTY_NAME=//p' /etc/os-release 2>/dev/null | tr -d '"')"
        say kernel "$(uname -sr)"
        say logger "$(command -v logger >/dev/null 2>&1 && echo yes || echo no)"
        memory=
        for place in \#(Lease.places.map { Shell.quoted(parent(of: $0)) }.joined(separator: " ")); do
          [ -d "$place" ] && { memory=$place; break; }
        done
        [ -n "$memory" ] && say lease "$memory $(stat -f -c %T "$memory" 2>/dev/null)"
        for place in / /tmp $memory; do
          df -Pk "$place" 2>/dev/null | tail -n 1 | while read -r _ total _ free _; do
            say room "$place $total $free"
          done
        done
        """#

    /// What is run by sudo where `tools` are asked for: what `script` says.
    static func asRoot(tools: [String]) -> [Command] {
        let families = tools.filter { $0 == "iptables" || $0 == "ip6tables" }
        let looks = families.flatMap { tool in ([""] + variants).map { tool + $0 } }
        return [.list(["true"], sudo: true), leases]
            + looks.map { .list([$0] + listing, sudo: true) }
    }

    private static func parent(of path: String) -> String {
        String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
    }

    /// What the name of iptables or ip6tables may end in.
    private static let variants = ["-legacy", "-nft"]
    private static let listing = ["-w", "1", "-S"]

    /// What earlier runs left, or one under way holds, on the host.
    private static let leases = Lease.list()

    /// What the script's output says.
    ///
    /// - Throws: `Problem` in words where the output isn't an answer of the script.
    package static func read(_ output: String) throws(Problem) -> HostFacts {
        let lines = output.split(whereSeparator: \.isNewline)
        guard let begin = lines.firstIndex(of: "drill-survey begin") else {
            throw Problem(
                "the survey's script did not start: is there a POSIX `sh` for the login user?"
                    + started(by: lines)
            )
        }
        guard let end = lines[begin...].firstIndex(of: "drill-survey end") else {
            throw Problem("the survey's script did not come to its end")
        }
        var facts = HostFacts()
        let leases = Lease.Listed.leases(output).leases.filter { $0.phase != .healed }
        facts.leftovers = leases.map(\.run).unique
        for line in lines[(begin + 1)..<end] {
            let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? String(parts[1]) : ""
            guard !value.isEmpty else { continue }
            take(String(parts[0]), value, into: &facts)
        }
        let held = leases.map { Partition.Wall.chain(run: $0.run, fault: $0.fault, host: $0.host) }
        facts.chains?.removeAll { held.contains($0.name) }
        return facts
    }

    private static func take(_ key: String, _ value: String, into facts: inout HostFacts) {
        switch key {
        case "user": facts.user = value
        case "uid":
            facts.isRoot = value == "0"
            facts.hasSudo = facts.hasSudo || facts.isRoot
        case "sudo": facts.hasSudo = true
        case "tool":
            let words = value.split(separator: " ", maxSplits: 1).map(String.init)
            if words.count == 2 { facts.tools[words[0]] = words[1] }
        case "iptables": facts.iptables = value
        case "ip6tables": facts.ip6tables = value
        case "chain":
            let words = value.split(separator: " ").map(String.init)
            guard words.count == 2 else { return }
            facts.chains = (facts.chains ?? []) + [RuleChain(tool: words[0], name: words[1])]
        case "ssh": facts.sshConnection = value.split(separator: " ").map(String.init)
        case "boot": facts.boot = value
        case "container": facts.container = value
        case "network": facts.network = value
        case "services": facts.serviceManager = value
        case "system": facts.system = value
        case "kernel": facts.kernel = value
        case "logger": facts.hasLogger = value == "yes"
        case "lease":
            let words = value.split(separator: " ").map(String.init)
            facts.leasePlace = words.first
            facts.leaseFileSystem = words.count == 2 ? words[1] : nil
        case "room":
            let words = value.split(separator: " ").map(String.init)
            guard words.count == 3, let total = Int64(words[1]), let free = Int64(words[2]) else {
                return
            }
            facts.rooms = facts.rooms ?? [:]
            facts.rooms?[words[0]] = Room(freeBytes: free * 1024, totalBytes: total * 1024)
        case "uptime":
            facts.uptime = Double(value).map { Span(ns: Int64($0 * 1000) * 1_000_000) }
        default: break
        }
    }

    private static func started(by lines: [Substring]) -> String {
        lines.first.map { " It answered: \($0.prefix(120))" } ?? ""
    }
}

/// One look at a host's clock, as NTP does it: the host's time lies between two of the controller's.
///
/// Offset and bound as in RFC 5905, section 8, with both of the host's timestamps the same one.
package struct ClockLook: Hashable, Codable, Sendable {
    /// Host minus controller, were the reading made halfway.
    package var offset: Span
    /// How far the offset may be from the truth, either way.
    package var bound: Span

    /// Says that it is ready, and then tells what the host's clock shows, as often as it is asked.
    ///
    /// In nanoseconds since 1970, or in seconds where `date` knows no `%N`. It ends with its input, and
    /// where `date` fails.
    package static let script =
        "echo \(Ready.line); "
        + #"while IFS= read -r question && date "+$question %s%N"; do :; done"#

    package init(offset: Span, bound: Span) {
        self.offset = offset
        self.bound = bound
    }

    /// - Parameters:
    ///   - answer: What `date` printed.
    ///   - sentWallNs: Controller's wall clock when the command was sent, in ns since 1970.
    ///   - doneWallNs: The same when its end was known.
    package init?(answer: String, sentWallNs: Int64, doneWallNs: Int64) {
        let digits = answer.split(whereSeparator: \.isWhitespace).last.map(String.init) ?? ""
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) || digits.hasSuffix("N"),
            doneWallNs >= sentWallNs
        else { return nil }
        let middle = sentWallNs + (doneWallNs - sentWallNs) / 2
        let trip = Span(ns: (doneWallNs - sentWallNs + 1) / 2)
        if digits.utf8.count >= 18, let ns = Int64(digits) {
            offset = Span(ns: ns - middle)
            bound = trip
        } else if let seconds = Int64(digits.prefix { $0.isNumber }), digits.utf8.count >= 9 {
            // busybox's date leaves %N out (or prints it): all that is known is the second.
            offset = Span(ns: seconds * 1_000_000_000 + 500_000_000 - middle)
            bound = trip + .milliseconds(500)
        } else {
            return nil
        }
    }

    /// The look that says most.
    package static func best(_ looks: [ClockLook]) -> ClockLook? {
        looks.min { $0.bound < $1.bound }
    }
}
