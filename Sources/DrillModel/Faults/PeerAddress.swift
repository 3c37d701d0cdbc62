/// An address of the inventory, told apart without asking any resolver.
enum PeerAddress: Hashable, Sendable {
    enum Version: String, Hashable, Sendable {
        case v4 = "4"
        case v6 = "6"
    }

    case literal(Version, String)
    case name(String)

    /// Nil for what can be neither: nothing else ever reaches a firewall rule.
    init?(_ text: String) {
        var text = text
        if text.hasPrefix("::ffff:"), text.contains(".") { text = String(text.dropFirst(7)) }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count == 4, parts.allSatisfy({ Self.isByte($0) }) {
            self = .literal(.v4, text)
        } else if text.contains(":") {
            // A zone (`%eth0`) is not part of the address that packets carry.
            let bare = text.split(separator: "%", omittingEmptySubsequences: false).first ?? ""
            guard bare.count <= 45, bare.contains(":"),
                bare.allSatisfy({ $0.isASCII && ($0.isHexDigit || $0 == ":" || $0 == ".") })
            else { return nil }
            self = .literal(.v6, String(bare))
        } else {
            let allowed = text.unicodeScalars.allSatisfy { scalar in
                scalar.isASCII
                    && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                        || "-_.".unicodeScalars.contains(scalar))
            }
            guard allowed, !text.isEmpty, text.count <= 253, !text.hasPrefix("-") else {
                return nil
            }
            self = .name(text)
        }
    }

    private static func isByte(_ text: Substring) -> Bool {
        (1...3).contains(text.count) && text.allSatisfy { $0.isASCII && $0.isNumber }
            && (Int(text) ?? 256) <= 255
    }
}
