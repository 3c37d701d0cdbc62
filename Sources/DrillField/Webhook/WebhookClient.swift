internal import AsyncHTTPClient
package import DrillEngine
package import DrillModel
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// Posts JSON to one address, which nothing it says ever holds: it may be a secret.
package struct WebhookClient: Sendable {
    private let url: String
    /// The address without what may be secret: `https://hooks.example`.
    package let shown: String
    private let http: HTTPClient

    /// Whether it is an http or https address.
    package static func isAddress(_ url: String) -> Bool { parts(of: url) != nil }

    private static func parts(
        of url: String
    ) -> (parts: URLComponents, scheme: String, host: String)? {
        guard let parts = URLComponents(string: url), let host = parts.host, !host.isEmpty,
            let scheme = parts.scheme?.lowercased(), ["http", "https"].contains(scheme),
            (1...65_535).contains(parts.port ?? 80)
        else { return nil }
        return (parts, scheme, host)
    }

    /// Nil where it is no http or https address.
    package init?(_ url: String) {
        guard let (parts, scheme, host) = Self.parts(of: url) else { return nil }
        self.url = url
        shown = "\(scheme)://\(host)\(parts.port.map { ":\($0)" } ?? "")"
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(5)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        http = HTTPClient(
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            configuration: configuration
        )
    }

    package func post(
        _ body: [UInt8],
        now: Instant,
        deadline: Instant
    ) async -> WebhookDelivery.Answer {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "User-Agent", value: "drill")
        request.body = .bytes(ByteBuffer(bytes: body))
        do {
            let response = try await http.execute(
                request,
                deadline: .now() + .nanoseconds((deadline - now).ns)
            )
            return .status(Int(response.status.code))
        } catch {
            return .nothing(Self.words(error))
        }
    }

    package func end() async {
        // There is nothing to be done about a connection that doesn't close.
        try? await http.shutdown()
    }

    /// The client's own words may hold the address.
    private static func words(_ error: any Error) -> String {
        switch error {
        case let error as HTTPClientError where error == .deadlineExceeded:
            "it gave no answer in time"
        case let error as HTTPClientError where error == .connectTimeout:
            "it can't be connected to within 5 s"
        case let error as HTTPClientError: "it can't be asked (\(error.shortDescription))"
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first {
                "it can't be connected to: \(NetworkFailure(first.error).words)"
            } else {
                "its name isn't known"
            }
        case let error as IOError: "it can't be asked: \(NetworkFailure(error).words)"
        case let error as NIOSSLError: "it can't be asked: \(NetworkFailure(error).words)"
        default: "it can't be asked (\(type(of: error)))"
        }
    }
}
