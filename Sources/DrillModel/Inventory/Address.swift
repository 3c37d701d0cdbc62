/// Addresses as inventories write them.
package enum Address {
    package static func isLoopback(_ address: String) -> Bool {
        let address = canonical(address)
        return address == "localhost" || address == "0:0:0:0:0:0:0:1" || address.hasPrefix("127.")
    }

    /// The address in `user@address:port`, `[address6]:port` or a bare address.
    package static func ofJump(_ jump: String) -> String {
        let place = jump.split(separator: "@").last.map(String.init) ?? jump
        if place.hasPrefix("[") {
            return String(place.dropFirst().prefix { $0 != "]" })
        }
        let parts = place.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? String(parts[0]) : place
    }

    /// One spelling of an address that has several.
    ///
    /// `10.99.14` is `10.99.0.14`; IPv6 is written out in full. Names only become lower case.
    /// Numbers as inet_aton(3) takes them, which getaddrinfo(3) follows: one to four parts, each decimal,
    /// octal (`0…`) or hexadecimal (`0x…`), the last filling what is left. An IPv4 address within IPv6
    /// (`::ffff:10.0.0.1`) is that IPv4 address.
    package static func canonical(_ address: String) -> String {
        let lower = address.lowercased()
        if let four = four(lower) { return four }
        let parts = lower.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        guard let groups = six(String(parts[0])) else { return lower }
        if groups.prefix(5).allSatisfy({ $0 == 0 }), groups[5] == 0xffff {
            return four(UInt32(groups[6]) << 16 | UInt32(groups[7]))
        }
        let zone = parts.count == 2 ? "%\(parts[1])" : ""
        return groups.map { String($0, radix: 16) }.joined(separator: ":") + zone
    }

    private static func four(_ bits: UInt32) -> String {
        [24, 16, 8, 0].map { "\(bits >> UInt32($0) & 255)" }.joined(separator: ".")
    }

    private static func four(_ text: String) -> String? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(number)
        guard (1...4).contains(parts.count) else { return nil }
        var bits: UInt32 = 0
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            let width = isLast ? 32 - 8 * index : 8
            guard let part, UInt64(part) < UInt64(1) << UInt64(width) else { return nil }
            bits |= isLast ? part : part << UInt32(24 - 8 * index)
        }
        return four(bits)
    }

    private static func number(_ text: Substring) -> UInt32? {
        // What `UInt32` itself would take: a sign.
        guard text.first?.isNumber == true else { return nil }
        if text.hasPrefix("0x") { return UInt32(text.dropFirst(2), radix: 16) }
        return text.count > 1 && text.hasPrefix("0") ? UInt32(text, radix: 8) : UInt32(text)
    }

    /// The eight groups of RFC 4291, 2.2; nil where it is no such address.
    private static func six(_ text: String) -> [UInt16]? {
        guard text.contains(":") else { return nil }
        func groups(_ text: Substring) -> [UInt16]? {
            guard !text.isEmpty else { return [] }
            var groups: [UInt16] = []
            for part in text.split(separator: ":", omittingEmptySubsequences: false) {
                if part.contains("."), part.endIndex == text.endIndex {
                    let bytes = part.split(separator: ".", omittingEmptySubsequences: false)
                        .map { UInt8($0) }
                    guard bytes.count == 4, bytes.allSatisfy({ $0 != nil }) else { return nil }
                    let all = bytes.compactMap(\.self).map { UInt16($0) }
                    groups += [all[0] << 8 | all[1], all[2] << 8 | all[3]]
                } else {
                    guard (1...4).contains(part.count), let group = UInt16(part, radix: 16) else {
                        return nil
                    }
                    groups.append(group)
                }
            }
            return groups
        }
        guard let gap = text.firstRange(of: "::") else {
            return groups(text[...]).flatMap { $0.count == 8 ? $0 : nil }
        }
        guard let before = groups(text[..<gap.lowerBound]),
            let after = groups(text[gap.upperBound...]),
            before.count + after.count < 8
        else { return nil }
        return before + [UInt16](repeating: 0, count: 8 - before.count - after.count) + after
    }
}
