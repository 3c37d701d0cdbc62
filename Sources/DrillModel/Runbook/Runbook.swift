/// A recovery procedure as a file: timed, checked and undoable steps, some done by people.
package struct Runbook: Hashable, Codable, Sendable {
    package var name: String
    package var about: String?
    package var file: String
    /// What it is carried out on when it is run by itself; an experiment's own inventory comes first.
    package var inventory: Inventory?
    package var budget: Span?
    /// Where its file says so.
    package var budgetPosition: Position?
    /// A step that no drill has proven for this long is a finding of a check.
    package var proveEvery: Span?
    /// What whoever carries it out must give it, in the order of the file.
    package var inputs: [String]
    /// What a runbook that includes it may use of what it saves.
    package var outputs: [String]
    /// Looks that its own steps wait for, beside the probes of an experiment.
    package var probes: [Probe]
    package var steps: [RunbookStep]
    /// What `drill test` chooses it by; nil, as in plans of before, is nothing.
    package var tags: [String]?

    package init(
        name: String,
        about: String? = nil,
        file: String = "",
        inventory: Inventory? = nil,
        budget: Span? = nil,
        proveEvery: Span? = nil,
        inputs: [String] = [],
        outputs: [String] = [],
        probes: [Probe] = [],
        steps: [RunbookStep],
        tags: [String]? = nil
    ) {
        self.name = name
        self.about = about
        self.file = file
        self.inventory = inventory
        self.budget = budget
        self.proveEvery = proveEvery
        self.inputs = inputs
        self.outputs = outputs
        self.probes = probes
        self.steps = steps
        self.tags = tags
    }

    /// Every step in the order of the file: those at once and those of included runbooks follow the
    /// step that has them.
    package var allSteps: [RunbookStep] { steps.flatMap(\.andInner) }

    /// Where its steps change something, in words: what they change there, nobody undoes.
    package var hostsOfCommands: [String] {
        allSteps.compactMap { $0.deed?.place }.unique
    }
}

extension RunbookStep {
    /// The step, and after it all that are carried out as a part of it.
    package var andInner: [RunbookStep] {
        switch deed {
        case .parallel(let steps): [self] + steps.flatMap(\.andInner)
        case .include(let include): [self] + include.runbook.allSteps
        case .command, .http, .sql, .container, .wait, .manual, .approve, nil: [self]
        }
    }
}
