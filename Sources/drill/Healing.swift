import DrillEngine
import DrillHistory
import DrillModel
import DrillReport
import DrillWire

/// The healing of one run that is over, told as it goes.
struct Healing {
    let run: String
    let open: Open
    let store: RunStore
    /// Says when whoever waits doesn't want to any more.
    let stop: StopSwitch

    /// Undoes what is open, newest fault first.
    ///
    /// - Returns: whether all is known to be as before.
    func heal() async -> Bool {
        say("\(run)")
        let folder: RunFolder
        do throws(HistoryError) {
            folder = try store.create(run)
        } catch {
            say("  nothing was undone: \(error.message)")
            sayByHand(open.wounds)
            return false
        }
        let field = Field(inventory)
        let world = field.world(journal: folder, recorder: folder)
        let log = Log(world)
        var left: [Wound] = []
        for fault in open.wounds.reversed().map(\.fault).unique {
            let wounds = open.wounds.filter { $0.fault == fault }
            if stop.reason != nil {
                for wound in wounds { say("  \(fault) on \(wound.procedure.target): NOT TRIED") }
                left += wounds
            } else {
                left += await heal(wounds, of: fault, in: world, log: log)
            }
        }
        await field.end()
        sayByHand(left)
        sayUnknown()
        await keep(in: folder)
        return left.isEmpty && open.lost.isEmpty && open.damage.isEmpty
    }

    /// - Returns: what may still be broken.
    private func heal(
        _ wounds: [Wound],
        of fault: String,
        in world: World,
        log: Log
    ) async -> [Wound] {
        let failed = await Healer(world, log: log, isHurried: { [stop] in stop.isHurried }).heal(
            wounds,
            of: fault,
            why: "drill heal",
            within: .seconds(30)
        )
        for wound in wounds {
            let target = wound.procedure.target
            let problem = failed.first { $0.wound.procedure.target == target }?.why
            say(
                "  \(fault) on \(target): "
                    + (problem.map { "NOT RESTORED: \($0)" } ?? "healed, and as before")
            )
        }
        return failed.map(\.wound)
    }

    /// Writes the record and the reports again, with what was healed now.
    private func keep(in folder: RunFolder) async {
        do throws(HistoryError) {
            let record = try Keeping.record(of: run, in: store)
            let unkept = await Keeping.keep(record, in: folder, of: store)
            if let unkept { say("  but \(unkept)") }
        } catch {
            say("  its reports stay as they were: \(error.message)")
        }
    }

    /// Strikes what is open from the journal.
    func forget() async throws(HistoryError) {
        let folder = try store.create(run)
        do throws(JournalError) {
            try await folder.append([.forgotten(who: Wiring.user, wallNs: Wiring.wallNs())])
        } catch {
            throw HistoryError("it can't be struck from the journal: \(error.message)")
        }
        say("\(run)")
        for wound in open.wounds {
            say("  \(wound.fault) on \(wound.procedure.target): struck, not undone")
        }
        for fault in open.lost { say("  \(fault): struck, not undone") }
        for line in open.damage { say("  \(line): struck") }
    }

    /// What is left, and the commands that would undo it.
    func tell() {
        say("\(run)")
        for wound in open.wounds.reversed() {
            say("  \(wound.fault) on \(wound.procedure.target)")
            for action in wound.procedure.undo { say("    \(action.shown)") }
        }
        sayUnknown()
    }

    /// That its own process is at work on it.
    func tell(runningAs process: String) {
        say("\(run)")
        let faults = open.wounds.map(\.fault).unique
        say("  process \(process) is at work on it; broken now: \(faults.listed)")
        say("  it undoes them itself: wait for its end, or end it with `kill -TERM \(process)`")
    }

    private func sayByHand(_ wounds: [Wound]) {
        guard !wounds.isEmpty else { return }
        say("  By hand, where drill can't:")
        for action in wounds.reversed().flatMap(\.procedure.undo) { say("    \(action.shown)") }
    }

    /// What the journal doesn't tell, and what to do about that.
    private func sayUnknown() {
        guard !open.lost.isEmpty || !open.damage.isEmpty else { return }
        for line in open.damage { say("  \(line); what it named may still be broken") }
        for fault in open.lost {
            say("  \(fault): the timeline shows that it was injected, and the journal is lost")
            for action in planned(fault) { say("    \(action)") }
        }
        say("  drill can't undo this: see to it by hand, then strike it by")
        say("    drill heal \(run) --forget")
    }

    /// The undo as it was planned, before anything was captured.
    private func planned(_ fault: String) -> [String] {
        do throws(HistoryError) {
            let procedures = try store.plan(of: run).fault(fault)?.procedures ?? []
            return procedures.flatMap(\.undo).map(\.shown)
        } catch {
            return ["and its undo can't be told: \(error.message)"]
        }
    }

    private func say(_ line: String) { Terminal.write(Plain.block(line) + "\n") }

    /// The journal alone must do: it carries the hosts that its undos need.
    private var inventory: Inventory {
        var hosts: [Host] = []
        for host in open.wounds.flatMap(\.hosts)
        where !hosts.contains(where: { $0.name == host.name }) {
            hosts.append(host)
        }
        return Inventory(
            name: "journal",
            knownHosts: open.wounds.lazy.compactMap(\.knownHosts).first,
            hosts: hosts
        )
    }
}
