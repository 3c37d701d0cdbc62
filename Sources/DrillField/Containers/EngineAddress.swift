package import DrillEngine

/// Where a container engine listens: a unix socket, or TCP.
package enum EngineAddress: Hashable, Sendable {
    case socket(path: String)
    /// `host:port`
    case tcp(String)

    package static let standard = EngineAddress.socket(path: "/var/run/docker.sock")

    /// What `DOCKER_HOST` says, in docker's own notation: `unix:///path` or `tcp://host:port`.
    ///
    /// - Throws: when it asks for what can't be had here (TLS, `ssh://`), with what to write instead.
    package init(environment: [String: String]) throws(EngineError) {
        guard let host = environment["DOCKER_HOST"], !host.isEmpty else {
            self = .standard
            return
        }
        let remedy = "write unix:///path/of/the.sock or tcp://host:port, or unset it"
        if let path = host.suffix(after: "unix://") {
            guard path.hasPrefix("/") else {
                throw EngineError(
                    .refused,
                    "DOCKER_HOST=\(host) holds no absolute path: \(remedy)"
                )
            }
            self = .socket(path: path)
        } else if let authority = host.suffix(after: "tcp://") {
            let bare = authority.hasSuffix("/") ? String(authority.dropLast()) : authority
            guard !bare.isEmpty, !bare.contains(where: { "/?#@ ".contains($0) }) else {
                throw EngineError(.refused, "DOCKER_HOST=\(host) isn't host and port: \(remedy)")
            }
            let verify = environment["DOCKER_TLS_VERIFY"] ?? ""
            guard verify.isEmpty else {
                throw EngineError(
                    .refused,
                    "DOCKER_TLS_VERIFY is set, and drill speaks to an engine without TLS only: "
                        + "forward its socket over SSH and name that in DOCKER_HOST"
                )
            }
            self = .tcp(bare.contains(":") ? bare : bare + ":2375")
        } else {
            throw EngineError(
                .refused,
                "DOCKER_HOST=\(host): drill knows unix:// and tcp:// only: \(remedy)"
            )
        }
    }

    /// The address as `DOCKER_HOST` would hold it.
    package var shown: String {
        switch self {
        case .socket(let path): "unix://\(path)"
        case .tcp(let authority): "tcp://\(authority)"
        }
    }

    /// The URL of a path at this address, in AsyncHTTPClient's notation.
    func url(_ path: String) -> String {
        switch self {
        case .socket(let socket): "http+unix://\(percentEncoded(socket))\(path)"
        case .tcp(let authority): "http://\(authority)\(path)"
        }
    }
}

extension String {
    fileprivate func suffix(after prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}

/// The text with everything but RFC 3986's unreserved characters as `%XX`: safe as one path segment, as a
/// query's value, and as the host part of `http+unix:`.
func percentEncoded(_ text: String) -> String {
    let hex = Array("0123456789ABCDEF")
    var result = ""
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "~"):
            result.unicodeScalars.append(Unicode.Scalar(byte))
        default:
            result += "%\(hex[Int(byte >> 4)])\(hex[Int(byte & 15)])"
        }
    }
    return result
}
