/// What a check asks about a runbook: of each host, of servers, of the engine, and of the environment.
///
/// Nothing in it changes anything: it is made of the file alone, and says only what to look at.
package struct RunbookInquiry: Sendable {
    /// Something asked of a host, for the steps that need it.
    package struct Question: Hashable, Sendable {
        package enum Kind: Hashable, Sendable {
            /// A program, by name or path; a script must parse, too.
            case tool(String)
            /// A file that is read.
            case file(String)
            /// A script that an interpreter is given.
            case script(interpreter: String, path: String)
            /// A shell string: by `sh`, as on the controller and by sudo, or else by the login shell.
            case parses(String, bySh: Bool)
            /// What `sudo -n` must allow.
            case mayRun([String])
        }

        package var kind: Kind
        package var steps: [RunbookStepPlace]
    }

    /// A server that is asked as a step would ask it.
    package struct Look: Hashable, Sendable {
        package var kind: Probe.Kind
        /// Whether the step itself asks it; else it is a look of its.
        package var isDeed: Bool
        package var steps: [RunbookStepPlace]
    }

    package struct Container: Hashable, Sendable {
        package var name: String
        package var steps: [RunbookStepPlace]
    }

    package struct Secret: Hashable, Sendable {
        package var part: Text.Part
        package var steps: [RunbookStepPlace]
    }

    /// By host, `Action.controller` for this machine, in the order of the steps.
    package private(set) var hosts: [(name: String, questions: [Question])] = []
    package private(set) var looks: [Look] = []
    package private(set) var containers: [Container] = []
    package private(set) var secrets: [Secret] = []
    /// Steps of which something can't be told before the run.
    package private(set) var open: [RunbookStepPlace] = []
    /// What stands there for nothing yet: inputs, and what steps save.
    package private(set) var openNames: [String] = []
    /// How often each path is asked for.
    private var asked: [String: Int] = [:]

    package init(_ runbook: Runbook) {
        for (place, step) in runbook.filledPlaces {
            for (mark, deed) in [("deed", step.deed), ("undo", step.undo)] {
                add(deed, of: place.at(step.marks?[mark]))
            }
            for (mark, look) in step.looksByMark {
                add(look: look, of: place.at(step.marks?[mark]))
            }
            let texts =
                (step.deed?.texts ?? []) + (step.undo?.texts ?? []) + step.expect.texts
                + step.looks.flatMap(\.texts) + (step.when?.texts ?? [])
            for part in texts.flatMap(\.parts) {
                switch part {
                case .environment, .file: add(secret: part, of: place)
                case .literal, .value, .it, .saved: continue
                }
            }
        }
        let mentions = RunbookMentions(runbook, asked: asked)
        for index in hosts.indices {
            hosts[index].questions.removeAll { mentions.mayMake($0.kind) }
        }
    }

    private mutating func add(_ deed: Deed?, of place: RunbookStepPlace) {
        switch deed {
        case .command(let host, let command): add(command, on: host, of: place)
        case .sql(let deed):
            // Not the statement: nobody knows what it would change.
            let look = SQLLook(url: deed.url, query: Text("select 1"), condition: .anyRow)
            add(.sql(look), isDeed: true, of: place)
        case .http(let look):
            guard let server = look.server else { return leave(place, for: [look.url]) }
            add(.tcp(server), isDeed: true, of: place)
        case .container(let deed):
            if let index = containers.firstIndex(where: { $0.name == deed.container }) {
                containers[index].steps.append(place)
            } else {
                containers.append(Container(name: deed.container, steps: [place]))
            }
        case .wait, .include, .parallel, .manual, .approve, nil: break
        }
    }

    private mutating func add(look kind: Probe.Kind, of place: RunbookStepPlace) {
        let commands = kind.commands
        guard commands.isEmpty else {
            for (command, host) in commands { add(command, on: host, of: place) }
            return
        }
        // A look of another method than these may be a deed to the server.
        if case .http(let http) = kind, !["GET", "HEAD"].contains(http.method) {
            guard let server = http.server else { return leave(place, for: [http.url]) }
            return add(.tcp(server), isDeed: false, of: place)
        }
        add(kind, isDeed: false, of: place)
    }

    private mutating func add(_ kind: Probe.Kind, isDeed: Bool, of place: RunbookStepPlace) {
        guard kind.texts.allSatisfy(\.unsaved.isEmpty) else {
            return leave(place, for: kind.texts)
        }
        if let index = looks.firstIndex(where: { $0.kind == kind }) {
            looks[index].steps.append(place)
        } else {
            looks.append(Look(kind: kind, isDeed: isDeed, steps: [place]))
        }
    }

    /// Passes by what only the run knows.
    private mutating func leave(_ place: RunbookStepPlace, for texts: [Text]) {
        open.append(place)
        openNames = (openNames + texts.flatMap(\.unsaved)).unique
    }

    private mutating func add(secret part: Text.Part, of place: RunbookStepPlace) {
        if let index = secrets.firstIndex(where: { $0.part == part }) {
            secrets[index].steps.append(place)
        } else {
            secrets.append(Secret(part: part, steps: [place]))
        }
    }

    // MARK: Commands

    private mutating func add(_ command: Command, on host: String?, of place: RunbookStepPlace) {
        let host = host ?? Action.controller
        // A host is looked at even where nothing is asked of it but to be there.
        if !hosts.contains(where: { $0.name == host }) { hosts.append((host, [])) }
        if !command.texts.allSatisfy(\.unsaved.isEmpty) { leave(place, for: command.texts) }
        switch command.body {
        case .list(let words):
            let plain = words.map(\.closed)
            ask(CommandNeeds.ofWords(plain), of: host, place)
            if command.sudo, !plain.contains(nil) {
                ask([.mayRun(plain.compactMap(\.self))], of: host, place)
            }
        case .shell(let text):
            let filled = text.resolved(quoting: Shell.quoted) { _ in "x" }
            let bySh = command.sudo || host == Action.controller
            ask([.parses(filled, bySh: bySh)], of: host, place)
            ask(CommandNeeds.ofScript(text.forReading), of: host, place)
            if command.sudo, let closed = text.closed(quoting: Shell.quoted) {
                ask([.mayRun(["sh", "-c", closed])], of: host, place)
            }
        }
    }

    private mutating func ask(
        _ kinds: [Question.Kind],
        of host: String,
        _ place: RunbookStepPlace
    ) {
        guard let index = hosts.firstIndex(where: { $0.name == host }) else { return }
        for kind in kinds {
            if let path = kind.path { asked[path, default: 0] += 1 }
            if let known = hosts[index].questions.firstIndex(where: { $0.kind == kind }) {
                if hosts[index].questions[known].steps.last != place {
                    hosts[index].questions[known].steps.append(place)
                }
            } else {
                hosts[index].questions.append(Question(kind: kind, steps: [place]))
            }
        }
    }
}

