internal import Crypto
internal import DrillWire
internal import Foundation

/// A public key as on the wire (RFC 4253 6.6): its type's name first.
enum SSHKeyBlob {
    /// `ssh-ed25519`, `ssh-rsa`, …; nil when it isn't a key.
    static func type(of blob: [UInt8]) -> String? {
        var reader = SSHBytes(blob[...])
        guard let name = reader.string(), !name.isEmpty, name.count <= 64 else { return nil }
        return String(decoding: name, as: UTF8.self)
    }

    /// As OpenSSH shows it: `SHA256:` and the hash in base64 without padding.
    static func fingerprint(of blob: [UInt8]) -> String {
        let hash = Data(SHA256.hash(data: Data(blob))).base64EncodedString()
        return "SHA256:" + hash.prefix { $0 != "=" }
    }

    /// Whether libssh2 1.10 can log in with a key of this type.
    ///
    /// It signs RSA keys with SHA-1 alone, which sshd refuses since OpenSSH 8.8.
    static func isForLibSSH2(type: String) -> Bool {
        type == "ssh-ed25519" || type.hasPrefix("ecdsa-sha2-nistp") && !type.contains("-cert-")
    }
}

/// A private key file as far as it can be read without its passphrase.
struct PrivateKeyFile: Hashable, Sendable {
    var path: String
    /// nil where the file doesn't tell.
    var type: String?
    /// The public part as on the wire, from the file itself or from `PATH.pub`.
    var publicKey: [UInt8]?
    var isEncrypted: Bool
    /// `PATH-cert.pub` is there: ssh shows it, libssh2 can't.
    var hasCertificate: Bool

    /// Reads what a key file's text tells; nil when it is no private key.
    ///
    /// `publicText` is what `PATH.pub` holds, where there is one.
    init?(
        path: String,
        text: String,
        publicText: String? = nil,
        hasCertificate: Bool = false
    ) {
        self.path = path
        self.hasCertificate = hasCertificate
        isEncrypted = false
        let lines = text.split(whereSeparator: \.isNewline).map(String.init)
        guard let begin = lines.firstIndex(where: { $0.hasPrefix("-----BEGIN ") }) else {
            return nil
        }
        let title = lines[begin]
        guard title.contains("PRIVATE KEY-----") else { return nil }
        if title.contains("OPENSSH PRIVATE KEY") {
            guard readOpenSSH(lines[(begin + 1)...].prefix { !$0.hasPrefix("-----END") }.joined())
            else { return nil }
        } else {
            isEncrypted = title.contains("ENCRYPTED") || text.contains("Proc-Type: 4,ENCRYPTED")
            if title.contains("RSA") { type = "ssh-rsa" }
            if title.contains("BEGIN EC ") { type = "ecdsa-sha2-nistp256" }
        }
        if publicKey == nil, let publicText, let blob = Self.publicBlob(publicText) {
            publicKey = blob
            type = SSHKeyBlob.type(of: blob)
        }
    }

    /// OpenSSH's own format (PROTOCOL.key): the public part stands outside of the encryption.
    private mutating func readOpenSSH(_ base64: String) -> Bool {
        guard let data = Data(base64Encoded: base64) else { return false }
        let magic = Array("openssh-key-v1".utf8) + [0]
        let bytes = Array(data)
        guard bytes.starts(with: magic) else { return false }
        var reader = SSHBytes(bytes.dropFirst(magic.count))
        guard let cipher = reader.string(), reader.string() != nil, reader.string() != nil,
            reader.number() == 1, let key = reader.string()
        else { return false }
        isEncrypted = Array(cipher) != Array("none".utf8)
        publicKey = Array(key)
        type = SSHKeyBlob.type(of: Array(key))
        return type != nil
    }

    /// The key of a `.pub` file: type, base64, comment.
    static func publicBlob(_ text: String) -> [UInt8]? {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count >= 2, let data = Data(base64Encoded: String(words[1])),
            SSHKeyBlob.type(of: Array(data)) == String(words[0])
        else { return nil }
        return Array(data)
    }
}
