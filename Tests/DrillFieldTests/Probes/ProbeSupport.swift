import DrillEngine
import DrillField
import DrillModel
import DrillWire
import Foundation
import Testing

/// Foundation has a `Host` too.
typealias Host = DrillModel.Host

/// An inventory's hosts, none of which can be reached.
struct NoHosts: Hosts {
    func remote(to host: Host) async throws(RemoteError) -> any Remote {
        throw RemoteError(.unreachable, host: host.name, "There is no way to \(host.name).")
    }

    func close() async {}
}

func now() -> Instant { Instant(ns: BootClock.nowNs()) }

/// Probers with `secrets` as the environment.
func fieldProbers(
    secrets: [String: String] = [:],
    inventory: Inventory? = nil,
    hosts: any Hosts = NoHosts(),
    now: @escaping @Sendable () -> Instant = { DrillFieldTests.now() }
) -> FieldProbers {
    FieldProbers(inventory: inventory, hosts: hosts, now: now) { part throws(SecretError) in
        guard case .environment(let name) = part, let value = secrets[name] else {
            throw SecretError("there is no such secret")
        }
        return value
    }
}

func probe(
    _ kind: Probe.Kind,
    timeout: Span = .seconds(1),
    slowerThan: Span? = nil,
    via: String? = nil
) -> Probe {
    Probe(
        name: "it",
        kind: kind,
        every: .milliseconds(20),
        timeout: timeout,
        slowerThan: slowerThan,
        via: via
    )
}

extension FieldProbers {
    /// One look of a prober made for it.
    func once(_ probe: Probe) async throws -> Look {
        let prober = try await prober(for: probe)
        let look = await prober.look(deadline: now() + probe.timeout)
        await prober.close()
        return look
    }
}

extension Outcome {
    var failure: Failure? {
        guard case .bad(let failure, _) = self else { return nil }
        return failure
    }

    var words: String {
        guard case .bad(_, let words) = self else { return "" }
        return words
    }
}

/// How many descriptors this process has open.
func openDescriptors() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
}

/// Waits until `condition` holds; false when it doesn't within `span`.
func eventually(
    within span: Span = .seconds(3),
    _ condition: () throws -> Bool
) async throws -> Bool {
    let end = now() + span
    while now() < end {
        if try condition() { return true }
        try await Task.sleep(for: .milliseconds(5))
    }
    return try condition()
}

extension LedgerKeeper {
    /// What a place has of the first records, asked until it answers.
    func readBack(_ place: Int = 0, deadline: Instant) async throws -> [Int: Int] {
        while true {
            do {
                return try await read(Array(0..<3000), at: place, deadline: deadline).copies
            } catch {
                guard now() + .milliseconds(200) < deadline else { throw error }
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }
}

/// What a ledger says where it can't be kept.
func ledgerError(of body: () async throws -> Void) async throws -> LedgerError {
    do {
        try await body()
    } catch let error as LedgerError {
        return error
    }
    throw LedgerError("nothing was refused")
}
