internal import DrillModel

/// A TCP connection tried from a host by what is there: bash, nc or python3.
///
/// A relayed port can't tell: its near end accepts before anybody knows whether the far end does.
enum RemoteTCP {
    /// Ends with 0 when the connection is accepted, 124 after `patience`, 127 where no tool is there.
    static func script(address: String, port: Int, patience: Span) -> String {
        let seconds = max(1, (patience.ns + 999_999_999) / 1_000_000_000)
        let python =
            "import socket,sys; socket.create_connection((sys.argv[1],int(sys.argv[2])),\(seconds))"
        return """
            set -- \(Shell.quoted(address)) \(port); \
            if command -v bash >/dev/null 2>&1; then \
            timeout \(seconds) bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2"; \
            elif command -v nc >/dev/null 2>&1; then nc -v -z -w \(seconds) "$1" "$2"; \
            elif command -v python3 >/dev/null 2>&1; then python3 -c '\(python)' "$1" "$2"; \
            else echo "neither bash nor nc nor python3 is there to connect with" >&2; exit 127; fi
            """
    }

    /// What the tool's exit and its words mean; nil is an accepted connection.
    static func failure(exit: Int, words: String) -> NetworkFailure? {
        if exit == 0 { return nil }
        let said = words.lowercased()
        let known: [(String, Outcome.Failure, String)] = [
            ("refused", .refused, "connection refused"),
            ("no route to host", .refused, "\(NetworkFailure.unreachable): No route to host"),
            ("unreachable", .refused, "\(NetworkFailure.unreachable): Network is unreachable"),
            ("name or service not known", .unresolvable, "the name has no address there"),
            ("name resolution", .unresolvable, "the name can't be looked up there"),
            ("no address associated", .unresolvable, "the name has no address there"),
            ("timed out", .timeout, "no connection in time"),
        ]
        if let match = known.first(where: { said.contains($0.0) }) {
            return NetworkFailure(match.1, match.2)
        }
        if exit == 124 { return NetworkFailure(.timeout, "no connection in time") }
        return NetworkFailure(.blind, "the probe couldn't look: \(words)")
    }
}
