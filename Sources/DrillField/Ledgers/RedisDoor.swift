internal import DrillModel
internal import NIOCore
internal import NIOPosix

/// A bounded number of connections to one Redis server, one question at a time on each; kept while they
/// are whole, and names looked up anew for each new one.
final class RedisDoor: Sendable {
    private final class Connections {
        var idle: [RedisExchange] = []
        var count = 0
    }

    let address: RedisAddress
    private let tls: TLSClient?
    private let route: any Route
    private let loop: ProbeLoop
    private let connectionsMax: Int
    private let eventLoop: any EventLoop
    private let connections: NIOLoopBoundBox<Connections>

    init(
        to address: RedisAddress,
        tls: TLSClient?,
        route: any Route,
        loop: ProbeLoop,
        connectionsMax: Int
    ) {
        self.address = address
        self.tls = tls
        self.route = route
        self.loop = loop
        self.connectionsMax = connectionsMax
        eventLoop = loop.loop
        connections = NIOLoopBoundBox.makeBoxSendingValue(Connections(), eventLoop: eventLoop)
    }

    /// Sends all commands at once; answered when there is a value for each.
    func ask(_ commands: [[String]], deadline: Instant) async -> RedisEnd {
        let cancelled = eventLoop.makePromise(of: Void.self)
        // A promise must be kept; by then nobody listens any more.
        defer { cancelled.succeed() }
        return await withTaskCancellationHandler {
            if let end = await askKept(commands, deadline, cancelled.futureResult) { return end }
            return await askNew(commands, deadline, cancelled.futureResult)
        } onCancel: {
            cancelled.succeed()
        }
    }

    func close() async {
        await settled(
            eventLoop.submit { [self] in
                for exchange in connections.value.idle { exchange.close() }
                connections.value.idle = []
            },
            otherwise: { _ in }
        )
    }

    /// Nil where no connection is idle.
    private func askKept(
        _ commands: [[String]],
        _ deadline: Instant,
        _ cancelled: EventLoopFuture<Void>
    ) async -> RedisEnd? {
        let end = eventLoop.flatSubmit { [self] () -> EventLoopFuture<RedisEnd?> in
            guard let exchange = connections.value.idle.popLast() else {
                return eventLoop.makeSucceededFuture(nil)
            }
            return exchange.begin(
                commands,
                on: eventLoop,
                deadline: deadline,
                cancelled: cancelled
            ).map { $0 }
        }
        return await settled(end, otherwise: { over($0) })
    }

    private func askNew(
        _ commands: [[String]],
        _ deadline: Instant,
        _ cancelled: EventLoopFuture<Void>
    ) async -> RedisEnd {
        let addresses: [SocketAddress]
        do {
            addresses = try await route.addresses(
                of: address.host,
                port: address.port,
                deadline: deadline
            )
        } catch {
            let result: RedisEnd.Result = error == .cancelled ? .cancelled : .failed(error.failure)
            return RedisEnd(sent: nil, done: loop.now(), result: result)
        }
        var last: RedisEnd?
        for (tried, server) in addresses.enumerated() {
            let share = Span(ns: (deadline - loop.now()).ns / Int64(addresses.count - tried))
            let end = await askNew(
                commands,
                of: server,
                deadline: loop.now() + share,
                cancelled
            )
            last = end
            // What was sent once isn't sent again.
            guard end.sent == nil, case .failed(let failure) = end.result,
                [.refused, .timeout].contains(failure.failure)
            else { break }
        }
        let none = NetworkFailure(.unresolvable, "\(address.host) has no address")
        return last ?? RedisEnd(sent: nil, done: loop.now(), result: .failed(none))
    }

    private func askNew(
        _ commands: [[String]],
        of server: SocketAddress,
        deadline: Instant,
        _ cancelled: EventLoopFuture<Void>
    ) async -> RedisEnd {
        await settled(
            eventLoop.flatSubmit { [self] in
                let connections = connections.value
                guard connections.count < connectionsMax else {
                    return eventLoop.makeSucceededFuture(
                        RedisEnd(sent: nil, done: loop.now(), result: .busy)
                    )
                }
                connections.count += 1
                let exchange = RedisExchange(
                    to: address,
                    loop: loop,
                    onIdle: { connections.idle.append($0) },
                    onGone: { gone in
                        connections.count -= 1
                        connections.idle.removeAll { $0 === gone }
                    }
                )
                let end = exchange.begin(
                    commands,
                    on: eventLoop,
                    deadline: deadline,
                    cancelled: cancelled
                )
                connect(exchange, to: server)
                return end
            },
            otherwise: { over($0) }
        )
    }

    private func connect(_ exchange: RedisExchange, to server: SocketAddress) {
        let bound = NIOLoopBound(exchange, eventLoop: eventLoop)
        ClientBootstrap(group: eventLoop)
            // The exchange's own deadline closes the channel earlier.
            .connectTimeout(.hours(24))
            .channelInitializer { [tls] channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(bound.value.front)
                    if let tls { try pipeline.addHandler(tls.handler()) }
                    try pipeline.addHandler(ByteToMessageHandler(RedisDecoder()))
                    try pipeline.addHandler(bound.value)
                }
            }
            .connect(to: server)
            .whenFailure { bound.value.connectFailed($0) }
    }

    private func over(_ error: any Error) -> RedisEnd {
        let failure = NetworkFailure(.blind, "the ledger is closed: \(error)")
        return RedisEnd(sent: nil, done: loop.now(), result: .failed(failure))
    }

    /// The futures here fail only where the loop itself has been shut down.
    private func settled<Value: Sendable>(
        _ future: EventLoopFuture<Value>,
        otherwise: (any Error) -> Value
    ) async -> Value {
        do {
            return try await future.get()
        } catch {
            return otherwise(error)
        }
    }
}
