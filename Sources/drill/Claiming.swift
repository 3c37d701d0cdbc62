import DrillEngine
import DrillHistory
import DrillModel

/// Asks for the targets of what a run left broken, so that no other run begins on them while they heal.
///
/// A target that another run may have broken meanwhile is waited for: undoing would take its fault away.
/// Hosts that an undo is only looked from aren't asked for.
struct Claiming {
    private let run: String
    private let store: RunStore
    /// Nil where nobody is waited for.
    private let end: Instant?
    private let stop: StopSwitch
    private let say: @Sendable (String) -> Void
    /// Held for as long as this value lives.
    private var claims: [Claims] = []
    private var taken: [Claims.Taken] = []
    private var isTold = false

    /// The dead process's own claims go a moment after it; nothing is healed out of order for them.
    private let ownEnd = Wiring.now() + .seconds(2)

    init(
        of run: String,
        in store: RunStore,
        until end: Instant?,
        _ stop: StopSwitch,
        _ say: @escaping @Sendable (String) -> Void
    ) {
        self.run = run
        self.store = store
        self.end = end
        self.stop = stop
        self.say = say
    }

    /// Waits until some may be healed.
    ///
    /// - Returns: those; none where nobody wants to wait any longer.
    mutating func next(of wounds: [Wound]) async -> [Wound] {
        while true {
            let free = claim(wounds)
            if !free.isEmpty { return free }
            let isOwn = taken.contains { $0.run == run } && Wiring.now() < ownEnd
            if !taken.isEmpty, !isOwn {
                guard let end, Wiring.now() < end, stop.reason == nil else { return [] }
                if !isTold { say("waiting: \(work)") }
                isTold = true
            }
            await Wiring.sleep(Wiring.now() + .milliseconds(20))
        }
    }

    /// - Returns: those whose targets nobody else is at work on, claimed; none where a target was claimed
    ///   and let go of in between: ask again.
    private mutating func claim(_ wounds: [Wound]) -> [Wound] {
        let targets = wounds.compactMap(\.targetHost)
        // Where they can't be looked at they can't be claimed either, and that says why.
        let found = (try? store.claimed(targets)) ?? []
        taken = found.filter(\.isTouched)
        if taken.contains(where: { $0.run == run }), Wiring.now() < ownEnd { return [] }
        let busy = targets.filter { target in taken.contains { $0.host == target.name } }
        let free = wounds.filter { wound in
            !busy.contains { wound.targetHost?.isSame(as: $0) ?? false }
        }
        // Whoever looks from a target loses nothing by its being healed, and keeps others away from it.
        let lookedFrom = Set(found.map(\.host))
        let wanted = free.compactMap(\.targetHost).filter { !lookedFrom.contains($0.name) }
        do throws(HistoryError) {
            let (claims, others) = try store.claim(wanted, for: run)
            guard let claims else {
                taken = others
                return []
            }
            self.claims.append(claims)
        } catch {
            // No place to write is no reason to leave things broken.
            say("others may begin on these hosts meanwhile: \(error.message)")
        }
        return free
    }

    /// Who is at work, and on what.
    private var work: String {
        "\(taken.map(\.run).unique.listed) is at work on \(taken.map(\.host).unique.listed)"
    }

    /// Why these weren't undone, and what to do.
    func words(about wounds: [Wound]) -> String {
        let faults = wounds.map { "\($0.fault) on \($0.procedure.target)" }.unique.listed
        if end == nil { return "\(faults): later, since \(work)" }
        return
            "\(faults): NOT UNDONE, since \(work), and would lose its faults: wait for its end, then"
            + " run `drill heal \(run)`"
    }
}

extension Wound {
    /// The host that it is on, where the journal knows it.
    fileprivate var targetHost: Host? { hosts.first { $0.name == procedure.target } }
}
