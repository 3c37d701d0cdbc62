internal import DrillModel
internal import NIOCore
internal import NIOPosix

/// One question to one name server by UDP, asked again every half second, since UDP may drop it.
struct DNSQuestion: Sendable {
    let kind: DNSMessage.Kind
    let name: String
    let resolver: SocketAddress

    /// Nil when `name` can't be a domain name.
    init?(name: String, kind: DNSMessage.Kind, resolver: SocketAddress) {
        guard DNSMessage.query(id: 0, name: name, kind: kind) != nil else { return nil }
        self.name = name
        self.kind = kind
        self.resolver = resolver
    }

    enum End: Sendable {
        case answered(DNSMessage.Answer)
        case failed(NetworkFailure)
    }

    /// What came of it, by `deadline`; a new socket, and so a new port, each time.
    func ask(on loop: ProbeLoop, deadline: Instant) async -> End {
        let id = UInt16.random(in: 0...UInt16.max)
        guard let query = DNSMessage.query(id: id, name: name, kind: kind) else {
            return .failed(NetworkFailure(.blind, "\(name) is no domain name"))
        }
        let order = Order(id: id, kind: kind, query: query, resolver: resolver)
        let race = Race<End>()
        let channel = DatagramBootstrap(group: loop.loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Exchange(order: order) { race.finish($0) }
                    )
                }
            }
            .connect(to: resolver)
        channel.whenFailure { error in
            race.finish(.failed(NetworkFailure(.blind, "it can't be asked: \(error)")))
        }
        let timer = loop.loop.scheduleTask(in: loop.left(until: deadline)) {
            race.finish(.failed(NetworkFailure(.timeout, "no answer in time")))
        }
        let end = await withTaskCancellationHandler {
            await race.winner {}
        } onCancel: {
            race.finish(.failed(NetworkFailure(.blind, "the run ended first")))
        }
        timer.cancel()
        channel.whenSuccess { $0.close(promise: nil) }
        return end
    }

    private struct Order: Sendable {
        let id: UInt16
        let kind: DNSMessage.Kind
        let query: [UInt8]
        let resolver: SocketAddress
    }

    private final class Exchange: ChannelInboundHandler {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>
        typealias OutboundOut = AddressedEnvelope<ByteBuffer>

        private let order: Order
        private let done: @Sendable (End) -> Void
        private var again: RepeatedTask?

        init(order: Order, done: @escaping @Sendable (End) -> Void) {
            self.order = order
            self.done = done
        }

        func channelActive(context: ChannelHandlerContext) {
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            again = context.eventLoop.scheduleRepeatedTask(
                initialDelay: .zero,
                delay: .milliseconds(500)
            ) { _ in
                let (exchange, context) = bound.value
                let envelope = AddressedEnvelope(
                    remoteAddress: exchange.order.resolver,
                    data: ByteBuffer(bytes: exchange.order.query)
                )
                context.writeAndFlush(exchange.wrapOutboundOut(envelope), promise: nil)
            }
        }

        func channelInactive(context: ChannelHandlerContext) { again?.cancel() }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = Array(unwrapInboundIn(data).data.readableBytesView)
            guard let answer = DNSMessage.answer(bytes), answer.id == order.id,
                answer.kind == order.kind
            else { return }
            done(.answered(answer))
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            done(.failed(NetworkFailure(error)))
        }
    }
}
