internal import NIOCore

/// A value of Redis's protocol (RESP 2, redis.io/docs/latest/develop/reference/protocol-spec).
indirect enum RedisValue: Hashable, Sendable {
    case simple(String)
    case error(String)
    case integer(Int)
    case bulk([UInt8]?)
    case array([RedisValue]?)

    /// A command as servers take it: an array of bulk strings.
    static func encoded(_ command: [String]) -> [UInt8] {
        var bytes = Array("*\(command.count)\r\n".utf8)
        for word in command {
            bytes += Array("$\(word.utf8.count)\r\n".utf8) + Array(word.utf8) + [13, 10]
        }
        return bytes
    }

    /// What a key that counts holds; nil where there is none.
    var number: Int? {
        switch self {
        case .integer(let number): number
        case .bulk(let bytes?): Int(String(decoding: bytes, as: UTF8.self))
        case .simple, .error, .bulk(nil), .array: nil
        }
    }
}

extension RedisValue {
    /// What an answer to `ROLE` begins with: `master`, `slave` or `sentinel`.
    var role: String? {
        guard case .array(let values?) = self, case .bulk(let word?)? = values.first else {
            return nil
        }
        return String(decoding: word, as: UTF8.self)
    }
}

/// Bytes that no Redis server sends.
struct RedisNonsense: Error {}

/// Takes values out of what a server sends.
struct RedisDecoder: ByteToMessageDecoder {
    typealias InboundOut = RedisValue

    /// Longer than any answer to what drill asks.
    private static let lengthMax = 64 * 1024 * 1024
    private static let depthMax = 8

    mutating func decode(
        context: ChannelHandlerContext,
        buffer: inout ByteBuffer
    ) throws -> DecodingState {
        guard let value = try Self.value(&buffer) else { return .needMoreData }
        context.fireChannelRead(wrapInboundOut(value))
        return .continue
    }

    mutating func decodeLast(
        context: ChannelHandlerContext,
        buffer: inout ByteBuffer,
        seenEOF: Bool
    ) throws -> DecodingState {
        try decode(context: context, buffer: &buffer)
    }

    /// The next value; nil, and nothing is taken, where it isn't all there yet.
    static func value(_ buffer: inout ByteBuffer) throws -> RedisValue? {
        let start = buffer.readerIndex
        guard let value = try value(&buffer, depth: 0) else {
            buffer.moveReaderIndex(to: start)
            return nil
        }
        return value
    }

    private static func value(_ buffer: inout ByteBuffer, depth: Int) throws -> RedisValue? {
        guard depth < depthMax else { throw RedisNonsense() }
        guard let line = try line(&buffer), let kind = line.first else { return nil }
        let rest = String(line.dropFirst())
        switch kind {
        case "+": return .simple(rest)
        case "-": return .error(rest)
        case ":":
            guard let number = Int(rest) else { throw RedisNonsense() }
            return .integer(number)
        case "$": return try bulk(rest, &buffer)
        case "*":
            let count = try length(rest)
            guard count >= 0 else { return .array(nil) }
            var values: [RedisValue] = []
            for _ in 0..<count {
                guard let value = try value(&buffer, depth: depth + 1) else { return nil }
                values.append(value)
            }
            return .array(values)
        default: throw RedisNonsense()
        }
    }

    private static func bulk(_ rest: String, _ buffer: inout ByteBuffer) throws -> RedisValue? {
        let count = try length(rest)
        guard count >= 0 else { return .bulk(nil) }
        guard buffer.readableBytes >= count + 2, let bytes = buffer.readBytes(length: count) else {
            return nil
        }
        guard buffer.readBytes(length: 2) == [13, 10] else { throw RedisNonsense() }
        return .bulk(bytes)
    }

    /// -1 is a value that isn't there.
    private static func length(_ text: String) throws -> Int {
        guard let length = Int(text), (-1...lengthMax).contains(length) else {
            throw RedisNonsense()
        }
        return length
    }

    private static func line(_ buffer: inout ByteBuffer) throws -> String? {
        let view = buffer.readableBytesView
        guard let end = view.firstIndex(of: 13) else {
            // An error message is a line; none is as long as this.
            if view.count > 64 * 1024 { throw RedisNonsense() }
            return nil
        }
        guard end + 1 < view.endIndex else { return nil }
        guard view[end + 1] == 10, end > view.startIndex else { throw RedisNonsense() }
        let text = String(decoding: view[view.startIndex..<end], as: UTF8.self)
        buffer.moveReaderIndex(forwardBy: end - view.startIndex + 2)
        return text
    }
}
