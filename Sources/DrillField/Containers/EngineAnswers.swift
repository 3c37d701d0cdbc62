internal import DrillEngine
internal import DrillModel
internal import FoundationEssentials
internal import NIOCore

/// An answer of the engine, whole.
struct Answer: Sendable {
    var status: UInt
    var body: ByteBuffer

    var text: String { String(buffer: body) }

    func decoded<Value: Decodable>(_ type: Value.Type) throws(EngineError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(body.readableBytesView))
        } catch {
            throw EngineError(
                .unexpectedAnswer,
                "the container engine answered what drill doesn't understand",
                cause: "\(error): \(text.prefix(200))"
            )
        }
    }
}

/// The JSON of a question.
func encoded(_ question: some Encodable) throws(EngineError) -> [UInt8] {
    do {
        let encoder = JSONEncoder()
        // In order, so that the hash of a container's shape is always the same.
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try Array(encoder.encode(question))
    } catch {
        throw EngineError(
            .unexpectedAnswer,
            "a question to the container engine couldn't be written",
            cause: "\(error)"
        )
    }
}

/// A version of the engine's API, `1.41`: compared by number, not by letter.
struct EngineVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    var major: Int
    var minor: Int

    init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let major = parts[0], let minor = parts[1] else { return nil }
        self.init(major: major, minor: minor)
    }

    static func < (left: EngineVersion, right: EngineVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    var description: String { "\(major).\(minor)" }
}

/// The answer to `GET /version`.
struct VersionAnswer: Decodable {
    struct Platform: Decodable {
        var name: String?
        enum CodingKeys: String, CodingKey { case name = "Name" }
    }

    var version: String
    var apiVersion: String
    var minAPIVersion: String?
    var platform: Platform?

    /// Docker leaves the platform's name empty where a distribution built it.
    var product: String {
        let name = platform?.name ?? ""
        return name.isEmpty ? "Docker Engine" : name
    }

    enum CodingKeys: String, CodingKey {
        case version = "Version"
        case apiVersion = "ApiVersion"
        case minAPIVersion = "MinAPIVersion"
        case platform = "Platform"
    }
}

/// What comes with every failure, as `{"message": "No such container: x"}`.
struct FailureAnswer: Decodable {
    var message: String
}

/// `GET /containers/NAME/json`, as far as it is looked at.
struct InspectAnswer: Decodable {
    struct State: Decodable {
        var status: String
        var startedAt: String
        enum CodingKeys: String, CodingKey {
            case status = "Status"
            case startedAt = "StartedAt"
        }
    }

    struct NetworkSettings: Decodable {
        var networks: [String: EndpointShape]?
        enum CodingKeys: String, CodingKey { case networks = "Networks" }
    }

    struct HostConfig: Decodable {
        var autoRemove: Bool?
        enum CodingKeys: String, CodingKey { case autoRemove = "AutoRemove" }
    }

    var id: String
    var engineState: State
    var networkSettings: NetworkSettings
    var hostConfig: HostConfig?

    var state: ContainerState {
        let networks = networkSettings.networks ?? [:]
        return ContainerState(
            status: engineState.status,
            id: id,
            startedAt: engineState.startedAt,
            attachments: networks.sorted { $0.key < $1.key }.map { name, endpoint in
                NetworkAttachment(
                    network: name,
                    address: endpoint.ipam?.address,
                    address6: endpoint.ipam?.address6,
                    // The engine adds the id's beginning by itself, and would once more.
                    aliases: (endpoint.aliases ?? []).filter { !id.hasPrefix($0) },
                    links: endpoint.links.flatMap { $0.isEmpty ? nil : $0 },
                    driverOptions: endpoint.driverOptions.flatMap { $0.isEmpty ? nil : $0 }
                )
            },
            isRemovedAtEnd: hostConfig?.autoRemove
        )
    }

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case engineState = "State"
        case networkSettings = "NetworkSettings"
        case hostConfig = "HostConfig"
    }
}

/// A container's end in a network, as the engine tells it and as it is asked for.
struct EndpointShape: Codable, Sendable {
    /// The addresses that were asked for: they outlive a kill, which the present address doesn't.
    struct IPAM: Codable, Sendable {
        var address: String?
        var address6: String?
        enum CodingKeys: String, CodingKey {
            case address = "IPv4Address"
            case address6 = "IPv6Address"
        }
    }

    var ipam: IPAM?
    var aliases: [String]?
    var links: [String]?
    var driverOptions: [String: String]?

    init(_ attachment: NetworkAttachment) {
        let isFixed = attachment.address != nil || attachment.address6 != nil
        ipam = isFixed ? IPAM(address: attachment.address, address6: attachment.address6) : nil
        aliases = attachment.aliases.isEmpty ? nil : attachment.aliases
        links = attachment.links
        driverOptions = attachment.driverOptions
    }

    enum CodingKeys: String, CodingKey {
        case ipam = "IPAMConfig"
        case aliases = "Aliases"
        case links = "Links"
        case driverOptions = "DriverOpts"
    }
}

/// The body of `POST /networks/NAME/disconnect`.
struct DisconnectQuestion: Encodable {
    var container: String
    enum CodingKeys: String, CodingKey { case container = "Container" }
}

/// The body of `POST /networks/NAME/connect`.
struct ConnectQuestion: Encodable {
    var container: String
    var endpoint: EndpointShape
    enum CodingKeys: String, CodingKey {
        case container = "Container"
        case endpoint = "EndpointConfig"
    }
}
