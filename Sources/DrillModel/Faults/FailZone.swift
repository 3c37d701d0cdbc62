/// Loses every host of a zone at once.
package enum FailZone: Fault {
    package static let name = "fail-zone"
    package static let about = "Loses every host of a zone: killed, paused or cut from the network."
    package static let keys = HostLoss.keys

    package static func needs(_ step: FaultStep, on host: Host) -> [Need] {
        HostLoss.needs(HostLoss.way(step), on: host)
    }

    package static func problems(_ step: FaultStep) -> [Problem] {
        HostLoss.problems(step, losing: .zone)
    }

    package static func mayCutControl(_ step: FaultStep) -> Bool {
        HostLoss.way(step) == .network
    }

    package static func cut(_ step: FaultStep, on host: Host, in scene: Scene) -> Partition.Cut? {
        HostLoss.cut(HostLoss.way(step), on: host)
    }

    package static func procedure(
        _ step: FaultStep,
        on host: Host,
        in scene: Scene
    ) throws(Problems) -> Procedure {
        try HostLoss.procedure(HostLoss.way(step), step, on: host, in: scene)
    }
}
