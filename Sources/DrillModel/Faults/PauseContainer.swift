/// Freezes every process of the container that a host is.
package enum PauseContainer: Fault {
    package static let name = "pause-container"
    package static let about =
        "Freezes the container that a host is; its kernel still answers ping and accepts connections."
    package static let keys: [Key] = []

    package static func needs(_ step: FaultStep, on host: Host) -> [Need] { [.container] }

    package static func procedure(
        _ step: FaultStep,
        on host: Host,
        in scene: Scene
    ) throws(Problems) -> Procedure {
        try HostLoss.container(.pause, named: HostLoss.containerName(of: host, step), host: host)
    }
}
