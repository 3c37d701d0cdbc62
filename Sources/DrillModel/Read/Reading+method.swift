extension Reader {
    /// The steps of an experiment.
    struct Steps {
        var prepare: [Step] = []
        var method: [Step] = []
        /// Whether the method has an instant that figures count from.
        var hasDisaster = false
    }

    func method(_ values: Values, probes: [Probe], in reading: inout Reading) -> Steps {
        let prepare = values.list("prepare")
        let method = values.list("method")
        var faults = Faults()
        faults.collect(prepare + method, in: &reading)
        var steps = Steps()
        steps.prepare = self.steps(prepare, &faults, probes, isInPrepare: true, in: &reading)
        steps.method = self.steps(method, &faults, probes, isInPrepare: false, in: &reading)
        let flat = Faults.flat(method)
        let disasters = flat.filter { $0.has("disaster") }
        // A step that couldn't be read may have been the one: one mistake, one problem.
        steps.hasDisaster =
            reading.hasUnreadStep || flat.contains { $0.has("disaster") || $0.has("fault") }
        for second in disasters.dropFirst() {
            reading.report(
                "the disaster is declared twice",
                at: second.position,
                fix: "keep the first"
            )
        }
        return steps
    }

    private func steps(
        _ list: [Values.Value],
        _ faults: inout Faults,
        _ probes: [Probe],
        isInPrepare: Bool,
        in reading: inout Reading
    ) -> [Step] {
        var steps: [Step] = []
        for case .mapping(let values) in list {
            let kind = kind(values, &faults, probes, isInPrepare: isInPrepare, in: &reading)
            if let kind { steps.append(Step(kind, at: values.position)) }
        }
        return steps
    }

    private func kind(
        _ values: Values,
        _ faults: inout Faults,
        _ probes: [Probe],
        isInPrepare: Bool,
        in reading: inout Reading
    ) -> Step.Kind? {
        if values.has("fault") { return reading.fault(values, &faults).map { .fault($0) } }
        if values.has("undo") { return reading.undo(values, faults).map { .undo($0) } }
        if values.has("wait") { return reading.wait(values, probes).map { .wait($0) } }
        if values.has("runbook") { return runbook(values, in: &reading).map { .runbook($0) } }
        if values.has("parallel") {
            return .parallel(
                parallel(values, &faults, probes, isInPrepare: isInPrepare, in: &reading)
            )
        }
        for (key, kind) in [("disaster", Step.Kind.disaster), ("repaired", .repaired)]
        where values.has(key) {
            if isInPrepare {
                reading.report(
                    "\(quoted(key)) can't be declared in `prepare`",
                    at: values.position,
                    fix: "move it to `method`"
                )
            }
            return kind
        }
        return nil
    }

    /// Steps at once: none of them comes before another.
    private func parallel(
        _ values: Values,
        _ faults: inout Faults,
        _ probes: [Probe],
        isInPrepare: Bool,
        in reading: inout Reading
    ) -> [Step] {
        let before = faults.injected
        var after = before
        var steps: [Step] = []
        for value in values.list("parallel") {
            faults.injected = before
            steps += self.steps([value], &faults, probes, isInPrepare: isInPrepare, in: &reading)
            after.formUnion(faults.injected)
        }
        faults.injected = after
        return steps
    }
}

/// The faults of a file by id: which there are, and which were injected before a step.
struct Faults {
    private(set) var all: [String: Position?] = [:]
    var injected: Set<String> = []

    /// Finds every fault, and those that share an id.
    mutating func collect(_ steps: [Values.Value], in reading: inout Reading) {
        for values in Self.flat(steps) {
            guard let id = values.word("id") ?? values.word("fault") else { continue }
            let position = values.positions["id"] ?? values.positions["fault"]
            if let first = all[id] {
                reading.report(
                    "two faults have the id \(quoted(id))",
                    at: position,
                    fix: "the first is on line \(first?.line ?? 1): give each an `id` of its own"
                )
            } else {
                all[id] = position
            }
        }
    }

