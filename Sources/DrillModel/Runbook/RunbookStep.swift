/// One step of a runbook: what is done, how long it may take, and how to see that it worked.
package struct RunbookStep: Hashable, Codable, Sendable {
    /// What comes after a step that failed.
    package enum OnFailure: String, Codable, Sendable, CaseIterable {
        /// The runbook ends there.
        case stop
        /// The next step is carried out all the same; the run has failed.
        case goOn = "continue"
        /// The steps that were done are undone, newest first; then the runbook ends.
        case undo
    }

    /// A look that must be good within some time: that the step *worked*, not only that it exited 0.
    package struct Verify: Hashable, Codable, Sendable {
        package var look: Probe.Kind
        package var within: Span

        package init(look: Probe.Kind, within: Span = .seconds(30)) {
            self.look = look
            self.within = within
        }
    }

    package var title: String
    /// What `--from` may name beside title and number; nil where the file gives it none.
    package var id: String?
    /// Nil is always.
    package var when: When?
    /// Nil only verifies.
    package var deed: Deed?
    package var budget: Span?
    package var expect: Expect
    package var saves: [Save]
    package var verify: Verify?
    /// Nil tries once.
    package var retry: Retry?
    /// How to take the step back; nil where there is no way, or none is needed.
    package var undo: Deed?
    package var onFailure: OnFailure
    /// A failed step that isn't optional fails the run.
    package var isOptional: Bool
    /// Doing it twice is as doing it once: in tests it is done twice, to see that.
    package var isIdempotent: Bool
    package var position: Position?
    /// Where its keys stand, `deed` for what it does; nil, as in plans of before, is unknown.
    package var marks: [String: Position]?

    package init(
        title: String,
        id: String? = nil,
        when: When? = nil,
        deed: Deed? = nil,
        budget: Span? = nil,
        expect: Expect = Expect(),
        saves: [Save] = [],
        verify: Verify? = nil,
        retry: Retry? = nil,
        undo: Deed? = nil,
        onFailure: OnFailure = .stop,
        isOptional: Bool = false,
        isIdempotent: Bool = false,
        position: Position? = nil
    ) {
        self.title = title
        self.id = id
        self.when = when
        self.deed = deed
        self.budget = budget
        self.expect = expect
        self.saves = saves
        self.verify = verify
        self.retry = retry
        self.undo = undo
        self.onFailure = onFailure
        self.isOptional = isOptional
        self.isIdempotent = isIdempotent
        self.position = position
    }

    /// A step that runs a command, on the controller where `host` is nil.
    package init(
        title: String,
        host: String? = nil,
        run: Command?,
        budget: Span? = nil,
        expect: Expect = Expect(),
        verify: Verify? = nil,
        isOptional: Bool = false,
        position: Position? = nil
    ) {
        self.init(
            title: title,
            deed: run.map { .command(host: host, $0) },
            budget: budget,
            expect: expect,
            verify: verify,
            isOptional: isOptional,
            position: position
        )
    }

    /// Every look of its own: its condition, what it waits for, and whether it worked.
    package var looks: [Probe.Kind] { looksByMark.map(\.look) }

    /// The same, each with its mark.
    package var looksByMark: [(mark: String, look: Probe.Kind)] {
        var looks: [(mark: String, look: Probe.Kind)] = []
        if case .look(let kind, _) = when { looks.append(("when", kind)) }
        if case .wait(let wait) = deed, case .look(let kind, _, _) = wait.until {
            looks.append(("deed", kind))
        }
        if let verify { looks.append(("verify", verify.look)) }
        return looks
    }

    /// Whether people do it: their time is told apart from the machines'.
    package var isHuman: Bool {
        switch deed {
        case .manual, .approve: true
        case .command, .http, .sql, .container, .wait, .include, .parallel, nil: false
        }
    }
}
