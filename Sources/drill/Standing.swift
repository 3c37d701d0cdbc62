import DrillEngine
import DrillHistory
import DrillModel

/// What stands against a plan in this state folder: runs that go on, and runs that left something.
enum Standing {
    /// Claims the hosts that a plan's faults work on, for as long as the run goes on.
    ///
    /// - Returns: claims, or who has them: one of both; neither where they were let go of meanwhile.
    static func claim(
        _ plan: Plan,
        in store: RunStore
    ) throws(HistoryError) -> (Claims?, [Claims.Taken]) {
        let touched = Set(plan.faults.flatMap(\.procedures).map(\.target))
        let hosts = targets(of: plan)
        let lookers = Set(hosts.map(\.name)).subtracting(touched)
        return try store.claim(hosts, lookers: lookers, for: plan.run)
    }

    /// The hosts that a plan's faults work on: what a run must have to itself.
    static func targets(of plan: Plan) -> [Host] {
        let names = Set(plan.faults.flatMap(\.procedures).flatMap(\.hostsUsed))
        let hosts = (plan.experiment.inventory?.hosts ?? []).filter { names.contains($0.name) }
        return hosts + hosts.flatMap { addressed($0, by: plan.facts?.engine) }
    }

    /// A container at each of the addresses that the engine gave it: another inventory may know it by
    /// one of them alone.
    private static func addressed(_ host: Host, by engine: EngineFacts?) -> [Host] {
        guard let container = host.container, let state = engine?.containers[container] else {
            return []
        }
        return state.attachments.flatMap { [$0.address, $0.address6] }.compactMap(\.self)
            .filter { $0 != host.address }
            .map { Host(name: host.name, address: $0) }
    }

    /// Who is at work on a run, and what of it is broken now.
    static func words(of worker: Worker, _ open: Open) -> String {
        let faults = (open.wounds.map(\.fault) + open.lost).unique
        let what = faults.isEmpty ? (open.damage.isEmpty ? "nothing" : "not known") : faults.listed
        let work = worker.role == .runner ? "is at work on it" : "is healing it"
        return "process \(worker.process) \(work); broken now: \(what)"
    }

    /// A refusal where somebody has halted all runs.
    static func halted(in store: RunStore) -> [Refusal] {
        do throws(HistoryError) {
            return try store.halted().map { halt in
                [
                    Refusal(
                        .halted,
                        "runs are halted in \(store.path) \(HaltText.words(of: halt))",
                        change: "run `drill resume` once that is over"
                    )
                ]
            } ?? []
        } catch {
            return [
                Refusal(
                    .halted,
                    "runs are halted, and nobody can tell by whom: \(error.message)",
                    change: "run `drill resume` if none is meant"
                )
            ]
        }
    }

    /// The runs that may break hosts of the plan's inventory, or have left them broken: guards count them with
    /// the plan's own.
    ///
    /// Looked at *after* the plan's own claim: of two runs that begin at once the later one sees the other.
    /// Where both claim before either looks, both see each other, and both are refused.
    static func others(of plan: Plan, in store: RunStore) throws(HistoryError) -> [OtherRun] {
        guard !plan.faults.isEmpty else { return [] }
        let hosts = plan.experiment.inventory?.hosts ?? []
        let taken = try store.claimed(hosts).filter { $0.isTouched && $0.run != plan.run }
        let live = Dictionary(grouping: taken, by: \.run).sorted { $0.key < $1.key }
            .map { run, taken in
                OtherRun(
                    run: run,
                    home: taken.map(\.home).first { $0 != store.path },
                    hosts: taken.map(\.host).unique.sorted()
                )
            }
        return live + left(hosts, except: live.map(\.run) + [plan.run], in: store)
    }

    /// The runs that are over, and have left some of these hosts broken.
    ///
    /// A journal that can't be read is a refusal of its own.
    private static func left(
        _ hosts: [Host],
        except known: [String],
        in store: RunStore
    ) -> [OtherRun] {
        let runs = ((try? store.runs()) ?? []).filter { !known.contains($0) }
        return runs.compactMap { run in
            let names = broken(hosts, in: (try? store.open(run))?.wounds ?? [])
            return names.isEmpty ? nil : OtherRun(run: run, hosts: names, isOver: true)
        }
    }

