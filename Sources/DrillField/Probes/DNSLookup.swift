internal import DrillModel
internal import NIOCore
internal import NIOPosix

/// Asks one resolver, by UDP, for a name's addresses: IPv4 first, then IPv6.
///
/// Asked again every half second, since UDP may drop a question; the caller's deadline ends it.
struct DNSLookup: Sendable {
    let name: String
    let resolver: SocketAddress

    /// Calls `done` once, on the loop; the socket is closed by then or soon after.
    ///
    /// - Returns: ends the look-up early; its socket is closed.
    func start(
        on loop: any EventLoop,
        _ done: @escaping @Sendable (Result<[String], RouteFailure>) -> Void
    ) -> @Sendable () -> Void {
        let id = UInt16.random(in: 0..<UInt16.max)
        let kinds = DNSMessage.Kind.addresses
        let queries = kinds.enumerated()
            .compactMap { offset, kind in
                DNSMessage.query(id: id &+ UInt16(offset), name: name, kind: kind)
            }
        guard queries.count == kinds.count else {
            done(.failure(.unresolvable("\(name) is no domain name")))
            return {}
        }
        let order = DNSExchange.Order(id: id, name: name, resolver: resolver, queries: queries)
        let channel = DatagramBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        DNSExchange(order: order, done: done)
                    )
                }
            }
            .connect(to: resolver)
        channel.whenFailure { error in
            done(.failure(.unresolvable("the resolver \(resolver.shown) can't be asked: \(error)")))
        }
        return { channel.whenSuccess { $0.close(promise: nil) } }
    }
}

/// Questions and answers of one look-up on its socket.
private final class DNSExchange: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    struct Order: Sendable {
        let id: UInt16
        let name: String
        let resolver: SocketAddress
        let queries: [[UInt8]]
    }

    private let order: Order
    private let done: @Sendable (Result<[String], RouteFailure>) -> Void
    private var answers: [DNSMessage.Kind: DNSMessage.Answer] = [:]
    private var again: RepeatedTask?

    init(
        order: Order,
        done: @escaping @Sendable (Result<[String], RouteFailure>) -> Void
    ) {
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
            exchange.ask(context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) { again?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Array(unwrapInboundIn(data).data.readableBytesView)
        guard let answer = DNSMessage.answer(bytes) else { return }
        let offset: UInt16 = answer.kind == .a ? 0 : 1
        guard answer.id == order.id &+ offset else { return }
        answers[answer.kind] = answer
        if let a = answers[.a], !a.addresses.isEmpty {
            finish(context, .success(a.addresses))
        } else if let a = answers[.a], let aaaa = answers[.aaaa] {
            finish(
                context,
                aaaa.addresses.isEmpty
                    ? .failure(.unresolvable(nothing(a.code == 0 ? aaaa : a)))
                    : .success(aaaa.addresses)
            )
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(
            context,
            .failure(.unresolvable("the resolver \(order.resolver.shown) doesn't listen: \(error)"))
        )
    }

    private func nothing(_ answer: DNSMessage.Answer) -> String {
        let said = answer.code == 0 ? "knows no address of it" : "answers \(answer.codeName)"
        return "\(order.name) has no address: the resolver \(order.resolver.shown) \(said)"
    }

    private func ask(_ context: ChannelHandlerContext) {
        for query in order.queries {
            let envelope = AddressedEnvelope(
                remoteAddress: order.resolver,
                data: ByteBuffer(bytes: query)
            )
            context.write(wrapOutboundOut(envelope), promise: nil)
        }
        context.flush()
    }

    private func finish(
        _ context: ChannelHandlerContext,
        _ result: Result<[String], RouteFailure>
    ) {
        again?.cancel()
        done(result)
        context.close(promise: nil)
    }
}

extension SocketAddress {
    /// `10.0.0.1:53`, `[::1]:53`.
    var shown: String {
        let host = ipAddress ?? "?"
        return (host.contains(":") ? "[\(host)]" : host) + ":\(port ?? 0)"
    }
}
