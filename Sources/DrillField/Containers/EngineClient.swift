internal import AsyncHTTPClient
package import DrillEngine
package import DrillModel
internal import DrillWire
internal import FoundationEssentials
internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// A container engine's HTTP API (Docker's; Podman serves it too), on its socket, without the `docker` command.
///
/// The API's version is agreed on with the first call: the newest that both sides know
/// (https://docs.docker.com/reference/api/engine/). Nothing is opened before that call; `close` ends what was.
package actor EngineClient: ContainerEngine {
    /// What this code was written against, and the least that has all it needs.
    static let versionNewest = EngineVersion(major: 1, minor: 47)
    static let versionLeast = EngineVersion(major: 1, minor: 40)
    /// Enough for an inspection of a container with hundreds of mounts and labels.
    static let answerMaxBytes = 8 << 20
    private static let loops = MultiThreadedEventLoopGroup.singleton

    package nonisolated let address: EngineAddress
    private let now: @Sendable () -> Instant
    private var http: HTTPClient?
    private var agreed: (api: EngineVersion, product: String)?

    package init(
        _ address: EngineAddress,
        now: @escaping @Sendable () -> Instant = { Instant(ns: BootClock.nowNs()) }
    ) {
        self.address = address
        self.now = now
    }

    /// Ends all connections; calls that are still under way fail.
    package func close() async {
        guard let client = http else { return }
        http = nil
        // Fails only when it was shut down before, and it was taken out of its place first.
        do { try await client.shutdown() } catch {}
    }

    package func version(deadline: Instant) async throws(EngineError) -> String {
        try await agree(deadline: deadline).product
    }

    /// One request, its answer collected.
    ///
    /// The path begins after the version: `/containers/json`. Statuses that aren't 2xx are thrown
    /// unless they are among `accepting`; `container` is whom it is about, for messages.
    func ask(
        _ method: HTTPMethod,
        _ path: String,
        body: Body = .none,
        accepting: Set<UInt> = [],
        about container: String? = nil,
        deadline: Instant
    ) async throws(EngineError) -> Answer {
        let api = try await agree(deadline: deadline).api
        let answer = try await send(
            method,
            "/v\(api)\(path)",
            body: body,
            about: container,
            deadline: deadline
        )
        if (200..<300).contains(answer.status) || accepting.contains(answer.status) {
            return answer
        }
        throw refusal(answer, path: path, container: container)
    }

    private func agree(
        deadline: Instant
    ) async throws(EngineError) -> (api: EngineVersion, product: String) {
        if let agreed { return agreed }
        let answer = try await send(
            .GET,
            "/version",
            body: .none,
            about: nil,
            deadline: deadline
        )
        guard answer.status == 200 else { throw refusal(answer, path: "/version", container: nil) }
        let told = try answer.decoded(VersionAnswer.self)
        guard let newest = EngineVersion(told.apiVersion) else {
            throw EngineError(
                .unexpectedAnswer,
                "what listens at \(address.shown) is no container engine that drill knows",
                cause: "API version \(told.apiVersion)"
            )
        }
        let least = told.minAPIVersion.flatMap(EngineVersion.init) ?? Self.versionLeast
        guard newest >= Self.versionLeast, least <= Self.versionNewest else {
            throw EngineError(
                .refused,
                "the engine at \(address.shown) speaks API \(least) to \(newest), drill "
                    + "\(Self.versionLeast) to \(Self.versionNewest): install another engine"
            )
        }
        let result = (min(newest, Self.versionNewest), "\(told.product) \(told.version)")
        agreed = result
        return result
    }

    private func send(
        _ method: HTTPMethod,
        _ path: String,
        body: Body,
        about container: String?,
        deadline: Instant
    ) async throws(EngineError) -> Answer {
        var request = HTTPClientRequest(url: address.url(path))
        request.method = method
        // A unix socket has no host name, and HTTP/1.1 wants one.
        if case .socket = address { request.headers.add(name: "Host", value: "engine") }
        switch body {
        case .none: break
        case .json(let bytes):
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(bytes)
        }
        do {
            let response = try await execute(request, about: container, deadline: deadline)
            let collected = try await response.body.collect(upTo: Self.answerMaxBytes)
            return Answer(status: response.status.code, body: collected)
        } catch {
            throw translated(error, container: container)
        }
    }

    /// Asks until the engine takes the connection.
    ///
    /// An engine whose queue of connections is full refuses one with `EAGAIN` (connect(2), Unix sockets)
    /// before anything was asked: busy, not gone.
    private func execute(
        _ request: HTTPClientRequest,
        about container: String?,
        deadline: Instant
    ) async throws -> HTTPClientResponse {
        while true {
            let left = deadline - now()
            guard left > .zero else { throw timedOut(container) }
            do {
                return try await client().execute(
                    request,
                    deadline: .now() + .nanoseconds(left.ns)
                )
            } catch let error as IOError where error.errnoCode == EAGAIN {
                try await Self.loops.next().scheduleTask(in: .milliseconds(10)) {}.futureResult
                    .get()
            }
        }
    }

    func client() -> HTTPClient {
        if let http { return http }
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(5)
        configuration.httpVersion = .http1Only
        // A socket that isn't there is not going to be: say so at once instead of at the deadline.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 32
        let made = HTTPClient(
            eventLoopGroup: Self.loops,
            configuration: configuration
        )
        http = made
        return made
    }

    enum Body: Sendable {
        case none
        case json([UInt8])
    }
}
