extension Lease {
    /// What `arm` answers.
    package enum Armed: Hashable, Sendable {
        /// The dead-man lives; `isInMemory` is false where a full disk could stop it.
        case armed(pid: Int, place: String, isInMemory: Bool)
        /// A lease of this run, fault and host is there already, in this state.
        case exists(state: String)
        /// Another run holds the host.
        case locked(run: String, who: String)
        /// No lease, so no fault; says why.
        case failed(String)

        package init(_ output: String) {
            let (word, rest) = Answer.first(of: output)
            switch word {
            case "armed":
                let fields = Answer.fields(rest)
                if let pid = fields["pid"].flatMap({ Int($0) }), let place = fields["place"] {
                    let isInMemory = Lease.memoryFileSystems.contains(fields["on"] ?? "")
                    self = .armed(pid: pid, place: place, isInMemory: isInMemory)
                } else {
                    self = .failed(Answer.unclear(output))
                }
            case "exists" where !rest.isEmpty: self = .exists(state: rest)
            case "locked":
                let (run, who) = Answer.holder(rest)
                self = .locked(run: run, who: who)
            case "failed": self = .failed(rest)
            default: self = .failed(Answer.unclear(output))
            }
        }
    }

    /// What `extend` answers.
    package enum Extended: Hashable, Sendable {
        /// `isRevived` where its dead-man was gone and another was started, or it was stopped and woken.
        case extended(isRevived: Bool)
        /// It lapsed, or is being healed: the fault is undone or about to be.
        case tooLate(state: String)
        /// The dead-man died with an earlier boot, or no other can be started: nothing but `heal` undoes
        /// this.
        case gone
        /// There is no such lease.
        case none
        /// Nothing can be written where it lies: it ends when its deadline passes.
        case frozen(place: String)
        case unclear(String)

        package init(_ output: String) {
            let (word, rest) = Answer.first(of: output)
            switch word {
            case "extended": self = .extended(isRevived: rest == "again")
            case "too-late": self = .tooLate(state: rest)
            case "gone": self = .gone
            case "none": self = .none
            case "frozen": self = .frozen(place: rest)
            default: self = .unclear(Answer.unclear(output))
            }
        }
    }

    /// How often an undo was tried on the target.
    package struct Tries: Hashable, Sendable {
        /// How many have ended, each with a failure.
        package var failed: Int
        /// How long the one that goes on has done so; nil in the pause between two.
        package var goingOn: Span?

        /// How many there are until it is given up.
        package static let most = 5

        package init(failed: Int, goingOn: Span? = nil) {
            self.failed = failed
            self.goingOn = goingOn
        }

        fileprivate init?(_ rest: String) {
            let fields = Answer.fields(rest).compactMapValues { Int64($0) }
            guard let number = fields["try"], let failed = fields["failed"] else { return nil }
            self.init(
                failed: Int(failed),
                goingOn: number > failed ? fields["for"].map { .milliseconds($0 * 10) } : nil
            )
        }
    }

    /// What `heal` answers.
    package enum Healed: Hashable, Sendable {
        /// The undo succeeded, now or earlier; `log` is the end of what it printed, `isLapse` true where
        /// the deadline passed before anybody asked.
        case healed(log: String, isLapse: Bool = false)
        /// There is no such lease, and another run has some on the host.
        case locked(run: String, who: String)
        /// There is no such lease: never armed, cleaned already, or lost with a reboot.
        case none
        /// The undo failed five times.
        case failed(log: String)
        /// Still under way when patience ran out; `log` is the end of what its undo has printed by then.
        case healing(state: String, tries: Tries?, log: String)
        /// Nothing can be written where it lies, so that nobody can claim it: undo from elsewhere.
        case frozen(place: String)
        case unclear(String)

        package init(_ output: String) {
            let (word, rest) = Answer.first(of: output)
            switch word {
            case "healed": self = .healed(log: Answer.after(output), isLapse: rest == "lapsed")
            case "locked":
                let (run, who) = Answer.holder(rest)
                self = .locked(run: run, who: who)
            case "none": self = .none
            case "failed": self = .failed(log: Answer.after(output))
            case "healing":
                self = .healing(
                    state: String(rest.prefix { $0 != " " }),
                    tries: Tries(rest),
                    log: Answer.after(output)
                )
            case "frozen": self = .frozen(place: rest)
            default: self = .unclear(Answer.unclear(output))
            }
        }
    }

