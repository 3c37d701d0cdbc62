import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A container engine of the test's own making, on a unix socket: it remembers what it was asked and answers what
/// it is told to, or nothing at all.
final class FakeEngine: Sendable {
    struct Question: Hashable, Sendable {
        var method: String
        var uri: String
        var body: String
    }

    struct Reply: Sendable {
        var status: Int
        var body: String

        init(_ status: Int, _ body: String = "") {
            self.status = status
            self.body = body
        }
    }

    /// What an engine of API 1.41 says of itself.
    static let version = Reply(
        200,
        #"{"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12","Platform":{"Name":""}}"#
    )

    let path: String
    private let channel: any Channel
    private let asked: Asked

    static func newPath() -> String {
        "/tmp/drill-test-\(UInt64.random(in: 0...UInt64.max)).sock"
    }

    /// Nil as an answer leaves the question open for ever.
    ///
    /// A socket that is `bound` already to the path is taken over.
    static func serving(
        at path: String = newPath(),
        bound: CInt? = nil,
        _ answer: @escaping @Sendable (Question) -> Reply?
    ) async throws -> FakeEngine {
        let asked = Asked()
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
                    try channel.pipeline.syncOperations.addHandler(
                        Handler(asked: asked, answer: answer)
                    )
                }
            }
        let channel =
            if let bound {
                try await bootstrap.withBoundSocket(bound).get()
            } else {
                try await bootstrap.bind(unixDomainSocketPath: path).get()
            }
        return FakeEngine(path: path, channel: channel, asked: asked)
    }

    private init(path: String, channel: any Channel, asked: Asked) {
        self.path = path
        self.channel = channel
        self.asked = asked
    }

    var questions: [Question] { asked.list.withLock { $0 } }

    func stop() async throws { try await channel.close() }

    private final class Asked: Sendable {
        let list = Mutex<[Question]>([])
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let asked: Asked
        private let answer: @Sendable (Question) -> Reply?
        private var head: HTTPRequestHead?
        private var body = ByteBuffer()

        init(asked: Asked, answer: @escaping @Sendable (Question) -> Reply?) {
            self.asked = asked
            self.answer = answer
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body.clear()
            case .body(var piece): body.writeBuffer(&piece)
            case .end: end(context)
            }
        }

        private func end(_ context: ChannelHandlerContext) {
            guard let head else { return }
            let question = Question(
                method: head.method.rawValue,
                uri: head.uri,
                body: String(buffer: body)
            )
            asked.list.withLock { $0.append(question) }
            guard let reply = answer(question) else { return }
            let content = ByteBuffer(string: reply.body)
            let headers: HTTPHeaders = ["Content-Length": "\(content.readableBytes)"]
            let status = HTTPResponseStatus(statusCode: reply.status)
            // These never carry a body, and a length would confuse the reader.
            let isBare = reply.status == 204 || reply.status == 304
            context.write(
                wrapOutboundOut(
                    .head(.init(version: .http1_1, status: status, headers: isBare ? [:] : headers))
                ),
                promise: nil
            )
            if !isBare {
                context.write(wrapOutboundOut(.body(.byteBuffer(content))), promise: nil)
            }
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
