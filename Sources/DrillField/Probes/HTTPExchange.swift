internal import DrillModel
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import NIOTLS

/// What is sent, the same in each look.
struct HTTPOrder: Sendable {
    var head: HTTPRequestHead
    var body: [UInt8]
    var isSecure: Bool
    var keepsConnection: Bool
    /// Whether asking a second time does no harm (RFC 9110, 9.2.2).
    var isRepeatable: Bool { [.GET, .HEAD, .OPTIONS].contains(head.method) }
}

extension HTTPOrder {
    /// With the headers that every request of drill's has; `headers` replaces those of the same name.
    init(
        _ method: HTTPMethod,
        _ address: WebAddress,
        headers own: [String: String],
        body: [UInt8],
        keepsConnection: Bool
    ) {
        var headers = HTTPHeaders([
            ("Host", address.hostHeader), ("User-Agent", "drill"), ("Accept", "*/*"),
        ])
        if let user = address.user {
            headers.add(
                name: "Authorization",
                value: "Basic \(Data(user.utf8).base64EncodedString())"
            )
        }
        if !body.isEmpty { headers.add(name: "Content-Length", value: "\(body.count)") }
        if !keepsConnection { headers.add(name: "Connection", value: "close") }
        for (name, value) in own.sorted(by: { $0.key < $1.key }) {
            headers.replaceOrAdd(name: name, value: value)
        }
        head = HTTPRequestHead(
            version: .http1_1,
            method: method,
            uri: address.target,
            headers: headers
        )
        self.body = body
        isSecure = address.isSecure
        self.keepsConnection = keepsConnection
    }
}

/// How one request ended.
struct HTTPEnd: Sendable {
    enum Result: Sendable {
        case answered(status: Int, body: [UInt8])
        /// `isUntouched`: not a byte of an answer had come.
        case failed(NetworkFailure, isUntouched: Bool)
        case cancelled
    }

    var sent: Instant?
    var done: Instant
    var result: Result
    /// Whether a kept connection ended as an idle one does whose closing was under way when it was asked.
    var isIdleClose = false
    /// Whether the request was handed to the connection: from then on it may have been carried out.
    var wasAsked = false
}

