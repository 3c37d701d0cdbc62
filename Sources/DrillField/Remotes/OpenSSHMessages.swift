internal import DrillEngine
internal import Foundation

/// Reads what ssh says when it can't log in.
enum OpenSSHMessages {
    /// The failure behind all that ssh wrote on standard error.
    static func error(
        from text: String,
        _ endpoint: SSHEndpoint,
        _ setup: SSHSetup
    ) -> RemoteError {
        var error = error(about: text, endpoint, setup)
        // A jump's own words come before the last line, which then only says that it is gone.
        error.cause = String(
            text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("@") }
                .joined(separator: "; ").suffix(300)
        )
        return error
    }

    private static func error(
        about text: String,
        _ endpoint: SSHEndpoint,
        _ setup: SSHSetup
    ) -> RemoteError {
        func says(_ words: String...) -> Bool { words.contains { text.contains($0) } }
        if says("REVOKED HOST KEY", "marked as revoked") {
            // ssh names the file only.
            let line = setup.knownHosts.entries(for: endpoint.knownName)
                .first { $0.marker == .revoked }
            let place = line.map { "\($0.file):\($0.line)" }
            return HostKeyAdvice.revoked(endpoint, at: place ?? setup.knownHostsFiles[0])
        }
        if says("IDENTIFICATION HAS CHANGED", "has changed and you have requested strict") {
            return changed(endpoint, setup, text)
        }
        if says("host key is known for", "Host key verification failed") {
            return HostKeyAdvice.unknown(endpoint, setup, shown: nil)
        }
        if says("UNPROTECTED PRIVATE KEY FILE", "bad permissions") {
            return RemoteError(
                .noKey,
                host: endpoint.host,
                "ssh won't use the key for \(endpoint.shown), since others can read it. Run: chmod "
                    + "600 on the file that the cause names."
            )
        }
        if says("Bad configuration option", "Bad owner or permissions", "terminating, ") {
            return RemoteError(
                .configuration,
                host: endpoint.host,
                "ssh can't read its configuration. Correct what the cause names."
            )
        }
        return SSHMessages.error(code(text), endpoint)
    }

    private static func code(_ text: String) -> RemoteError.Code {
        let codes: [(String, RemoteError.Code)] = [
            ("Permission denied", .notAuthorised),
            ("Too many authentication failures", .notAuthorised),
            ("Connection refused", .refused),
            ("Could not resolve hostname", .unresolvable),
            ("No route to host", .unreachable),
            ("Network is unreachable", .unreachable),
            ("timed out", .timedOut),
            ("Unable to negotiate", .unsupported),
        ]
        return codes.first { text.contains($0.0) }?.1 ?? .protocolError
    }

    private static func changed(
        _ endpoint: SSHEndpoint,
        _ setup: SSHSetup,
        _ text: String
    ) -> RemoteError {
        let entries = setup.knownHosts.entries(for: endpoint.knownName).filter {
            let place = "\($0.file):\($0.line)"
            return $0.marker == nil && (offender(in: text) ?? place) == place
        }
        return HostKeyAdvice.changed(
            endpoint,
            setup,
            shown: fingerprint(in: text),
            entries.isEmpty
                ? setup.knownHosts.entries(for: endpoint.knownName).filter { $0.marker == nil }
                : entries
        )
    }

    /// The place in a line like `Offending ED25519 key in /home/me/.ssh/known_hosts:3`.
    private static func offender(in text: String) -> String? {
        text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("Offending") }
            .flatMap { $0.components(separatedBy: " in ").last }
    }

    private static func fingerprint(in text: String) -> String? {
        text.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("SHA256:") }
            .map { String($0.hasSuffix(".") ? $0.dropLast() : $0) }
    }
}
