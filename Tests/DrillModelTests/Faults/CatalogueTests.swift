import DrillModel
import Testing

struct CatalogueTests {
    @Test("every fault is named once, says what it does and documents its keys")
    func names() {
        let names = Catalogue.faults.map { $0.name }
        #expect(Set(names).count == names.count)
        #expect(
            Set(names) == [
                "fail-region", "fail-zone", "partition", "kill-container", "pause-container",
                "kill-process", "pause-process", "stop-service", "run",
            ]
        )
        for fault in Catalogue.faults {
            #expect(Catalogue.named(fault.name) != nil)
            #expect(fault.about.hasSuffix("."), "\(fault.name)")
            for key in fault.keys {
                #expect(key.about.hasSuffix("."), "\(fault.name) \(key.name)")
                // These belong to every fault.
                #expect(!["id", "target", "for", "include-control"].contains(key.name))
            }
        }
        #expect(Catalogue.named("earthquake") == nil)
    }

    static let samples: [(any Fault.Type, [String: Values.Value])] = [
        (Partition.self, [:]),
        (FailZone.self, ["by": .word("network")]),
        (FailRegion.self, ["by": .word("network")]),
        (KillProcess.self, ["name": .word("postgres")]),
        (KillProcess.self, ["port": .integer(5432), "restart": .command(.shell("start it"))]),
        (PauseProcess.self, ["pattern": .word("^postgres: ")]),
        (StopService.self, ["service": .word("postgresql")]),
        (
            RunFault.self,
            [
                "inject": .command(.shell("break")), "effective": .command(.shell("look")),
                "undo": .command(.shell("mend")),
            ]
        ),
    ]

    @Test("what heals by lease is undone by commands on the target alone", arguments: 0..<8)
    func leases(index: Int) throws {
        let (fault, values) = Self.samples[index]
        let procedure = try Bench.compile(fault, values)
        #expect(procedure.target == "db")
        #expect(!procedure.inject.isEmpty && !procedure.effective.isEmpty)
        guard procedure.healing == .lease else {
            #expect(procedure.undo.isEmpty)
            return
        }
        #expect(!procedure.undo.isEmpty)
        for action in procedure.undo {
            guard case .command("db", _) = action.verb else {
                Issue.record("\(action.shown) is not on the target")
                continue
            }
        }
        #expect(
            fault.needs(Bench.step(fault, values), on: Host(name: "db")).contains(.tool("setsid"))
        )
    }

    @Test("what is compiled comes back from the journal as it went in", arguments: 0..<8)
    func journalled(index: Int) throws {
        let (fault, values) = Self.samples[index]
        let procedure = try Bench.compile(fault, values)
        #expect(try Journalled.copy(procedure) == procedure)
    }
}
