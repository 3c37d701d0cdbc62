internal import DrillEngine
internal import DrillModel

/// HAProxy's statistics as CSV (its management guide, 9.1), by the names of their columns.
struct HAProxyStats: Sendable {
    struct Row: Hashable, Sendable {
        var proxy: String
        /// A server's name, or `BACKEND`.
        var server: String
        /// For instance `UP`, `DOWN 1/2`, `no check`.
        var status: String
        /// Seconds since the status changed, rounded down; nil where it doesn't say.
        var changed: Int64?
        /// What its last check found, `L4CON`; empty where it has none.
        var check: String

        var name: String { server == "BACKEND" ? proxy : "\(proxy)/\(server)" }

        /// A status that is on its way to the other (`DOWN 1/2`) still is what it says.
        func isIn(_ state: LoadBalancerLook.State) -> Bool {
            switch state {
            case .down: status.hasPrefix("DOWN")
            case .up: status.hasPrefix("UP") || status == "no check" || status == "OPEN"
            case .drain: status.hasPrefix("DRAIN") || status.hasPrefix("NOLB")
            case .maint: status.hasPrefix("MAINT")
            }
        }
    }

    var rows: [Row]

    /// Nil where the text is no such CSV.
    init?(_ text: String) {
        var lines = text.split(whereSeparator: \.isNewline)[...]
        guard let head = lines.popFirst(), head.hasPrefix("# pxname,") else { return nil }
        let columns = Self.fields(head.dropFirst(2))
        guard let proxy = columns.firstIndex(of: "pxname"),
            let server = columns.firstIndex(of: "svname"),
            let status = columns.firstIndex(of: "status")
        else { return nil }
        let changed = columns.firstIndex(of: "lastchg")
        let check = columns.firstIndex(of: "check_status")
        rows = lines.compactMap { line in
            let fields = Self.fields(line)
            guard fields.count > max(proxy, server, status) else { return nil }
            func field(_ index: Int?) -> String {
                index.flatMap { $0 < fields.count ? fields[$0] : nil } ?? ""
            }
            return Row(
                proxy: fields[proxy],
                server: fields[server],
                status: fields[status],
                changed: Int64(field(changed)),
                // While the next check is under way, an asterisk stands before what the last one found.
                check: String(field(check).drop { $0 == "*" || $0 == " " })
            )
        }
    }

    /// The fields of a line; a quoted one may hold commas, and quotes written twice (RFC 4180).
    static func fields(_ line: Substring) -> [String] {
        var fields = [""]
        var isQuoted = false
        var rest = line
        while let character = rest.popFirst() {
            switch character {
            case "\"" where isQuoted && rest.first == "\"":
                rest.removeFirst()
                fields[fields.count - 1].append("\"")
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: fields.append("")
            default: fields[fields.count - 1].append(character)
            }
        }
        return fields
    }

    /// What a look is about.
    ///
    /// - Throws: in words, that it isn't there: a mistyped name must not look like a quiet probe.
    func rows(_ look: LoadBalancerLook, _ pattern: Pattern?) throws(ProbeMistake) -> [Row] {
        let backend = rows.filter { $0.proxy == look.backend && $0.server != "FRONTEND" }
        guard !backend.isEmpty else {
            let names = rows.filter { $0.server == "BACKEND" }.map(\.proxy)
            throw ProbeMistake("HAProxy has no backend \(look.backend); it has \(names.listed)")
        }
        let servers = backend.filter { $0.server != "BACKEND" }
        let found =
            switch look.servers {
            case .backend: backend.filter { $0.server == "BACKEND" }
            case .named(let name): servers.filter { $0.server == name }
            case .like: try pattern?.filter(servers) { $0.server } ?? []
            }
        guard !found.isEmpty else {
            throw ProbeMistake(
                "HAProxy has no \(look.subject); the servers are \(servers.map(\.server).listed)"
            )
        }
        return found
    }
}
