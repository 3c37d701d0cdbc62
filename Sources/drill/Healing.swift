import DrillEngine
import DrillHistory
import DrillModel
import DrillReport
import DrillWire
import Synchronization

/// The healing of one run that is over, told as it goes.
struct Healing {
    let run: String
    let store: RunStore
    /// Says when whoever waits doesn't want to any more.
    let stop: StopSwitch
    let say: @Sendable (String) -> Void

    /// What came of healing a run.
    enum Outcome {
        /// All is known to be as before.
        case whole
        /// Something may still be broken.
        case left
        /// Something is, and only because others are at work there.
        case busy
    }

    /// How long hosts are waited for that others are at work on.
    static let patience = Span.minutes(10)

    /// Undoes what is open, newest fault first: at once wherever nobody else is at work, and the rest as
    /// soon as they have gone; nobody is waited for without an end to wait until.
    ///
    /// Nothing is open where somebody else has healed it meanwhile.
    ///
    /// `held` is the journal where it was held open since before the run died.
    func heal(
        as role: Worker.Role,
        held: HeldJournal? = nil,
        waitingUntil end: Instant?
    ) async throws(HistoryError) -> Outcome {
        let folder: RunFolder?
        do throws(HistoryError) {
            folder = try store.create(run, as: role)
        } catch {
            if error.isHeld { throw error }
            // A disk that is read-only or full is no reason to leave things broken.
            say("what is undone now can't be kept: \(error.message)")
            folder = nil
        }
        // Read under the lock: until then somebody else may still have been healing.
        let open = try store.open(run, isThorough: true, held: held)
        let field = Field(inventory(of: open.wounds))
        let nowhere = Nowhere()
        let world = field.world(journal: folder ?? nowhere, recorder: folder ?? nowhere)
        let log = Log(world)
        if role == .guardian { log.append(.controllerDied(guardian: Wiring.process)) }
        var claiming = Claiming(of: run, in: store, until: end, stop, say)
        defer { withExtendedLifetime(claiming) {} }
        var waiting = open.wounds
        var isWhole = true
        while !waiting.isEmpty {
            let free = await claiming.next(of: waiting)
            if free.isEmpty { break }
            waiting.removeAll(where: free.contains)
            let isHealed = await heal(
                free,
                in: world,
                log: log,
                why: role == .guardian ? "drill died" : "drill heal"
            )
            if !isHealed { isWhole = false }
        }
        if !waiting.isEmpty {
            let why = claiming.words(about: waiting)
            say(why)
            if end != nil { log.append(.note(why)) }
        }
        await field.end()
        sayUnknown(open)
        if let folder { await keep(in: folder) }
        guard isWhole, open.lost.isEmpty, open.damage.isEmpty else { return .left }
        return waiting.isEmpty ? .whole : .busy
    }

    /// - Returns: whether all is as before, and struck from the journal.
    private func heal(
        _ wounds: [Wound],
        in world: World,
        log: Log,
        why: String
    ) async -> Bool {
        let isStruck = Mutex(true)
        let waiting = Mutex(wounds)
        // A host that doesn't answer takes its time: nobody should wonder what goes on.
        let telling = Task {
            await Wiring.sleep(Wiring.now() + .seconds(2))
            let hosts = waiting.withLock { $0.map(\.procedure.target).unique }
            if !Task.isCancelled, !hosts.isEmpty { say("still waiting for \(hosts.listed) …") }
        }
        defer { telling.cancel() }
        let healer = Healer(
            world,
            log: log,
            isHurried: { [stop] in stop.isHurried },
            progress: { progress in
                switch progress {
                case .undoing: break
                case .unstruck(let fault, let host, let why):
                    isStruck.withLock { $0 = false }
                    say("\(fault) on \(host): the journal still names it as broken: \(why)")
                case .done(let fault, let left):
                    waiting.withLock { $0.removeAll { $0.fault == fault } }
                    for wound in wounds where wound.fault == fault {
                        let target = wound.procedure.target
                        let problem = left.first { $0.wound.procedure.target == target }?.why
                        say(
                            "\(fault) on \(target): "
                                + (problem.map { "NOT RESTORED: \($0)" }
                                    ?? "healed, and as before")
                        )
                    }
                }
            }
        )
        let left = await healer.heal(
            wounds,
            why: why,
            within: .seconds(30),
            lookingAgain: Healer.lateness
        ).map(\.wound)
        sayByHand(left)
        return left.isEmpty && isStruck.withLock { $0 }
    }