    /// All steps, those in `parallel` too.
    static func flat(_ steps: [Values.Value]) -> [Values] {
        steps.flatMap { step -> [Values] in
            guard case .mapping(let values) = step else { return [] }
            return [values] + flat(values.list("parallel"))
        }
    }
}

extension Reading {
    fileprivate mutating func fault(_ values: Values, _ faults: inout Faults) -> FaultStep? {
        guard let name = values.word("fault") else { return nil }
        let id = values.word("id") ?? name
        if values.word("id") != nil { checkName(id, of: "id", at: values.positions["id"]) }
        faults.injected.insert(id)
        let includesControl = values.boolean("include-control") ?? false
        if includesControl, !values.has("for") {
            report(
                "a fault that may cut drill's own path must end by itself",
                at: values.positions["include-control"],
                fix: "add `for: 30s`"
            )
        }
        if values.span("for") == .zero {
            report(
                "a fault can't last 0s",
                at: values.positions["for"],
                fix: "leave `for` out, or write 30s"
            )
        }
        var own = values
        for key in ["fault"] + Grammar.fault.map(\.name) {
            own.entries[key] = nil
            own.positions[key] = nil
        }
        for (key, value) in own.inOrder {
            for selector in value.selectors where selector.who != nil {
                report(
                    "\(quoted(key)) can't say \"who\": whom it means is found out when the step runs,"
                        + " and what is cut must be known when the plan is made",
                    at: selector.position,
                    fix: "name the others by region, zone, role or host"
                )
            }
        }
        guard let target = values.selector("target") else { return nil }
        let step = FaultStep(
            id: id,
            fault: name,
            target: target,
            values: own,
            lasts: values.span("for"),
            includesControl: includesControl
        )
        if includesControl, let fault = Catalogue.named(name), !fault.mayCutControl(step) {
            report(
                "\(quoted(name)) leaves drill's own path alone: \"include-control\" means nothing here",
                at: values.positions["include-control"],
                fix: "take it out"
            )
        }
        if !target.namesNothing {
            for problem in Catalogue.named(name)?.problems(step) ?? [] {
                report(problem.message, at: problem.position, fix: problem.fix)
            }
        }
        return step
    }

    fileprivate mutating func undo(_ values: Values, _ faults: Faults) -> String? {
        guard let id = values.word("undo") else { return nil }
        let position = values.positions["undo"]
        if let place = faults.all[id] {
            if !faults.injected.contains(id) {
                report(
                    "\(quoted(id)) is undone before it is injected",
                    at: position,
                    fix: "it is injected on line \(place?.line ?? 1): move this step behind it"
                )
            }
        } else {
            report(
                "no fault has the id \(quoted(id))",
                at: position,
                fix: suggestion(for: id, among: faults.all.keys.sorted(), what: "ids")
            )
        }
        return id
    }

    fileprivate mutating func wait(_ values: Values, _ probes: [Probe]) -> Wait? {
        if let span = values.span("wait") { return Wait(until: nil, holds: span) }
        guard let values = values.mapping("wait"), let until = values.word("until") else {
            return nil
        }
        checkIsLookedAt(until, among: probes, at: values.positions["until"])
        let wait = Wait(
            until: until,
            state: values.word("is").flatMap(ProbeState.init) ?? .up,
            holds: values.span("for") ?? .zero,
            within: values.span("within") ?? .seconds(60),
            continues: values.word("else") == "continue"
        )
        checkHolds(wait.holds, within: wait.within, values)
        return wait
    }

    mutating func checkHolds(_ holds: Span, within: Span, _ values: Values) {
        guard within < holds else { return }
        report(
            "nothing can hold for \(holds) within \(within)",
            at: values.positions["within"] ?? values.positions["for"],
            fix: "make `within` longer than `for`"
        )
    }
}
