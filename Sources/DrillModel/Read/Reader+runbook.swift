extension Reader {
    /// The deepest that runbooks may include each other, the outermost one counted.
    static let includeDepthMax = 8
    /// The most that one runbook may include, those of those too.
    static let includesMax = 200

    /// `outer` has the hosts, and the variables and probes of whoever carries the runbook out.
    func runbook(_ file: WrittenFile, in outer: Scope) throws(Problems) -> Runbook {
        var includes = 0
        return try runbook(file, in: outer, given: [], includes: &includes)
    }

    /// `given` are the inputs that `with:` gives: nothing from outside comes before that.
    private func runbook(
        _ file: WrittenFile,
        in outer: Scope,
        given: Set<String>,
        includes: inout Int
    ) throws(Problems) -> Runbook {
        var reading = Reading(file, scope: scope(of: file, in: outer))
        reading.includes = includes
        defer { includes = reading.includes }
        reading.scope.including.append(Self.place(of: file))
        reading.scope.savedAnywhere = [:]
        reading.scope.ownSaves = []
        reading.scope.isOpen = false
        let overrides = variables.filter { !given.contains($0.key) }
        reading.declareVariables(of: file.root, overrides: overrides)
        let inventory = ownInventory(of: file.root, in: &reading)
        if inventory != nil {
            // Once more: now the addresses of hosts are known.
            let before = reading.scope.variables
            reading.scope.variables = outer.variables
            reading.declareVariables(of: file.root, overrides: overrides, before: before)
        }
        let inputs = reading.declareInputs(of: file.root)
        reading.declareSaves(of: file.root)
        let probes = file.root["probes"]?.pairs ?? []
        // By itself an experiment may bring whatever it waits for.
        reading.scope.probes = outer.probes.map { $0 + probes.map(\.key) }
        reading.scope.ledgers.removeAll { name in probes.contains { $0.key == name } }
        reading.scope.include = { path, with, position, reading in
            self.include(path, with: with, at: position, in: &reading)
        }
        guard let values = reading.values(file.root, Grammar.runbook, in: "the runbook") else {
            throw reading.found
        }
        let name = values.word("runbook") ?? ""
        if !name.isEmpty { reading.checkName(name, of: "runbook", at: values.positions["runbook"]) }
        var frame = RunbookFrame(
            probes: reading.runbookProbes(values),
            onFailure: values.word("on-failure").flatMap(RunbookStep.OnFailure.init) ?? .stop
        )
        let steps = reading.runbookSteps(values.list("steps"), &frame)
        if steps.isEmpty, reading.problems.isEmpty {
            reading.report("the runbook has no steps", at: values.positions["steps"])
        }
        let outputs = reading.outputs(of: file.root)
        let tags = reading.tags(values)
        try reading.throwProblems()
        var runbook = Runbook(
            name: name,
            about: values.word("about"),
            file: file.source.file,
            inventory: inventory,
            budget: values.span("budget"),
            proveEvery: values.span("prove-every"),
            inputs: inputs,
            outputs: outputs,
            probes: frame.probes,
            steps: steps,
            tags: tags
        )
        runbook.budgetPosition = values.positions["budget"]
        return runbook
    }

    /// The inventory that a runbook names for itself; one that is there already comes first.
    private func ownInventory(of root: Written, in reading: inout Reading) -> Inventory? {
        guard case .unknown = reading.scope.hosts, reading.scope.including.count == 1,
            let written = root["inventory"], written.shape != .nothing
        else { return nil }
        return namedInventory(written, in: &reading)
    }

    /// Reads a runbook that a step of another one includes.
    ///
    /// `with` are the names of the inputs that the step gives: they come before variables.
    private func include(
        _ path: String,
        with: Set<String>,
        at position: Position?,
        in reading: inout Reading
    ) -> Runbook? {
        reading.includes += 1
        guard reading.includes <= Self.includesMax else {
            if reading.includes == Self.includesMax + 1 {
                reading.report(
                    "more than \(Self.includesMax) runbooks are included",
                    at: position,
                    fix: "carry them out one by one"
                )
            }
            return nil
        }
        guard case .drill(let file)? = included(path, as: .runbook, at: position, in: &reading)
        else { return nil }
        let way = reading.scope.including
        let place = Self.place(of: file)
        guard !way.contains(place) else {
            let round = way.drop { $0 != place } + [place]
            reading.report(
                "\(quoted(path)) includes itself",
                at: position,
                fix: "the way round: \(round.map(printable).joined(separator: " -> "))"
            )
            return nil
        }
        guard way.count < Self.includeDepthMax else {
            reading.report(
                "\(quoted(path)) is included more than \(Self.includeDepthMax) deep",
                at: position,
                fix: "write its steps here"
            )
            return nil
        }
        var inner = reading.scope
        for name in with { inner.variables[name] = nil }
        do {
            return try runbook(file, in: inner, given: with, includes: &reading.includes)
        } catch {
            reading.problems += error.list
            return nil
        }
    }

    /// What tells one file from another, by whatever name it is read.
    private static func place(of file: WrittenFile) -> String { file.realPath ?? file.source.file }

    /// A runbook that an experiment carries out: `with:` gives its inputs.
    func runbook(_ values: Values, in reading: inout Reading) -> Runbook? {
        guard let path = values.word("runbook"),
            case .drill(let file)? = included(
                path,
                as: .runbook,
                at: values.positions["runbook"],
                in: &reading
            )
        else { return nil }
        var scope = reading.scope
        let with = values.mapping("with") ?? Values()
        let inputs = Reading.words(file.root["inputs"]).map(\.word)
        for (name, value) in with.inOrder {
            guard inputs.contains(name) else {
                reading.report(
                    "the runbook \(quoted(path)) has no input \(quoted(name))",
                    at: with.positions[name],
                    fix: suggestion(for: name, among: inputs, what: "inputs")
                )
                continue
            }
            if case .word(let word) = value { scope.variables[name] = word }
        }
        do {
            var includes = 0
            let runbook = try runbook(
                file,
                in: scope,
                given: Set(with.entries.keys),
                includes: &includes
            )
            for input in runbook.inputs where !with.has(input) {
                reading.report(
                    "the runbook \(quoted(runbook.name)) needs \(quoted(input))",
                    at: values.positions["runbook"],
                    fix: "give it: `with: { \(input): VALUE }`"
                )
            }
            return runbook
        } catch {
            reading.problems += error.list
            return nil
        }
    }
}

extension Reading {
    /// What a runbook hands to the one that includes it; only what it has itself.
    fileprivate mutating func outputs(of root: Written) -> [String] {
        Self.words(root["outputs"]).map { name, mark in
            if !scope.saved.contains(name), !scope.isOpen {
                report(
                    "no step saves the output \(quoted(name))",
                    at: mark,
                    fix: suggestion(for: name, among: scope.saved, what: "saved values")
                )
            }
            return name
        }
    }
}
