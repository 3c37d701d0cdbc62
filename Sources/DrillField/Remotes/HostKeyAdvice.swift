internal import DrillEngine
internal import DrillModel

/// What to say of a host key that isn't the one it should be, and what to do about it.
enum HostKeyAdvice {
    /// nil when the key is known.
    static func error(
        on key: [UInt8],
        of endpoint: SSHEndpoint,
        _ setup: SSHSetup
    ) -> RemoteError? {
        switch setup.knownHosts.verdict(on: key, of: endpoint.knownName) {
        case .known: nil
        case .unknown:
            unknown(endpoint, setup, shown: SSHKeyBlob.fingerprint(of: key))
        case .changed(let entries):
            changed(endpoint, setup, shown: SSHKeyBlob.fingerprint(of: key), entries)
        case .revoked(let entry):
            revoked(endpoint, at: "\(entry.file):\(entry.line)")
        }
    }

    static func unknown(
        _ endpoint: SSHEndpoint,
        _ setup: SSHSetup,
        shown fingerprint: String?
    ) -> RemoteError {
        let shown = fingerprint.map { " (\($0))" } ?? ""
        return RemoteError(
            .hostKeyUnknown,
            host: endpoint.host,
            "The key of \(endpoint.shown)\(shown) is not in \(setup.knownHostsFiles[0]). Compare it "
                + "with the host's own (ssh-keygen -lf on its /etc/ssh/ssh_host_*_key.pub), then add "
                + "it: \(scan(endpoint, setup))"
        )
    }

    static func changed(
        _ endpoint: SSHEndpoint,
        _ setup: SSHSetup,
        shown fingerprint: String?,
        _ entries: [KnownHosts.Entry]
    ) -> RemoteError {
        let shown = fingerprint.map { " (\($0))" } ?? ""
        let places = entries.map { "\($0.file):\($0.line)" }.joined(separator: ", ")
        let file = entries.first?.file ?? setup.knownHostsFiles[0]
        return RemoteError(
            .hostKeyChanged,
            host: endpoint.host,
            "The key of \(endpoint.shown)\(shown) is not the one in \(places): it was reinstalled, or "
                + "something else answers in its place. When you are sure that it is the host, run: "
                + "ssh-keygen -f \(Shell.quoted(file)) -R '\(endpoint.knownName)' && \(scan(endpoint, setup))"
        )
    }

    static func revoked(_ endpoint: SSHEndpoint, at place: String) -> RemoteError {
        RemoteError(
            .hostKeyRevoked,
            host: endpoint.host,
            "The key of \(endpoint.shown) is marked @revoked in \(place): whoever has it must not be "
                + "trusted. Give the host a new key and note that one."
        )
    }

    private static func scan(_ endpoint: SSHEndpoint, _ setup: SSHSetup) -> String {
        "ssh-keyscan -p \(endpoint.port) \(Shell.quoted(endpoint.address)) >> "
            + Shell.quoted(setup.knownHostsFiles[0])
    }
}
