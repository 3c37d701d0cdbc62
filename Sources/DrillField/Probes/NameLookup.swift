internal import DrillModel
internal import DrillWire
internal import NIOCore

/// Finds a name's addresses anew each time, by the system's way or by one resolver.
struct NameLookup: Sendable {
    let loop: ProbeLoop
    /// Asked instead of the system.
    let resolver: SocketAddress?

    /// Whether `host` is an address already and nobody need be asked.
    ///
    /// NIO says by an error that a text is no address; here and below that is an answer.
    static func isAddress(_ host: String) -> Bool {
        (try? SocketAddress(ipAddress: host, port: 0)) != nil
    }

    /// The addresses, in the order in which they are to be tried; never empty.
    func addresses(
        of name: String,
        port: Int,
        deadline: Instant
    ) async throws(RouteFailure) -> [SocketAddress] {
        if let address = try? SocketAddress(ipAddress: name, port: port) { return [address] }
        let race = Race<Result<[String], RouteFailure>>()
        var stop: @Sendable () -> Void = {}
        let timer = loop.loop.scheduleTask(in: loop.left(until: deadline)) {
            race.finish(.failure(.late))
        }
        let found = await withTaskCancellationHandler {
            await race.winner { stop = start(name, race) }
        } onCancel: {
            race.finish(.failure(.cancelled))
        }
        timer.cancel()
        stop()
        // Resolvers answer addresses; anything else among them is nothing to connect to.
        return try found.get().compactMap { try? SocketAddress(ipAddress: $0, port: port) }
    }

    /// What is returned ends it early, where it can be ended.
    private func start(
        _ name: String,
        _ race: Race<Result<[String], RouteFailure>>
    ) -> @Sendable () -> Void {
        guard let resolver else {
            SystemNames.look(up: name) { answer in
                race.finish(
                    answer.mapError { failure in
                        switch failure {
                        case .none(let words): .unresolvable(words)
                        case .notAsked(let words): .blind(words)
                        }
                    }
                )
            }
            return {}
        }
        let query = DNSLookup(name: name, resolver: resolver)
        return query.start(on: loop.loop) { race.finish($0) }
    }
}
