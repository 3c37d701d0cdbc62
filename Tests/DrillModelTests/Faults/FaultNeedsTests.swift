import Testing

@testable import DrillModel

/// What `drill faults` says that a fault needs, for each way of using it.
@Suite struct FaultNeedsTests {
    private static let loss = [
        "its `power` in the inventory (by: kill, on a machine)",
        "to be a container, and its engine (by: pause, on a machine)",
        "root (or sudo -n), iptables and ip6tables, setsid (by: network, on a machine)",
        "its engine (on a container)",
    ]

    static let table: [(fault: String, needs: [String])] = [
        ("fail-region", loss), ("fail-zone", loss),
        ("partition", ["root (or sudo -n), iptables and ip6tables, setsid"]),
        ("kill-container", ["to be a container, and its engine"]),
        ("pause-container", ["to be a container, and its engine"]),
        (
            "kill-process",
            ["root (or sudo -n) (without restart)", "root (or sudo -n), setsid (with restart)"]
        ),
        ("pause-process", ["root (or sudo -n), setsid"]),
        ("stop-service", ["root (or sudo -n), setsid"]),
        ("run", ["nothing (without undo)", "root (or sudo -n), setsid (with undo)"]),
    ]

    @Test(arguments: table) func needs(_ name: String, _ needs: [String]) throws {
        let fault = try #require(Catalogue.named(name))
        #expect(FaultNeeds.all(of: fault).map(\.words) == needs)
    }

    @Test func everyFaultIsInTheTable() {
        #expect(Catalogue.faults.map { $0.name }.sorted() == Self.table.map(\.fault).sorted())
    }
}
