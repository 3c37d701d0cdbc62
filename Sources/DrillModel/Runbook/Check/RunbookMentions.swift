/// What the commands of a runbook speak of: what one of them may make or install is no drift where it isn't
/// there yet.
struct RunbookMentions {
    private static let makers: Set<String> = ["install", "add", "cp", "mv", "ln"]
    /// Whoever only looks makes nothing of what it names.
    private static let lookers: Set<String> = [
        "cat", "df", "du", "file", "grep", "head", "ls", "sha256sum", "stat", "tail",
        "wc",
    ]

    private let asked: [String: Int]
    private var words: [String: Int] = [:]
    private var installed: Set<String> = []

    /// `asked` says how often each path is needed, which is no word that it may be made.
    init(_ runbook: Runbook, asked: [String: Int]) {
        self.asked = asked
        for (_, step) in runbook.filledPlaces {
            for case .command(_, let command) in [step.deed, step.undo].compactMap(\.self) {
                add(command)
            }
            for (command, _) in step.looks.flatMap(\.commands) { add(command) }
        }
    }

    private mutating func add(_ command: Command) {
        let text =
            switch command.body {
            case .list(let words): words.map(\.forReading).joined(separator: " ")
            case .shell(let text): text.forReading
            }
        for part in text.split(whereSeparator: { "\n;&|".contains($0) }) {
            let words = part.split { $0.isWhitespace || "\"'`<>()=,:".contains($0) }.map(
                String.init
            )
            guard !Self.lookers.contains(words.first ?? "") else { continue }
            for word in words { self.words[word, default: 0] += 1 }
            if !Self.makers.isDisjoint(with: words) { installed.formUnion(words) }
        }
    }

    /// Whether a command may be what makes it: a path that stands somewhere else, too, or whose folder does, and
    /// a program that is installed.
    func mayMake(_ kind: RunbookInquiry.Question.Kind) -> Bool {
        if let path = kind.path {
            if words[path, default: 0] > asked[path, default: 0] { return true }
            return Self.folders(of: path).contains { words[$0] != nil || words[$0 + "/"] != nil }
        }
        guard case .tool(let name) = kind else { return false }
        return installed.contains(name) || words.keys.contains { $0.hasSuffix("bin/" + name) }
    }

    /// `/a/b/c` is in `/a/b` and `/a`.
    private static func folders(of path: String) -> [String] {
        let names = path.split(separator: "/").dropLast()
        return names.indices.map { "/" + names[...$0].joined(separator: "/") }
    }
}
