import DrillModel

/// Walks through a runbook's steps, those of included ones too, and says each as a person does it.
struct RunbookPageMaking {
    let hand: Handwork
    let inventory: Inventory?
    private(set) var approvals: [String] = []
    private(set) var secrets: [String] = []
    /// By name, in the order in which steps need them.
    private(set) var hosts: [String] = []
    /// Names of shell variables that are given away.
    private var used: Set<String> = []
    private var inputs: [String: String] = [:]

    init(hand: Handwork, inventory: Inventory?) {
        self.hand = hand
        self.inventory = inventory
    }

    /// What an input of the page's own runbook is called in the shell.
    func variable(of input: String) -> String { inputs[input] ?? input }

    mutating func steps(of runbook: Runbook) -> [RunbookPage.Step] {
        used = Set(runbook.allSteps.flatMap(Self.environment))
        var known: [String: Text] = [:]
        for input in runbook.inputs {
            let name = ShellName.unique(for: input, among: &used)
            inputs[input] = name
            known[input] = Self.saved(name)
        }
        return steps(runbook.steps, under: [], &known)
    }

    var places: [RunbookPage.Place] {
        hosts.map { name in
            let host = inventory?.host(name)
            let way = hand.way(to: name)
            return RunbookPage.Place(
                name: name,
                address: host?.isLocal == true ? "this machine" : host?.address ?? "unknown",
                stands: host?.zone ?? host?.region ?? "",
                login: way.login.isEmpty ? "" : way.typed
            )
        }
    }

    // MARK: Steps

    private mutating func steps(
        _ steps: [RunbookStep],
        under path: [Int],
        _ known: inout [String: Text]
    ) -> [RunbookPage.Step] {
        // What a step saves has its name from the start: the step's own `verify` may use it.
        for save in steps.flatMap(\.saves) {
            known[save.name] = Self.saved(ShellName.unique(for: save.name, among: &used))
        }
        var all: [RunbookPage.Step] = []
        for (index, step) in steps.enumerated() {
            all += self.step(step, at: path + [index + 1], &known)
        }
        return all
    }

    private mutating func step(
        _ written: RunbookStep,
        at path: [Int],
        _ known: inout [String: Text]
    ) -> [RunbookPage.Step] {
        let step = written.filled(with: known)
        var page = RunbookPage.Step(
            number: path.map(String.init).joined(separator: "."),
            title: step.title
        )
        page.facts = Self.facts(of: step)
        note(step)
        if let when = written.when?.filled(with: known) { page.items += items(when) }
        var inner: [RunbookPage.Step] = []
        switch step.deed {
        case .parallel(let steps):
            page.holdsSteps = true
            page.items.append(
                .words(
                    label: "At once",
                    "the \(counted(steps.count, "step")) below, in any order or by several people;"
                        + " done when each of them is"
                )
            )
            inner = self.steps(steps, under: path, &known)
        case .include(let include):
            page.holdsSteps = true
            page.items.append(
                .words(
                    label: "Runbook",
                    [include.runbook.name, include.runbook.about ?? ""]
                        .filter { !$0.isEmpty }.joined(separator: ": ")
                )
            )
            var inside = include.with
            inner = steps(include.runbook.steps, under: path, &inside)
            for output in include.runbook.outputs { known[output] = inside[output] }
        case let deed?:
            let whole = step.saves.filter { $0.part == .whole }
            page.items += items(
                deed,
                of: step,
                at: page.number,
                saving: whole.compactMap { known[$0.name]?.unsaved.first }
            )
        case nil: break
        }
        let after = after(step, names: step.saves.map { known[$0.name]?.unsaved.first })
        guard page.holdsSteps else {
            page.items += after
            return [page]
        }
        let number = page.number
        let end = RunbookPage.Step(number: number, title: "when those are done", items: after)
        return [page] + inner + (after.isEmpty ? [] : [end])
    }

