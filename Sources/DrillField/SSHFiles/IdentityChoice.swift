internal import DrillWire

/// Which keys to log in with, chosen before the host is asked: each wrong one counts against its
/// MaxAuthTries, and libssh2 says the same words for a key that it can't use as for one that the host
/// doesn't know.
struct IdentityChoice: Hashable, Sendable {
    /// What a key file looks like from here.
    enum KeyFile: Hashable, Sendable {
        case file(PrivateKeyFile)
        /// Not there, not readable or no private key.
        case unusable(path: String, why: String)
    }

    /// For libssh2, in order; short.
    var identities: [SSHIdentity] = []
    /// Keys that OpenSSH can use and libssh2 can't, with the reason.
    var onlyOpenSSH: [String] = []
    /// Keys that nothing can use as they are, with what to do.
    var unusable: [String] = []

    /// OpenSSH's default files that matter here, in its order.
    static let usualNames = ["id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk"]
    private static let limit = 4

    /// Chooses among the files that inventory or config name, or the usual ones that exist.
    ///
    /// An agent's other keys don't count when the files were named.
    static func choose(
        files: [KeyFile],
        areNamed: Bool,
        agentKeys: [SSHAgentKey]
    ) -> IdentityChoice {
        var choice = IdentityChoice()
        if !areNamed {
            for key in agentKeys { choice.add(key) }
        }
        for file in files {
            switch file {
            case .unusable(let path, let why):
                if areNamed { choice.unusable.append("\(path) \(why)") }
            case .file(let file): choice.add(file, agentKeys)
            }
        }
        choice.identities = Array(choice.identities.prefix(limit))
        return choice
    }

    private mutating func add(_ key: SSHAgentKey) {
        let type = SSHKeyBlob.type(of: key.key) ?? "unknown"
        if SSHKeyBlob.isForLibSSH2(type: type) {
            identities.append(.agent(key))
        } else {
            onlyOpenSSH.append("the agent's key \"\(key.comment)\" is of type \(type)")
        }
    }

    private mutating func add(_ file: PrivateKeyFile, _ agentKeys: [SSHAgentKey]) {
        guard let type = file.type else {
            onlyOpenSSH.append("\(file.path) doesn't say its type")
            return
        }
        guard SSHKeyBlob.isForLibSSH2(type: type) else {
            let kind = type == "ssh-rsa" ? "an RSA key" : "of type \(type)"
            onlyOpenSSH.append("\(file.path) is \(kind)")
            return
        }
        if file.hasCertificate {
            onlyOpenSSH.append("\(file.path) has a certificate beside it")
            return
        }
        guard file.isEncrypted else {
            identities.append(.file(path: file.path))
            return
        }
        if let held = agentKeys.first(where: { $0.key == file.publicKey }) {
            if !identities.contains(.agent(held)) { identities.append(.agent(held)) }
        } else {
            unusable.append(
                "\(file.path) has a passphrase and no agent holds it: ssh-add \(file.path)"
            )
        }
    }
}