    /// What `state` answers.
    package struct State: Hashable, Sendable {
        package enum Phase: String, Hashable, Sendable {
            case none, arming, armed, firing, healed, failed, unclear
        }

        package var phase: Phase
        package var isAlive: Bool
        /// Until it heals itself; negative when late.
        package var left: Span
        package var log: String

        package init(_ output: String) {
            let (word, rest) = Answer.first(of: output)
            phase = Phase(rawValue: word) ?? .unclear
            isAlive = rest.split(separator: " ").contains("alive")
            let left = Answer.fields(rest)["left"].flatMap { Int64($0) } ?? 0
            self.left = .milliseconds(left * 10)
            log = Answer.after(output)
        }
    }

    /// What `clean` answers.
    package enum Cleaned: Hashable, Sendable {
        case cleaned
        case notHealed(state: String)
        case unclear(String)

        package init(_ output: String) {
            let (word, rest) = Answer.first(of: output)
            switch word {
            case "cleaned": self = .cleaned
            case "not-healed": self = .notHealed(state: rest)
            default: self = .unclear(Answer.unclear(output))
            }
        }
    }

    /// One lease of those that `list` found.
    package struct Listed: Hashable, Sendable {
        package var run: String
        package var fault: String
        package var host: String
        package var phase: State.Phase
        package var isAlive: Bool

        /// The leases and who holds the host, if anybody.
        package static func leases(
            _ output: String
        ) -> (leases: [Listed], holder: (run: String, who: String)?) {
            var leases: [Listed] = []
            var holder: (run: String, who: String)?
            for line in Answer.lines(output) {
                let words = line.split(separator: " ").map(String.init)
                if words.first == "lock", words.count == 3 {
                    holder = (Lease.decoded(words[1]), Lease.decoded(words[2]))
                } else if words.first == "lease", words.count == 6 {
                    leases.append(
                        Listed(
                            run: Lease.decoded(words[3]),
                            fault: Lease.decoded(words[4]),
                            host: Lease.decoded(words[5]),
                            phase: State.Phase(rawValue: words[1]) ?? .unclear,
                            isAlive: words[2] == "alive"
                        )
                    )
                }
            }
            return (leases, holder)
        }
    }

    /// Reads lines that begin with `drill-lease `; whatever a login shell printed before is skipped.
    private enum Answer {
        private static let mark = "drill-lease "

        static func lines(_ output: String) -> [Substring] {
            output.split(whereSeparator: \.isNewline).filter { $0.hasPrefix(mark) }
                .map { $0.dropFirst(mark.count) }
        }

        static func first(of output: String) -> (word: String, rest: String) {
            guard let line = lines(output).first else { return ("", "") }
            let word = line.prefix { $0 != " " }
            return (String(word), String(line.dropFirst(word.count + 1)))
        }

        /// What follows the answer: the end of the undo's log.
        static func after(_ output: String) -> String {
            let lines = output.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            guard let index = lines.firstIndex(where: { $0.hasPrefix(mark) }) else { return "" }
            return lines[(index + 1)...].joined(separator: "\n")
        }

        static func fields(_ text: String) -> [String: String] {
            var fields: [String: String] = [:]
            for word in text.split(separator: " ") {
                let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
                if parts.count == 2 { fields[parts[0]] = parts[1] }
            }
            return fields
        }

        static func holder(_ rest: String) -> (run: String, who: String) {
            let words = rest.split(separator: " ").map(String.init)
            return (Lease.decoded(words.first ?? ""), Lease.decoded(words.last ?? ""))
        }

        static func unclear(_ output: String) -> String {
            output.isEmpty
                ? "no answer" : "not understood: " + String(output.prefix(200))
        }
    }
}