    /// What is said of a step after what it does.
    private mutating func after(_ step: RunbookStep, names: [String?]) -> [RunbookPage.Item] {
        var items: [RunbookPage.Item] = []
        if !step.expect.shown.isEmpty {
            items.append(.words(label: "Expect", step.expect.shown))
        }
        for (save, name) in zip(step.saves, names) {
            items.append(.blank(name: name ?? save.name, Self.words(save.part)))
        }
        if let verify = step.verify {
            let look = LookByHand(verify.look, hand)
            items.append(typed("Verify", look.lines, on: Self.host(of: verify.look)))
            items.append(.words(label: "Good is", "\(look.good); within \(verify.within)"))
        }
        switch step.onFailure {
        case .stop: break
        case .goOn: items.append(.words(label: "If it fails", "go on with the next step"))
        case .undo:
            items.append(
                .words(
                    label: "If it fails",
                    "take back what was done: this step and those before it, newest first; then stop"
                )
            )
        }
        if let undo = step.undo { items += self.undo(undo) }
        return items
    }

    private mutating func undo(_ deed: Deed) -> [RunbookPage.Item] {
        let label = "To take it back"
        switch deed {
        case .command(let host, let command):
            return [typed(label + place(host), [hand.line(command, on: host)], on: host)]
        case .http(let look):
            return [
                typed(label, [hand.line(look)], on: nil),
                .words(label: "Good is", LookByHand.good(look)),
            ]
        case .sql(let sql): return [typed(label, [hand.line(sql)], on: nil)]
        case .container(let deed): return [typed(label, [hand.line(deed)], on: nil)]
        case .wait, .include, .parallel, .manual, .approve:
            return [.words(label: label, deed.shown)]
        }
    }

    // MARK: Deeds

    private mutating func items(
        _ deed: Deed,
        of step: RunbookStep,
        at number: String,
        saving names: [String]
    ) -> [RunbookPage.Item] {
        func kept(_ line: String) -> [String] { Self.kept(line, as: names) }
        switch deed {
        case .command(let host, let command):
            return [typed("Run" + place(host), kept(hand.line(command, on: host)), on: host)]
        case .http(let look):
            return [
                typed("Ask", kept(hand.line(look)), on: nil),
                .words(label: "Good is", LookByHand.good(look)),
            ]
        case .sql(let sql): return [typed("Ask the database", kept(hand.line(sql)), on: nil)]
        case .container(let deed):
            let of = deed.host.map { ", the container of \($0)" } ?? ""
            return [typed("Run here\(of)", [hand.line(deed)], on: nil)]
        case .wait(let wait): return items(wait)
        case .manual(let text): return [.words(label: "Do", text.shown)]
        case .approve(let approval):
            let people = approval.by.isEmpty ? "anybody" : alternatives(approval.by)
            approvals.append("step \(number), \(step.title): \(people)")
            return [
                .words(label: "Ask", approval.question.shown),
                .words(
                    label: "Who may say so",
                    "\(people); no answer within \(approval.timeout) is a no"
                ),
                .blank(name: "approved by", "and when"),
            ]
        case .include, .parallel: return []
        }
    }

    private mutating func items(_ wait: RunbookWait) -> [RunbookPage.Item] {
        let contrary = wait.state == .down
        let length = wait.holds == .zero ? "" : ", and stays so for \(wait.holds)"
        switch wait.until {
        case nil: return [typed("Wait", ["sleep \(Self.seconds(wait.holds))"], on: nil)]
        case .probe(let name):
            let wanted = contrary ? "down" : "up"
            return [
                .words(
                    label: "Wait",
                    "until the probe \(name) of the experiment is \(wanted)\(length), within"
                        + " \(wait.within); what it looks at is in that experiment's file"
                )
            ]
        case .look(let kind, let name, let every):
            let look = LookByHand(kind, hand)
            let called = name.map { " (\($0))" } ?? ""
            let goal = contrary ? "it is anything but \(look.good)" : "it is \(look.good)"
            return [
                typed("Look every \(every)\(called)", look.lines, on: Self.host(of: kind)),
                .words(label: "Wait", "until \(goal)\(length); within \(wait.within)"),
            ]
        }
    }

