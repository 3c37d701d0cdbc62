internal import Crypto
internal import DrillModel
internal import Foundation

/// What known_hosts files say of a host's keys (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).
///
/// Read here since libssh2's own reader accepts revoked keys, knows neither wildcards nor certificate
/// authorities, and gives up a whole file for one line that it can't read. A line that isn't a known
/// host is skipped, as OpenSSH does.
struct KnownHosts: Hashable, Sendable {
    enum Marker: String, Hashable, Sendable {
        case revoked = "@revoked"
        case certificateAuthority = "@cert-authority"
    }

    /// A line that names hosts and a key.
    struct Entry: Hashable, Sendable {
        var marker: Marker?
        var names: Names
        /// The algorithm's name: `ssh-ed25519`, `ecdsa-sha2-nistp256` or `ssh-rsa`, say.
        var type: String
        /// As on the wire (RFC 4253 6.6).
        var key: [UInt8]
        var file: String
        var line: Int
    }

    /// Which hosts a line is about.
    enum Names: Hashable, Sendable {
        /// Comma-separated patterns with `*`, `?` and a leading `!`.
        case patterns([String])
        /// `|1|salt|hash`: HMAC-SHA1 of one name, keyed with the salt.
        case hashed(salt: [UInt8], hash: [UInt8])
    }

    /// What is known of a key that a host has shown.
    enum Verdict: Hashable, Sendable {
        case known
        /// No line is about this host.
        case unknown
        /// Lines are about this host, with other keys.
        case changed([Entry])
        case revoked(Entry)
    }

    private(set) var entries: [Entry] = []
    /// Which entries name a host in full, so that a large inventory isn't looked through for each of it.
    private var named: [String: [Int]] = [:]
    /// Which have to be tried: they have wildcards or hashes.
    private var tried: [Int] = []

    /// Adds what a file's text says.
    mutating func read(_ text: String, file: String) {
        for (index, line) in text.split(
            omittingEmptySubsequences: false,
            whereSeparator: \.isNewline
        )
        .enumerated() {
            if let entry = Self.entry(String(line), file: file, line: index + 1) {
                add(entry)
            }
        }
    }

    private mutating func add(_ entry: Entry) {
        if let names = entry.names.inFull {
            for name in names { named[name, default: []].append(entries.count) }
        } else {
            tried.append(entries.count)
        }
        entries.append(entry)
    }

    /// The name that a host is looked up by: `[name]:port` unless the port is 22.
    static func name(of address: String, port: Int) -> String {
        let address = address.lowercased()
        return port == 22 ? address : "[\(address)]:\(port)"
    }

    /// All lines that are about a host, in the files' order, revocations and authorities included.
    func entries(for name: String) -> [Entry] {
        let places = tried.filter { entries[$0].names.matches(name) }
        return (places + (named[name.lowercased()] ?? [])).sorted().map { entries[$0] }
    }

    /// Judges a key that the host `name` has shown.
    ///
    /// A revocation counts whatever else the files say.
    func verdict(on key: [UInt8], of name: String) -> Verdict {
        let about = entries(for: name)
        if let revoked = about.first(where: { $0.marker == .revoked && $0.key == key }) {
            return .revoked(revoked)
        }
        let plain = about.filter { $0.marker == nil }
        if plain.contains(where: { $0.key == key }) { return .known }
        return plain.isEmpty ? .unknown : .changed(plain)
    }

    /// A key of the host with the line that it is known from; nil for one that isn't known.
    func known(_ key: [UInt8], of name: String) -> HostKey? {
        guard let entry = entries(for: name).first(where: { $0.marker == nil && $0.key == key })
        else { return nil }
        return HostKey(
            type: entry.type,
            fingerprint: SSHKeyBlob.fingerprint(of: key),
            knownFrom: "\(entry.file):\(entry.line)"
        )
    }

    /// The types of the host's known keys, in the files' order; what to ask the host for.
    func types(for name: String) -> [String] {
        var types: [String] = []
        for entry in entries(for: name) where entry.marker == nil && !types.contains(entry.type) {
            types.append(entry.type)
        }
        return types
    }

    /// The line that trusts a certificate authority for the host, which libssh2 can't check.
    func authority(for name: String) -> Entry? {
        entries(for: name).first { $0.marker == .certificateAuthority }
    }

    private static func entry(_ text: String, file: String, line: Int) -> Entry? {
        var words = text.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
        guard let first = words.first, !first.hasPrefix("#") else { return nil }
        var marker: Marker?
        if first.hasPrefix("@") {
            marker = Marker(rawValue: first)
            guard marker != nil else { return nil }
            words.removeFirst()
        }
        guard words.count >= 3, let names = Names(words[0]),
            let data = Data(base64Encoded: words[2]),
            SSHKeyBlob.type(of: Array(data)) == words[1]
        else { return nil }
        return Entry(
            marker: marker,
            names: names,
            type: words[1],
            key: Array(data),
            file: file,
            line: line
        )
    }
}

extension KnownHosts.Names {
    init?(_ text: String) {
        guard text.hasPrefix("|") else {
            self = .patterns(text.split(separator: ",").map { $0.lowercased() })
            return
        }
        let parts = text.split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[1] == "1",
            let salt = Data(base64Encoded: String(parts[2])),
            let hash = Data(base64Encoded: String(parts[3]))
        else { return nil }
        self = .hashed(salt: Array(salt), hash: Array(hash))
    }

    /// The hosts, where each is named without a wildcard; else nil.
    var inFull: Set<String>? {
        guard case .patterns(let patterns) = self,
            !patterns.contains(where: { $0.contains { "*?!".contains($0) } })
        else { return nil }
        return Set(patterns)
    }

    func matches(_ name: String) -> Bool {
        switch self {
        case .hashed(let salt, let hash):
            let code = HMAC<Insecure.SHA1>.authenticationCode(
                for: Data(name.utf8),
                using: SymmetricKey(data: salt)
            )
            return Array(code) == hash
        case .patterns(let patterns):
            return HostPattern.matches(name, anyOf: patterns)
        }
    }
}

/// OpenSSH's host patterns (ssh_config(5), PATTERNS).
enum HostPattern {
    /// Whether one pattern matches and none with a leading `!` does.
    static func matches(_ name: String, anyOf patterns: [String]) -> Bool {
        let bytes = Array(name.lowercased().utf8)
        var isNamed = false
        for pattern in patterns {
            if pattern.hasPrefix("!") {
                if matches(bytes[...], Array(pattern.dropFirst().utf8)[...]) { return false }
            } else if matches(bytes[...], Array(pattern.utf8)[...]) {
                isNamed = true
            }
        }
        return isNamed
    }

    /// `*` is any run of characters, `?` is one; linear in memory, at most quadratic in time.
    private static func matches(_ name: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
        var at = name.startIndex
        var next = pattern.startIndex
        var star: (pattern: Int, name: Int)?
        while at < name.endIndex {
            if next < pattern.endIndex, pattern[next] == UInt8(ascii: "*") {
                star = (next, at)
                next += 1
            } else if next < pattern.endIndex,
                pattern[next] == UInt8(ascii: "?") || pattern[next] == name[at]
            {
                at += 1
                next += 1
            } else if let last = star {
                star = (last.pattern, last.name + 1)
                next = last.pattern + 1
                at = last.name + 1
            } else {
                return false
            }
        }
        return pattern[next...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
