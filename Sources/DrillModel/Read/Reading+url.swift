// Addresses that probes look at, checked as far as they are known when the file is read.
extension Reading {
    mutating func checkHTTP(_ url: Text, at position: Position?) {
        guard check(url, beginsWith: ["http://", "https://"], at: position) else { return }
        let known = KnownText(url)
        if let wrong = URLCharacters.firstWrong(in: known.withoutOpen) {
            report(
                "\(quoted(url.shown)) has \(URLCharacters.shown(wrong)), which no URL may have",
                at: position,
                fix: Self.inAuthority(wrong, of: known.text)
                    ? Self.hostFix(wrong)
                    : "percent-encode it: \(URLCharacters.encoded(wrong))"
            )
            return
        }
        guard let authority = known.rest?.prefix(while: { !"/?#".contains($0) }) else { return }
        let server = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        checkServer(server, of: url, at: position)
    }

    mutating func checkPostgres(_ url: Text, at position: Position?) {
        guard check(url, beginsWith: ["postgresql://", "postgres://"], at: position) else { return }
        let known = KnownText(url)
        if let wrong = known.withoutOpen.unicodeScalars.first(where: {
            $0.properties.isWhitespace || $0.properties.generalCategory == .control
        }) {
            report(
                "\(quoted(url.shown)) has \(URLCharacters.shown(wrong)), which no URL may have",
                at: position,
                fix: "percent-encode it: \(URLCharacters.encoded(wrong))"
            )
            return
        }
        if let mistake = scope.postgresMistake(known.withoutOpenQuery) {
            report(
                "\(quoted(url.shown)) can't be used as a PostgreSQL address: \(mistake)",
                at: position
            )
            return
        }
        // As libpq does: a password may hold what else ends the servers, but no `@` and no `/`.
        guard var rest = known.rest else { return }
        if let at = rest.firstIndex(of: "@"), !rest[..<at].contains("/") {
            rest = rest[rest.index(after: at)...]
        }
        let servers = rest.prefix { !"/?".contains($0) }
        for server in servers.split(separator: ",") where !server.hasPrefix("%2") {
            checkServer(server, of: url, at: position, mayBeEmpty: true)
        }
    }

    /// Checks `redis://[[user]:password@]host[:port][/database]`.
    mutating func checkRedis(_ url: Text, at position: Position?) {
        guard check(url, beginsWith: ["redis://", "rediss://"], at: position) else { return }
        let known = KnownText(url)
        if let wrong = URLCharacters.firstWrong(in: known.withoutOpen) {
            report(
                "\(quoted(url.shown)) has \(URLCharacters.shown(wrong)), which no URL may have",
                at: position,
                fix: "percent-encode it: \(URLCharacters.encoded(wrong))"
            )
            return
        }
        guard let rest = known.rest else { return }
        let authority = rest.prefix { $0 != "/" }
        let database = rest.dropFirst(authority.count + 1)
        if !database.isEmpty, !database.contains(KnownText.open), Int(database) == nil {
            report(
                "\(quoted(String(database))) is no database of Redis, in \(quoted(url.shown))",
                at: position,
                fix: "a database is a number: redis://HOST:6379/0"
            )
        }
        let server = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        checkServer(server, of: url, at: position)
    }

    /// A resolver is asked by its address: nobody could look its name up.
    mutating func checkResolver(_ values: Values) {
        guard let resolver = values.word("resolver"), !resolver.isAddressWithPort else { return }
        report(
            "\"resolver\" must be an address, not \(quoted(resolver))",
            at: values.positions["resolver"],
            fix: "write an IP address, and its port where that isn't 53: 192.0.2.53:5353"
        )
    }

    /// A host as a `tcp` probe connects to it.
    mutating func checkHost(_ host: Text, at position: Position?) {
        let known = KnownText(host).withoutOpen
        if known.contains("://") {
            report(
                "\(quoted(host.shown)) is a URL, and \"tcp\" connects to an address",
                at: position,
                fix: "write the host's name or address alone, and the port"
            )
        } else if let wrong = URLCharacters.firstWrong(inHost: known) {
            report(
                "\(quoted(host.shown)) has \(URLCharacters.shown(wrong)), which no host's name has",
                at: position,
                fix: Self.hostFix(wrong)
            )
        }
    }

    private static func hostFix(_ wrong: Unicode.Scalar) -> String {
        wrong.isASCII
            ? "write a host's name or address"
            : "write the name in its ASCII form, which begins with `xn--`"
    }

