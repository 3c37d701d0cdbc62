/// The part of a DNS message that a question for addresses or a CNAME needs (RFC 1035; AAAA: RFC 3596).
enum DNSMessage {
    enum Kind: UInt16, Sendable {
        case a = 1
        case cname = 5
        case aaaa = 28

        /// What a look-up of a host's name asks for.
        static let addresses: [Kind] = [.a, .aaaa]
    }

    struct Answer: Hashable, Sendable {
        var id: UInt16
        var kind: Kind
        /// 0 is success, 3 is "no such name".
        var code: Int
        /// Of the kind that was asked for, CNAMEs already followed by the resolver; of a CNAME, the name.
        var addresses: [String]
        /// The least of theirs, in seconds; nil where there are none.
        var ttl: UInt32?
        /// The least of the CNAMEs that lead to them: as long a client stays with the old name.
        var aliasTTL: UInt32?
        /// The rest of the answer didn't fit.
        var isTruncated = false

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
        var answer = Answer(id: id, kind: kind, code: Int(flags & 0xf), addresses: [])
        answer.isTruncated = flags & 0x200 != 0
        for _ in 0..<count {
            guard reader.skipName(), let type = reader.short(), reader.skip(2),
                let ttl = reader.long(), let length = reader.short(),
                let data = reader.take(Int(length))
            else { break }
            if type == Kind.cname.rawValue, kind != .cname {
                answer.aliasTTL = min(answer.aliasTTL ?? ttl, ttl)
            }
            guard type == kind.rawValue, let text = text(kind, data, in: bytes) else { continue }
            answer.addresses.append(text)
            answer.ttl = min(answer.ttl ?? ttl, ttl)
        }
        return answer
    }

    private static func text(
        _ kind: Kind,
        _ data: ArraySlice<UInt8>,
        in message: [UInt8]
    ) -> String? {
        switch kind {
        case .cname: return name(in: message, at: data.startIndex)
        case .a: return data.count == 4 ? data.map(String.init).joined(separator: ".") : nil
        case .aaaa:
            guard data.count == 16 else { return nil }
            let bytes = Array(data)
            return stride(from: 0, to: 16, by: 2)
                .map { String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16) }
                .joined(separator: ":")
        }
    }

    /// A name as it stands at a place of a message, pointers followed (RFC 1035, 4.1.4).
    private static func name(in message: [UInt8], at start: Int) -> String? {
        var labels: [String] = []
        var at = start
        // Each pointer must lead back, or a message could lead in a circle.
        var limit = start
        while at < message.count {
            let length = Int(message[at])
            if length == 0 { return labels.joined(separator: ".") }
            if length & 0xc0 == 0xc0 {
                guard at + 1 < message.count else { return nil }
                at = (length & 0x3f) << 8 | Int(message[at + 1])
                guard at < limit else { return nil }
                limit = at
                continue
            }
            guard length < 64, at + length < message.count else { return nil }
            labels.append(String(decoding: message[(at + 1)...(at + length)], as: UTF8.self))
            at += length + 1
        }
        return nil
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

        mutating func long() -> UInt32? {
            take(4).map { $0.reduce(0) { $0 << 8 | UInt32($1) } }
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
