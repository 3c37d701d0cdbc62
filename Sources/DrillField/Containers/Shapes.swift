package import DrillEngine
package import DrillModel

/// A container to be made.
package struct ContainerShape: Sendable {
    package var image: String
    package var hostname: String
    /// Each as `NAME=value`.
    package var environment: [String]
    package var labels: [String: String]
    /// Capabilities beyond the engine's usual ones, without `CAP_`.
    package var capabilities: [String]
    /// File systems in memory: path to mount options.
    package var tmpfs: [String: String]
    package var attachment: NetworkAttachment

    package init(
        image: String,
        hostname: String,
        environment: [String],
        labels: [String: String],
        capabilities: [String],
        tmpfs: [String: String],
        attachment: NetworkAttachment
    ) {
        self.image = image
        self.hostname = hostname
        self.environment = environment
        self.labels = labels
        self.capabilities = capabilities
        self.tmpfs = tmpfs
        self.attachment = attachment
    }

    /// The question to the engine.
    ///
    /// The same shape gives the same bytes, so their hash tells shapes apart.
    package func json() throws(EngineError) -> [UInt8] {
        try encoded(
            CreateQuestion(
                image: image,
                hostname: hostname,
                environment: environment,
                labels: labels,
                hostConfig: CreateQuestion.HostConfig(capAdd: capabilities, tmpfs: tmpfs),
                networkingConfig: CreateQuestion.NetworkingConfig(
                    endpoints: [attachment.network: EndpointShape(attachment)])
            )
        )
    }
}

/// The body of `POST /containers/create`.
private struct CreateQuestion: Encodable {
    struct HostConfig: Encodable {
        struct LogConfig: Encodable {
            var type = "json-file"
            var config = ["max-size": "5m", "max-file": "2"]
            enum CodingKeys: String, CodingKey {
                case type = "Type"
                case config = "Config"
            }
        }

        var capAdd: [String]
        var tmpfs: [String: String]
        /// A log that fills the disk would be a disaster nobody asked for.
        var logConfig = LogConfig()
        enum CodingKeys: String, CodingKey {
            case capAdd = "CapAdd"
            case tmpfs = "Tmpfs"
            case logConfig = "LogConfig"
        }
    }

    struct NetworkingConfig: Encodable {
        var endpoints: [String: EndpointShape]
        enum CodingKeys: String, CodingKey { case endpoints = "EndpointsConfig" }
    }

    var image: String
    var hostname: String
    var environment: [String]
    var labels: [String: String]
    var hostConfig: HostConfig
    var networkingConfig: NetworkingConfig

    enum CodingKeys: String, CodingKey {
        case image = "Image"
        case hostname = "Hostname"
        case environment = "Env"
        case labels = "Labels"
        case hostConfig = "HostConfig"
        case networkingConfig = "NetworkingConfig"
    }
}

/// A bridge network to be made.
package struct NetworkShape: Encodable, Sendable {
    struct IPAM: Encodable, Sendable {
        struct Range: Encodable, Sendable {
            var subnet: String
            var gateway: String
            var range: String
            enum CodingKeys: String, CodingKey {
                case subnet = "Subnet"
                case gateway = "Gateway"
                case range = "IPRange"
            }
        }

        var ranges: [Range]
        enum CodingKeys: String, CodingKey { case ranges = "Config" }
    }

    package let name: String
    let labels: [String: String]
    let ipam: IPAM
    /// Two networks of one name would be two labs in one.
    let checkDuplicate = true

    /// `range` is what the engine may give away by itself, within the subnet.
    package init(
        name: String,
        subnet: String,
        gateway: String,
        range: String,
        labels: [String: String]
    ) {
        self.name = name
        self.labels = labels
        ipam = IPAM(ranges: [IPAM.Range(subnet: subnet, gateway: gateway, range: range)])
    }

    enum CodingKeys: String, CodingKey {
        case name = "Name"
        case labels = "Labels"
        case ipam = "IPAM"
        case checkDuplicate = "CheckDuplicate"
    }
}

/// A container in a list.
package struct ContainerListing: Decodable, Hashable, Sendable {
    package struct NetworkSettings: Decodable, Hashable, Sendable {
        package struct Endpoint: Decodable, Hashable, Sendable {}
        package var networks: [String: Endpoint]?
        enum CodingKeys: String, CodingKey { case networks = "Networks" }
    }

    package var id: String
    package var names: [String]
    package var labels: [String: String]?
    /// The engine's word, as `created`, `running`, `paused`, `exited` or `dead`.
    package var state: String
    package var networkSettings: NetworkSettings?

    /// The engine writes names with a slash in front.
    package var name: String {
        let first = names.first ?? id
        return first.hasPrefix("/") ? String(first.dropFirst()) : first
    }

    package func isOn(_ network: String) -> Bool { networkSettings?.networks?[network] != nil }

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case names = "Names"
        case labels = "Labels"
        case state = "State"
        case networkSettings = "NetworkSettings"
    }
}

/// A network in a list.
package struct NetworkListing: Decodable, Hashable, Sendable {
    package struct IPAM: Decodable, Hashable, Sendable {
        package struct Range: Decodable, Hashable, Sendable {
            package var subnet: String?
            enum CodingKeys: String, CodingKey { case subnet = "Subnet" }
        }

        package var ranges: [Range]?
        enum CodingKeys: String, CodingKey { case ranges = "Config" }
    }

    package var id: String
    package var name: String
    package var ipam: IPAM?

    package var subnets: [String] { (ipam?.ranges ?? []).compactMap(\.subnet) }

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case name = "Name"
        case ipam = "IPAM"
    }
}

/// An image in a list, by its names.
struct ImageListing: Decodable, Hashable, Sendable {
    var repoTags: [String]?

    enum CodingKeys: String, CodingKey { case repoTags = "RepoTags" }
}
