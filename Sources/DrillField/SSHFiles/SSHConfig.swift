internal import Foundation

/// What ssh_config files say of a host, as far as drill follows them itself (ssh_config(5)).
///
/// It follows HostName, User, Port, IdentityFile and ProxyJump. Anything else that is set for a host,
/// or that can't be decided without running something, is a reason to take OpenSSH for it.
struct SSHConfig: Hashable, Sendable {
    /// A line of a file, with the blocks that it stands in.
    struct Line: Hashable, Sendable {
        /// In lower case.
        var keyword: String
        var words: [String]
        /// The `Host` patterns and `Match` criteria that must hold, outermost first.
        var conditions: [Condition]
        var place: String
        /// From the system's own file, where a distribution sets harmless defaults for all.
        var isSystem: Bool
    }

    enum Condition: Hashable, Sendable {
        case host([String])
        case match([String])
    }

    /// What holds for one host.
    struct Settings: Hashable, Sendable {
        var hostName: String?
        var user: String?
        var port: Int?
        var identityFiles: [String] = []
        var proxyJump: String?
        /// What only OpenSSH can follow, as `IdentityAgent (~/.ssh/config:12)`.
        var beyond: [String] = []
    }

    /// What a distribution's /etc/ssh/ssh_config sets for everybody and which changes no way to a host.
    private static let harmless: Set<String> = [
        "sendenv", "hashknownhosts", "gssapiauthentication", "gssapidelegatecredentials",
        "forwardx11trusted",
    ]

    var lines: [Line] = []

    /// Adds a file; what was added first wins.
    ///
    /// `include` gives the files that an `Include` pattern stands for.
    mutating func read(
        _ text: String,
        file: String,
        isSystem: Bool = false,
        include: (_ pattern: String) -> [(path: String, text: String)] = { _ in [] }
    ) {
        read(text, file: file, isSystem: isSystem, within: [], depth: 0, include)
    }

    private mutating func read(
        _ text: String,
        file: String,
        isSystem: Bool,
        within outer: [Condition],
        depth: Int,
        _ include: (_ pattern: String) -> [(path: String, text: String)]
    ) {
        var conditions = outer
        for (index, raw) in text.split(
            omittingEmptySubsequences: false,
            whereSeparator: \.isNewline
        )
        .enumerated() {
            guard let (keyword, words) = Self.split(String(raw)) else { continue }
            switch keyword {
            case "host": conditions = outer + [.host(words)]
            case "match": conditions = outer + [.match(words)]
            case "include" where depth < 16:
                for pattern in words {
                    for (path, text) in include(pattern) {
                        read(
                            text,
                            file: path,
                            isSystem: isSystem,
                            within: conditions,
                            depth: depth + 1,
                            include
                        )
                    }
                }
            default:
                lines.append(
                    Line(
                        keyword: keyword,
                        words: words,
                        conditions: conditions,
                        place: "\(file):\(index + 1)",
                        isSystem: isSystem
                    )
                )
            }
        }
    }

    /// What the files say of a host, by the name or address that it is called with.
    func settings(for name: String) -> Settings {
        var settings = Settings()
        for line in lines where !(line.isSystem && Self.harmless.contains(line.keyword)) {
            switch Self.holds(line.conditions, for: name) {
            case .no: continue
            case .unclear(let condition):
                settings.beyond.append("Match \(condition) (\(line.place))")
            case .yes: Self.apply(line, to: &settings)
            }
        }
        var seen: Set<String> = []
        settings.beyond = settings.beyond.filter { seen.insert($0).inserted }
        return settings
    }

    private static func apply(_ line: Line, to settings: inout Settings) {
        guard let value = line.words.first else { return }
        // Tokens such as %h and %r are OpenSSH's to fill in.
        let isPlain = line.words.count == 1 && !value.contains("%") && !value.contains("${")
        switch line.keyword {
        case "hostname" where isPlain: settings.hostName = settings.hostName ?? value
        case "user" where isPlain: settings.user = settings.user ?? value
        case "port" where Int(value) != nil: settings.port = settings.port ?? Int(value)
        case "identityfile" where isPlain && value.lowercased() != "none":
            settings.identityFiles.append(value)
        case "proxyjump" where isPlain: settings.proxyJump = settings.proxyJump ?? value
        default: settings.beyond.append("\(line.keyword) (\(line.place))")
        }
    }

    private enum Answer {
        case yes, no
        case unclear(String)
    }

    private static func holds(_ conditions: [Condition], for name: String) -> Answer {
        var unclear: String?
        for condition in conditions {
            switch condition {
            case .host(let patterns):
                if !HostPattern.matches(name, anyOf: patterns.map { $0.lowercased() }) {
                    return .no
                }
            case .match(let words):
                switch match(words, name) {
                case .yes: break
                case .no: return .no
                case .unclear(let text): unclear = text
                }
            }
        }
        return unclear.map { .unclear($0) } ?? .yes
    }

    /// Only what excludes the host by its name is decided here; all else may run commands or depend on
    /// what isn't known yet.
    private static func match(_ words: [String], _ name: String) -> Answer {
        var rest = words[...]
        while let criterion = rest.popFirst()?.lowercased() {
            if criterion == "originalhost", let patterns = rest.first,
                !HostPattern.matches(
                    name,
                    anyOf: patterns.split(separator: ",").map { $0.lowercased() }
                )
            {
                return .no
            }
            if criterion != "all" { _ = rest.popFirst() }
        }
        return .unclear(words.joined(separator: " "))
    }

    /// A line's keyword in lower case and its words; nil for blank lines and comments.
    ///
    /// `Keyword value`, `Keyword=value`, double quotes around values with spaces.
    private static func split(_ line: String) -> (String, [String])? {
        let text = line.drop { $0.isWhitespace }
        guard let first = text.first, first != "#" else { return nil }
        let keyword = text.prefix { !$0.isWhitespace && $0 != "=" }
        var rest = text.dropFirst(keyword.count).drop { $0.isWhitespace }
        if rest.first == "=" { rest = rest.dropFirst() }
        var words: [String] = []
        var word = ""
        var isQuoted = false
        var isStarted = false
        for character in rest {
            if character == "\"" {
                isQuoted.toggle()
                isStarted = true
            } else if character.isWhitespace && !isQuoted {
                if isStarted { words.append(word) }
                word = ""
                isStarted = false
            } else if character == "#" && !isStarted {
                break
            } else {
                word.append(character)
                isStarted = true
            }
        }
        if isStarted { words.append(word) }
        return (keyword.lowercased(), words)
    }
}
