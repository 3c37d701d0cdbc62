// What a step of a runbook may use of what others save is known only in the order of the file, so that
// included files, which may save something too, are read while the steps are.
extension Reading {
    /// Checks the steps of a runbook one by one, each in the scope of what those before it saved.
    mutating func runbookSteps(
        _ written: Written,
        isAtOnce: Bool,
        of name: String
    ) -> [Values.Value]? {
        guard case .list(let list) = written.shape else {
            report(
                "\(name) must be a list, not \(written.kind)",
                at: written.mark,
                fix: KeyType.runbookSteps(isAtOnce: isAtOnce).example
            )
            return nil
        }
        if isAtOnce, list.isEmpty {
            report("\(name) has no steps", at: written.mark, fix: "name some, or take it out")
        }
        let before = scope.saved
        var after = before
        var steps: [Values.Value] = []
        for element in list {
            if isAtOnce { scope.saved = before }
            let (outer, read) = (scope.ownSaves, steps.count)
            scope.ownSaves = (Self.savedNames(element) + Self.allSaves(element["parallel"]))
                .map(\.key)
            steps += elements([element], .mapping(Grammar.runbookStep), of: name)
            scope.saved += scope.ownSaves.filter { !scope.saved.contains($0) }
            scope.ownSaves = outer
            if steps.count > read, case .mapping(let step)? = steps.last { include(step) }
            after += scope.saved.filter { !after.contains($0) }
        }
        scope.saved = after
        return steps
    }

    /// Reads the runbook that a step includes; its outputs are there for the steps after it.
    private mutating func include(_ step: Values) {
        guard let path = step.word("runbook"), let include = scope.include else { return }
        let position = step.positions["runbook"]
        guard let position, included[position] == nil else { return }
        let with = Set(step.mapping("with")?.positions.keys.map(\.self) ?? [])
        guard let runbook = include(path, with, position, &self) else {
            scope.isOpen = true
            return
        }
        included[position] = runbook
        checkWith(step, runbook)
        for output in runbook.outputs {
            if scope.variables[output] != nil {
                report(
                    "\(quoted(output)) is a variable, and an output of \(quoted(path)) too",
                    at: position,
                    fix: "give one of them another name"
                )
            } else if let line = scope.savedAnywhere[output] {
                report(
                    "\(quoted(output)) is saved on line \(line), and an output of \(quoted(path)) too",
                    at: position,
                    fix: "give one of them another name"
                )
            }
        }
        scope.saved += runbook.outputs.filter { !scope.saved.contains($0) }
    }

    private mutating func checkWith(_ step: Values, _ runbook: Runbook) {
        let with = step.mapping("with") ?? Values()
        for (name, position) in with.positions.sorted(by: { $0.key < $1.key })
        where !runbook.inputs.contains(name) {
            report(
                "the runbook \(quoted(runbook.name)) has no input \(quoted(name))",
                at: position,
                fix: suggestion(for: name, among: runbook.inputs, what: "inputs")
            )
        }
        for input in runbook.inputs where !with.has(input) {
            report(
                "the runbook \(quoted(runbook.name)) needs \(quoted(input))",
                at: step.positions["runbook"],
                fix: "give it: `with: { \(input): VALUE }`"
            )
        }
    }

    // MARK: Names

    /// The names that a step saves, and where; not those of steps inside of it.
    static func savedNames(_ step: Written) -> [Written.Pair] {
        guard let save = step["save"] else { return [] }
        if let word = save.word {
            return [Written.Pair(key: word, keyMark: save.mark, value: save)]
        }
        return save.pairs
    }

    /// Names that steps save, checked against each other and against all that is named already.
    mutating func declareSaves(of root: Written) {
        for pair in Self.allSaves(root["steps"]) {
            checkValueName(pair.key, of: "saved value", at: pair.keyMark)
            if root["vars"]?[pair.key] != nil {
                report(
                    "\(quoted(pair.key)) is a variable, and would hide what is saved",
                    at: pair.keyMark,
                    fix: "save it under another name"
                )
            } else if scope.saved.contains(pair.key) {
                report(
                    "\(quoted(pair.key)) is an input already",
                    at: pair.keyMark,
                    fix: "save it under another name"
                )
            } else if let line = scope.savedAnywhere[pair.key] {
                report(
                    "\(quoted(pair.key)) is saved twice",
                    at: pair.keyMark,
                    fix: "the first is on line \(line): give one another name"
                )
            } else {
                scope.savedAnywhere[pair.key] = pair.keyMark.line
                // A variable of whoever carries it out means something else by that name.
                scope.variables[pair.key] = nil
            }
        }
    }

    private static func allSaves(_ steps: Written?) -> [Written.Pair] {
        guard case .list(let list)? = steps?.shape else { return [] }
        return list.flatMap { savedNames($0) + allSaves($0["parallel"]) }
    }

    /// Puts the inputs into scope; gives those that no variable stands for.
    mutating func declareInputs(of root: Written) -> [String] {
        var inputs: [String] = []
        for (name, mark) in Self.words(root["inputs"]) {
            checkValueName(name, of: "input", at: mark)
            if let variable = root["vars"]?.pairs.first(where: { $0.key == name }) {
                report(
                    "\(quoted(name)) is an input and a variable",
                    at: mark,
                    fix: "keep one: line \(variable.keyMark.line) gives it a default under `vars:`"
                )
            } else if inputs.contains(name) {
                report("the input \(quoted(name)) is there twice", at: mark, fix: "keep one")
            } else {
                inputs.append(name)
            }
        }
        let open = inputs.filter { scope.variables[$0] == nil }
        scope.saved = open
        return open
    }

    static func words(_ written: Written?) -> [(word: String, mark: Written.Mark)] {
        switch written?.shape {
        case .word(let word)?: written.map { [(word, $0.mark)] } ?? []
        case .list(let list)?:
            list.compactMap { element in element.word.map { ($0, element.mark) } }
        case .mapping?, .nothing?, nil: []
        }
    }

    private mutating func checkValueName(_ name: String, of what: String, at mark: Written.Mark) {
        checkName(name, of: what, at: mark)
        for prefix in ["host.", "it."] where name.hasPrefix(prefix) {
            report(
                "no \(what) can be named \(quoted(name)): ${\(prefix)NAME} means something else",
                at: mark,
                fix: "choose another name"
            )
        }
    }
}
