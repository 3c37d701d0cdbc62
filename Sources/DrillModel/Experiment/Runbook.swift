/// A recovery procedure as a file: timed and checked steps.
package struct Runbook: Hashable, Codable, Sendable {
    package var name: String
    package var about: String?
    package var file: String
    package var budget: Span?
    package var steps: [RunbookStep]
    /// What `drill test` chooses it by; nil, as in plans of before, is nothing.
    package var tags: [String]?

    package init(
        name: String,
        about: String? = nil,
        file: String = "",
        budget: Span? = nil,
        steps: [RunbookStep]
    ) {
        self.name = name
        self.about = about
        self.file = file
        self.budget = budget
        self.steps = steps
    }

    /// Where its steps run commands, in words: what they change there, nobody undoes.
    package var hostsOfCommands: [String] {
        steps.filter { $0.run != nil }.map { $0.host ?? "the controller" }.unique
    }
}

/// One step of a runbook: what to run, how long it may take, and how to see that it worked.
package struct RunbookStep: Hashable, Codable, Sendable {
    /// What the command's end must be.
    package struct Expect: Hashable, Codable, Sendable {
        package var exit: Int?
        /// A regular expression that standard output must contain.
        package var match: String?

        package init(exit: Int? = 0, match: String? = nil) {
            self.exit = exit
            self.match = match
        }
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
    /// Nil runs it on the controller.
    package var host: String?
    /// Nil only verifies.
    package var run: Command?
    package var budget: Span?
    package var expect: Expect
    package var verify: Verify?
    /// A failed step that isn't optional fails the run.
    package var isOptional: Bool
    package var position: Position?

    package init(
        title: String,
        host: String? = nil,
        run: Command? = nil,
        budget: Span? = nil,
        expect: Expect = Expect(),
        verify: Verify? = nil,
        isOptional: Bool = false,
        position: Position? = nil
    ) {
        self.title = title
        self.host = host
        self.run = run
        self.budget = budget
        self.expect = expect
        self.verify = verify
        self.isOptional = isOptional
        self.position = position
    }
}
