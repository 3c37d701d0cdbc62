internal import CPostgres

/// Where a PostgreSQL server is and how to log in there: a `postgresql://` address, taken apart.
package struct PostgresTarget: Hashable, Sendable {
    /// One of the servers that the address names; libpq tries them in this order.
    package struct Server: Hashable, Sendable {
        /// A name, an address, or the folder of a unix socket.
        package var host: String
        /// Where to connect to instead of looking `host` up.
        package var address: String?
        package var port: Int

        package init(host: String, address: String?, port: Int) {
            self.host = host
            self.address = address
            self.port = port
        }

        package var isLocal: Bool { host.hasPrefix("/") || host.hasPrefix("@") }
    }

    package var servers: [Server]
    /// All else, as libpq names it: `user`, `password`, `dbname`, `sslmode`.
    package var options: [String: String]

    /// Takes an address or a `key=value` string apart, with libpq's own defaults and environment.
    package init(_ text: String) throws(PostgresError) {
        if let missing = LibPQ.missing { throw missing }
        var message: UnsafeMutablePointer<CChar>?
        guard let parsed = PQconninfoParse(text, &message) else {
            let words = message.map { String(cString: $0) } ?? "out of memory"
            PQfreemem(message)
            throw PostgresError(
                message: words.split(separator: "\n").first.map(String.init) ?? words
            )
        }
        defer { PQconninfoFree(parsed) }
        var options = Self.values(parsed)
        let defaults = Self.defaults()
        func list(_ key: String) -> [String] {
            let value = options.removeValue(forKey: key) ?? defaults[key] ?? ""
            return value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let (hosts, addresses, ports) = (list("host"), list("hostaddr"), list("port"))
        self.options = options
        servers = (0..<max(hosts.count, addresses.count)).map { index in
            let address = index < addresses.count ? addresses[index] : ""
            let port = index < ports.count ? ports[index] : ports.last ?? ""
            let host = index < hosts.count ? hosts[index] : ""
            return Server(
                host: host.isEmpty ? (address.isEmpty ? Self.socketFolder : address) : host,
                address: address.isEmpty ? nil : address,
                port: Int(port) ?? 5432
            )
        }
    }

    /// Debian's, where the address names no host at all.
    private static let socketFolder = "/var/run/postgresql"

    private static func defaults() -> [String: String] {
        guard let known = PQconndefaults() else { return [:] }
        defer { PQconninfoFree(known) }
        return values(known)
    }

    private static func values(_ list: UnsafeMutablePointer<PQconninfoOption>) -> [String: String] {
        var found: [String: String] = [:]
        var next = list
        while let keyword = next.pointee.keyword {
            if let value = next.pointee.val {
                found[String(cString: keyword)] = String(cString: value)
            }
            next += 1
        }
        return found
    }

    /// What PQconnectStartParams gets.
    var parameters: [(String, String)] {
        var all = options
        all["host"] = servers.map(\.host).joined(separator: ",")
        all["hostaddr"] = servers.map { $0.address ?? "" }.joined(separator: ",")
        all["port"] = servers.map { String($0.port) }.joined(separator: ",")
        if all["hostaddr"]?.allSatisfy({ $0 == "," }) ?? true { all["hostaddr"] = nil }
        // Kerberos would be asked with calls that block.
        if all["gssencmode"] == nil { all["gssencmode"] = "disable" }
        // A server that is cut off is noticed by the kernel, not after a quarter of an hour.
        if all["tcp_user_timeout"] == nil { all["tcp_user_timeout"] = "5000" }
        if all["application_name"] == nil { all["fallback_application_name"] = "drill" }
        return all.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

/// The library's loading, once in the program's life.
///
/// Here, since nothing asks a server without a `PostgresTarget`.
private enum LibPQ {
    /// Why it can't be used; nil where it can.
    static let missing = drill_load_libpq().map {
        PostgresError(
            message: "libpq can't be loaded on this machine (\(String(cString: $0))); "
                + "install it (Debian: apt install libpq5)"
        )
    }
}