    /// Writes the record and the reports again, with what was healed now.
    private func keep(in folder: RunFolder) async {
        // What was told last may not be in its file yet; what couldn't be kept is said below.
        _ = await folder.finish()
        do throws(HistoryError) {
            let record = try Keeping.record(of: run, in: store)
            let earlier = store.unkept(of: run, record.timeline.events)
            let unkept = await Keeping.keep(record, in: folder, of: store, earlier: earlier)
            if let unkept { say("but \(unkept)") }
            for left in LeftRecords.all(record.plan, record.timeline.events) { say(left) }
        } catch {
            say("its reports stay as they were: \(error.message)")
        }
    }

    /// Strikes what is open from the journal, and takes away the leases whose undo failed on a host.
    func forget() async throws(HistoryError) {
        let folder = try store.create(run, as: .healer)
        let open = try store.open(run, isThorough: true)
        do throws(JournalError) {
            try await folder.append([.forgotten(who: Wiring.user, wallNs: Wiring.wallNs())])
        } catch {
            throw HistoryError("it can't be struck from the journal: \(error.message)")
        }
        for wound in open.wounds {
            say("\(wound.fault) on \(wound.procedure.target): struck, not undone")
        }
        for fault in open.lost { say("\(fault): struck, not undone") }
        for line in open.damage { say("\(line): struck") }
        let field = Field(inventory(of: open.wounds))
        let world = field.world(journal: folder, recorder: folder)
        let log = Log(world)
        let what =
            open.wounds.map { "\($0.fault) on \($0.procedure.target)" } + open.lost + open.damage
        log.append(.struck(what: what, who: Wiring.user))
        let healer = Healer(world, log: log, isHurried: { [stop] in stop.isHurried })
        for (wound, why) in await healer.release(open.wounds) {
            let host = wound.procedure.target
            say("its lease on \(host) was not taken away, and may keep runs from there: \(why)")
        }
        await field.end()
        await keep(in: folder)
    }

    /// Opens again what the journal calls healed, or struck, and whose lease is still on its host: until
    /// it is gone no other run may have that host.
    ///
    /// - Returns: whether there is any.
    func reopen(_ closed: [Wound]) async throws(HistoryError) -> Bool {
        guard !closed.isEmpty else { return false }
        let field = Field(inventory(of: closed))
        let nowhere = Nowhere()
        let world = field.world(journal: nowhere, recorder: nowhere)
        let held = await Healer(world, log: Log(world)).held(closed)
        await field.end()
        var open: [Wound] = []
        for (wound, answer) in held {
            let what = "\(run): \(wound.fault) on \(wound.procedure.target)"
            switch answer {
            case .success(let state):
                open.append(wound)
                say("\(what): its lease is still there (\(state)): it is open again")
            case .failure(let failure):
                say("\(what): whether its lease is gone can't be told: \(failure.message)")
            }
        }
        guard !open.isEmpty else { return false }
        let folder = try store.create(run, as: .healer)
        do throws(JournalError) {
            try await folder.append(open.map { .broken($0) })
        } catch {
            throw HistoryError("it can't be opened again in the journal: \(error.message)")
        }
        return true
    }

    /// What is left, and the commands that would undo it.
    func tell(_ open: Open, leases: LeaseEnds) {
        let byHand = ByHand(inventory(of: open.wounds))
        for wound in open.wounds.reversed() {
            say("\(wound.fault) on \(wound.procedure.target)")
            if let lease = wound.lease { say("  \(words(of: lease, on: wound, leases))") }
            sayByHand(wound, byHand)
        }
        sayUnknown(open)
    }