    /// Those of the hosts that are broken, by their names there.
    private static func broken(_ hosts: [Host], in wounds: [Wound]) -> [String] {
        let targets = wounds.compactMap { wound in
            wound.hosts.first { $0.name == wound.procedure.target }
        }
        // Two inventories may give one machine two names.
        return hosts.filter { host in targets.contains { $0.isSame(as: host) } }.map(\.name)
            .sorted()
    }

    /// Refusals where another run has one of the targets.
    static func refusals(_ taken: [Claims.Taken], in store: RunStore) -> [Refusal] {
        Dictionary(grouping: taken, by: \.run).sorted { $0.key < $1.key }.map { run, taken in
            let hosts = taken.map(\.host).unique.sorted()
            let elsewhere = taken.map(\.home).first { $0 != store.path }
            return Refusal(
                .claimed,
                hosts: hosts,
                "\(run)\(elsewhere.map { " (kept in \($0))" } ?? "") is at work on \(hosts.listed)",
                change: "wait for its end"
            )
        }
    }

    /// Refusals where an earlier run left something broken on one of the targets, or nobody can tell.
    ///
    /// A run that goes on heals its own; the claims keep others away from its targets.
    static func unhealed(_ plan: Plan, in store: RunStore) -> [Refusal] {
        let names = Set(plan.faults.flatMap(\.procedures).map(\.target))
        let wanted = (plan.experiment.inventory?.hosts ?? []).filter { names.contains($0.name) }
        guard !wanted.isEmpty else { return [] }
        do throws(HistoryError) {
            return try store.runs().filter { $0 != plan.run }
                .compactMap { unhealed($0, wanted, in: store) }
        } catch {
            return [
                Refusal(
                    .unhealed,
                    "nobody can tell whether an earlier run left something broken: \(error.message)",
                    change: "make it readable, or set DRILL_HOME to where runs are kept"
                )
            ]
        }
    }

    private static func unhealed(
        _ run: String,
        _ wanted: [Host],
        in store: RunStore
    ) -> Refusal? {
        do throws(HistoryError) {
            let open = try store.open(run)
            guard !open.isNothing else { return nil }
            let worker = try store.worker(on: run)
            // The claims tell of a run that goes on.
            guard worker?.role != .runner else { return nil }
            if let damage = open.damage.first {
                return Refusal(
                    .unhealed,
                    "the journal of \(run) is damaged, and may name hosts that are still broken"
                        + " (\(damage))",
                    change: "run `drill heal \(run)`, which heals what can be read; once all is"
                        + " well, `drill heal \(run) --forget` strikes the rest"
                )
            }
            if !open.lost.isEmpty {
                return Refusal(
                    .unhealed,
                    "the journal of \(run) is lost, and may have named hosts that are still broken ("
                        + (open.isUntold
                            ? "its plan names \(open.lost.listed))"
                            : "its timeline shows that \(open.lost.listed) was injected)"),
                    change:
                        "run `drill heal \(run)`, which tells what to see to by hand; once all is"
                        + " well, `drill heal \(run) --forget` strikes it"
                )
            }
            let shared = broken(wanted, in: open.wounds)
            guard !shared.isEmpty else { return nil }
            if let worker {
                return Refusal(
                    .unhealed,
                    hosts: shared,
                    "process \(worker.process) is healing what \(run) left broken on \(shared.listed)",
                    change: "wait for its end, and run this again"
                )
            }
            return Refusal(
                .unhealed,
                hosts: shared,
                "\(run) left \(shared.listed) broken",
                change: "run `drill heal \(run)` first"
            )
        } catch {
            return Refusal(
                .unhealed,
                "the journal of \(run) can't be read (\(error.message))",
                change: "make it readable: it may name hosts that are still broken"
            )
        }
    }
}
