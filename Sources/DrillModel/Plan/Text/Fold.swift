/// Procedures that differ only in names, told once.
///
/// Twelve containers are killed by one command with twelve names. The names that differ become words
/// in capitals, and a table says what each stands for on which target, so the text stays exact.
struct Fold: Hashable, Sendable {
    /// With `HOST`, `CONTAINER`, `ADDRESS` and `CHAIN` where the targets' own names stood.
    var stages: [[ShownAction]]
    /// Target to what the words stand for.
    var rows: [(target: String, names: [String: String])]

    static let words = ["HOST", "CONTAINER", "ADDRESS", "CHAIN"]

    /// The words that the stages use, in a fixed order.
    var used: [String] {
        Self.words.filter { word in stages.joined().contains { $0.mentions(word) } }
    }

    static func == (left: Fold, right: Fold) -> Bool { left.stages == right.stages }
    func hash(into hasher: inout Hasher) { hasher.combine(stages) }

    /// Groups the procedures; a group of one keeps its own names.
    static func folded(
        _ procedures: [Procedure],
        hosts: [String: Host],
        scripts: inout Scripts
    ) -> [Fold] {
        var folds: [(key: [[ShownAction]], fold: Fold, alone: [[ShownAction]])] = []
        for procedure in procedures {
            let stages = procedure.stages.map { $0.map { ShownAction($0) } }
            let names = names(of: procedure, host: hosts[procedure.target], in: stages)
            let general = stages.map { $0.map { $0.replacing(names) } }
            if let index = folds.firstIndex(where: { $0.key == general }) {
                folds[index].fold.rows.append((procedure.target, names))
            } else {
                let fold = Fold(stages: general, rows: [(procedure.target, names)])
                folds.append((general, fold, stages))
            }
        }
        return folds.map { entry in
            var fold = entry.fold
            if fold.rows.count == 1 { fold.stages = entry.alone }
            fold.stages = fold.stages.map { $0.map { $0.lifting(into: &scripts) } }
            return fold
        }
    }

    private static func names(
        of procedure: Procedure,
        host: Host?,
        in stages: [[ShownAction]]
    ) -> [String: String] {
        var names = ["HOST": procedure.target]
        names["CONTAINER"] = host?.container
        names["ADDRESS"] = host?.address
        names["CHAIN"] = stages.joined().lazy.compactMap { $0.chain }.first
        // Where a command already has such a word, it could not be told from ours.
        let taken = words.contains { word in stages.joined().contains { $0.mentions(word) } }
        return taken ? [:] : names
    }
}

extension Procedure {
    /// The names under which plans show the stages, in order.
    static let stageNames = ["capture", "inject", "effective", "undo", "settled"]

    fileprivate var stages: [[Action]] { [capture, inject, effective, undo, settled] }
}

/// An action as a plan shows it.
struct ShownAction: Hashable, Sendable {
    /// For people, with what must come of it.
    var what: String
    /// The exact command, its words apart; `[where]` is the first.
    var words: [String]
    /// What is fed to its standard input.
    var input: String?

    var command: String { words.joined(separator: " ") }

    init(_ action: Action) {
        what = action.what + action.outcome
        switch action.verb {
        case .container: words = [action.shown]
        case .command(let host, let command):
            words = ["[\(host == Action.controller ? "controller" : host)]"] + command.shownWords
            input = command.input?.shown
        }
    }

    fileprivate func mentions(_ word: String) -> Bool {
        ([what, input ?? ""] + words).contains { $0.replacingWord(word, with: "") != $0 }
    }

    /// The name of an iptables chain of drill's own, where one occurs.
    fileprivate var chain: String? {
        guard let start = command.firstRange(of: "DRILL-") else { return nil }
        let name = command[start.lowerBound...].prefix { $0.isNamePart }
        return String(name)
    }