    /// Whether the host should have healed itself by now; that it did, nobody knows who hasn't looked.
    private func words(of lease: Span, on wound: Wound, _ leases: LeaseEnds) -> String {
        let seen = leases.seen(wound)
        let broken = seen.broken.map { "seen still broken there\(Self.at($0, in: leases))" }
        if let failed = seen.undoFailed {
            return "its undo FAILED there\(Self.at(failed, in: leases))"
                + (broken.map { "; \($0)" } ?? "")
        }
        guard let end = leases[wound] else {
            return "the host undoes it by itself when its lease of \(lease) ends; when, isn't known"
        }
        let time = Self.time(end)
        guard end <= Wiring.wallNs() else {
            return "its lease ends by \(time): then the host undoes it by itself"
        }
        return leases.isLapsed(wound, at: Wiring.wallNs())
            ? "its lease ended by \(time), so the host should have undone it; not looked at since"
            : "its lease ended by \(time), and it was \(broken ?? "not undone")"
    }

    private static func time(_ wallNs: Int64) -> String {
        let zone = LocalZone.at(wallNs)
        return "\(WallTime(ns: wallNs).shown(in: zone)) \(zone.name)"
    }

    /// ` at …`; nothing where this machine was restarted since: nobody knows then by which clock it was.
    private static func at(_ wallNs: Int64, in leases: LeaseEnds) -> String {
        let began = Wiring.wallNs() - Wiring.now().ns
        return abs(began - leases.clockBegan) < Span.minutes(1).ns ? " at \(time(wallNs))" : ""
    }

    /// That somebody is at work on it.
    func tell(_ open: Open, workedOnBy worker: Worker) {
        say(Standing.words(of: worker, open))
        switch worker.role {
        case .runner:
            say(
                "it undoes them itself: wait for its end, or end it with"
                    + " `kill -TERM \(worker.process)`"
            )
        case .guardian, .healer:
            say("wait for its end, and look again")
        }
    }

    private func sayByHand(_ wounds: [Wound]) {
        guard !wounds.isEmpty else { return }
        say("By hand, where drill can't:")
        let byHand = ByHand(inventory(of: wounds))
        for wound in wounds.reversed() { sayByHand(wound, byHand) }
    }

    private func sayByHand(_ wound: Wound, _ byHand: ByHand) {
        for line in byHand.lines(wound.procedure.undo, in: wound.directory) { say("  \(line)") }
    }

    /// What the journal doesn't tell, and what to do about that.
    private func sayUnknown(_ open: Open) {
        guard !open.lost.isEmpty || !open.damage.isEmpty else { return }
        for line in open.damage { say("\(line); what it named may still be broken") }
        for fault in open.lost {
            say(
                open.isUntold
                    ? "\(fault): the plan names it; journal and timeline are lost, so whether it was"
                        + " injected or undone can't be told"
                    : "\(fault): the timeline shows that it was injected, and the journal is lost"
            )
            for line in planned(fault) { say("  \(line)") }
        }
        say("drill can't undo this: see to it by hand, then strike it by")
        say("  drill heal \(run) --forget")
    }

    /// The undo as it was planned, before anything was captured.
    private func planned(_ fault: String) -> [String] {
        do throws(HistoryError) {
            let plan = try store.plan(of: run)
            let undo = (plan.fault(fault)?.procedures ?? []).flatMap(\.undo)
            let inventory = plan.experiment.inventory ?? Inventory(name: "none", hosts: [])
            return ByHand(inventory).lines(undo)
        } catch {
            return ["and its undo can't be told: \(error.message)"]
        }
    }

    /// The journal alone must do: it carries the hosts that its undos need.
    private func inventory(of wounds: [Wound]) -> Inventory {
        var hosts: [Host] = []
        for host in wounds.flatMap(\.hosts)
        where !hosts.contains(where: { $0.name == host.name }) {
            hosts.append(host)
        }
        return Inventory(
            name: "journal",
            knownHosts: wounds.lazy.compactMap(\.knownHosts).first,
            hosts: hosts
        )
    }
}

/// Stands where the run's folder can't be written.
private struct Nowhere: Journal, Recorder {
    func append(_ entries: [JournalEntry]) async throws(JournalError) {
        throw JournalError("the run's folder can't be written")
    }

    func record(_ event: Event) {}
    func record(_ sample: Sample, of probe: String) {}
    func record(_ write: LedgerWrite, of probe: String) {}
    func record(_ read: LedgerRead, of probe: String) {}
    func record(readBack write: LedgerWrite, of probe: String) {}
}
