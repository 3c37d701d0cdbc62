internal import DrillModel

/// A `redis://[[user]:password@]host[:port][/database]` address, taken apart; `rediss://` is over TLS.
///
/// Source: the registration of the scheme with IANA (iana.org/assignments/uri-schemes/prov/redis).
struct RedisAddress: Hashable, Sendable {
    var isSecure: Bool
    var user: String?
    var password: String?
    var host: String
    var port: Int
    var database: Int

    /// Nil when `text` isn't such an address.
    init?(_ text: String) {
        isSecure = text.lowercased().hasPrefix("rediss://")
        guard isSecure || text.lowercased().hasPrefix("redis://") else { return nil }
        var rest = text.dropFirst(isSecure ? 9 : 8)
        guard URLCharacters.firstWrong(in: rest) == nil else { return nil }
        rest = rest.prefix { $0 != "?" && $0 != "#" }
        var authority = rest.prefix { $0 != "/" }
        let path = rest.dropFirst(authority.count + 1)
        guard let database = path.isEmpty ? 0 : Int(path), database >= 0 else { return nil }
        self.database = database
        if let at = authority.lastIndex(of: "@") {
            let login = authority[..<at]
            let name = login.prefix { $0 != ":" }
            if !name.isEmpty { user = WebAddress.decoded(name) }
            if name.count < login.count {
                password = WebAddress.decoded(login.dropFirst(name.count + 1))
            }
            authority = authority[authority.index(after: at)...]
        }
        guard let (host, port) = WebAddress.hostAndPort(authority, otherwise: 6379) else {
            return nil
        }
        (self.host, self.port) = (host, port)
    }

    /// What is said first on each new connection.
    var greeting: [[String]] {
        var commands: [[String]] = []
        if let password { commands.append(["AUTH"] + (user.map { [$0] } ?? []) + [password]) }
        if database != 0 { commands.append(["SELECT", "\(database)"]) }
        return commands
    }
}

extension RedisRemoval {
    init(_ address: RedisAddress) {
        self.init(
            host: address.host,
            port: address.port,
            database: address.database,
            user: address.user,
            isSecure: address.isSecure,
            needsPassword: address.password != nil
        )
    }
}
