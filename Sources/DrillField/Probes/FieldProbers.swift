package import DrillEngine
package import DrillModel
internal import DrillWire
internal import NIOCore
internal import Synchronization

/// Makes probers that look at the real world.
package final class FieldProbers: Probers {
    let inventory: Inventory?
    let hosts: any Hosts
    let loop: ProbeLoop
    let secret: @Sendable (Text.Part) throws(SecretError) -> String
    /// How many questions aren't over yet, whether or not anybody waits for them.
    let asking = Mutex(0)

    /// - Parameters:
    ///   - inventory: where `via` and `host` are looked up.
    ///   - hosts: the ways to them.
    ///   - now: the controller's CLOCK_BOOTTIME.
    ///   - secret: what stands for `${env:…}` and `${file:…}`.
    package init(
        inventory: Inventory?,
        hosts: any Hosts,
        now: @escaping @Sendable () -> Instant = { Instant(ns: BootClock.nowNs()) },
        secret: @escaping @Sendable (Text.Part) throws(SecretError) -> String
    ) {
        self.inventory = inventory
        self.hosts = hosts
        self.secret = secret
        loop = ProbeLoop(now: now)
    }

    package func prober(for probe: Probe) async throws(ProberError) -> any Prober {
        do throws(ProbeMistake) {
            let prober = try made(probe)
            guard let limit = probe.slowerThan else { return prober }
            return SlownessProber(prober: prober, slowerThan: limit)
        } catch {
            throw ProberError(probe: probe.name, error.message)
        }
    }

    package func look(_ kind: Probe.Kind, it: Host?, deadline: Instant) async -> Look {
        let sent = loop.now()
        let probe = Probe(name: "", kind: kind, every: .zero, timeout: deadline - sent)
        do throws(ProbeMistake) {
            let prober = try made(probe, it: it)
            let look = await prober.look(deadline: deadline)
            await prober.close()
            return look
        } catch {
            return Look(sent: sent, done: loop.now(), outcome: .bad(.blind, error.message))
        }
    }

    package func close() async {
        // What was given up is being ended at its server.
        let latestNs = BootClock.nowNs() + 3_000_000_000
        await Task {
            while asking.withLock({ $0 > 0 }), BootClock.nowNs() < latestNs {
                await Deadline.pause(untilNs: BootClock.nowNs() + 10_000_000)
            }
        }.value
        await loop.close()
    }

    private func made(_ probe: Probe, it: Host? = nil) throws(ProbeMistake) -> any Prober {
        let via = try way(probe.via)
        switch probe.kind {
        case .http(let look): return watched(try http(look, via: via, it: it), by: via)
        case .tcp(let look):
            return try tcp(
                look,
                timeout: probe.timeout,
                isDetection: probe.measure == .detection,
                via: via,
                it: it
            )
        case .sql(let look): return try sql(look, most: probe.inFlightMax, via: via, it: it)
        case .command(let look):
            // "From there" and "on that host" are the same for a command.
            return try command(look, on: try way(look.host) ?? via, it: it)
        case .ledger: throw ProbeMistake("a ledger is written to, not looked at")
        case .prometheus(let look): return try prometheus(look, via: via)
        case .alertmanager(let look): return try alertmanager(look, via: via)
        case .log(let look): return try log(look, on: try way(look.host))
        case .loadBalancer(let look):
            guard case .socket(_, let host, _) = look.way else {
                return try loadBalancer(look, via: via)
            }
            return try loadBalancer(look, on: try way(host))
        case .dns(let look): return try dns(look, isMeasured: probe.measure != .detection)
        case .postgresRole(let look): return try postgresRole(look, via: via)
        }
    }

    /// The host of that name; nil for none and for the controller itself.
    func way(_ name: String?) throws(ProbeMistake) -> Host? {
        guard let name else { return nil }
        guard let host = inventory?.host(name) else {
            throw ProbeMistake("the inventory has no host \(name)")
        }
        return host.isLocal ? nil : host
    }

    /// Blind, not bad, where it is the host looked from that is silent.
    func watched(_ prober: any Prober, by host: Host?, isRelayed: Bool = true) -> any Prober {
        guard let host else { return prober }
        let lookout = Lookout(host: host, hosts: hosts, loop: loop)
        return LookoutProber(prober: prober, lookout: lookout, loop: loop, isRelayed: isRelayed)
    }

    func route(
        via: Host?,
        resolver: String? = nil,
        isPinned: Bool = false
    ) throws(ProbeMistake) -> any Route {
        let server = try self.resolver(resolver)
        guard let via else {
            let route = DirectRoute(names: NameLookup(loop: loop, resolver: server))
            return isPinned ? PinnedRoute(route: route) : route
        }
        guard server == nil else {
            throw ProbeMistake(
                "a probe with via can't have a resolver: \(via.name) looks names up its own way"
            )
        }
        return ViaRoute(host: via, hosts: hosts, loop: loop)
    }

    /// A name server's socket address; nil for none.
    func resolver(_ resolver: String?) throws(ProbeMistake) -> SocketAddress? {
        guard let resolver else { return nil }
        // What is no address is said below, in words for people.
        guard let (host, port) = WebAddress.hostAndPort(resolver, otherwise: 53),
            let address = try? SocketAddress(ipAddress: host, port: port)
        else { throw ProbeMistake("resolver \(resolver) is no address or address:port") }
        return address
    }
}
