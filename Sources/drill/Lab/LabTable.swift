import DrillModel

extension LabStatus {
    /// The lab as a person looks at it, within 80 columns.
    func table() -> String {
        var lines: [String] = []
        let running = containers.count { $0.state == "running" }
        lines.append("\(running) of \(counted(containers.count, "host")) running")
        lines += aligned(
            [["HOST", "ZONE", "ROLES", "STATE"]]
                + containers.filter { $0.state != "running" }.map {
                    [$0.host, $0.zone ?? "-", $0.roles.joined(separator: ","), $0.state]
                },
            unlessOnlyHead: true
        )
        lines.append("")
        lines += aligned(
            [["DATABASE", "ZONE", "ROLE", "REPLICATION", "LAG"]] + databases.map(row)
        )
        lines.append("")
        lines += aligned(
            [["STORE", "ZONE", "STATE"]]
                + stores.map {
                    [$0.host, zone(of: $0.host), $0.isHealthy ? "healthy" : "not healthy"]
                }
        )
        lines.append("")
        lines += aligned([["BALANCER", "ZONE", "BALANCES", "BACK ENDS"]] + balancerRows)
        lines.append("")
        let answer = shop.status.map { "\($0)" } ?? "no answer"
        lines.append("\(shop.url): \(answer)")
        if lacks.isEmpty {
            lines.append("The lab is whole.")
        } else {
            lines.append("The lab isn't whole:")
            lines += lacks.map { "  \($0)" }
        }
        return lines.joined(separator: "\n")
    }

    private func zone(of host: String) -> String {
        containers.first { $0.host == host }?.zone ?? "-"
    }

    private func row(_ database: Database) -> [String] {
        let role =
            switch database.role {
            case "sync_standby": "synchronous standby"
            case "replica": "standby"
            case let role?: role
            case nil: "not in the cluster"
            }
        let replication =
            database.role == "leader"
            ? "-" : database.isStreaming ? "streaming" : database.state ?? "no answer"
        let lag =
            database.role == "leader" ? "-" : database.lagBytes.map { "\($0) B" } ?? "unknown"
        return [database.host, zone(of: database.host), role, replication, lag]
    }

    private var balancerRows: [[String]] {
        var rows: [[String]] = silentBalancers.map { [$0, zone(of: $0), "-", "no answer"] }
        var seen: Set<[String]> = []
        for backEnd in backEnds where seen.insert([backEnd.balancer, backEnd.proxy]).inserted {
            let all = backEnds.filter {
                $0.balancer == backEnd.balancer && $0.proxy == backEnd.proxy
            }
            // Every shop is there twice; its other version is worth a word when it isn't up.
            let shown =
                backEnd.isOfDatabases
                ? all.filter(\.isUp).map(\.server).joined(separator: ", ")
                : all.filter { !$0.isUp || !$0.server.hasSuffix("-green") }
                    .map { "\($0.server) \($0.status.lowercased())" }.joined(separator: ", ")
            rows.append([
                backEnd.balancer, zone(of: backEnd.balancer), backEnd.proxy,
                shown.isEmpty ? "none" : shown,
            ])
        }
        return rows
    }
}

/// Rows as lines, each column as wide as its widest cell.
private func aligned(_ rows: [[String]], unlessOnlyHead: Bool = false) -> [String] {
    if unlessOnlyHead, rows.count < 2 { return [] }
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
        rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
        let cells = row.enumerated().map { column, cell in
            column == row.count - 1
                ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
        }
        return cells.joined(separator: "  ")
    }
}
