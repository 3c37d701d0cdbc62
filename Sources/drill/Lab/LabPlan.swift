import Crypto
import DrillEngine
import DrillField
import DrillModel

/// What the lab is to be, as data: a container for each host of its inventory, on one network.
///
/// The containers find out by themselves what they are: each is told its name and the list of all hosts
/// (`LAB_HOSTS`), and derives its settings from that. So the inventory is the lab's only description.
struct LabPlan: Sendable {
    /// The value of the label `drill.lab`, by which all that belongs to the lab is found again.
    static let name = "lab"
    static let label = "drill.lab=\(name)"
    /// A region is one part of it, by the third number: `10.77.1.0/24` and so on.
    static let subnet = "10.77.0.0/16"

    let hosts: [Host]
    /// The first region with a database: the one that leads while all is well.
    let region: String
    /// The host that leads then.
    let leader: Host
    let network: NetworkShape
    let containers: [LabContainer]

    /// Plans a container for each host; `key` is the public key that may log in.
    ///
    /// - Throws: when the inventory isn't one of containers.
    init(_ inventory: Inventory, image: String, key: String) throws(LabFailure) {
        let hosts = inventory.hosts.filter { $0.container != nil && $0.address != nil }
        guard
            let leader = hosts.first(where: { $0.roles.contains("db") && $0.region != nil }),
            let region = leader.region
        else {
            throw LabFailure(
                "\(inventory.file) describes no lab: it has no host with `container`, `address` "
                    + "and `roles: [db]` in a region"
            )
        }
        self.hosts = hosts
        self.leader = leader
        self.region = region
        let labels = ["drill.lab": Self.name]
        network = NetworkShape(
            name: "drill-lab",
            subnet: Self.subnet,
            gateway: "10.77.0.1",
            range: "10.77.250.0/24",
            labels: labels
        )
        let list = hosts.map(Self.line).joined(separator: "\n")
        var containers: [LabContainer] = []
        for host in hosts {
            let environment = [
                "LAB_HOST=\(host.name)", "LAB_HOSTS=\(list)", "LAB_PRIMARY=\(region)",
                "LAB_KEY=\(key)",
            ]
            var shape = ContainerShape(
                image: image,
                hostname: host.name,
                environment: environment,
                labels: [
                    "drill.lab": Self.name, "drill.host": host.name,
                    "drill.region": host.region ?? "", "drill.zone": host.zone ?? "",
                    "drill.role": host.roles.joined(separator: ","),
                ],
                capabilities: ["NET_ADMIN"],
                // A real machine's /run is empty after each start, too.
                tmpfs: ["/run": "rw,nosuid,nodev,exec,mode=755,size=64m"],
                attachment: NetworkAttachment(
                    network: network.name,
                    address: host.address,
                    aliases: [host.name]
                )
            )
            do throws(EngineError) {
                shape.labels["drill.spec"] = hash(try shape.json())
            } catch {
                throw LabFailure(error.message)
            }
            containers.append(
                LabContainer(name: host.container ?? host.name, host: host, shape: shape)
            )
        }
        self.containers = containers
    }

    func hosts(role: String) -> [Host] { hosts.filter { $0.roles.contains(role) } }

    /// A host as `LAB_HOSTS` tells of it: `name address region zone role,role`, `-` for none.
    private static func line(_ host: Host) -> String {
        let zone = host.zone.flatMap { $0.split(separator: "/").last.map(String.init) }
        return [
            host.name, host.address ?? "-", host.region ?? "-", zone ?? "-",
            host.roles.isEmpty ? "-" : host.roles.joined(separator: ","),
        ].joined(separator: " ")
    }
}

/// A container of the lab as it is to be.
struct LabContainer: Sendable {
    let name: String
    let host: Host
    let shape: ContainerShape

    var spec: String? { shape.labels["drill.spec"] }
    /// Whether it keeps what other hosts know of: an empty one isn't let in again by those who remember.
    var isStateful: Bool { host.roles.contains("etcd") || host.roles.contains("db") }
}

/// What has to be done so that the containers are as planned.
enum LabStep: Hashable, Sendable {
    case remove(String)
    case make(String)
    case attach(String)
    case unpause(String)
    case start(String)
}

extension LabPlan {
    /// What to do with one container at a time, in order; different containers can go at once.
    ///
    /// The stores and databases remember one another. Where one of them is missing or another than planned, the
    /// whole lab is made anew, which takes seconds; mending a half of it would take a person.
    func steps(from present: [ContainerListing]) -> [[LabStep]] {
        let byName = Dictionary(present.map { ($0.name, $0) }) { first, _ in first }
        let isAnew = containers.contains { container in
            container.isStateful && byName[container.name]?.labels?["drill.spec"] != container.spec
        }
        let planned = Set(containers.map(\.name))
        let strangers = present.filter { !planned.contains($0.name) }.map {
            [LabStep.remove($0.name)]
        }
        return strangers
            + containers.map { container in
                let name = container.name
                guard let found = byName[name] else { return [.make(name), .start(name)] }
                if isAnew || found.labels?["drill.spec"] != container.spec {
                    return [.remove(name), .make(name), .start(name)]
                }
                var steps: [LabStep] = []
                if !found.isOn(network.name) { steps.append(.attach(name)) }
                switch found.state {
                case "running": break
                case "paused": steps.append(.unpause(name))
                default: steps.append(.start(name))
                }
                return steps
            }.filter { !$0.isEmpty }
    }
}

/// The first 16 hexadecimal digits of SHA-256: enough to tell two shapes apart.
func hash(_ bytes: some Sequence<UInt8>) -> String {
    SHA256.hash(data: Array(bytes)).prefix(8).map { byte in
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
}

/// Why the lab can't be brought up, taken down or looked at: what is wrong and what to do.
struct LabFailure: Error {
    var message: String

    init(_ message: String) { self.message = message }
}