    /// Checks `name`, `name:port`, `[v6]` or `[v6]:port`.
    private mutating func checkServer(
        _ server: Substring,
        of url: Text,
        at position: Position?,
        mayBeEmpty: Bool = false
    ) {
        var host = server
        var port: Substring?
        if server.hasPrefix("[") {
            guard let close = server.firstIndex(of: "]"),
                [nil, ":", KnownText.open].contains(server[server.index(after: close)...].first)
            else {
                report(
                    "\(quoted(url.shown)) has a `[` without its `]`",
                    at: position,
                    fix: "write an IPv6 address as [::1] or [::1]:8080"
                )
                return
            }
            host = server[server.index(after: server.startIndex)..<close]
            let rest = server[server.index(after: close)...]
            port = rest.isEmpty ? nil : rest.dropFirst()
        } else if let colon = server.lastIndex(of: ":") {
            // Several colons are a bare IPv6 address.
            if server.firstIndex(of: ":") == colon {
                host = server[..<colon]
                port = server[server.index(after: colon)...]
            }
        }
        if host.isEmpty, !mayBeEmpty {
            report(
                "\(quoted(url.shown)) names no host",
                at: position,
                fix: "write one behind the `://`: \"http://${host.NAME}:8080/\""
            )
        }
        guard let port, !port.isEmpty, !port.contains(KnownText.open) else { return }
        let digits = port.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard digits, let number = Int(port), (1...65_535).contains(number) else {
            report(
                "\(quoted(String(port))) is no port, in \(quoted(url.shown))",
                at: position,
                fix: "a port is a number from 1 to 65535"
            )
            return
        }
    }

    /// Checks the start of a URL as far as it is known now.
    private mutating func check(
        _ url: Text,
        beginsWith starts: [String],
        at position: Position?
    ) -> Bool {
        let known = KnownText(url)
        let fits = starts.contains { start in
            known.text.hasPrefix(start) || (!known.isWhole && start.hasPrefix(known.beginning))
        }
        if !fits {
            report(
                "\(quoted(url.shown)) must begin with \(alternatives(starts))",
                at: position,
                fix: known.text.contains("://")
                    ? nil : "write \(starts[0])\(printable(url.shown))"
            )
        }
        return fits
    }

    /// Whether the first place of a character is in the name of a URL's host.
    private static func inAuthority(_ wrong: Unicode.Scalar, of text: String) -> Bool {
        guard let start = text.firstRange(of: "://")?.upperBound else { return false }
        let authority = text[start...].prefix { !"/?#".contains($0) }
        return authority.split(separator: "@").last?.unicodeScalars.contains(wrong) ?? false
    }
}

/// A text as it is known before the run: a mark stands for each part that is open.
private struct KnownText {
    /// Of the private-use area of Unicode, where no URL has anything.
    static let open: Character = "\u{F8FE}"

    var text = ""

    init(_ text: Text) {
        for part in text.parts {
            switch part {
            case .literal(let piece), .value(let piece): self.text += piece
            default: self.text.append(Self.open)
            }
        }
    }

    var isWhole: Bool { !text.contains(Self.open) }
    /// What stands before the first open part.
    var beginning: String { String(text.prefix { $0 != Self.open }) }
    var withoutOpen: String { text.filter { $0 != Self.open } }

    /// With a word for each open part; without the query where that has one, which may be anything.
    var withoutOpenQuery: String {
        let query = text.firstIndex(of: "?") ?? text.endIndex
        let kept = text[query...].contains(Self.open) ? text[..<query] : text[...]
        return String(kept.map { $0 == Self.open ? "x" : $0 })
    }

    /// What stands behind the scheme; nil where even that is open.
    var rest: Substring? {
        guard let start = text.firstRange(of: "://")?.upperBound,
            !text[..<start].contains(Self.open)
        else { return nil }
        return text[start...]
    }
}

extension String {
    /// `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53`, `[2001:db8::53]:5353`.
    fileprivate var isAddressWithPort: Bool {
        var host = self[...]
        var port: Substring?
        if hasPrefix("["), let end = firstIndex(of: "]") {
            host = self[index(after: startIndex)..<end]
            let rest = self[index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { return false }
            port = rest.isEmpty ? nil : rest.dropFirst()
        } else if let colon = firstIndex(of: ":"), colon == lastIndex(of: ":") {
            host = self[..<colon]
            port = self[index(after: colon)...]
        }
        if let port {
            guard let number = Int(port), (1...65_535).contains(number) else { return false }
        }
        if case .literal = PeerAddress(String(host)) { return true }
        return false
    }
}
