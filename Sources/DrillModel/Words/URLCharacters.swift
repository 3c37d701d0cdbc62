/// What may stand in an `http://` or `https://` address, and in the name of a host.
package enum URLCharacters {
    /// The first character that may not be sent as it is in a request's target.
    ///
    /// RFC 9112, 3.2 and RFC 3986, 2: unreserved and reserved characters and `%`.
    package static func firstWrong(in text: some StringProtocol) -> Unicode.Scalar? {
        text.unicodeScalars.first { !isAllowed($0) }
    }

    /// The first character that no name and no address of a host has.
    ///
    /// Wider than RFC 1123: resolvers know names with `_`, and `%` names the zone of an IPv6 address.
    package static func firstWrong(inHost host: some StringProtocol) -> Unicode.Scalar? {
        host.unicodeScalars.first { scalar in
            !(isLetterOrDigit(scalar) || "-._~:%".unicodeScalars.contains(scalar))
        }
    }

    /// The character percent-encoded: `%20`, `%C3%BC`.
    package static func encoded(_ scalar: Unicode.Scalar) -> String {
        String(scalar).utf8.map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return digits.count == 1 ? "%0\(digits)" : "%\(digits)"
        }.joined()
    }

    /// The character for people: `a space`, `"|"`.
    package static func shown(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case " ": "a space"
        case "\t": "a tab"
        case "\n", "\r": "a line break"
        default: quoted(String(scalar))
        }
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        isLetterOrDigit(scalar) || "-._~:/?#[]@!$&'()*+,;=%".unicodeScalars.contains(scalar)
    }

    private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
            || ("0"..."9").contains(scalar)
    }
}
