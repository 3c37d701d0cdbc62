/// Every fault that a file may name, in the order in which lists show them.
package enum Catalogue {
    package static let faults: [any Fault.Type] = [
        FailRegion.self, FailZone.self, Partition.self, KillContainer.self, PauseContainer.self,
        KillProcess.self, PauseProcess.self, StopService.self, RunFault.self,
    ]

    package static func named(_ name: String) -> (any Fault.Type)? {
        faults.first { $0.name == name }
    }
}