    private mutating func items(_ when: When) -> [RunbookPage.Item] {
        switch when {
        case .value: return [.words(label: "Only if", "\(when.shown); else leave this step out")]
        case .look(let kind, let state):
            let look = LookByHand(kind, hand)
            let wanted = state == .down ? "it is anything but \(look.good)" : "it is \(look.good)"
            return [
                typed("Look first", look.lines, on: Self.host(of: kind)),
                .words(label: "Only if", "\(wanted); else leave this step out"),
            ]
        }
    }

    /// What is kept whole, the shell can keep.
    private static func kept(_ line: String, as names: [String]) -> [String] {
        guard let first = names.first else { return [line] }
        let others = names.dropFirst().map { "\($0)=$\(first)" }
        // Not `echo`: that of some shells takes a backslash in the value for the start of something else.
        let shown = #"printf 'exit code %s: %s\n' "$?" "$\#(first)""#
        return ["\(first)=$(\(line))", shown] + others
    }

    // MARK: Words

    private mutating func typed(
        _ label: String,
        _ lines: [String],
        on host: String?
    ) -> RunbookPage.Item {
        if let host, !hosts.contains(host) { hosts.append(host) }
        return .typed(label: label, lines: lines, login: hand.way(to: host).typed)
    }

    private func place(_ host: String?) -> String {
        guard let host else { return " here" }
        let way = hand.way(to: host)
        return way.login.isEmpty || way.user.isEmpty
            ? " on \(host)" : " on \(host), as \(way.user)"
    }

    private mutating func note(_ step: RunbookStep) {
        for secret in Self.secrets(step) where !secrets.contains(secret) { secrets.append(secret) }
    }

    private static func saved(_ name: String) -> Text { Text(parts: [.saved(name)]) }

    private static func host(of kind: Probe.Kind) -> String? {
        switch kind {
        case .command(let look): look.host
        case .log(let look): look.host
        case .loadBalancer(let look):
            if case .socket(_, let host, _) = look.way { host } else { nil }
        default: nil
        }
    }

    private static func facts(of step: RunbookStep) -> [String] {
        var facts: [String] = []
        if let budget = step.budget { facts.append("\(budget) at most") }
        if step.isOptional { facts.append("optional: failing doesn't fail the whole") }
        if let retry = step.retry { facts.append(retry.shown) }
        if step.isIdempotent { facts.append("may be done again") }
        return facts
    }

    private static func words(_ part: Save.Part) -> String {
        switch part {
        case .whole: "all of the answer"
        case .json(let path): "what the answer has at \(path.written)"
        case .match(let pattern):
            "what /\(pattern)/ finds in the answer, its first group where it has one"
        }
    }

    private static func seconds(_ span: Span) -> String {
        let seconds = (span.ns + 999_999_999) / 1_000_000_000
        return "\(seconds)"
    }

    private static func texts(_ step: RunbookStep) -> [Text] {
        (step.deed?.texts ?? []) + step.expect.texts + (step.verify?.look.texts ?? [])
            + (step.undo?.texts ?? []) + (step.when?.texts ?? [])
    }

    private static func environment(_ step: RunbookStep) -> [String] {
        texts(step).flatMap(\.parts).compactMap { part in
            if case .environment(let name) = part { name } else { nil }
        }
    }

    /// `$TOKEN`, or the file, that a step needs.
    private static func secrets(_ step: RunbookStep) -> [String] {
        texts(step).flatMap(\.parts).compactMap { part in
            switch part {
            case .environment(let name): "the variable \(name) of the environment"
            case .file(let path): "the file \(path)"
            case .literal, .value, .it, .saved: nil
            }
        }
    }
}
