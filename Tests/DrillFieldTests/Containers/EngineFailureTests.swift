import DrillEngine
import DrillModel
import DrillWire
import Glibc
import NIOCore
import NIOPosix
import Testing

@testable import DrillField

/// An engine that can't be used: each way has its own code and says what to do.
@Suite struct EngineFailureTests {
    private func failure(of client: EngineClient, within: Span = .seconds(5)) async -> EngineError?
    {
        do throws(EngineError) {
            _ = try await client.version(deadline: Instant(ns: BootClock.nowNs()) + within)
            return nil
        } catch {
            return error
        }
    }

    /// A new Unix socket with which `step` (bind or connect) was done at the path.
    private func unixSocket(
        _ path: String,
        _ step: (CInt, UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) throws -> CInt {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let done = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                step(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(done == 0, "\(path): \(SystemError.words(errno))")
        return descriptor
    }

    @Test func noSocket() async {
        let client = EngineClient(.socket(path: "/tmp/drill-test-no-such.sock"))
        let failure = await failure(of: client)
        await client.close()
        #expect(failure?.code == .noSocket)
        #expect(
            failure?.message.contains("/tmp/drill-test-no-such.sock doesn't exist; start it")
                == true
        )
    }

    @Test func nobodyListens() async throws {
        // A killed engine leaves its socket's file behind; a second name for the file stays when NIO removes the first.
        let bound = FakeEngine.newPath()
        let path = bound + ".left"
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(unixDomainSocketPath: bound).get()
        try #require(link(bound, path) == 0)
        defer { unlink(path) }
        try await server.close()
        let client = EngineClient(.socket(path: path))
        let failure = await failure(of: client)
        await client.close()
        #expect(failure?.code == .noSocket)
        #expect(failure?.message.contains("no container engine listens at \(path)") == true)
    }

    @Test("an engine whose queue of connections is full is busy: it is asked once it has room")
    func fullQueue() async throws {
        let path = FakeEngine.newPath()
        defer { unlink(path) }
        let listener = try unixSocket(path) { bind($0, $1, $2) }
        try #require(listen(listener, 0) == 0)
        // Linux lets one more wait than it was told.
        let waiting = try unixSocket(path) { connect($0, $1, $2) }
        defer { close(waiting) }
        let client = EngineClient(.socket(path: path))
        let late = await failure(of: client, within: .milliseconds(200))
        #expect(late?.code == .timedOut)
        async let answered = client.version(deadline: Instant(ns: BootClock.nowNs()) + .seconds(5))
        try await Task.sleep(for: .milliseconds(100))
        let fake = try await FakeEngine.serving(at: path, bound: listener) { _ in
            FakeEngine.version
        }
        #expect(try await answered == "Docker Engine 20.10.24")
        await client.close()
        try await fake.stop()
    }

    @Test func nobodyListensOnTCP() async {
        let client = EngineClient(.tcp("127.0.0.1:1"))
        let failure = await failure(of: client)
        await client.close()
        #expect(failure?.code == .noSocket)
        #expect(failure?.message.contains("tcp://127.0.0.1:1, which DOCKER_HOST names") == true)
    }

    @Test(arguments: [EACCES, EPERM])
    func noPermission(code: Int32) {
        let client = EngineClient(.socket(path: "/run/engine.sock"))
        let failure = client.translated(
            IOError(errnoCode: code, reason: "connect"),
            container: "db"
        )
        #expect(failure.code == .noPermission)
        #expect(failure.container == "db")
        #expect(failure.message.contains("usermod -aG docker"))
    }

    @Test func silence() async throws {
        let fake = try await FakeEngine.serving { _ in nil }
        let client = EngineClient(.socket(path: fake.path))
        let begun = BootClock.nowNs()
        let failure = await failure(of: client, within: .milliseconds(300))
        let took = Span(ns: BootClock.nowNs() - begun)
        await client.close()
        try await fake.stop()
        #expect(failure?.code == .timedOut)
        #expect(took >= .milliseconds(290) && took < .seconds(4), "took \(took)")
    }

    @Test func aDeadlineThatIsOver() async throws {
        let fake = try await FakeEngine.serving { _ in FakeEngine.version }
        let client = EngineClient(.socket(path: fake.path))
        let failure = await failure(of: client, within: .milliseconds(-1))
        await client.close()
        #expect(failure?.code == .timedOut)
        #expect(fake.questions.isEmpty)
        try await fake.stop()
    }

    @Test(arguments: [FakeEngine.Reply(200, "hello"), .init(200, "{}"), .init(500, "oops")])
    func somethingElseListens(reply: FakeEngine.Reply) async throws {
        let fake = try await FakeEngine.serving { _ in reply }
        let client = EngineClient(.socket(path: fake.path))
        let failure = await failure(of: client)
        await client.close()
        try await fake.stop()
        #expect(failure?.code == .unexpectedAnswer)
    }
}

@Suite struct EngineAddressTests {
    static let good: [([String: String], EngineAddress)] = [
        ([:], .socket(path: "/var/run/docker.sock")),
        (["DOCKER_HOST": ""], .socket(path: "/var/run/docker.sock")),
        (
            ["DOCKER_HOST": "unix:///run/user/1000/docker.sock"],
            .socket(path: "/run/user/1000/docker.sock")
        ),
        (["DOCKER_HOST": "tcp://engine:1234"], .tcp("engine:1234")),
        (["DOCKER_HOST": "tcp://engine:1234/"], .tcp("engine:1234")),
        (["DOCKER_HOST": "tcp://engine"], .tcp("engine:2375")),
    ]

