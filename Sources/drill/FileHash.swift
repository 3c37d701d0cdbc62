import Crypto

/// The hash by which reports and pages name a file as it was.
enum FileHash {
    /// In hexadecimal, after what it is: `sha256:…`.
    static func of(_ bytes: [UInt8]) -> String {
        "sha256:"
            + SHA256.hash(data: bytes).map { byte in
                byte < 16 ? "0\(String(byte, radix: 16))" : String(byte, radix: 16)
            }.joined()
    }
}
