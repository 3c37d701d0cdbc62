/// Stops processes where they stand: what hangs, and doesn't fail.
package enum PauseProcess: Fault {
    package static let name = "pause-process"
    package static let about =
        "Freezes processes on a host by SIGSTOP: the kernel still accepts their connections."
    package static let keys = Processes.keys

    package static func needs(_ step: FaultStep, on host: Host) -> [Need] { Lease.needs }

    package static func procedure(
        _ step: FaultStep,
        on host: Host,
        in scene: Scene
    ) throws(Problems) -> Procedure {
        let processes = try Processes(step, on: host, in: scene)
        let shown = processes.shown
        return Procedure(
            target: host.name,
            // Those that were stopped before are none of ours to wake.
            capture: [processes.capture(.running)],
            inject: [processes.act("stop \(shown)", .signal, signal: "STOP")],
            effective: [
                processes.act("see that \(shown) are stopped", .stopped, within: .seconds(5))
            ],
            undo: [processes.act("wake \(shown)", .resume, signal: "CONT")],
            settled: [
                processes.act("see that \(shown) are not stopped", .moving, within: .seconds(5))
            ],
            healing: .lease
        )
    }
}