    fileprivate func replacing(_ names: [String: String]) -> ShownAction {
        var shown = self
        // The longest first: `lab-db` must not be taken for the `db` in it.
        for (word, name) in names.sorted(by: { ($0.value.count, $0.key) > ($1.value.count, $1.key) }
        ) {
            shown.what = shown.what.replacingWord(name, with: word)
            shown.words = shown.words.map { $0.replacingWord(name, with: word) }
            shown.input = shown.input?.replacingWord(name, with: word)
        }
        return shown
    }

    fileprivate func lifting(into scripts: inout Scripts) -> ShownAction {
        var shown = self
        shown.words = words.map { scripts.lifted($0) }
        return shown
    }
}

/// Long scripts, told once at the end of a plan and called by a shell variable where they are used.
struct Scripts: Sendable {
    private(set) var texts: [String] = []

    /// `"$S1"` for a quoted word of several lines; any other word as it is.
    mutating func lifted(_ word: String) -> String {
        guard word.hasPrefix("'"), word.contains("\n") else { return word }
        let text = Self.unquoted(word)
        if !texts.contains(text) { texts.append(text) }
        let number = (texts.firstIndex(of: text) ?? 0) + 1
        return "\"$S\(number)\""
    }

    /// What `Shell.quoted` was given.
    private static func unquoted(_ word: String) -> String {
        word.dropFirst().dropLast().split(separator: #"'\''"#, omittingEmptySubsequences: false)
            .joined(separator: "'")
    }
}

extension Command {
    /// The words that a person would type, each quoted; exact but for secrets.
    var shownWords: [String] {
        let elevate = sudo ? ["sudo", "-n"] : []
        switch body {
        case .list(let words): return elevate + words.map { Shell.quoted($0.shown) }
        case .shell(let text):
            return sudo ? elevate + ["sh", "-c", Shell.quoted(text.shown)] : [text.shown]
        }
    }
}

extension Action {
    /// What must come of it, where that isn't plainly success.
    fileprivate var outcome: String {
        var parts: [String] = []
        switch expect {
        case .exit(0), .anything: break
        case .exit(let code): parts.append("exits \(code)")
        case .exitNot(let code): parts.append("doesn't exit \(code)")
        case .output(let values): parts.append("is \(values.map { "`\($0)`" }.either)")
        case .outputNot(let values): parts.append("is not \(values.map { "`\($0)`" }.either)")
        case .outputSaved(let name): parts.append("is what `\(name)` was")
        }
        if within > .zero { parts.append("within \(within)") }
        if let saves { parts.append("kept as `\(saves)`") }
        switch when {
        case .saved(let name, let values):
            parts.append("if `\(name)` was \(values.map { "`\($0)`" }.either)")
        case .savedNot(let name, [""]): parts.append("if `\(name)` was anything")
        case .savedNot(let name, let values):
            parts.append("if `\(name)` was not \(values.map { "`\($0)`" }.either)")
        case nil: break
        }
        return parts.isEmpty ? "" : ": " + parts.joined(separator: ", ")
    }
}

extension [String] {
    /// `a`, `a or b`, `a, b or c`.
    var either: String {
        guard let last, count > 1 else { return first ?? "" }
        return dropLast().joined(separator: ", ") + " or " + last
    }
}

extension Character {
    /// Whether it may stand inside a name of a host, container or chain, or inside an address.
    fileprivate var isNamePart: Bool {
        isASCII && (isLetter || isNumber || self == "-" || self == "_" || self == ".")
    }
}

extension String {
    func replacingWord(_ name: String, with word: String) -> String {
        guard !name.isEmpty else { return self }
        var result = ""
        var rest = self[...]
        while let range = rest.firstRange(of: name) {
            let before = range.lowerBound > startIndex ? self[index(before: range.lowerBound)] : " "
            let after = range.upperBound < endIndex ? self[range.upperBound] : " "
            // A dot after a name ends a sentence more often than it starts a domain.
            let isWhole = !before.isNamePart && (!after.isNamePart || after == ".")
            result += rest[..<range.lowerBound] + (isWhole ? word : name)
            rest = rest[range.upperBound...]
        }
        return result + rest
    }
}
