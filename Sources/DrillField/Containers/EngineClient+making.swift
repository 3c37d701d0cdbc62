package import DrillEngine
package import DrillModel
internal import NIOHTTP1

/// What making and removing a whole system of containers needs beyond the verbs of faults.
extension EngineClient {
    /// Every container with this label, running or not.
    package func containers(
        label: String,
        deadline: Instant
    ) async throws(EngineError) -> [ContainerListing] {
        let path = "/containers/json?all=1&filters=\(try labelFilter(label))"
        return try await ask(.GET, path, deadline: deadline).decoded([ContainerListing].self)
    }

    /// Every network with this label.
    package func networks(
        label: String,
        deadline: Instant
    ) async throws(EngineError) -> [NetworkListing] {
        let path = "/networks?filters=\(try labelFilter(label))"
        return try await ask(.GET, path, deadline: deadline).decoded([NetworkListing].self)
    }

    package func hasImage(_ image: String, deadline: Instant) async throws(EngineError) -> Bool {
        let path = "/images/\(percentEncoded(image))/json"
        return try await ask(.GET, path, accepting: [404], deadline: deadline).status == 200
    }

    /// The names of every image with this label.
    package func images(
        label: String,
        deadline: Instant
    ) async throws(EngineError) -> [String] {
        let path = "/images/json?filters=\(try labelFilter(label))"
        return try await ask(.GET, path, deadline: deadline).decoded([ImageListing].self)
            .flatMap { $0.repoTags ?? [] }
    }

    /// Removes an image; one that isn't there, or that a container still needs, is success.
    package func removeImage(_ image: String, deadline: Instant) async throws(EngineError) {
        let path = "/images/\(percentEncoded(image))"
        _ = try await ask(.DELETE, path, accepting: [404, 409], deadline: deadline)
    }

    package func create(
        _ name: String,
        _ shape: ContainerShape,
        deadline: Instant
    ) async throws(EngineError) {
        let path = try "/containers/create?name=\(segment(name))"
        _ = try await ask(
            .POST,
            path,
            body: .json(try shape.json()),
            about: name,
            deadline: deadline
        )
    }

    /// Kills and removes a container with its volumes; one that isn't there is success.
    package func remove(_ container: String, deadline: Instant) async throws(EngineError) {
        let path = try "/containers/\(segment(container))?force=1&v=1"
        let answer = try await ask(
            .DELETE,
            path,
            accepting: [404, 409],
            about: container,
            deadline: deadline
        )
        // 409: somebody is removing it already.
        guard answer.status == 409, !answer.text.contains("already in progress") else { return }
        throw refusal(answer, path: path, container: container)
    }

    package func createNetwork(
        _ network: NetworkShape,
        deadline: Instant
    ) async throws(EngineError) {
        _ = try await ask(
            .POST,
            "/networks/create",
            body: .json(try encoded(network)),
            deadline: deadline
        )
    }

    /// Removes a network; one that isn't there is success.
    package func removeNetwork(_ network: String, deadline: Instant) async throws(EngineError) {
        let path = try "/networks/\(segment(network))"
        _ = try await ask(.DELETE, path, accepting: [404], deadline: deadline)
    }

    private nonisolated func labelFilter(_ label: String) throws(EngineError) -> String {
        percentEncoded(String(decoding: try encoded(["label": [label]]), as: UTF8.self))
    }
}
