import DrillEngine
import DrillField
import DrillModel
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing

/// New connections and kept ones fail differently: each probe sees what a client of its kind sees.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct KeptConnectionTests {
    private func looker(
        _ probers: FieldProbers,
        _ server: DrainingServer,
        keeps: Bool
    ) async throws -> any Prober {
        let url = Text("http://127.0.0.1:\(server.port)/")
        return try await probers.prober(
            for: probe(.http(HTTPLook(url: url, keepsConnection: keeps)))
        )
    }

    /// A server that is drained: who is connected is served on, nobody else gets in.
    @Test func aDrainedServerRefusesOnlyNewConnections() async throws {
        let server = try await DrainingServer()
        let probers = fieldProbers()
        let kept = try await looker(probers, server, keeps: true)
        let new = try await looker(probers, server, keeps: false)
        func outcomes() async -> (kept: Outcome, new: Outcome) {
            let deadline = now() + .seconds(1)
            return (
                await kept.look(deadline: deadline).outcome,
                await new.look(deadline: deadline).outcome
            )
        }
        let before = await outcomes()
        #expect(before.kept == .good && before.new == .good)

        try await server.stopListening()
        let after = await outcomes()
        #expect(after.kept == .good)
        #expect(after.new.failure == .refused)

        await kept.close()
        await new.close()
        try await server.close()
        await probers.close()
    }

    /// A flow that a firewall has forgotten: what is connected hangs, and new connections get through.
    @Test func aForgottenFlowHangsOnlyKeptConnections() async throws {
        let server = try await DrainingServer()
        let probers = fieldProbers()
        let kept = try await looker(probers, server, keeps: true)
        let new = try await looker(probers, server, keeps: false)
        #expect(await kept.look(deadline: now() + .seconds(1)).outcome == .good)

        server.forgetConnections()
        #expect(await kept.look(deadline: now() + .milliseconds(200)).outcome.failure == .timeout)
        #expect(await new.look(deadline: now() + .seconds(1)).outcome == .good)
        // What hung is thrown away, so that the next look of the same probe makes a new one.
        #expect(await kept.look(deadline: now() + .seconds(1)).outcome == .good)

        await kept.close()
        await new.close()
        try await server.close()
        await probers.close()
    }

    /// A server that hangs and then ends what is connected was down for who asked: that it answers who asks
    /// again says nothing of the time before.
    @Test func aHangThatEndsInAResetIsNoAnswer() async throws {
        let server = try await DrainingServer()
        let probers = fieldProbers()
        let kept = try await looker(probers, server, keeps: true)
        #expect(await kept.look(deadline: now() + .seconds(1)).outcome == .good)

        server.hold()
        async let hung = kept.look(deadline: now() + .seconds(10))
        #expect(await server.has(held: 1))
        try await Task.sleep(for: .milliseconds(400))
        try await server.drop()
        let look = await hung
        #expect(look.outcome.failure == .reset)
        #expect(look.done - look.sent >= .milliseconds(400))
        #expect(await kept.look(deadline: now() + .seconds(1)).outcome == .good)

        await kept.close()
        try await server.close()
        await probers.close()
    }

    /// A server that closes an idle connection just when it is asked over it has failed nobody.
    @Test func anIdleCloseIsAskedAgain() async throws {
        let server = try await DrainingServer()
        let probers = fieldProbers()
        let kept = try await looker(probers, server, keeps: true)
        // Far away, so that the test's machine may take its time, too.
        server.hold()
        async let first = kept.look(deadline: now() + .seconds(10))
        #expect(await server.has(held: 1))
        try await Task.sleep(for: .milliseconds(300))
        server.release()
        #expect(await first.outcome == .good)

        server.endConnections()
        #expect(await kept.look(deadline: now() + .seconds(1)).outcome == .good)
        #expect(server.connections == 2)

        await kept.close()
        try await server.close()
        await probers.close()
    }

    /// A stretch of slow answers opens many connections; nobody needs them once it is over.
    @Test func whatNobodyNeedsAnyMoreIsClosed() async throws {
        let server = try await DrainingServer()
        let ahead = Mutex(Span.zero)
        let clock: @Sendable () -> Instant = { now() + ahead.withLock { $0 } }
        let probers = fieldProbers(now: clock)
        let kept = try await looker(probers, server, keeps: true)
        func look() async -> Outcome {
            await kept.look(deadline: clock() + .seconds(5)).outcome
        }
        server.hold()
        async let slow = withTaskGroup { group in
            for _ in 0..<8 { group.addTask { await look() } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(await server.has(open: 8))
        server.release()
        #expect(await slow == Array(repeating: .good, count: 8))
        #expect(await look() == .good)
        #expect(await server.has(open: 8))

        ahead.withLock { $0 = .seconds(6) }
        #expect(await look() == .good)
        #expect(await server.has(open: 1))
        #expect(await look() == .good)

        await kept.close()
        try await server.close()
        await probers.close()
    }
}

/// A web server whose listener and connections fail apart from each other.
private final class DrainingServer: Sendable {
    private final class State: Sendable {
        /// Connections that came before this many were made never answer any more.
        let forgotten = Mutex(0)
        /// These end when they are asked.
        let ended = Mutex(0)
        let made = Mutex(0)
        /// Answers that wait to be let go; nil where none is held back.
        let held = Mutex<[@Sendable () -> Void]?>(nil)
        let open = Mutex<[any Channel]>([])
    }

    private let listener: any Channel
    private let state = State()
    let port: Int

    init() async throws {
        let state = state
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                let number = state.made.withLock { made in
                    made += 1
                    return made
                }
                state.open.withLock { $0.append(channel) }
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(
                        Answerer(
                            isForgotten: { number <= state.forgotten.withLock { $0 } },
                            isEnded: { number <= state.ended.withLock { $0 } },
                            hold: { answer in
                                state.held.withLock { held in
                                    held?.append(answer)
                                    return held != nil
                                }
                            }
                        )
                    )
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = listener.localAddress?.port ?? 0
    }

    func stopListening() async throws { try await listener.close() }

    func forgetConnections() {
        let made = state.made.withLock { $0 }
        state.forgotten.withLock { $0 = made }
    }

    func endConnections() {
        let made = connections
        state.ended.withLock { $0 = made }
    }

    /// How many were ever made.
    var connections: Int { state.made.withLock { $0 } }

    /// From here on what is asked is answered when it is let go.
    func hold() { state.held.withLock { $0 = [] } }

    func release() {
        let held = state.held.withLock { held in
            defer { held = nil }
            return held
        }
        for answer in held ?? [] { answer() }
    }

    /// Ends all connections and what they wait for, and answers who comes then.
    func drop() async throws {
        state.held.withLock { $0 = nil }
        for channel in state.open.withLock({ $0 }) where channel.isActive {
            try await channel.close()
        }
    }

    /// Whether it keeps back so many answers, now or within a second.
    func has(held count: Int) async -> Bool {
        await soon { state.held.withLock { $0?.count == count } }
    }

    /// Whether it has so many connections, now or within a second.
    func has(open count: Int) async -> Bool {
        await soon { state.open.withLock { $0.count(where: \.isActive) } == count }
    }

    private func soon(_ isSo: () -> Bool) async -> Bool {
        let end = now() + .seconds(1)
        while !isSo() {
            guard now() < end else { return false }
            try? await Task.sleep(for: .milliseconds(5))
        }
        return true
    }

    func close() async throws {
        if listener.isActive { try await listener.close() }
        for channel in state.open.withLock({ $0 }) where channel.isActive {
            try? await channel.close()
        }
    }

    private final class Answerer: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let isForgotten: () -> Bool
        private let isEnded: () -> Bool
        /// Whether it keeps the answer back.
        private let hold: (@escaping @Sendable () -> Void) -> Bool

        init(
            isForgotten: @escaping () -> Bool,
            isEnded: @escaping () -> Bool,
            hold: @escaping (@escaping @Sendable () -> Void) -> Bool
        ) {
            self.isForgotten = isForgotten
            self.isEnded = isEnded
            self.hold = hold
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .end = unwrapInboundIn(data), !isForgotten() else { return }
            if isEnded() { return context.close(promise: nil) }
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            let loop = context.eventLoop
            let answer = { @Sendable in
                loop.execute { Self.answer(bound.value) }
            }
            if !hold(answer) { Self.answer(context) }
        }

        private static func answer(_ context: ChannelHandlerContext) {
            let head = HTTPResponseHead(
                version: .http1_1,
                status: .ok,
                headers: ["Content-Length": "0"]
            )
            context.write(NIOAny(OutboundOut.head(head)), promise: nil)
            context.writeAndFlush(NIOAny(OutboundOut.end(nil)), promise: nil)
        }
    }
}
