internal import DrillModel

/// Which transport to take to a host, and why.
enum TransportChoice: Hashable, Sendable {
    /// `fallback` says why OpenSSH may know more, should libssh2's login be refused.
    case libssh2(why: String, fallback: String?)
    case openssh(why: String)
    /// Neither can work; what to do.
    case none(String)

    /// Decides from what is known before the host is asked.
    ///
    /// `knownTypes` are those of the host's keys in known_hosts; `authority` is where known_hosts
    /// trusts a certificate authority for it.
    static func choose(
        _ transport: Host.Transport,
        _ endpoint: SSHEndpoint,
        identities: IdentityChoice,
        knownTypes: [String],
        authority: String?
    ) -> TransportChoice {
        if endpoint.given.key != nil, identities.identities.isEmpty, identities.onlyOpenSSH.isEmpty
        {
            return .none(noKey(endpoint, identities))
        }
        if transport == .openssh { return .openssh(why: "the inventory says so") }
        let obstacle = obstacle(
            endpoint,
            identities: identities,
            knownTypes: knownTypes,
            authority: authority
        )
        if let obstacle {
            guard transport == .libssh2 else { return .openssh(why: obstacle) }
            return .none(
                "libssh2 can't be used for \(endpoint.shown): \(obstacle). Say transport: auto or "
                    + "openssh in the inventory."
            )
        }
        guard !identities.identities.isEmpty else {
            return .none(noKey(endpoint, identities))
        }
        return .libssh2(
            why: transport == .libssh2 ? "the inventory says so" : "nothing speaks against it",
            fallback: transport == .auto ? identities.onlyOpenSSH.first : nil
        )
    }

    private static func obstacle(
        _ endpoint: SSHEndpoint,
        identities: IdentityChoice,
        knownTypes: [String],
        authority: String?
    ) -> String? {
        if let setting = endpoint.beyond.first {
            return "ssh_config sets \(setting) for it, which only OpenSSH follows"
        }
        if let jump = endpoint.jump { return "it is reached through \(jump)" }
        if knownTypes.isEmpty, let authority {
            return "known_hosts trusts a certificate authority for it (\(authority))"
        }
        if !knownTypes.isEmpty, !knownTypes.contains(where: SSHKeyBlob.isForLibSSH2) {
            return
                "known_hosts has only keys of type \(knownTypes.joined(separator: ", ")) for it, "
                + "which libssh2 can't check"
        }
        if identities.identities.isEmpty, let key = identities.onlyOpenSSH.first {
            return "\(key), which libssh2 can't use"
        }
        return nil
    }

    private static func noKey(_ endpoint: SSHEndpoint, _ identities: IdentityChoice) -> String {
        if identities.unusable.isEmpty {
            return "There is no key to log in to \(endpoint.shown) with: no agent holds one and "
                + "~/.ssh has none of the usual files. Name one with `key:` in the inventory, or "
                + "make one: ssh-keygen -t ed25519"
        }
        return "No key can be used to log in to \(endpoint.shown): "
            + identities.unusable.joined(separator: "; ") + "."
    }
}
