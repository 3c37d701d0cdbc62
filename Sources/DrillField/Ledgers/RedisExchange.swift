internal import DrillModel
internal import NIOCore
internal import NIOTLS

/// How one question to a Redis server ended.
struct RedisEnd: Sendable {
    enum Result: Sendable {
        /// One value for each command.
        case answered([RedisValue])
        case failed(NetworkFailure)
        /// As many connections as are allowed are busy; nothing was sent.
        case busy
        case cancelled
    }

    /// When the commands were handed to the socket; nil where they never were.
    var sent: Instant?
    var done: Instant
    var result: Result
}

/// One connection and the questions that go over it, one at a time.
///
/// ```
///  begin ─▶ (connect) ─▶ (TLS) ─▶ (AUTH, SELECT) ─▶ commands ─▶ one value each ─▶ finish
///              └── deadline, error, end of connection ──▶ finish, close
/// ```
/// Lives on the loop. However a question ends, `finish` is its only way out, once.
final class RedisExchange: ChannelInboundHandler {
    typealias InboundIn = RedisValue
    typealias OutboundOut = ByteBuffer

    private enum Stage {
        case connecting, securing, greeting, asked, idle, closed
    }

    private struct Question {
        let number: Int
        let commands: [[String]]
        let promise: EventLoopPromise<RedisEnd>
        let timer: Scheduled<Void>
        var sent: Instant?
        var values: [RedisValue] = []
    }

    private let address: RedisAddress
    private let loop: ProbeLoop
    private let stamp: ConnectStamp
    private var stage = Stage.connecting
    private var question: Question?
    private var context: ChannelHandlerContext?
    private var begun = 0
    private var greetingsLeft = 0
    private let onIdle: (RedisExchange) -> Void
    private let onGone: (RedisExchange) -> Void

    init(
        to address: RedisAddress,
        loop: ProbeLoop,
        onIdle: @escaping (RedisExchange) -> Void,
        onGone: @escaping (RedisExchange) -> Void
    ) {
        self.address = address
        self.loop = loop
        stamp = ConnectStamp(now: loop.now)
        self.onIdle = onIdle
        self.onGone = onGone
    }

    /// The handler that stands before TLS in the pipeline.
    var front: ConnectStamp { stamp }

    /// Asks at once on an idle connection, else as soon as there is one.
    func begin(
        _ commands: [[String]],
        on eventLoop: any EventLoop,
        deadline: Instant,
        cancelled: EventLoopFuture<Void>
    ) -> EventLoopFuture<RedisEnd> {
        let promise = eventLoop.makePromise(of: RedisEnd.self)
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        begun += 1
        let number = begun
        let timer = eventLoop.scheduleTask(in: loop.left(until: deadline)) {
            bound.value.late(number)
        }
        question = Question(number: number, commands: commands, promise: promise, timer: timer)
        cancelled.whenSuccess {
            // By then the connection may serve another.
            if bound.value.question?.number == number { bound.value.finish(.cancelled) }
        }
        if stage == .idle { ask() }
        return promise.futureResult
    }

    /// The connection couldn't be made.
    func connectFailed(_ error: any Error) {
        finish(.failed(NetworkFailure(error)))
    }

    func close() {
        guard stage != .closed else { return }
        stage = .closed
        onGone(self)
        stamp.close()
    }

    // MARK: - ChannelInboundHandler

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        guard stage == .connecting else { return }
        if address.isSecure { stage = .securing } else { greet() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if stage == .securing, case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent {
            greet()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let value = unwrapInboundIn(data)
        switch stage {
        case .greeting:
            if case .error(let words) = value { return finish(.failed(.init(.status, words))) }
            greetingsLeft -= 1
            if greetingsLeft == 0 { ask() }
        case .asked:
            question?.values.append(value)
            if let question, question.values.count == question.commands.count {
                finish(.answered(question.values))
            }
        case .connecting, .securing, .idle, .closed:
            // Nobody asked for it: what comes next could be taken for another's answer.
            close()
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let failure =
            error is RedisNonsense
            ? NetworkFailure(.body, "what was answered isn't Redis's protocol")
            : NetworkFailure(error)
        finish(.failed(failure))
        close()
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(.failed(NetworkFailure(.reset, "closed without an answer")))
        close()
    }

    // MARK: -

    private func greet() {
        let greeting = address.greeting
        greetingsLeft = greeting.count
        stage = .greeting
        if greeting.isEmpty { ask() } else { say(greeting) }
    }

    private func ask() {
        guard let question else { return }
        stage = .asked
        self.question?.sent = loop.now()
        say(question.commands)
    }

    private func say(_ commands: [[String]]) {
        guard let context else { return }
        let bytes = commands.flatMap(RedisValue.encoded)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }

    private func late(_ number: Int) {
        guard question?.number == number else { return }
        let words =
            question?.sent == nil ? "no connection in time" : "connected, but no answer in time"
        finish(.failed(NetworkFailure(.timeout, words)))
    }

    private func finish(_ result: RedisEnd.Result) {
        guard let question else { return }
        self.question = nil
        question.timer.cancel()
        if case .answered = result {
            stage = .idle
            onIdle(self)
        } else {
            close()
        }
        question.promise.succeed(
            RedisEnd(sent: question.sent, done: loop.now(), result: result)
        )
    }
}
