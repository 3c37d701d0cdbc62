internal import DrillEngine
internal import DrillModel
internal import NIOCore
internal import NIOPosix

/// Looks whether a TCP connection is accepted.
///
/// `sent` and `done` surround connect(2); where a name must be looked up, `sent` is the instant of
/// asking for it. All addresses of a name are tried.
struct TCPProber: Prober {
    let host: String
    let port: Int
    let text: ProbeText
    let route: any Route
    let loop: ProbeLoop
    /// It waits for the port to accept, instead of needing it.
    var isDetection = false

    private struct End: Sendable {
        var sent: Instant?
        var done: Instant
        var failure: NetworkFailure?
        var isCancelled = false
    }

    func look(deadline: Instant) async -> Look {
        let start = loop.now()
        let asksNames = route.asksNames(host)
        do {
            let addresses = try await route.addresses(of: host, port: port, deadline: deadline)
            var sent = asksNames ? start : nil
            var last = End(done: start)
            for (tried, address) in addresses.enumerated() where !last.isCancelled {
                let share = (deadline - loop.now()).ns / Int64(addresses.count - tried)
                last = await connected(address, deadline: loop.now() + Span(ns: share))
                sent = sent ?? last.sent
                if last.failure == nil { break }
            }
            return Look(sent: sent ?? start, done: last.done, outcome: outcome(last))
        } catch {
            let outcome: Outcome =
                error == .cancelled
                ? .unsent : .bad(error.failure.failure, text.shown(error.failure.words))
            return Look(sent: start, done: loop.now(), outcome: outcome)
        }
    }

    func close() async {}

    var pacer: (any Pacer)? { loop }

    private func outcome(_ end: End) -> Outcome {
        if end.isCancelled { return .unsent }
        guard let failure = end.failure else { return .good }
        return failure.ofPort(isDetection: isDetection, text)
    }

    private func connected(_ address: SocketAddress, deadline: Instant) async -> End {
        let eventLoop = loop.loop
        let end = eventLoop.makePromise(of: End.self)
        eventLoop.execute { connect(to: address, deadline: deadline, end) }
        return await withTaskCancellationHandler {
            do {
                return try await end.futureResult.get()
            } catch {
                return End(
                    done: loop.now(),
                    failure: NetworkFailure(.blind, "the probe is closed")
                )
            }
        } onCancel: {
            end.succeed(End(done: loop.now(), isCancelled: true))
        }
    }

    private func connect(
        to address: SocketAddress,
        deadline: Instant,
        _ end: EventLoopPromise<End>
    ) {
        let stamp = ConnectStamp(now: loop.now)
        let bound = NIOLoopBound(stamp, eventLoop: loop.loop)
        let timer = loop.loop.scheduleTask(in: loop.left(until: deadline)) {
            end.succeed(
                End(
                    sent: bound.value.at,
                    done: loop.now(),
                    failure: NetworkFailure(.timeout, "no connection in time")
                )
            )
        }
        ClientBootstrap(group: loop.loop)
            // Its own deadline closes the channel earlier.
            .connectTimeout(.hours(24))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(bound.value)
                }
            }
            .connect(to: address)
            .whenComplete { result in
                let failure: NetworkFailure? =
                    switch result {
                    case .success: nil
                    case .failure(let error): NetworkFailure(error)
                    }
                end.succeed(End(sent: bound.value.at, done: loop.now(), failure: failure))
            }
        end.futureResult.whenComplete { _ in
            timer.cancel()
            bound.value.close()
        }
    }
}

extension NetworkFailure {
    /// What it means to a look at a port.
    ///
    /// Whom the port serves goes without where it can't be reached. To who waits for it to accept, only
    /// its own refusal says that it doesn't.
    func ofPort(isDetection: Bool, _ text: ProbeText) -> Outcome {
        .bad(isDetection && isUnreachable ? .blind : failure, text.shown(words))
    }
}
