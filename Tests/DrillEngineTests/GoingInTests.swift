import DrillEngine
import DrillModel
import DrillTesting
import Testing

/// What breaks something by commands on the controller: its undo waits for what is still going in.
@Suite struct GoingInTests {
    @Test("the command carries a mark, and its undo waits until nothing carries it")
    func order() async {
        func here(_ verb: String) -> Action {
            Action(verb, .command(host: Action.controller, .list([verb, "power"])))
        }
        let fault = PlannedFault(
            id: "off",
            fault: "lose-host",
            procedures: [
                Procedure(
                    target: "alpha",
                    inject: [here("mark")],
                    effective: [],
                    undo: [here("unmark")],
                    settled: [],
                    healing: .controller(why: "alpha can't power itself on")
                )
            ],
            lease: .seconds(30)
        )
        let run = await Rehearsal([.fault("off")], faults: [fault])
        let key = "RUN+off+alpha"
        #expect(
            run.world.commands.filter { $0.hasPrefix(Action.controller) } == [
                "\(Action.controller): # drill-going-in=\(key)=",
                "\(Action.controller): drill-wait \(key)", "\(Action.controller): unmark power",
            ]
        )
        run.expectWhole()
    }
}
