package import DrillEngine
package import DrillModel
internal import DrillWire
internal import NIOCore

/// Makes probers that look at the real world.
package final class FieldProbers: Probers {
    let inventory: Inventory?
    let hosts: any Hosts
    let loop: ProbeLoop
    let secret: @Sendable (Text.Part) throws(SecretError) -> String

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
        do {
            let prober = try made(probe.kind, via: probe.via, it: nil)
            guard let limit = probe.slowerThan else { return prober }
            return SlownessProber(prober: prober, slowerThan: limit)
        } catch {
            throw ProberError(probe: probe.name, error.message)
        }
    }

    package func look(_ kind: Probe.Kind, it: Host?, deadline: Instant) async -> Look {
        let sent = loop.now()
        do {
            let prober = try made(kind, via: nil, it: it)
            let look = await prober.look(deadline: deadline)
            await prober.close()
            return look
        } catch {
            return Look(sent: sent, done: loop.now(), outcome: .bad(.blind, error.message))
        }
    }

    package func keeper(for probe: Probe, run: String) async throws(ProberError) -> any LedgerKeeper
    {
        throw ProberError(probe: probe.name, "is no ledger")
    }

    package func close() async { await loop.close() }

    private func made(
        _ kind: Probe.Kind,
        via: String?,
        it: Host?
    ) throws(SecretError) -> any Prober {
        switch kind {
        case .http(let look): try http(look, via: via, it: it)
        case .tcp, .sql, .command, .ledger: throw SecretError("not there yet")
        }
    }

    func route(via: String?, resolver: String?) throws(SecretError) -> any Route {
        var server: SocketAddress?
        if let resolver {
            guard let (host, port) = WebAddress.hostAndPort(resolver, otherwise: 53),
                let address = try? SocketAddress(ipAddress: host, port: port)
            else { throw SecretError("resolver \(resolver) is no address or address:port") }
            server = address
        }
        return DirectRoute(names: NameLookup(loop: loop, resolver: server))
    }
}