    @Test(arguments: good)
    func itIsWhatTheEnvironmentSays(
        environment: [String: String],
        address: EngineAddress
    ) throws {
        #expect(try EngineAddress(environment: environment) == address)
    }

    @Test(arguments: [
        ["DOCKER_HOST": "unix://docker.sock"], ["DOCKER_HOST": "ssh://me@there"],
        ["DOCKER_HOST": "/var/run/docker.sock"], ["DOCKER_HOST": "tcp://"],
        ["DOCKER_HOST": "tcp://host/path"], ["DOCKER_HOST": "tcp://me@host:1"],
        ["DOCKER_HOST": "tcp://host:1", "DOCKER_TLS_VERIFY": "1"],
    ])
    func whatCannotBeHadIsRefused(environment: [String: String]) {
        #expect(throws: EngineError.self) { try EngineAddress(environment: environment) }
    }

    @Test func aPathBecomesAURLWhole() {
        #expect(
            EngineAddress.socket(path: "/run/a b/x.sock").url("/version")
                == "http+unix://%2Frun%2Fa%20b%2Fx.sock/version"
        )
        #expect(EngineAddress.tcp("h:1").url("/version") == "http://h:1/version")
        #expect(percentEncoded("aZ09-._~ä/%") == "aZ09-._~%C3%A4%2F%25")
    }
}

@Suite struct DemultiplexingTests {
    private func stream(_ frames: [(UInt8, String)]) -> ByteBuffer {
        var buffer = ByteBuffer()
        for (kind, text) in frames {
            buffer.writeBytes([kind, 0, 0, 0])
            buffer.writeInteger(UInt32(text.utf8.count))
            buffer.writeString(text)
        }
        return buffer
    }

    @Test func streamsAreToldApart() {
        let (output, errors) = demultiplexed(
            stream([(1, "a"), (2, "x"), (1, ""), (1, "b"), (2, "yz"), (7, "?")])
        )
        #expect(output == "ab")
        #expect(errors == "xyz")
    }

    /// Wherever the stream is cut off, what came before the cut is there.
    @Test func aCutStreamCountsAsFarAsItCame() {
        let whole = stream([(1, "first"), (2, "second")])
        for length in 0...whole.readableBytes {
            let cut = whole.getSlice(at: 0, length: length) ?? ByteBuffer()
            let (output, errors) = demultiplexed(cut)
            #expect(output == String("first".prefix(max(0, length - 8))))
            #expect(errors == String("second".prefix(max(0, length - 8 - 5 - 8))))
        }
    }
}
