internal import DrillEngine
internal import DrillModel
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// Asks an HTTP server and looks whether the answer is what it must be.
///
/// `sent` is the instant of the connect call; where a name must be looked up first, of asking for
/// it, since a name that moves in between would otherwise move outside of the sample; on a kept
/// connection, of the write. `done` is the end of the whole answer, or the failure. All addresses of
/// a name are tried, each with its share of the time that is left.
///
/// A kept connection that is closed as idle just when it is asked is no finding of its own: the look
/// goes on with a new one where the request may be repeated. One that dies later is: nothing was up
/// for who asked over it, and to ask once more would take an outage's end for an answer to it.
final class HTTPProber: Prober {
    /// What a whole answer means: its status, its body, and when the look was sent and done.
    typealias Reading = @Sendable (Int, [UInt8], Instant, Instant) -> Look

    struct Target: Sendable {
        var address: WebAddress
        var order: HTTPOrder
        var statuses: Set<Int>
        var pattern: Pattern?
        var tls: TLSClient?
        /// Judges instead of `statuses` and `pattern`.
        var reading: Reading?
    }

    private let target: Target
    private let text: ProbeText
    private let route: any Route
    private let loop: ProbeLoop
    private let connections: HTTPConnections

    init(target: Target, text: ProbeText, route: any Route, loop: ProbeLoop) {
        self.target = target
        self.text = text
        self.route = route
        self.loop = loop
        connections = HTTPConnections(target: target, loop: loop)
    }

    func look(deadline: Instant) async -> Look {
        let start = loop.now()
        return judged(await exchange(deadline: deadline), start: start)
    }

    /// One request and how it ended, whatever was answered.
    func exchange(deadline: Instant) async -> HTTPEnd {
        let start = loop.now()
        let cancelled = loop.loop.makePromise(of: Void.self)
        // A promise must be kept; by then nobody listens any more.
        defer { cancelled.succeed() }
        return await withTaskCancellationHandler {
            await ended(start: start, deadline: deadline, cancelled: cancelled.futureResult)
        } onCancel: {
            cancelled.succeed()
        }
    }

    func close() async { await connections.close() }

    /// A pattern may take its time over a body, and hold up nobody else's looks.
    var pacer: (any Pacer)? { target.pattern == nil ? loop : nil }

    private func ended(
        start: Instant,
        deadline: Instant,
        cancelled: EventLoopFuture<Void>
    ) async -> HTTPEnd {
        if target.order.keepsConnection,
            let end = await connections.askKept(deadline: deadline, cancelled: cancelled)
        {
            guard end.isIdleClose, target.order.isRepeatable, loop.now() < deadline else {
                return end
            }
            var second = await askNew(start: start, deadline: deadline, cancelled: cancelled)
            second.sent = end.sent
            return second
        }
        return await askNew(start: start, deadline: deadline, cancelled: cancelled)
    }

    private func askNew(
        start: Instant,
        deadline: Instant,
        cancelled: EventLoopFuture<Void>
    ) async -> HTTPEnd {
        // Asked before: a name that is pinned by this look was still asked for in it.
        let asksNames = route.asksNames(target.address.host)
        let addresses: [SocketAddress]
        do {
            addresses = try await route.addresses(
                of: target.address.host,
                port: target.address.port,
                deadline: deadline
            )
        } catch {
            return HTTPEnd(sent: start, done: loop.now(), result: error.result)
        }
        var first: HTTPEnd?
        for (tried, address) in addresses.enumerated() {
            let share = Span(ns: (deadline - loop.now()).ns / Int64(addresses.count - tried))
            let end = await connections.ask(
                address,
                deadline: loop.now() + share,
                cancelled: cancelled
            )
            let sent = asksNames ? start : first?.sent ?? end.sent
            first = HTTPEnd(
                sent: sent,
                done: end.done,
                result: end.result,
                wasAsked: end.wasAsked
            )
            guard case .failed(let failure, isUntouched: true) = end.result,
                [.refused, .timeout].contains(failure.failure),
                !end.wasAsked || target.order.isRepeatable
            else { break }
        }
        return first
            ?? HTTPEnd(
                sent: start,
                done: loop.now(),
                result: RouteFailure.unresolvable("\(target.address.host) has no address").result
            )
    }

    /// What a request's end means, by the file.
    func judged(_ end: HTTPEnd, start: Instant) -> Look {
        let sent = end.sent ?? start
        switch end.result {
        case .cancelled: return Look(sent: sent, done: end.done, outcome: .unsent)
        case .failed(let failure, _):
            // To whoever reads answers, what isn't HTTP is none, not a wrong one.
            let isNone = target.reading != nil && failure.failure == .body
            return Look(
                sent: sent,
                done: end.done,
                outcome: .bad(isNone ? .reset : failure.failure, text.shown(failure.words))
            )
        case .answered(let status, let bytes):
            if let reading = target.reading { return reading(status, bytes, sent, end.done) }
            let beginning = String(decoding: bytes.prefix(1600), as: UTF8.self).prefix(400)
            return Look(
                sent: sent,
                done: end.done,
                outcome: outcome(status: status, body: bytes),
                answer: text.shown("\(status) \(beginning)")
            )
        }
    }

    private func outcome(status: Int, body bytes: [UInt8]) -> Outcome {
        let isExpected =
            target.statuses.isEmpty
            ? (200...399).contains(status) : target.statuses.contains(status)
        guard isExpected else { return .bad(.status, "status \(status)") }
        guard let pattern = target.pattern else { return .good }
        return pattern.outcome(of: String(decoding: bytes, as: UTF8.self), called: "body")
    }
}

extension RouteFailure {
    /// What a look over HTTP makes of it.
    var result: HTTPEnd.Result {
        switch self {
        case .cancelled: .cancelled
        default: .failed(failure, isUntouched: true)
        }
    }
}
