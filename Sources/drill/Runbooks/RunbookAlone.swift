import DrillHistory
import DrillModel

/// A runbook for one run alone: two people who begin the same recovery would do each of its steps twice.
///
/// Only a run of the same runbook by itself keeps it from beginning: one of this state folder, and, where
/// both work on the same machine, one of any state folder here. A drill doesn't: in a game day its disaster is what
/// the runbook repairs.
struct RunbookAlone {
    /// Where another run carries it out already.
    private(set) var refusals: [Refusal] = []
    private var claims: [Claims] = []

    /// - Throws: `Failure.defect` where nobody can tell.
    init(_ runbook: Runbook, for run: String, in store: RunStore) throws {
        do throws(HistoryError) {
            let own = Host(name: "runbook \(runbook.name)")
            try claim([own], of: runbook, for: run, in: RunStore(store.path))
            guard refusals.isEmpty else { return }
            try claim(Self.everywhere(runbook), of: runbook, for: run, in: store)
        } catch {
            throw Failure.defect("nothing was touched: \(error.message)")
        }
    }

    private mutating func claim(
        _ stands: [Host],
        of runbook: Runbook,
        for run: String,
        in store: RunStore
    ) throws(HistoryError) {
        let (claims, taken) = try store.claim(stands, for: run)
        if let claims {
            self.claims.append(claims)
            return
        }
        // None: whoever had it has ended this very moment.
        let other = taken.first
        let home = other.flatMap { $0.home == store.path ? nil : " (kept in \($0.home))" } ?? ""
        refusals = [
            Refusal(
                .claimed,
                "\(other?.run ?? "another run")\(home) is carrying out \(runbook.name) already",
                change: "wait for its end, or stop it there"
            )
        ]
    }

    /// What stands for the runbook on each machine that its steps are carried out on, in claims that are of
    /// machines.
    private static func everywhere(_ runbook: Runbook) -> [Host] {
        let deeds = runbook.allSteps.compactMap(\.deed)
        let names = Set(deeds.compactMap(\.host))
        let hosts = (runbook.inventory?.hosts ?? []).filter { names.contains($0.name) }
        let isHere =
            hosts.contains(where: \.isLocal)
            || deeds.contains { if case .command(nil, _) = $0 { true } else { false } }
        let machines =
            hosts.filter { !$0.isLocal }.flatMap(\.identities).unique
            + (isHere ? [Action.controller] : [])
        return machines.map { Host(name: "runbook \(runbook.name) on \($0)") }
    }
}
