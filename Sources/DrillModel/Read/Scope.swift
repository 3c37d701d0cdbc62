/// The names that one file may use.
struct Scope: Sendable {
    /// Whether the names of hosts can be checked.
    enum Hosts: Sendable {
        case known(Inventory)
        /// The file names no inventory.
        case none
        /// They can't be known here: the inventory has problems, or a runbook is read by itself.
        case unknown
    }

    var variables: [String: String] = [:]
    var hosts = Hosts.unknown
    /// Nil where they can't be known.
    var probes: [String]?
    var who: [String]?
    /// In a `where:` a `${it.name}` stands for the candidate that is looked at.
    var allowsIt = false
    /// Names under which a fault's `capture` keeps what it found, for its other commands; the inputs of a
    /// runbook, and what its steps so far save.
    var saved: [String] = []
    /// What the step that is read saves itself.
    var ownSaves: [String] = []
    /// Every name that some step of the runbook saves, and on which line.
    var savedAnywhere: [String: Int] = [:]
    /// Those of `probes` that are ledgers, which nothing can wait for.
    var ledgers: [String] = []
    /// What is saved isn't all known: a runbook that might save something couldn't be read.
    var isOpen = false
    /// The files of the runbooks that include this one, outermost first.
    var including: [String] = []
    /// Reads what a runbook includes while its steps are read; nil where nothing is included.
    var include: Include?

    typealias Include =
        @Sendable (_ path: String, _ with: Set<String>, Position?, inout Reading) -> Runbook?

    /// The names that `${env:NAME}` may have; nil leaves that to the run.
    var environment: Set<String>?
    /// Where `~` and relative paths of the file start.
    var folder = Folder()
    var faults: [any Fault.Type] = []
    var timeZones = TimeZones.utc
    /// What is wrong with a PostgreSQL address; nil where nothing is.
    var postgresMistake: @Sendable (String) -> String? = { _ in nil }

    var inventory: Inventory? {
        guard case .known(let inventory) = hosts else { return nil }
        return inventory
    }
}

/// Where a file lies, for the paths in it.
struct Folder: Hashable, Sendable {
    /// Empty for the working directory.
    var path = ""
    var home: String?
    /// The working directory; nil leaves relative paths as they are.
    var working: String?

    init(path: String = "", home: String? = nil) {
        self.path = path
        self.home = home
    }

    init(of file: String, home: String?, working: String? = nil) {
        path = file.lastIndex(of: "/").map { String(file[..<$0]) + "/" } ?? ""
        self.home = home
        self.working = working
    }

    /// A path as the file means it: `~` is the home folder, relative ones start beside the file.
    func resolve(_ written: String) -> String {
        if let home, written == "~" || written.hasPrefix("~/") { return home + written.dropFirst() }
        return written.hasPrefix("/") ? written : Self.tidy(path + written)
    }

    /// The same from whichever directory it is used later: a journal outlives its command line.
    func locate(_ written: String) -> String {
        let path = resolve(written)
        guard let working, !path.hasPrefix("/"), !path.hasPrefix("~") else { return path }
        return Self.tidy("\(working)/\(path)")
    }

    /// `a/../b` is `b`, so that messages name files as a person would.
    private static func tidy(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/", omittingEmptySubsequences: true) where part != "." {
            if part == "..", let last = parts.last, last != ".." {
                parts.removeLast()
            } else {
                parts.append(part)
            }
        }
        return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }
}
