import NIOCore
import NIOPosix
import Synchronization

/// A name server on loopback that says what it is told to.
final class TestResolver: Sendable {
    enum Says: Sendable {
        /// To a question for IPv4; none for IPv6.
        case addresses([String])
        case code(UInt8)
        case nothing
    }

    private final class Words: Sendable {
        let current = Mutex<(Says, TimeAmount)>((.nothing, .zero))
    }

    private let channel: any Channel
    private let words = Words()

    init() async throws {
        channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { [words] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Answerer { words.current.withLock { $0 } }
                    )
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var port: Int { channel.localAddress?.port ?? 0 }

    func says(_ says: Says, after delay: TimeAmount = .zero) {
        words.current.withLock { $0 = (says, delay) }
    }

    func close() async throws { try await channel.close() }

    /// Nil says nothing.
    static func answer(to question: [UInt8], saying says: Says) -> [UInt8]? {
        guard question.count > 16 else { return nil }
        var code: UInt8 = 0
        var addresses: [String] = []
        switch says {
        case .nothing: return nil
        case .code(let number): code = number
        case .addresses(let list): addresses = question[question.count - 3] == 1 ? list : []
        }
        var bytes = question
        bytes[2] = 0x81
        bytes[3] = 0x80 | code
        bytes[7] = UInt8(addresses.count)
        for address in addresses {
            bytes += [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4]
            bytes += address.split(separator: ".").compactMap { UInt8($0) }
        }
        return bytes
    }

    private final class Answerer: ChannelInboundHandler {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>
        typealias OutboundOut = AddressedEnvelope<ByteBuffer>

        let words: @Sendable () -> (Says, TimeAmount)

        init(_ words: @escaping @Sendable () -> (Says, TimeAmount)) { self.words = words }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let envelope = unwrapInboundIn(data)
            let (says, delay) = words()
            guard
                let bytes = TestResolver.answer(
                    to: Array(envelope.data.readableBytesView),
                    saying: says
                )
            else { return }
            let reply = AddressedEnvelope(
                remoteAddress: envelope.remoteAddress,
                data: ByteBuffer(bytes: bytes)
            )
            let channel = context.channel
            context.eventLoop.scheduleTask(in: delay) {
                channel.writeAndFlush(reply, promise: nil)
            }
        }
    }
}
