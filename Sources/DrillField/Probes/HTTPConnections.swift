internal import DrillModel
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// Makes a prober's connections, and keeps those that are to be kept.
///
/// A stretch of slow answers opens many: those that nobody needs any more are closed again.
final class HTTPConnections: Sendable {
    /// How long a connection may lie idle below others.
    private static let idleMax = Span.seconds(5)
    /// What a round trip is taken for, whatever was answered.
    private static let tripMin = Span.milliseconds(10)
    private static let tripMax = Span.milliseconds(300)

    private final class Kept {
        /// The one that was used last is the next one that is used, so the first ones are those that nobody
        /// needs.
        private var idle: [(exchange: HTTPExchange, since: Instant)] = []

        /// No round trip takes longer than this.
        private var quickestAnswer = HTTPConnections.tripMax

        func take() -> HTTPExchange? { idle.popLast()?.exchange }

        func put(_ exchange: HTTPExchange, at now: Instant) {
            idle.append((exchange, now))
            while let first = idle.first, now - first.since > HTTPConnections.idleMax {
                idle.removeFirst()
                first.exchange.close()
            }
        }

        func noted(_ end: HTTPEnd) -> HTTPEnd {
            if case .answered = end.result, let sent = end.sent {
                quickestAnswer = min(quickestAnswer, end.done - sent)
            }
            return end
        }

        /// A server that closes an idle connection may be asked over it until it says so, a round trip
        /// at most (RFC 9112, 9.3.1); one that ends it later took the request, and left it unanswered.
        func closesIdle(_ end: HTTPEnd) -> Bool {
            guard case .failed(_, isUntouched: true) = end.result, let sent = end.sent else {
                return false
            }
            return end.done - sent <= max(quickestAnswer, HTTPConnections.tripMin)
        }

        func drop(_ exchange: HTTPExchange) { idle.removeAll { $0.exchange === exchange } }

        func close() {
            let all = idle
            idle = []
            for one in all { one.exchange.close() }
        }
    }

    private let target: HTTPProber.Target
    private let loop: ProbeLoop
    private let eventLoop: any EventLoop
    private let kept: NIOLoopBoundBox<Kept>

    init(target: HTTPProber.Target, loop: ProbeLoop) {
        self.target = target
        self.loop = loop
        eventLoop = loop.loop
        kept = NIOLoopBoundBox.makeBoxSendingValue(Kept(), eventLoop: eventLoop)
    }

    /// One request over a connection of its own.
    func ask(
        _ address: SocketAddress,
        deadline: Instant,
        cancelled: EventLoopFuture<Void>
    ) async -> HTTPEnd {
        await settled(
            onLoop { [self] in
                let kept = kept.value
                let exchange = HTTPExchange(
                    order: target.order,
                    loop: loop,
                    onIdle: { [now = loop.now] in kept.put($0, at: now()) },
                    onGone: { kept.drop($0) }
                )
                let end = exchange.begin(on: eventLoop, deadline: deadline, cancelled: cancelled)
                connect(exchange, to: address)
                let bound = self.kept
                return end.map { bound.value.noted($0) }
            },
            otherwise: over
        )
    }

    /// One request over an idle connection; nil where there is none.
    func askKept(deadline: Instant, cancelled: EventLoopFuture<Void>) async -> HTTPEnd? {
        let end = onLoop { [self] () -> EventLoopFuture<HTTPEnd?> in
            guard let exchange = kept.value.take() else {
                return eventLoop.makeSucceededFuture(nil)
            }
            return exchange.begin(on: eventLoop, deadline: deadline, cancelled: cancelled)
                .map { [kept] end in
                    var end = kept.value.noted(end)
                    end.isIdleClose = kept.value.closesIdle(end)
                    return end
                }
        }
        return await settled(end, otherwise: over)
    }

    func close() async {
        await settled(
            eventLoop.submit { [self] in kept.value.close() },
            otherwise: { _ in }
        )
    }

    /// At once where it is called on the loop: a look that is due waits for no turn.
    private func onLoop<Value: Sendable>(
        _ body: @escaping @Sendable () -> EventLoopFuture<Value>
    ) -> EventLoopFuture<Value> {
        eventLoop.inEventLoop ? body() : eventLoop.flatSubmit(body)
    }

    private func over(_ error: any Error) -> HTTPEnd {
        let failure = NetworkFailure(.blind, "the probe is closed: \(error)")
        return HTTPEnd(
            sent: nil,
            done: loop.now(),
            result: .failed(failure, isUntouched: false)
        )
    }

    private func connect(_ exchange: HTTPExchange, to address: SocketAddress) {
        let bound = NIOLoopBound(exchange, eventLoop: eventLoop)
        ClientBootstrap(group: eventLoop)
            // The exchange's own deadline closes the channel earlier.
            .connectTimeout(.hours(24))
            .channelInitializer { [target] channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(bound.value.front)
                    if let tls = target.tls { try pipeline.addHandler(tls.handler()) }
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(bound.value)
                }
            }
            .connect(to: address)
            .whenFailure { bound.value.connectFailed($0) }
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
