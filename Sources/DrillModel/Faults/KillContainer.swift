/// Kills the container that a host is.
package enum KillContainer: Fault {
    package static let name = "kill-container"
    package static let about = "Kills the container that a host is, as a power cut would."
    package static let keys: [Key] = []

    package static func needs(_ step: FaultStep, on host: Host) -> [Need] { [.container] }

    package static func procedure(
        _ step: FaultStep,
        on host: Host,
        in scene: Scene
    ) throws(Problems) -> Procedure {
        try HostLoss.container(.kill, named: HostLoss.containerName(of: host, step), host: host)
    }
}
