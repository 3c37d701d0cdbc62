import DrillEngine
import DrillModel
import DrillWire
import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import DrillField

/// Which way is taken, and that it works.
@Suite("Remotes: transports", .serialized)
struct TransportTests {
    /// The way that `auto` took to a host on which a command then ran.
    func way(
        _ server: TestSSHD,
        _ host: DrillModel.Host,
        _ all: [DrillModel.Host] = []
    ) async throws -> Way {
        let hosts = server.hosts(all)
        let remote = try await hosts.remote(to: host)
        #expect(try await remote.run("echo $((6 * 7))").outputText == "42\n")
        let way = try await remote.way()
        await hosts.close()
        return way
    }

    @Test(arguments: ["ed25519", "ecdsa"])
    func libssh2ByDefault(_ clientKey: String) async throws {
        try await withServer(clientKey: clientKey) { server in
            let taken = try await way(server, server.host(.auto))
            #expect(taken.transport == "libssh2")
        }
    }

    @Test func opensshForAnRSAKey() async throws {
        try await withServer(clientKey: "rsa") { server in
            let way = try await way(server, server.host(.auto))
            #expect(way.transport == "openssh")
            #expect(way.why.contains("an RSA key"))
            let hosts = server.hosts()
            let forced = server.host(.libssh2)
            await #expect { try await hosts.remote(to: forced) } throws: {
                let error = $0 as? RemoteError
                return error?.message.contains("an RSA key") == true
                    && error?.message.contains("transport: auto") == true
            }
        }
    }

    @Test func opensshForAHostWithAnRSAKey() async throws {
        try await withServer(hostKey: "rsa") { server in
            let way = try await way(server, server.host(.auto))
            #expect(way.transport == "openssh")
            #expect(way.why.contains("known_hosts has only keys of type ssh-rsa"))
        }
    }

    @Test func opensshForAHardenedHost() async throws {
        let options = ["Ciphers aes256-gcm@openssh.com,chacha20-poly1305@openssh.com"]
        try await withServer(options: options) { server in
            let way = try await way(server, server.host(.auto))
            #expect(way.transport == "openssh")
            #expect(way.why.contains("no algorithm in common"))
        }
    }

    @Test func opensshForMoreInTheConfig() async throws {
        try await withServer { server in
            try TestSSHD.write("Host 127.*\n  Compression yes\n", server.config)
            let way = try await way(server, server.host(.auto))
            #expect(way.transport == "openssh")
            #expect(way.why.contains("compression (\(server.config):2)"))
        }
    }

    @Test func theConfigNamesUserPortAndKey() async throws {
        try await withServer { server in
            try TestSSHD.write(
                """
                Host db
                  HostName \(server.address)
                  Port \(server.port)
                  User \(server.user)
                  IdentityFile \(server.key)
                """,
                server.config
            )
            let host = DrillModel.Host(name: "primary", address: "db")
            #expect(try await way(server, host).transport == "libssh2")
        }
    }

    @Test func theHostKeyThatIsKnownIsAskedFor() async throws {
        // libssh2 prefers ecdsa; known_hosts has the ed25519 key only.
        let folder = NSTemporaryDirectory() + "drill-key-\(UUID().uuidString.prefix(8))"
        try await TestSSHD.makeKey("ecdsa", folder)
        try await withServer(options: ["HostKey \(folder)"]) { server in
            let taken = try await way(server, server.host(.libssh2))
            #expect(taken.transport == "libssh2")
        }
    }

    @Test func aKeyThatAnAgentHolds() async throws {
        try await withServer { server in
            let locked = server.folder + "/locked"
            try await TestSSHD.makeKey("ed25519", locked, passphrase: "secret")
            try TestSSHD.write(
                try String(contentsOfFile: locked + ".pub", encoding: .utf8),
                server.key + ".pub"
            )
            let socket = server.folder + "/agent"
            let agent = try await Children.shared.start(
                ChildOrder(["ssh-agent", "-D", "-a", socket], outputLimitBytes: 1000)
            )
            try TestSSHD.write("#!/bin/sh\necho secret\n", server.folder + "/ask")
            _ = await shell(
                "for i in $(seq 50); do [ -S \(socket) ] && break; sleep 0.05; done; "
                    + "chmod 700 \(server.folder)/ask; SSH_AUTH_SOCK=\(socket) DISPLAY=:9 "
                    + "SSH_ASKPASS=\(server.folder)/ask SSH_ASKPASS_REQUIRE=force ssh-add \(locked)"
            )
            let hosts = FieldHosts(
                inventory: Inventory(name: "test", knownHosts: server.knownHosts, hosts: []),
                environment: [
                    "HOME": server.folder, "PATH": "/usr/bin:/bin", "SSH_AUTH_SOCK": socket,
                ],
                configFile: server.config
            )
            for transport in [DrillModel.Host.Transport.libssh2, .openssh] {
                let host = server.host(transport, name: transport.rawValue, key: locked)
                let remote = try await hosts.remote(to: host)
                #expect(try await remote.run("echo in").outputText == "in\n")
            }
            await hosts.close()
            await Children.shared.end(agent)
        }
    }

    @Test func aJumpThroughAnotherHost() async throws {
        try await withServer { inner in
            try await withServer { outer in
                // Each has its own key and host key; only one known_hosts names both.
                let lines = try [inner, outer].map {
                    try String(contentsOfFile: $0.knownHosts, encoding: .utf8)
                }
                try TestSSHD.write(lines.joined(), outer.knownHosts)
                let bastion = outer.host(.auto, name: "bastion")
                let target = inner.host(.auto, name: "db", jump: "bastion")
                let way = try await way(outer, target, [bastion, target])
                #expect(way.transport == "openssh")
                #expect(way.why.contains("bastion"))
            }
        }
    }

    @Test(arguments: [DrillModel.Host.Transport.libssh2, .openssh])
    func forwardsBytes(_ transport: DrillModel.Host.Transport) async throws {
        try await withServer { server in
            let echo = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .childChannelInitializer { $0.pipeline.addHandler(Echo()) }
                .bind(host: "127.0.0.1", port: 0).get()
            let port = try #require(echo.localAddress?.port)
            let hosts = server.hosts()
            let remote = try await hosts.remote(to: server.host(transport))
            let local = try await remote.forward(to: "127.0.0.1", port: port)
            #expect(local.address == "127.0.0.1")
            #expect(local.port != port)
            let text = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<5 {
                    group.addTask { try await roundTrip(local, seed: number) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(text == Array(repeating: true, count: 5))
            // The same way again is the same port; after a loss it is there again.
            #expect(try await remote.forward(to: "127.0.0.1", port: port) == local)
            await server.killSessions()
            _ = try await remote.run("true")
            #expect(try await roundTrip(local, seed: 9))
            await hosts.close()
            await #expect(throws: (any Error).self) { try await roundTrip(local, seed: 1) }
            try await echo.close()
        }
    }

    /// What a relay of nothing does: the probe must see a failure, not a hang.
    @Test(arguments: [DrillModel.Host.Transport.libssh2, .openssh])
    func forwardsARefusal(_ transport: DrillModel.Host.Transport) async throws {
        try await withServer { server in
            let closed = try #require(LocalPort.free())
            let hosts = server.hosts()
            let remote = try await hosts.remote(to: server.host(transport))
            let local = try await remote.forward(to: "127.0.0.1", port: closed)
            let startNs = BootClock.nowNs()
            await #expect(throws: (any Error).self) { try await roundTrip(local, seed: 1) }
            #expect(BootClock.nowNs() - startNs < 2_000_000_000)
            await hosts.close()
        }
    }

    /// A relay to a target that is cut off: the host tries for minutes, and nothing else may wait for it.
    @Test(arguments: [DrillModel.Host.Transport.libssh2, .openssh])
    func aTargetThatIsCutOffHoldsUpNothing(_ transport: DrillModel.Host.Transport) async throws {
        try await withServer { server in
            let echo = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .childChannelInitializer { $0.pipeline.addHandler(Echo()) }
                .bind(host: "127.0.0.1", port: 0).get()
            let port = try #require(echo.localAddress?.port)
            let full = try FullListener()
            let hosts = server.hosts()
            let remote = try await hosts.remote(to: server.host(transport))
            let dead = try await remote.forward(to: "127.0.0.1", port: full.port)
            let alive = try await remote.forward(to: "127.0.0.1", port: port)
            let looking = Task {
                while !Task.isCancelled {
                    _ = try? await answers(dead, within: .milliseconds(300))
                }
            }
            for number in 0..<20 {
                let result = try await remote.run("echo \(number)", within: 2)
                #expect(result.outputText == "\(number)\n")
                #expect(try await answers(alive, within: .seconds(2)))
                _ = await shell("sleep 0.1")
            }
            looking.cancel()
            await looking.value
            // Once it is no longer cut off, it is seen soon.
            full.close()
            let back = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { $0.pipeline.addHandler(Echo()) }
                .bind(host: "127.0.0.1", port: full.port).get()
            #expect(try await answers(dead, within: .seconds(3)))
            let way = try #require(remote as? any LossTelling)
            #expect(await way.lastLoss() == nil)
            await hosts.close()
            try await echo.close()
            try await back.close()
        }
    }

    @Test(arguments: [DrillModel.Host.Transport.libssh2, .openssh])
    func worksWhereTheHostAllowsOneChannel(_ transport: DrillModel.Host.Transport) async throws {
        // OpenSSH's master takes one itself.
        let limit = transport == .libssh2 ? 1 : 2
        try await withServer(options: ["MaxSessions \(limit)"]) { server in
            let hosts = server.hosts()
            let remote = try await hosts.remote(to: server.host(transport))
            for number in 0..<3 {
                #expect(try await remote.run("echo \(number)").outputText == "\(number)\n")
            }
            await hosts.close()
        }
    }

    /// More at once than the host has sessions for, one of them given up: nobody loses by it.
    @Test(arguments: [DrillModel.Host.Transport.libssh2, .openssh])
    func takesTurnsWhereTheHostAllowsFewChannels(
        _ transport: DrillModel.Host.Transport
    ) async throws {
        try await withServer(options: ["MaxSessions 4"]) { server in
            let hosts = server.hosts()
            let remote = try await hosts.remote(to: server.host(transport))
            let way = try #require(remote as? any LossTelling)
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<12 {
                    group.addTask {
                        do {
                            let result = try await remote.run(
                                "sleep 0.2; echo \(number)",
                                within: number % 3 == 2 ? 0.1 : 15
                            )
                            #expect(result.outputText == "\(number)\n")
                        } catch {
                            #expect(number % 3 == 2, "\(error)")
                            #expect((error as? RemoteError)?.code == .timedOut)
                        }
                    }
                }
            }
            #expect(await way.lastLoss() == nil)
            await hosts.close()
        }
    }

    @Test func localNeedsNothing() async throws {
        let hosts = FieldHosts(
            inventory: Inventory(name: "test", hosts: []),
            environment: ["HOME": "/nowhere"]
        )
        let remote = try await hosts.remote(to: DrillModel.Host(name: "here", isLocal: true))
        #expect(try await remote.way().transport == "local")
        let local = try await remote.forward(to: "10.1.2.3", port: 80)
        #expect(local == LocalEndpoint(address: "10.1.2.3", port: 80))
        let container = DrillModel.Host(name: "box", container: "box")
        await #expect { try await hosts.remote(to: container) } throws: {
            ($0 as? RemoteError)?.code == .configuration
        }
    }
}

