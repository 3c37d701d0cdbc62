import DrillEngine
import DrillModel
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import DrillField

@Suite(.timeLimit(.minutes(1)))
struct NamesTests {
    private func look(_ name: String, _ server: TruthServer, resolver: Int?) -> Probe {
        probe(
            .http(
                HTTPLook(
                    url: Text("http://\(name):\(server.port)/"),
                    resolver: resolver.map { "127.0.0.1:\($0)" }
                )
            ),
            timeout: .milliseconds(400)
        )
    }

    @Test func theResolverIsAskedAnewEachTime() async throws {
        let server = try TruthServer()
        defer { server.stop() }
        let resolver = try await TestResolver()
        let probers = fieldProbers()
        let prober = try await probers.prober(
            for: look("shop.example", server, resolver: resolver.port)
        )
        func next() async -> Outcome {
            await prober.look(deadline: now() + .milliseconds(300)).outcome
        }

        resolver.says(.addresses(["127.0.0.1"]))
        #expect(await next() == .good)
        // Nobody listens there, and 127.0.0.1 is tried second.
        resolver.says(.addresses(["127.0.0.9", "127.0.0.1"]))
        #expect(await next() == .good)
        resolver.says(.addresses(["127.0.0.9"]))
        #expect(await next().failure == .refused)
        resolver.says(.code(3))
        let none = await next()
        #expect(none.failure == .unresolvable)
        #expect(none.words.hasSuffix("answers NXDOMAIN"))
        resolver.says(.addresses([]))
        #expect(await next().words.hasSuffix("knows no address of it"))
        resolver.says(.code(2))
        #expect(await next().words.hasSuffix("answers SERVFAIL"))
        resolver.says(.nothing)
        #expect(await next() == .bad(.timeout, "no address for the name in time"))
        resolver.says(.addresses(["127.0.0.1"]))
        #expect(await next() == .good)
        await prober.close()
        try await resolver.close()
        #expect(await next().failure == .unresolvable)
        await probers.close()
    }

    /// `resolve: once`: a client that looked the name up when it started is left behind when it moves.
    @Test func aPinnedNameStaysWhereItWas() async throws {
        let server = try TruthServer()
        defer { server.stop() }
        let resolver = try await TestResolver()
        let probers = fieldProbers()
        var pinned = look("shop.example", server, resolver: resolver.port)
        guard case .http(var http) = pinned.kind else { return }
        http.pinsName = true
        pinned.kind = .http(http)
        let prober = try await probers.prober(for: pinned)
        func next() async -> Look { await prober.look(deadline: now() + .milliseconds(400)) }

        // What isn't found pins nothing.
        resolver.says(.code(3))
        #expect(await next().outcome.failure == .unresolvable)
        resolver.says(.addresses(["127.0.0.1"]), after: .milliseconds(40))
        let first = await next()
        #expect(first.outcome == .good)
        #expect(first.done - first.sent >= .milliseconds(40))
        resolver.says(.addresses(["127.0.0.9"]))
        #expect(await next().outcome == .good)
        try await resolver.close()
        #expect(await next().outcome == .good)
        await prober.close()
        await probers.close()
    }

    /// A name that moves between asking and connecting must move inside of the sample.
    @Test func sentIsTheInstantOfAsking() async throws {
        let server = try TruthServer()
        defer { server.stop() }
        let resolver = try await TestResolver()
        resolver.says(.addresses(["127.0.0.1"]), after: .milliseconds(60))
        let probers = fieldProbers()
        let good = try await probers.once(look("shop.example", server, resolver: resolver.port))
        #expect(good.outcome == .good)
        #expect(good.done - good.sent >= .milliseconds(60))
        let direct = try await probers.once(look("127.0.0.1", server, resolver: nil))
        #expect(direct.done - direct.sent < .milliseconds(60))
        try await resolver.close()
        await probers.close()
    }

    @Test func theSystemKnowsLocalhost() async throws {
        let server = try TruthServer()
        defer { server.stop() }
        let probers = fieldProbers()
        #expect(try await probers.once(look("localhost", server, resolver: nil)).outcome == .good)
        let none = try await probers.once(look("a..b", server, resolver: nil))
        #expect(none.outcome.failure == .unresolvable, "\(none)")
        await probers.close()
    }

    @Test(arguments: [
        ("http://a", "a", 80, "/", "a"), ("http://a:8080/x?y=1#z", "a", 8080, "/x?y=1", "a:8080"),
        ("https://a", "a", 443, "/", "a"), ("HTTPS://a:80?q", "a", 80, "/?q", "a:80"),
        ("http://[::1]:81/", "::1", 81, "/", "[::1]:81"), ("http://u:p%40@a/", "a", 80, "/", "a"),
    ])
    func addresses(
        _ text: String,
        _ host: String,
        _ port: Int,
        _ target: String,
        _ header: String
    ) throws {
        let address = try #require(WebAddress(text))
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.target == target)
        #expect(address.hostHeader == header)
    }

    @Test func addressesThatAreNone() {
        #expect(WebAddress("http://u:p%40@a/")?.user == "u:p@")
        for text in ["", "a", "ftp://a", "http://", "http://a:0", "http://a:x", "http://a b/"] {
            #expect(WebAddress(text) == nil, "\(text)")
        }
    }

    /// Whatever comes by UDP is read or dropped, never fatal.
    @Test func anyBytesAreSurvived() throws {
        let seed = UInt64.random(in: 0..<(.max))
        var random = SeededNumbers(state: seed)
        let question = try #require(DNSMessage.query(id: 7, name: "shop.example", kind: .a))
        let whole = try #require(
            TestResolver.answer(to: question, saying: .addresses(["10.0.0.1", "10.0.0.2"]))
        )
        let answer = try #require(DNSMessage.answer(whole))
        #expect(answer.addresses == ["10.0.0.1", "10.0.0.2"])
        for _ in 0..<5000 {
            var bytes = whole
            bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
            for _ in 0..<Int.random(in: 0..<6, using: &random) where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
                    in: 0...255,
                    using: &random
                )
            }
            let read = DNSMessage.answer(bytes)
            #expect(read?.addresses.allSatisfy(NameLookup.isAddress) ?? true, "seed \(seed)")
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): a seed that is printed gives the same numbers again.
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
