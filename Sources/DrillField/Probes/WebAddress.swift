internal import DrillModel

/// An `http://` or `https://` address, taken apart (RFC 3986).
struct WebAddress: Hashable, Sendable {
    var isSecure: Bool
    /// `name:password`, percent-decoded.
    var user: String?
    /// A name or an address, without brackets.
    var host: String
    var port: Int
    /// Path and query, never empty, without the fragment.
    var target: String

    /// Nil when `text` isn't such an address.
    init?(_ text: String) {
        let isPlain = text.lowercased().hasPrefix("http://")
        isSecure = text.lowercased().hasPrefix("https://")
        guard isPlain || isSecure else { return nil }
        var rest = text.dropFirst(isSecure ? 8 : 7)
        guard URLCharacters.firstWrong(in: rest) == nil else { return nil }
        if let fragment = rest.firstIndex(of: "#") { rest = rest[..<fragment] }
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        var authority = rest[..<end]
        let path = rest[end...]
        target = path.hasPrefix("/") ? String(path) : "/" + path
        if let at = authority.lastIndex(of: "@") {
            user = Self.decoded(authority[..<at])
            authority = authority[authority.index(after: at)...]
        }
        guard let (host, port) = Self.hostAndPort(authority, otherwise: isSecure ? 443 : 80) else {
            return nil
        }
        self.host = host
        self.port = port
    }

    /// What the Host header says: the port only where it isn't the scheme's own.
    var hostHeader: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// `name`, `name:port`, `[v6]`, `[v6]:port` or a bare IPv6 address.
    static func hostAndPort(_ text: some StringProtocol, otherwise: Int) -> (String, Int)? {
        var host = Substring(text)
        var port = ""
        if text.hasPrefix("["), let close = text.firstIndex(of: "]") {
            host = Substring(text[text.index(after: text.startIndex)..<close])
            let after = text[text.index(after: close)...]
            guard after.isEmpty || after.hasPrefix(":") else { return nil }
            port = String(after.dropFirst())
        } else if let colon = text.lastIndex(of: ":"), text.firstIndex(of: ":") == colon {
            host = Substring(text[..<colon])
            port = String(text[text.index(after: colon)...])
        }
        guard !host.isEmpty else { return nil }
        if port.isEmpty { return (String(host), otherwise) }
        guard let number = Int(port), (1...65535).contains(number) else { return nil }
        return (String(host), number)
    }

    /// Percent-decoding (RFC 3986, 2.1).
    static func decoded(_ text: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension WebAddress {
    /// Percent-encodes all but RFC 3986's unreserved characters (2.3).
    static func encoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            let isPlain =
                ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
                || ("0"..."9").contains(scalar) || "-._~".unicodeScalars.contains(scalar)
            if isPlain {
                result.unicodeScalars.append(scalar)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return result
    }
}