/// One connection and the requests that go over it, one at a time.
///
/// ```
///  begin ─▶ (connect) ─▶ (TLS) ─▶ request ─▶ head, body …, end ─▶ finish
///              └── deadline, error, end of connection ──▶ finish, close
/// ```
/// Lives on the loop. However a request ends, `finish` is its only way out, once.
final class HTTPExchange: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// Longer answers are read to their end, but not kept.
    static let bodyLimitBytes = 256 * 1024

    private enum Stage {
        case connecting, securing, asked, answering, idle, closed
    }

    private struct Request {
        let number: Int
        let promise: EventLoopPromise<HTTPEnd>
        let timer: Scheduled<Void>
        var sent: Instant?
        var wasAsked = false
        var status = 0
        var body: [UInt8] = []
        var receivedBytes = 0
    }

    private let order: HTTPOrder
    private let loop: ProbeLoop
    private let stamp: ConnectStamp
    private var stage = Stage.connecting
    private var request: Request?
    private var context: ChannelHandlerContext?
    private var begun = 0
    private var isKept = false
    private var answerKeepsAlive = false
    /// Called when a kept connection is idle again or gone.
    private let onIdle: (HTTPExchange) -> Void
    private let onGone: (HTTPExchange) -> Void

    init(
        order: HTTPOrder,
        loop: ProbeLoop,
        onIdle: @escaping (HTTPExchange) -> Void,
        onGone: @escaping (HTTPExchange) -> Void
    ) {
        self.order = order
        self.loop = loop
        stamp = ConnectStamp(now: loop.now)
        self.onIdle = onIdle
        self.onGone = onGone
    }

    /// The handler that stands before TLS in the pipeline.
    var front: ConnectStamp { stamp }

    /// Starts a request: at once on an idle connection, else as soon as there is one.
    func begin(
        on eventLoop: any EventLoop,
        deadline: Instant,
        cancelled: EventLoopFuture<Void>
    ) -> EventLoopFuture<HTTPEnd> {
        let promise = eventLoop.makePromise(of: HTTPEnd.self)
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let timer = eventLoop.scheduleTask(in: loop.left(until: deadline)) {
            bound.value.late()
        }
        begun += 1
        let number = begun
        request = Request(number: number, promise: promise, timer: timer)
        isKept = stage == .idle
        cancelled.whenSuccess {
            // By then the connection may serve another.
            if bound.value.request?.number == number { bound.value.finish(.cancelled) }
        }
        if isKept { ask() }
        return promise.futureResult
    }

    /// The connection couldn't be made.
    func connectFailed(_ error: any Error) {
        finish(.failed(NetworkFailure(error), isUntouched: true))
    }

    func close() {
        stage = .closed
        stamp.close()
    }

    // MARK: - ChannelInboundHandler

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        guard stage == .connecting else { return }
        if order.isSecure { stage = .securing } else { ask() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if stage == .securing, case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent {
            ask()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard request != nil else { return }
        stage = .answering
        switch unwrapInboundIn(data) {
        case .head(let head):
            request?.status = Int(head.status.code)
            answerKeepsAlive = head.isKeepAlive
        case .body(let buffer):
            request?.receivedBytes += buffer.readableBytes
            let room = Self.bodyLimitBytes - (request?.body.count ?? 0)
            request?.body += buffer.readableBytesView.prefix(room)
        case .end:
            let (status, body) = (request?.status ?? 0, request?.body ?? [])
            finish(.answered(status: status, body: body))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(.failed(NetworkFailure(error), isUntouched: stage != .answering))
        close()
    }

    func channelInactive(context: ChannelHandlerContext) {
        let words =
            stage == .answering
            ? "closed after \(request?.receivedBytes ?? 0) bytes of an unfinished answer"
            : "closed without an answer"
        finish(.failed(NetworkFailure(.reset, words), isUntouched: stage != .answering))
        stage = .closed
        onGone(self)
    }

    // MARK: -

    private func ask() {
        guard let context, request != nil else { return }
        request?.sent = isKept ? loop.now() : nil
        request?.wasAsked = true
        stage = .asked
        context.write(wrapOutboundOut(.head(order.head)), promise: nil)
        if !order.body.isEmpty {
            context.write(
                wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: order.body)))),
                promise: nil
            )
        }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenFailure { error in
            bound.value.finish(.failed(NetworkFailure(error), isUntouched: true))
        }
    }

    private func late() {
        let words =
            switch stage {
            case .connecting: "no connection in time"
            case .securing: "connected, but no agreement on TLS in time"
            case .answering:
                "only a part of the answer in time (\(request?.receivedBytes ?? 0) bytes of its body)"
            case .asked, .idle, .closed: "connected, but no answer in time"
            }
        finish(.failed(NetworkFailure(.timeout, words), isUntouched: stage != .answering))
    }

    private func finish(_ result: HTTPEnd.Result) {
        guard let request else { return }
        let end = HTTPEnd(
            sent: request.sent ?? (isKept ? nil : stamp.at),
            done: loop.now(),
            result: result,
            wasAsked: request.wasAsked
        )
        self.request = nil
        request.timer.cancel()
        if case .answered = result, order.keepsConnection, answerKeepsAlive, stage == .answering {
            stage = .idle
            onIdle(self)
        } else {
            close()
        }
        request.promise.succeed(end)
    }
}

/// Notes when connect(2) is called, and closes the socket without TLS's goodbye.
///
/// Stands first in the pipeline, nearest to the socket: a peer that hangs in TLS can't hold up the
/// closing.
final class ConnectStamp: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private(set) var at: Instant?
    private var context: ChannelHandlerContext?
    private let now: @Sendable () -> Instant

    init(now: @escaping @Sendable () -> Instant) { self.now = now }

    func close() { context?.close(promise: nil) }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func connect(
        context: ChannelHandlerContext,
        to address: SocketAddress,
        promise: EventLoopPromise<Void>?
    ) {
        at = now()
        context.connect(to: address, promise: promise)
    }
}
