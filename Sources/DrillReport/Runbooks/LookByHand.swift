import DrillModel

/// A look as a person makes it: what to type, and what a good answer is.
struct LookByHand: Hashable {
    var lines: [String]
    /// After "good is": `status 200`, `exit code 0`.
    var good: String

    init(_ kind: Probe.Kind, _ hand: Handwork) {
        switch kind {
        case .http(let look):
            lines = [hand.line(look)]
            good = Self.good(look)
        case .tcp(let look):
            let address = ShellText(word: look.address).typed
            lines = ["nc -z -w 2 \(address) \(look.port)"]
            good = "exit code 0: it lets somebody in"
        case .sql(let look):
            lines = [hand.line(SQLDeed(url: look.url, query: look.query))]
            switch look.condition {
            case .equals(let value): good = "the answer \"\(value.shown)\""
            case .atLeast(let least): good = "a number of at least \(least.brief)"
            case .atMost(let most): good = "a number of at most \(most.brief)"
            case .anyRow: good = "an answer, whatever it says"
            }
        case .command(let look):
            lines = [hand.line(look.command, on: look.host)]
            let match = look.match.map { " and output that matches /\($0)/" } ?? ""
            good = "exit code \(look.exit)\(match)"
        default:
            (lines, good) = Self.monitor(kind, hand)
        }
    }

    /// Status and body of a good answer.
    static func good(_ look: HTTPLook) -> String {
        let status =
            look.statuses.isEmpty
            ? "a status from 200 to 399" : "status \(alternatives(look.statuses.map(String.init)))"
        let match = look.match.map { " and a body that matches /\($0)/" } ?? ""
        let asked = look.resolver.map { " (the name asked of \($0))" } ?? ""
        return status + match + asked
    }

    /// What monitors, logs, balancers and name servers say.
    private static func monitor(
        _ kind: Probe.Kind,
        _ hand: Handwork
    ) -> (lines: [String], good: String) {
        switch kind {
        case .prometheus(let look):
            var server = look.server
            server.url = server.url.adding("/api/v1/query")
            let query = "-G --data-urlencode \(ShellText(word: Text("query=") + look.query).typed)"
            return (
                ["\(hand.line(server)) \(query)"],
                "a result\(look.threshold.shown.isEmpty ? "" : " with a value\(look.threshold.shown)")"
            )
        case .alertmanager(let look):
            var server = look.server
            server.url = server.url.adding("/api/v2/alerts")
            return ([hand.line(server)], "in it the \(kind.shown), active")
        case .log(let look):
            let source =
                switch look.source {
                case .file(let path): Command(.list(["tail", "-n", "100", path]), sudo: look.sudo)
                case .journal(let unit):
                    Command.list(["journalctl", "-n", "100", "-u", unit], sudo: look.sudo)
                }
            return ([hand.line(source, on: look.host)], "a new line that matches /\(look.match)/")
        case .loadBalancer(let look):
            let good = "\(look.subject) is \(look.state.rawValue.uppercased())"
            switch look.way {
            case .page(var page):
                page.url = page.url.adding(";csv")
                return ([hand.line(page)], good)
            case .socket(let path, let host, let sudo):
                let asked = Command(
                    .list(["socat", "-", path]),
                    input: "show stat\n",
                    sudo: sudo
                )
                return ([hand.line(asked, on: host)], good)
            }
        case .dns(let look):
            let words = ["dig", "+short"] + server(look.resolver) + [look.type.rawValue]
            let line = "\(words.map(Shell.quoted).joined(separator: " ")) "
            return ([line + ShellText(word: look.name).typed], kind.shown)
        case .postgresRole(let look):
            let lines = look.urls.map {
                hand.line(SQLDeed(url: $0, query: "select pg_is_in_recovery()"))
            }
            return (lines, "\(kind.shown): the one that takes writes answers \"f\"")
        case .http, .tcp, .sql, .command, .ledger: return ([], kind.shown)
        }
    }

    /// `10.0.0.1:5353`, `[fd00::1]:53` or an address alone, for dig.
    private static func server(_ resolver: String) -> [String] {
        if resolver.hasPrefix("["), let end = resolver.firstIndex(of: "]") {
            let address = resolver[resolver.index(after: resolver.startIndex)..<end]
            let port = resolver[resolver.index(after: end)...].dropFirst()
            return ["@\(address)"] + (port.isEmpty ? [] : ["-p", String(port)])
        }
        let parts = resolver.split(separator: ":")
        return parts.count == 2 ? ["@\(parts[0])", "-p", String(parts[1])] : ["@\(resolver)"]
    }
}

extension Text {
    fileprivate static func + (left: Text, right: Text) -> Text {
        Text(parts: left.parts + right.parts)
    }

    /// A path behind an address, whose own last `/` goes.
    fileprivate func adding(_ path: String) -> Text {
        var parts = parts
        if path.hasPrefix("/"), case .literal(let text)? = parts.last, text.hasSuffix("/") {
            parts[parts.count - 1] = .literal(String(text.dropLast()))
        }
        return Text(parts: parts + [.literal(path)])
    }
}
