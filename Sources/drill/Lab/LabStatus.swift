import DrillModel

/// How the lab is: what runs, who leads, who follows, what the balancers think.
///
/// Its JSON is what `drill lab status --json` prints.
struct LabStatus: Codable, Sendable {
    struct Container: Codable, Sendable {
        var host: String
        var zone: String?
        var roles: [String]
        var container: String
        /// The engine's word, or `missing`.
        var state: String
    }

    struct Database: Codable, Sendable {
        var host: String
        /// Patroni's word: `leader`, `sync_standby`, `replica`; nil where Patroni knows no such member.
        var role: String?
        var state: String?
        var isStreaming: Bool
        /// Nil where Patroni doesn't know.
        var lagBytes: Int?

        enum CodingKeys: String, CodingKey {
            case host, role, state
            case isStreaming = "streaming"
            case lagBytes = "lag_bytes"
        }
    }

    struct Store: Codable, Sendable {
        var host: String
        var isHealthy: Bool

        enum CodingKeys: String, CodingKey {
            case host
            case isHealthy = "healthy"
        }
    }

    struct BackEnd: Codable, Hashable, Sendable {
        var balancer: String
        /// What is balanced: a region, `leader` or `replica`.
        var proxy: String
        var server: String
        /// HAProxy's word for it, as `UP`, `DOWN` or `UP 1/3`.
        var status: String

        var isUp: Bool { status == "UP" }
        /// Balances databases: of those only who has the role is up, and that is as it should be.
        var isOfDatabases: Bool { proxy == "leader" || proxy == "replica" }
    }

    struct Shop: Codable, Sendable {
        var url: String
        /// Of the answer to this machine; nil when there was none.
        var status: Int?
    }

    var containers: [Container] = []
    var databases: [Database] = []
    var stores: [Store] = []
    var backEnds: [BackEnd] = []
    /// Balancers that didn't tell.
    var silentBalancers: [String] = []
    var shop = Shop(url: "")
    /// What isn't as `drill lab up` leaves it; empty when the lab is whole.
    var lacks: [String] = []

    enum CodingKeys: String, CodingKey {
        case containers, databases, stores, shop, lacks
        case backEnds = "back_ends"
        case silentBalancers = "silent_balancers"
    }

    var leader: String? { databases.first { $0.role == "leader" }?.host }
}

extension LabPlan {
    /// Everything that keeps the lab from being whole, most basic first.
    func lacks(in status: LabStatus) -> [String] {
        var lacks: [String] = []
        for container in status.containers where container.state != "running" {
            lacks.append("\(container.container) is \(container.state)")
        }
        for store in status.stores where !store.isHealthy {
            lacks.append("etcd on \(store.host) isn't healthy")
        }
        lacks += databaseLacks(in: status)
        for balancer in status.silentBalancers {
            lacks.append("the balancer on \(balancer) doesn't tell how it is")
        }
        for backEnd in status.backEnds where !backEnd.isOfDatabases && !backEnd.isUp {
            lacks.append(
                "on \(backEnd.balancer) the back end \(backEnd.proxy)/\(backEnd.server) is "
                    + backEnd.status
            )
        }
        for balancer in (hosts(role: "lb") + hosts(role: "edge")).map(\.name) {
            let up = status.backEnds.filter {
                $0.balancer == balancer && $0.proxy == "leader" && $0.isUp
            }
            if !status.silentBalancers.contains(balancer), up.map(\.server) != [leader.name] {
                let found = up.isEmpty ? "nobody" : up.map(\.server).listed
                lacks.append("\(balancer) takes \(found) for the leader")
            }
        }
        if status.shop.status != 200 {
            let answer = status.shop.status.map { "answers \($0)" } ?? "doesn't answer"
            lacks.append("\(status.shop.url) \(answer)")
        }
        return lacks
    }

    private func databaseLacks(in status: LabStatus) -> [String] {
        guard let leads = status.leader else { return ["no database leads"] }
        var lacks: [String] = []
        if leads != leader.name { lacks.append("\(leads) leads, not \(leader.name)") }
        for database in status.databases where database.role != "leader" && !database.isStreaming {
            let state = database.state.map { " (Patroni: \($0))" } ?? ""
            lacks.append("\(database.host) doesn't stream from \(leads)\(state)")
        }
        let standbys = status.databases.filter { $0.role == "sync_standby" }.map(\.host)
        let near = hosts(role: "db").filter { $0.region == region }.map(\.name)
        if !standbys.contains(where: near.contains) {
            lacks.append("\(region) has no synchronous standby")
        }
        return lacks
    }
}

/// The servers in HAProxy's `show stat`: comma-separated values whose first line, after `# `, names the columns.
func backEnds(of balancer: String, stat: String) -> [LabStatus.BackEnd] {
    let rows = stat.split(whereSeparator: \.isNewline).map {
        $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    guard let head = rows.first, let status = head.firstIndex(of: "status") else { return [] }
    return rows.dropFirst().compactMap { row in
        guard row.count > status, row[1] != "FRONTEND", row[1] != "BACKEND" else { return nil }
        return LabStatus.BackEnd(
            balancer: balancer,
            proxy: row[0],
            server: row[1],
            status: row[status]
        )
    }
}
