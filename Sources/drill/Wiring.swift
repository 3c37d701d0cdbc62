import DrillEngine
import DrillField
import DrillHistory
import DrillModel
import DrillWire
import Foundation
import Synchronization

/// The one place that knows every concrete type: what a run's `World` is made of.
enum Wiring {
    static var store: RunStore { RunStore(environment: ProcessInfo.processInfo.environment) }

    static let now: @Sendable () -> Instant = { Instant(ns: BootClock.now_ns()) }

    static let wall_ns: @Sendable () -> Int64 = { BootClock.wall_ns() }

    static let sleep: @Sendable (Instant) async -> Void = { until in
        let left = until - Instant(ns: BootClock.now_ns())
        guard left > .zero else { return }
        // Cancellation is what the caller looks at next; there is nothing to do about it here.
        do { try await Task.sleep(for: .nanoseconds(left.ns)) } catch {}
    }

    static func hosts(_ inventory: Inventory?) -> any Hosts {
        FieldHosts(inventory: inventory ?? Inventory(name: "none", hosts: []))
    }

    static func world(
        _ inventory: Inventory?, hosts: any Hosts, journal: any Journal, recorder: any Recorder
    ) -> World {
        let secret: @Sendable (Text.Part) throws(SecretError) -> String = Secrets.value
        return World(
            now: now, wall_ns: wall_ns, sleep: sleep, hosts: hosts, containers: engine(),
            probers: FieldProbers(inventory: inventory, hosts: hosts, secret: secret, now: now),
            journal: journal, recorder: recorder, secret: secret)
    }

    static func engine() -> any ContainerEngine { DockerEngine() }
}

/// What `${env:…}` and `${file:…}` stand for, at the moment of use.
enum Secrets {
    static func value(of part: Text.Part) throws(SecretError) -> String {
        switch part {
        case .environment(let name):
            guard let value = ProcessInfo.processInfo.environment[name] else {
                throw SecretError("${env:\(name)} is not set in drill's environment")
            }
            return value
        case .file(let path):
            do {
                let content = try Files.read(path, limit_bytes: 1 << 16)
                var text = String(decoding: content, as: UTF8.self)
                while text.last?.isNewline == true { text.removeLast() }
                return text
            } catch {
                throw SecretError("${file:\(path)} can't be read: \(error.message)")
            }
        default: throw SecretError("${…} is not a secret here")
        }
    }
}
