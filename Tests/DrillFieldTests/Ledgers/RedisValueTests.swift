import DrillModel
import NIOCore
import Testing

@testable import DrillField

struct RedisValueTests {
    @Test(arguments: [
        ("+OK\r\n", RedisValue.simple("OK")), ("-ERR no\r\n", .error("ERR no")),
        (":42\r\n", .integer(42)), (":-1\r\n", .integer(-1)),
        ("$3\r\na\r\n\r\n", .bulk([97, 13, 10])),
        ("$0\r\n\r\n", .bulk([])), ("$-1\r\n", .bulk(nil)), ("*-1\r\n", .array(nil)),
        ("*0\r\n", .array([])),
        ("*3\r\n$1\r\n1\r\n$-1\r\n:7\r\n", .array([.bulk([49]), .bulk(nil), .integer(7)])),
        ("*1\r\n*1\r\n+a\r\n", .array([.array([.simple("a")])])),
    ])
    func whole(_ text: String, _ value: RedisValue) throws {
        var buffer = ByteBuffer(string: text + "+next\r\n")
        #expect(try RedisDecoder.value(&buffer) == value)
        #expect(try RedisDecoder.value(&buffer) == .simple("next"))
        #expect(buffer.readableBytes == 0)
        // Any beginning of it is not enough, and nothing of it is taken.
        for count in 0..<text.utf8.count {
            var part = ByteBuffer(bytes: text.utf8.prefix(count))
            #expect(try RedisDecoder.value(&part) == nil)
            #expect(part.readableBytes == count)
        }
    }

    @Test(arguments: [
        "hello\r\n", ":x\r\n", "$x\r\n", "$-2\r\n", "$99999999999\r\n", "$1\r\nabc\r\n", "\r\n",
        "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n",
    ])
    func nonsense(_ text: String) {
        var buffer = ByteBuffer(string: text)
        #expect(throws: RedisNonsense.self) { try RedisDecoder.value(&buffer) }
    }

    @Test func commands() {
        let bytes = RedisValue.encoded(["INCR", "ä\r\n"])
        #expect(String(decoding: bytes, as: UTF8.self) == "*2\r\n$4\r\nINCR\r\n$4\r\nä\r\n\r\n")
    }

    @Test func addresses() throws {
        let whole = try #require(RedisAddress("redis://ann:p%40ss@[::1]:7000/5"))
        #expect((whole.host, whole.port, whole.database) == ("::1", 7000, 5))
        #expect(whole.greeting == [["AUTH", "ann", "p@ss"], ["SELECT", "5"]])
        let bare = try #require(RedisAddress("rediss://cache"))
        #expect(bare.isSecure)
        #expect(bare.port == 6379)
        #expect(bare.greeting.isEmpty)
        #expect(RedisAddress("redis://:pw@cache")?.greeting == [["AUTH", "pw"]])
        for wrong in [
            "http://cache", "redis://", "redis://cache/x", "redis://cache:0", "redis://a b",
        ] {
            #expect(RedisAddress(wrong) == nil, "\(wrong)")
        }
    }

    @Test(arguments: [
        (RedisEnd.Result.answered([.integer(1)]), LedgerWrite.Answer.acknowledged),
        (.answered([.error("READONLY You can't write against a read only replica.")]), .refused),
        (.answered([.error("OOM command not allowed")]), .refused),
        (.answered([.error("MOVED 3999 127.0.0.1:6381")]), .refused),
        // A proxy's own, which may come after it was done.
        (.answered([.error("ERR upstream failure")]), .indeterminate),
        (.answered([.simple("OK")]), .indeterminate),
        (.failed(NetworkFailure(.reset, "reset")), .indeterminate), (.cancelled, .indeterminate),
        (.busy, .unsent),
    ])
    func afterItWasSent(_ result: RedisEnd.Result, _ expected: LedgerWrite.Answer) {
        let end = RedisEnd(sent: Instant(ns: 1), done: Instant(ns: 2), result: result)
        #expect(LedgerWrite.Answer(end) == expected)
    }

    @Test func beforeItWasSent() {
        func answer(_ result: RedisEnd.Result) -> LedgerWrite.Answer {
            LedgerWrite.Answer(RedisEnd(sent: nil, done: Instant(ns: 2), result: result))
        }
        #expect(answer(.failed(NetworkFailure(.refused, "refused"))) == .refused)
        #expect(answer(.cancelled) == .unsent)
    }
}
