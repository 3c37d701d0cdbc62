/// The part of a DNS message that a look-up of addresses needs (RFC 1035; AAAA: RFC 3596).
enum DNSMessage {
    enum Kind: UInt16, Sendable, CaseIterable {
        case a = 1
        case aaaa = 28
    }

    struct Answer: Hashable, Sendable {
        var id: UInt16
        var kind: Kind
        /// 0 is success, 3 is "no such name".
        var code: Int
        /// Of the kind that was asked for, CNAMEs already followed by the resolver.
        var addresses: [String]

        /// RFC 1035, 4.1.1, as resolvers' logs name them.
        var codeName: String {
            let names = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"]
            return code < names.count ? names[code] : "code \(code)"
        }
    }

    /// Nil when `name` can't be a domain name (an empty label, one over 63 bytes, over 253 in all).
    static func query(id: UInt16, name: String, kind: Kind) -> [UInt8]? {
        let bare = name.hasSuffix(".") ? String(name.dropLast()) : name
        let labels = bare.split(separator: ".", omittingEmptySubsequences: false)
        guard bare.utf8.count <= 253, labels.allSatisfy({ (1...63).contains($0.utf8.count) }) else {
            return nil
        }
        // Recursion desired; one question.
        var bytes = [UInt8(id >> 8), UInt8(id & 0xff), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        for label in labels {
            bytes.append(UInt8(label.utf8.count))
            bytes += label.utf8
        }
        return bytes + [0, 0, UInt8(kind.rawValue), 0, 1]
    }

    /// Nil when it is no answer to a question for addresses, or cut short in its fixed parts.
    static func answer(_ bytes: [UInt8]) -> Answer? {
        var reader = Reader(bytes: bytes)
        guard let id = reader.short(), let flags = reader.short(), flags & 0x8000 != 0,
            reader.short() == 1, let count = reader.short(), reader.skip(4), reader.skipName(),
            let asked = reader.short(), let kind = Kind(rawValue: asked), reader.skip(2)
        else { return nil }
        var addresses: [String] = []
        for _ in 0..<count {
            guard reader.skipName(), let type = reader.short(), reader.skip(6),
                let length = reader.short(), let data = reader.take(Int(length))
            else { break }
            if type == kind.rawValue, let address = text(kind, data) { addresses.append(address) }
        }
        return Answer(id: id, kind: kind, code: Int(flags & 0xf), addresses: addresses)
    }

    private static func text(_ kind: Kind, _ data: ArraySlice<UInt8>) -> String? {
        switch kind {
        case .a: return data.count == 4 ? data.map(String.init).joined(separator: ".") : nil
        case .aaaa:
            guard data.count == 16 else { return nil }
            let bytes = Array(data)
            return stride(from: 0, to: 16, by: 2)
                .map { String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16) }
                .joined(separator: ":")
        }
    }

    private struct Reader {
        let bytes: [UInt8]
        var at = 0

        mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
            guard at + count <= bytes.count else { return nil }
            defer { at += count }
            return bytes[at..<at + count]
        }

        mutating func skip(_ count: Int) -> Bool { take(count) != nil }

        mutating func short() -> UInt16? {
            take(2).map { $0.reduce(0) { $0 << 8 | UInt16($1) } }
        }

        /// A name ends in an empty label or in a pointer to elsewhere (RFC 1035, 4.1.4).
        mutating func skipName() -> Bool {
            while let length = take(1)?.first {
                if length == 0 { return true }
                if length & 0xc0 == 0xc0 { return skip(1) }
                guard length < 64, skip(Int(length)) else { return false }
            }
            return false
        }
    }
}
