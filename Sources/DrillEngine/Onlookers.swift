import DrillModel
import Synchronization

/// Has every host of a cut look at every other, before, during and after it; for the record, never for
/// the fault's proof.
///
/// Only the look before it is waited for: what comes after a fault or its undo isn't held up by those
/// who only look on. Does nothing for a fault that is no cut.
final class Onlookers: Sendable {
    private let world: World
    private let actor: Actor
    private let log: Log
    /// The last look of each fault that nobody waits for yet.
    private let tasks = Mutex<[String: Task<Void, Never>]>([:])

    /// How long after a host the next one begins, for each connection that the first one tries: all at
    /// once would be a load that the run then measures.
    ///
    /// A connection costs the two machines some 20 ms of a processor together, most of them for the sshd
    /// that answers it.
    private static let apart = Span.milliseconds(30)

    private static let tooLate = "looked too late: it was over, or being undone"

    init(world: World, actor: Actor, log: Log) {
        self.world = world
        self.actor = actor
        self.log = log
    }

    /// `isStillSo` is asked before and after each host's look: what was seen while the fault was already
    /// being undone is neither during nor after it.
    func look(
        _ fault: PlannedFault,
        _ moment: Reachability.Moment,
        isStillSo: @escaping @Sendable () -> Bool = { true }
    ) async {
        guard let reachability = fault.reachability else { return }
        var earlier = 0
        let turns = reachability.hosts.map { spot in
            defer { earlier += reachability.others(of: spot).count }
            return (spot: spot, after: Self.apart * Int64(earlier))
        }
        let rows = await together(turns) { [world] spot, after in
            await world.sleep(world.now() + after)
            if isStillSo() {
                let cells = await self.row(from: spot, reachability, of: fault.id, moment)
                if isStillSo() { return (isInTime: true, cells: cells) }
            }
            let late = reachability.cells(from: spot, output: "", failure: Self.tooLate)
            return (isInTime: false, cells: late)
        }
        guard rows.contains(where: { $1.isInTime }) else {
            return log.append(
                .note("\(fault.id) was undone before anyone had looked who reaches whom during it")
            )
        }
        log.append(
            .reachability(fault: fault.id, moment: moment, cells: rows.flatMap { $1.cells })
        )
    }

    /// The same, after the fault's earlier looks, without holding up what comes next.
    func lookMeanwhile(
        _ fault: PlannedFault,
        _ moment: Reachability.Moment,
        isStillSo: @escaping @Sendable () -> Bool
    ) {
        guard fault.reachability != nil else { return }
        tasks.withLock { tasks in
            let earlier = tasks[fault.id]
            tasks[fault.id] = Task {
                await earlier?.value
                await self.look(fault, moment, isStillSo: isStillSo)
            }
        }
    }

    /// Waits for the looks that are under way; whoever is in a hurry doesn't get them.
    func end(isHurried: Bool) async {
        for task in tasks.withLock({ Array($0.values) }) {
            if isHurried { task.cancel() }
            await task.value
        }
    }

    private func row(
        from spot: Reachability.Spot,
        _ reachability: Reachability,
        of fault: String,
        _ moment: Reachability.Moment
    ) async -> [Reachability.Cell] {
        let stage: ActionReport.Stage =
            switch moment {
            case .before: .capture
            case .during: .effective
            case .after: .settled
            }
        let answer = await actor.perform(
            reachability.look(from: spot),
            of: fault,
            target: spot.name,
            stage: stage
        )
        log.append(.action(answer.report))
        let failure: String? =
            switch answer.report.result {
            case "exit 0": nil
            case "exit 4": "neither bash, nc nor python3 is there to look with"
            default: answer.isUnknown ? answer.report.failure : answer.report.result
            }
        return reachability.cells(from: spot, output: answer.output, failure: failure)
    }
}