private final class Echo: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.write(data, promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) { context.flush() }
}

/// Whether an echo comes back in time; hangs up in any case.
private func answers(_ local: LocalEndpoint, within: TimeAmount) async throws -> Bool {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let answer = loop.makePromise(of: Bool.self)
    let late = loop.scheduleTask(in: within) { answer.succeed(false) }
    let channel = try await ClientBootstrap(group: loop).channelInitializer {
        $0.pipeline.addHandler(Listening(answer))
    }.connect(host: local.address, port: local.port).get()
    channel.writeAndFlush(ByteBuffer(string: "?"), promise: nil)
    let result = try await answer.futureResult.get()
    late.cancel()
    try? await channel.close()
    return result
}

private final class Listening: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    private let answer: EventLoopPromise<Bool>

    init(_ answer: EventLoopPromise<Bool>) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { answer.succeed(true) }
    func channelInactive(context: ChannelHandlerContext) { answer.succeed(false) }
}

/// Sends a megabyte to an echo and compares what comes back.
private func roundTrip(_ local: LocalEndpoint, seed: Int) async throws -> Bool {
    let sent = [UInt8]((0..<1_000_000).map { UInt8(truncatingIfNeeded: ($0 &+ seed) &* 97 >> 2) })
    let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connect(
        host: local.address,
        port: local.port
    ) { channel in
        channel.eventLoop.makeCompletedFuture {
            try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
    }
    return try await channel.executeThenClose { inbound, outbound in
        async let writing: Void = outbound.write(ByteBuffer(bytes: sent))
        var back: [UInt8] = []
        for try await part in inbound {
            back += part.readableBytesView
            if back.count >= sent.count { break }
        }
        try await writing
        guard back.count == sent.count else { throw TestFailure("\(back.count) bytes came back") }
        return back == sent
    }
}
