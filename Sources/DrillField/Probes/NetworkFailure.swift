internal import DrillModel
internal import DrillWire
internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

/// What an error of the network means for a look: the failure's kind, in words.
struct NetworkFailure: Hashable, Sendable {
    var failure: Outcome.Failure
    var words: String

    init(_ failure: Outcome.Failure, _ words: String) {
        self.failure = failure
        self.words = words
    }

    init(_ error: any Error) {
        switch error {
        case let error as IOError: self.init(code: error.errnoCode)
        case let error as ChannelError:
            if case .connectTimeout = error {
                self.init(.timeout, "no connection in time")
            } else {
                self.init(.reset, "the connection was closed")
            }
        case let error as NIOSSLError: self.init(error)
        case is BoringSSLError, is NIOSSLExtraError: self.init(.tls, Self.tlsWords("\(error)"))
        case HTTPParserError.invalidEOFState:
            self.init(.reset, "closed in the middle of the answer")
        case is HTTPParserError: self.init(.body, "what was answered isn't HTTP")
        default: self.init(.blind, "the probe couldn't look: \(error)")
        }
    }

    static let unreachable = "not reachable"

    /// Refused on the way there: the port itself said nothing.
    var isUnreachable: Bool { failure == .refused && words.hasPrefix(Self.unreachable) }

    /// By errno of connect(2), send(2) and recv(2).
    init(code: Int32) {
        switch code {
        case ECONNREFUSED: self.init(.refused, "connection refused")
        case ECONNRESET, EPIPE, ECONNABORTED, ENOTCONN:
            self.init(.reset, "the connection was reset")
        case ETIMEDOUT: self.init(.timeout, "the connection timed out")
        // Somebody on the way says so (ICMP), or nobody at all has that address.
        case EHOSTUNREACH, ENETUNREACH, EHOSTDOWN:
            self.init(.refused, "\(Self.unreachable): \(SystemError.words(code))")
        // No port, descriptor, memory or right is left to look with: that tells nothing of the target.
        default: self.init(.blind, "the probe couldn't look: \(SystemError.words(code))")
        }
    }

    private init(_ error: NIOSSLError) {
        switch error {
        case .uncleanShutdown: self.init(.reset, "the connection was cut without TLS's goodbye")
        case .handshakeFailed(let cause):
            let words = "\(cause)"
            if words.contains("EOF during handshake") {
                self.init(.reset, "the connection was closed while agreeing on TLS")
            } else {
                self.init(.tls, Self.tlsWords(words))
            }
        default: self.init(.tls, Self.tlsWords("\(error)"))
        }
    }

    /// BoringSSL's own word for it (`CERTIFICATE_VERIFY_FAILED`), without its source files.
    private static func tlsWords(_ text: String) -> String {
        if text.contains("failedToValidateHostname") {
            return "the certificate is for another name"
        }
        let marker = "OPENSSL_internal:"
        guard let start = text.firstRange(of: marker) else { return "no agreement on TLS: \(text)" }
        let word = text[start.upperBound...].prefix { $0.isUppercase || $0.isNumber || $0 == "_" }
        return word == "CERTIFICATE_VERIFY_FAILED"
            ? "the certificate isn't trusted" : "no agreement on TLS: \(word)"
    }
}
