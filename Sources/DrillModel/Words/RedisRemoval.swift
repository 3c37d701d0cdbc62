/// How a person removes a ledger's keys from a Redis server: a command to paste.
package struct RedisRemoval: Hashable, Sendable {
    package var host: String
    package var port: Int
    package var database: Int
    package var user: String?
    package var isSecure: Bool
    package var needsPassword: Bool

    package init(
        host: String,
        port: Int,
        database: Int,
        user: String? = nil,
        isSecure: Bool,
        needsPassword: Bool
    ) {
        self.host = host
        self.port = port
        self.database = database
        self.user = user
        self.isSecure = isSecure
        self.needsPassword = needsPassword
    }

    /// A password is never told: redis-cli takes it from `REDISCLI_AUTH`.
    package func words(of pattern: String) -> String {
        var client = ["redis-cli", "-h", host, "-p", "\(port)", "-n", "\(database)"]
        if let user { client += ["--user", user] }
        if isSecure { client.append("--tls") }
        let words = client.map(Shell.quoted).joined(separator: " ")
        return "\(words) --scan --pattern \(Shell.quoted(pattern)) | xargs -r \(words) unlink"
            + (needsPassword ? " (with its password in REDISCLI_AUTH)" : "")
    }
}

extension RedisRemoval {
    /// By an address as a file has it; nil where a secret hides what must be known.
    init?(_ url: Text) {
        let known = url.withStars
        guard let scheme = known.firstRange(of: "://") else { return nil }
        let rest = known[scheme.upperBound...].prefix { $0 != "?" && $0 != "#" }
        var server = rest.prefix { $0 != "/" }
        let path = rest.dropFirst(server.count + 1)
        guard let database = path.isEmpty ? 0 : Int(path) else { return nil }
        var login: Substring = ""
        if let at = server.lastIndex(of: "@") {
            login = server[..<at]
            server = server[server.index(after: at)...]
        }
        var port = 6379
        if let colon = server.lastIndex(of: ":"), server.last != "]" {
            guard let number = Int(server[server.index(after: colon)...]) else { return nil }
            port = number
            server = server[..<colon]
        }
        let user = login.prefix { $0 != ":" }
        guard !server.contains("*"), !user.contains("*") else { return nil }
        self.init(
            host: server.filter { $0 != "[" && $0 != "]" },
            port: port,
            database: database,
            user: user.isEmpty ? nil : String(user),
            isSecure: known.hasPrefix("rediss"),
            needsPassword: login.contains(":")
        )
    }
}
