package import DrillModel

/// A runbook for a person in an emergency, when drill may be down too: what to type, step by step.
///
/// Made once, then written as Markdown or HTML; what a step needs is told where it is needed.
package struct RunbookPage: Hashable, Sendable {
    /// What it was made of, and when.
    package struct Origin: Hashable, Sendable {
        /// A file that was read, and the hash of what it held.
        package struct File: Hashable, Sendable {
            package var path: String
            package var hash: String

            package init(path: String, hash: String) {
                self.path = path
                self.hash = hash
            }
        }

        /// The runbook first.
        package var files: [File]
        package var version: String
        package var wallNs: Int64
        package var zone: WallTime.Zone

        package init(
            files: [File],
            version: String,
            wallNs: Int64,
            zone: WallTime.Zone = .utc
        ) {
            self.files = files
            self.version = version
            self.wallNs = wallNs
            self.zone = zone
        }

        /// When it was made: `2026-11-23 15:15:00 CET (2026-11-23 14:15:00 UTC)`.
        var time: String {
            let wall = WallTime(ns: wallNs)
            let utc = wall.shown(in: .utc)
            return zone == .utc ? "\(utc) UTC" : "\(wall.shown(in: zone)) \(zone.name) (\(utc) UTC)"
        }
    }

    /// One thing that is told, typed, or written down.
    enum Item: Hashable, Sendable {
        /// `Expect: exit 3`
        case words(label: String, String)
        /// What is typed; `login` is the part of it that only leads to a host.
        case typed(label: String, lines: [String], login: String)
        /// A value to write down: `lsn = ______`, and what it is.
        case blank(name: String, String)
    }

    struct Step: Hashable, Sendable {
        /// `3.1` is the first of those inside of the third.
        var number: String
        var title: String
        /// `30s at most`, `may be left out`: few words each.
        var facts: [String] = []
        var items: [Item] = []
        /// A head for the steps after it that are inside of it.
        var holdsSteps = false
    }

    /// A host that steps are about, and how a person gets there.
    struct Place: Hashable, Sendable {
        var name: String
        var address: String
        var stands: String
        var login: String
    }

    var name: String
    var about: String?
    var facts: [String] = []
    /// What stands against trusting it, in words.
    var warnings: [String] = []
    /// Whose word is needed, and where.
    var approvals: [String] = []
    var blanks: [Item] = []
    var secrets: [String] = []
    var places: [Place] = []
    /// Rules that hold for every step.
    var rules: [String] = []
    /// What is typed before the first step; nil where nothing needs it.
    var helper: String?
    var steps: [Step] = []
    var origin: Origin

    package init(_ runbook: Runbook, hand: Handwork, origin: Origin) {
        var making = RunbookPageMaking(hand: hand, inventory: runbook.inventory)
        steps = making.steps(of: runbook)
        name = runbook.name
        about = runbook.about
        self.origin = origin
        facts = Self.facts(runbook)
        approvals = making.approvals
        secrets = making.secrets
        places = making.places
        blanks = runbook.inputs.map { input in
            .blank(
                name: making.variable(of: input),
                "the input \(input): whoever carries it out knows it"
            )
        }
        if runbook.inventory == nil, !making.hosts.isEmpty {
            warnings.append(
                "No inventory was given: hosts stand by their names, and how to log in there is a"
                    + " guess. `drill runbook show -i INVENTORY` knows addresses, users and keys."
            )
        }
        let typed = steps.flatMap(\.items).flatMap(\.lines)
        if typed.contains(where: { $0.contains("$(quoted ") }) { helper = Handwork.helper }
        if typed.contains(where: { line in line.unicodeScalars.contains(where: Self.isUnseen) }) {
            warnings.append(
                "Some commands hold control characters, which no page can show: they stand as \u{FFFD}."
                    + " Take those commands from the file itself."
            )
        }
        rules = Self.rules(
            tools: Self.tools(typed),
            hasBlanks: typed.contains { $0.contains("?}\"") },
            hasSecrets: !secrets.isEmpty
        )
    }

    private static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
        scalar != "\n" && scalar != "\t" && Plain.isControl(scalar)
    }

    private static func facts(_ runbook: Runbook) -> [String] {
        var facts: [String] = []
        if let budget = runbook.budget { facts.append("Budget \(budget) for all of it") }
        facts.append(counted(runbook.steps.count, "step"))
        let people = runbook.allSteps.count { $0.isHuman }
        if people > 0 { facts.append("\(people) done by people") }
        if let every = runbook.proveEvery {
            facts.append("to be proven by a drill every \(every.inDays)")
        }
        return facts
    }

    /// Programs that stand for what drill does by itself, as far as commands here begin with them.
    private static func tools(_ typed: [String]) -> [String] {
        ["curl", "dig", "docker", "nc", "psql", "ssh"].filter { tool in
            typed.contains { line in
                line.split { " (|&;".contains($0) || $0.isNewline }.contains { $0 == tool }
            }
        }
    }

    private static func rules(tools: [String], hasBlanks: Bool, hasSecrets: Bool) -> [String] {
        let needed =
            tools.isEmpty
            ? []
            : [
                "It needs \(tools.map { "`\($0)`" }.listed) on this machine. `command not found`, exit code 127,"
                    + " is no answer: install what is missing, or look another way."
            ]
        var rules =
            needed + [
                "Type the commands into `sh`, `bash` or `zsh` on this machine, in order; those that begin with"
                    + " `ssh` run on another one. Commands of this machine run in the folder in which drill"
                    + " would be started.",
                "Unless a step says otherwise, a command has worked when its exit code is 0"
                    + " (`echo $?`), and when a step fails, the runbook ends there: what was done stays done.",
            ]
        if hasBlanks {
            rules.append(
                "`${name?}` in a command stands for a blank of this page or for a secret. Set each in the"
                    + " shell first, `name=VALUE`; while one is unset the shell refuses the command."
            )
        }
        if hasSecrets {
            rules.append(
                "A secret in a command that runs here can be seen by other users of this machine meanwhile;"
                    + " through `ssh` it goes by standard input, where no list of processes has it."
            )
        }
        return rules
    }
}

extension RunbookPage.Item {
    var lines: [String] { if case .typed(_, let lines, _) = self { lines } else { [] } }
}
