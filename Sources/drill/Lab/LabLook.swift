import DrillEngine
import DrillField
import DrillModel
import FoundationEssentials

/// Looks at the lab, all of it at once; each look by itself may fail, and that is a finding.
struct LabLook: Sendable {
    static let patience = Span.seconds(2)

    let plan: LabPlan
    let engine: EngineClient
    let clock: LabClock

    func status() async throws(EngineError) -> LabStatus {
        let present = try await engine.containers(
            label: LabPlan.label,
            deadline: clock.after(.seconds(10))
        )
        let states = Dictionary(present.map { ($0.name, $0.state) }) { first, _ in first }
        var status = LabStatus()
        status.containers = plan.containers.map { container in
            LabStatus.Container(
                host: container.host.name,
                zone: container.host.zone,
                roles: container.host.roles,
                container: container.name,
                state: states[container.name] ?? "missing"
            )
        }
        let running = plan.containers.filter { states[$0.name] == "running" }
        async let databases = databases(running.map(\.host).filter { $0.roles.contains("db") })
        async let stores = stores()
        async let balancers = balancers(running)
        async let shop = shop()
        status.databases = await databases
        status.stores = await stores
        for (name, backEnds) in await balancers {
            if backEnds.isEmpty { status.silentBalancers.append(name) }
            status.backEnds += backEnds
        }
        status.shop = await shop
        status.lacks = plan.lacks(in: status)
        return status
    }

    private func shop() async -> LabStatus.Shop {
        guard let edge = plan.hosts(role: "edge").first?.address else {
            return LabStatus.Shop(url: "the edge")
        }
        let url = "http://\(edge):8080/orders"
        let answer = await engine.fetch(url, within: Self.patience)
        return LabStatus.Shop(url: url, status: answer?.status)
    }

    /// etcd's own word for it (https://etcd.io/docs/v3.4/op-guide/monitoring/#health-check).
    private func stores() async -> [LabStatus.Store] {
        await each(plan.hosts(role: "etcd")) { host in
            let answer = await page("http://\(host.address ?? ""):2379/health")
            let health = answer.flatMap { decoded(Health.self, $0) }?.health
            return LabStatus.Store(host: host.name, isHealthy: health == "true")
        }
    }

    /// Who leads and follows, in the words of the first Patroni that answers; whether a standby streams is known
    /// to the leader alone (https://patroni.readthedocs.io/en/latest/rest_api.html).
    private func databases(_ running: [Host]) async -> [LabStatus.Database] {
        let answers = await each(running) { host in
            await page("http://\(host.address ?? ""):8008/cluster")
                .flatMap { decoded(Cluster.self, $0) }?.members ?? []
        }
        // Whoever is cut off knows an old list, or none: the one that names a leader is the one to ask.
        let members =
            answers.first { $0.contains { $0.role == "leader" } }
            ?? answers.first { !$0.isEmpty } ?? []
        var streaming: Set<String> = []
        if let leader = members.first(where: { $0.role == "leader" }), let address = leader.host {
            let told = await page("http://\(address):8008/patroni")
                .flatMap { decoded(Member.self, $0) }
            for peer in told?.replication ?? [] where peer.state == "streaming" {
                streaming.insert(peer.applicationName)
            }
        }
        return plan.hosts(role: "db").map { host in
            let member = members.first { $0.name == host.name }
            return LabStatus.Database(
                host: host.name,
                role: member?.role,
                state: member?.state,
                isStreaming: streaming.contains(host.name),
                lagBytes: member?.lag
            )
        }
    }

    private func balancers(
        _ running: [LabContainer]
    ) async -> [(name: String, backEnds: [LabStatus.BackEnd])] {
        let balancers = running.filter {
            $0.host.roles.contains("lb") || $0.host.roles.contains("edge")
        }
        return await each(balancers) { container in
            do throws(EngineError) {
                let told = try await engine.exec(
                    container.name,
                    ["sh", "-c", "echo show stat | socat - /run/haproxy.sock"],
                    deadline: clock.after(Self.patience)
                )
                return (
                    container.host.name, backEnds(of: container.host.name, stat: told.output)
                )
            } catch {
                return (container.host.name, [])
            }
        }
    }

    private func page(_ url: String) async -> [UInt8]? {
        await engine.fetch(url, within: Self.patience)?.body
    }

    /// Asks of all at once; answers in the order of the questions.
    private func each<Question: Sendable, Found: Sendable>(
        _ questions: [Question],
        _ ask: @escaping @Sendable (Question) async -> Found
    ) async -> [Found] {
        await withTaskGroup(of: (Int, Found).self) { group in
            for (index, question) in questions.enumerated() {
                group.addTask { (index, await ask(question)) }
            }
            var found: [(Int, Found)] = []
            for await answer in group { found.append(answer) }
            return found.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}

/// What isn't JSON of this shape is no answer.
private func decoded<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) -> Value? {
    do { return try JSONDecoder().decode(type, from: Data(bytes)) } catch { return nil }
}

private struct Health: Decodable { var health: String }

private struct Cluster: Decodable {
    struct Member: Decodable {
        var name: String
        var role: String
        var state: String?
        var host: String?
        /// A number, or the word `unknown`.
        var lag: Int?

        enum CodingKeys: String, CodingKey { case name, role, state, host, lag }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            name = try values.decode(String.self, forKey: .name)
            role = try values.decode(String.self, forKey: .role)
            state = try values.decodeIfPresent(String.self, forKey: .state)
            host = try values.decodeIfPresent(String.self, forKey: .host)
            do {
                lag = try values.decodeIfPresent(Int.self, forKey: .lag)
            } catch DecodingError.typeMismatch {
                lag = nil
            }
        }
    }

    var members: [Member]
}

private struct Member: Decodable {
    struct Peer: Decodable {
        var applicationName: String
        var state: String?
        enum CodingKeys: String, CodingKey {
            case applicationName = "application_name"
            case state
        }
    }

    var replication: [Peer]?
}
