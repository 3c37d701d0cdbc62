import DrillEngine
import DrillField
import DrillModel
import DrillWire
import Foundation
import NIOCore
import NIOPosix
import Testing

/// What stands in the way of a login: each a code, and words that say what to do.
@Suite("Remotes: refusals", .serialized)
struct RefusalTests {
    static let transports: [DrillModel.Host.Transport] = [.libssh2, .openssh, .auto]

    /// The error of a host's first command; the deadline must be kept.
    func failure(
        _ server: TestSSHD,
        _ host: DrillModel.Host,
        within: Double = 10
    ) async -> RemoteError? {
        let hosts = server.hosts()
        let startNs = BootClock.nowNs()
        var failure: RemoteError?
        do {
            _ = try await hosts.remote(to: host).run("true", within: within)
        } catch {
            failure = error as? RemoteError
        }
        await hosts.close()
        #expect(BootClock.nowNs() - startNs < Int64((within + 0.5) * 1e9))
        #expect(failure?.nothingStarted == true)
        return failure
    }

    @Test(arguments: transports)
    func unknownKey(_ transport: DrillModel.Host.Transport) async throws {
        try await withServer { server in
            try TestSSHD.write("", server.knownHosts)
            let error = await failure(server, server.host(transport))
            #expect(error?.code == .hostKeyUnknown)
            #expect(
                error?.message.contains(
                    "ssh-keyscan -p \(server.port) \(server.address) >> \(server.knownHosts)"
                ) == true
            )
        }
    }

    @Test(arguments: transports)
    func changedKey(_ transport: DrillModel.Host.Transport) async throws {
        try await withServer { server in
            try await TestSSHD.makeKey("ed25519", server.folder + "/other")
            try await server.note(hostKeyIn: server.folder + "/other.pub")
            let error = await failure(server, server.host(transport))
            #expect(error?.code == .hostKeyChanged)
            let name = "[\(server.address)]:\(server.port)"
            #expect(error?.message.contains("\(server.knownHosts):1") == true)
            #expect(
                error?.message.contains("ssh-keygen -f \(server.knownHosts) -R '\(name)'") == true
            )
            #expect(error?.message.contains("SHA256:") == true)
        }
    }

    @Test(arguments: transports)
    func revokedKey(_ transport: DrillModel.Host.Transport) async throws {
        try await withServer { server in
            let good = try String(contentsOfFile: server.knownHosts, encoding: .utf8)
            try TestSSHD.write(good + "@revoked " + good, server.knownHosts)
            let error = await failure(server, server.host(transport))
            #expect(error?.code == .hostKeyRevoked)
            #expect(error?.message.contains("\(server.knownHosts):2") == true)
        }
    }

    @Test(arguments: transports)
    func wrongUser(_ transport: DrillModel.Host.Transport) async throws {
        try await withServer { server in
            let error = await failure(server, server.host(transport, user: "nobody-such"))
            #expect(error?.code == .notAuthorised)
            #expect(error?.message.contains("nobody-such@\(server.address):\(server.port)") == true)
            #expect(error?.message.contains("authorized_keys") == true)
        }
    }

    @Test(arguments: transports)
    func nothingListens(_ transport: DrillModel.Host.Transport) async throws {
        try await withServer { server in
            let port = try #require(LocalPort.free())
            let error = await failure(server, server.host(transport, port: port))
            #expect(error?.code == .refused)
            #expect(error?.message.contains("Is sshd running") == true)
        }
    }

    @Test(arguments: transports)
    func nameWithoutAddress(_ transport: DrillModel.Host.Transport) async throws {
        try await withServer { server in
            var host = server.host(transport)
            host.address = "no-such-host.invalid"
            let error = await failure(server, host)
            #expect(error?.code == .unresolvable)
        }
    }

    /// A host that accepts and then says nothing: paused, or something else.
    @Test(arguments: transports)
    func silentHost(_ transport: DrillModel.Host.Transport) async throws {
        try await withServer { server in
            let silent = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .bind(host: server.address, port: 0).get()
            let port = try #require(silent.localAddress?.port)
            let error = await failure(server, server.host(transport, port: port), within: 1)
            #expect(error?.code == .timedOut)
            try await silent.close()
        }
    }

    /// A host whose answers don't come back, as behind a firewall that drops: its queue of
    /// connections is full, so the kernel says nothing to another one.
    @Test(arguments: transports)
    func unansweredConnect(_ transport: DrillModel.Host.Transport) async throws {
        try await withServer { server in
            let group = MultiThreadedEventLoopGroup.singleton
            let full = try await ServerBootstrap(group: group).serverChannelOption(
                .backlog,
                value: 1
            ).serverChannelOption(.autoRead, value: false).bind(host: server.address, port: 0).get()
            let port = try #require(full.localAddress?.port)
            let fillers = (0..<6).map { _ in
                ClientBootstrap(group: group).connectTimeout(.seconds(8))
                    .connect(host: server.address, port: port)
            }
            try await Task.sleep(for: .milliseconds(200))
            let error = await failure(server, server.host(transport, port: port), within: 1)
            #expect(error?.code == .timedOut)
            try await full.close()
            for filler in fillers { filler.whenSuccess { $0.close(promise: nil) } }
        }
    }

    @Test(arguments: transports)
    func somethingElseAnswers(_ transport: DrillModel.Host.Transport) async throws {
        try await withServer { server in
            let web = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .childChannelInitializer { channel in
                    channel.pipeline.addHandler(Web())
                }.bind(host: server.address, port: 0).get()
            let port = try #require(web.localAddress?.port)
            let error = await failure(server, server.host(transport, port: port))
            #expect(error?.code == .protocolError)
            try await web.close()
        }
    }

    @Test(arguments: transports)
    func keyThatIsNotThere(_ transport: DrillModel.Host.Transport) async throws {
        try await withServer { server in
            let error = await failure(server, server.host(transport, key: "/nowhere/key"))
            #expect(error?.code == .noKey)
            #expect(error?.message.contains("/nowhere/key isn't there") == true)
        }
    }

    @Test(arguments: transports)
    func keyWithAPassphrase(_ transport: DrillModel.Host.Transport) async throws {
        try await withServer { server in
            let key = server.folder + "/locked"
            try await TestSSHD.makeKey("ed25519", key, passphrase: "secret")
            let error = await failure(server, server.host(transport, key: key))
            #expect(error?.code == .noKey)
            #expect(error?.message.contains("ssh-add \(key)") == true)
        }
    }
}

/// Answers like a web server that was spoken to in the wrong way.
private final class Web: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelActive(context: ChannelHandlerContext) {
        let text = ByteBuffer(string: "HTTP/1.1 400 Bad Request\r\n\r\n")
        context.writeAndFlush(NIOAny(text), promise: nil)
        context.close(promise: nil)
    }
}
