/// What a fault does to one target, and the way back, as data.
///
/// ```
///  capture ──▶ inject ──▶ effective ──▶ … ──▶ undo ──▶ settled
///     └── saved values are filled into `undo` before that is journalled ──┘
/// ```
/// Plan preview, journal, lease script, proof and report are views of this one value. Undo is
/// idempotent and safe even where inject never ran.
package struct Procedure: Hashable, Codable, Sendable {
    /// The host it hits.
    package var target: String
    /// Looks only; saves what the undo needs and what `effective` and `settled` compare with.
    package var capture: [Action]
    package var inject: [Action]
    /// Looks whether it took effect; empty, once filled, means that nothing can prove it.
    package var effective: [Action]
    package var undo: [Action]
    package var settled: [Action]
    package var healing: Healing

    package init(
        target: String,
        capture: [Action] = [],
        inject: [Action],
        effective: [Action],
        undo: [Action],
        settled: [Action],
        healing: Healing
    ) {
        self.target = target
        self.capture = capture
        self.inject = inject
        self.effective = effective
        self.undo = undo
        self.settled = settled
        self.healing = healing
    }

    /// Who undoes it when the controller dies.
    package enum Healing: Hashable, Codable, Sendable {
        /// The target itself: the undo (commands on that host only) is armed there with a lease.
        case lease
        /// Nobody but `drill heal`; says why.
        case controller(why: String)
    }
}

/// One thing that is done or looked at, and what must come of it.
package struct Action: Hashable, Codable, Sendable {
    package enum Verb: Hashable, Codable, Sendable {
        case command(host: String, Command)
        case container(String, ContainerVerb)
    }

    package enum Expect: Hashable, Codable, Sendable {
        case exit(Int)
        /// Any exit but this one: a connection that must not come through.
        case exitNot(Int)
        /// Exit 0 and trimmed output equal to one of these (for a container: its status).
        case output([String])
        /// Exit 0 and trimmed output none of these.
        case outputNot([String])
        /// Exit 0 and trimmed output equal to what `capture` saved under this name.
        case outputSaved(String)
        /// Whatever, no answer at all included (the empty text is saved then): later looks decide.
        case anything
    }

    /// Makes an action depend on what `capture` saved: what was down before isn't brought up.
    package enum When: Hashable, Codable, Sendable {
        case saved(String, isOneOf: [String])
        case savedNot(String, isOneOf: [String])
    }

    /// In `command(host:)`: the controller, which need not be a host of the inventory.
    package static let controller = "(controller)"

    /// For people, in the imperative: `kill container lab-db-east-a`.
    package var what: String
    package var verb: Verb
    package var expect: Expect
    /// In `capture`: the name under which trimmed output is kept for `Text.Part.saved`.
    package var saves: String?
    package var timeout: Span
    /// In `effective` and `settled`: looked at again until it holds or this long has passed.
    package var within: Span
    /// Nil means always; otherwise `filled` leaves the action out where this doesn't hold.
    package var when: When?
    /// The id of the container that is meant, once `capture` has seen it: another may get its name.
    package var containerID: String?

    package init(
        _ what: String,
        _ verb: Verb,
        expect: Expect = .exit(0),
        saves: String? = nil,
        timeout: Span = .seconds(10),
        within: Span = .zero,
        when: When? = nil
    ) {
        self.what = what
        self.verb = verb
        self.expect = expect
        self.saves = saves
        self.timeout = timeout
        self.within = within
        self.when = when
    }

    /// The exact command, for plan and report; what is asked of the engine's API as `docker` would.
    package var shown: String {
        switch verb {
        case .command(let host, let command): "[\(host)] \(command.shown)"
        case .container(let name, let verb): "[engine] docker " + verb.shown(on: name)
        }
    }
}