extension Text {
    /// The text where nothing of it is open.
    fileprivate var closed: String? { closed { $0 } }

    fileprivate func closed(quoting: (String) -> String) -> String? {
        var result = ""
        for part in parts {
            switch part {
            case .literal(let text): result += text
            case .value(let text): result += quoting(text)
            case .environment, .file, .it, .saved: return nil
            }
        }
        return result
    }
}

extension Text {
    /// As a script to read, not to run.
    var forReading: String { parts.map(\.forReading).joined() }
}

extension Text.Part {
    /// As it stands in a script; what is open is a variable there.
    fileprivate var forReading: String {
        switch self {
        case .literal(let text): text
        case .value(let text): Shell.quoted(text)
        case .environment, .file, .it, .saved: "\"$open\""
        }
    }
}

extension HTTPLook {
    /// Where its server listens; nil where that is known only to the run.
    fileprivate var server: TCPLook? {
        guard let url = url.closed, let start = url.firstRange(of: "://") else { return nil }
        let scheme = url[..<start.lowerBound].lowercased()
        let authority = url[start.upperBound...].prefix { !"/?#".contains($0) }
        let place = authority.split(separator: "@").last.map(String.init) ?? ""
        guard !place.isEmpty else { return nil }
        var host = place
        var port = scheme == "https" ? 443 : 80
        if let colon = place.lastIndex(of: ":"), !place.hasSuffix("]"),
            let number = Int(place[place.index(after: colon)...])
        {
            port = number
            host = String(place[..<colon])
        }
        return TCPLook(address: Text(host.filter { !"[]".contains($0) }), port: port)
    }
}
