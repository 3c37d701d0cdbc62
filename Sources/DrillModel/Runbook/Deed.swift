/// What a step of a runbook does, or how it is taken back.
package indirect enum Deed: Hashable, Codable, Sendable {
    /// Nil runs it on the controller.
    case command(host: String?, Command)
    /// One request; what the answer must be is in the look and in the step's `expect`.
    case http(HTTPLook)
    case sql(SQLDeed)
    case container(ContainerDeed)
    case wait(RunbookWait)
    case include(Include)
    /// Steps at once; done when each of them is.
    case parallel([RunbookStep])
    /// Something that a person does and confirms.
    case manual(Text)
    case approve(Approval)
}

/// A statement for PostgreSQL; its answer is the first column of its first row.
package struct SQLDeed: Hashable, Codable, Sendable {
    package var url: Text
    package var query: Text

    package init(url: Text, query: Text) {
        self.url = url
        self.query = query
    }
}

/// A change of a host's container, through the engine.
package struct ContainerDeed: Hashable, Codable, Sendable {
    package enum Verb: String, Codable, Sendable, CaseIterable {
        case start, stop, restart, kill, pause, unpause
    }

    package var verb: Verb
    /// The host whose container it is; nil where the container is named.
    package var host: String?
    package var container: String

    package init(_ verb: Verb, host: String? = nil, container: String) {
        self.verb = verb
        self.host = host
        self.container = container
    }
}

/// Waits for a probe or a look, or just for some time.
package struct RunbookWait: Hashable, Codable, Sendable {
    package enum Until: Hashable, Codable, Sendable {
        /// A probe of the experiment that carries the runbook out: only samples sent after the step began.
        case probe(String)
        /// A look of the runbook's own, made again and again; `name` is its probe's, where it has one.
        case look(Probe.Kind, name: String?, every: Span)
    }

    /// Nil waits for `holds`, whatever is seen.
    package var until: Until?
    package var state: ProbeState
    /// The file's `for`: how long the state must hold.
    package var holds: Span
    package var within: Span

    package init(
        until: Until?,
        state: ProbeState = .up,
        holds: Span = .zero,
        within: Span = .seconds(60)
    ) {
        self.until = until
        self.state = state
        self.holds = holds
        self.within = within
    }
}

/// Another runbook, carried out as one step.
package struct Include: Hashable, Codable, Sendable {
    package var runbook: Runbook
    /// What its inputs are; they may use what earlier steps saved.
    package var with: [String: Text]

    package init(_ runbook: Runbook, with: [String: Text] = [:]) {
        self.runbook = runbook
        self.with = with
    }
}

/// A person's word that it may go on.
package struct Approval: Hashable, Codable, Sendable {
    /// What is asked.
    package var question: Text
    /// Who may approve; empty is anybody.
    package var by: [String]
    /// Nobody's word after this long is a no.
    package var timeout: Span

    package init(_ question: Text, by: [String] = [], timeout: Span = .minutes(10)) {
        self.question = question
        self.by = by
        self.timeout = timeout
    }
}

extension Deed {
    /// The host or container that it changes, in words; nil where it only looks or asks.
    package var place: String? {
        switch self {
        case .command(let host, _): host ?? "the controller"
        case .container(let deed): deed.host ?? "the container \(deed.container)"
        case .http(let look): look.method == "GET" || look.method == "HEAD" ? nil : look.url.shown
        case .sql: "a database"
        case .wait, .include, .parallel, .manual, .approve: nil
        }
    }

    /// The one host that it is carried out on; nil is the controller, or several.
    package var host: String? {
        switch self {
        case .command(let host, _): host
        case .container(let deed): deed.host
        case .http, .sql, .wait, .include, .parallel, .manual, .approve: nil
        }
    }

    /// What will really be done, as a person would type or say it; secrets stay `${...}`.
    package var shown: String {
        switch self {
        case .command(_, let command): command.shown
        case .http(let look): "\(look.method) \(look.url.shown)"
        case .sql(let deed): deed.query.shown
        case .container(let deed): "docker \(deed.verb.rawValue) \(Shell.quoted(deed.container))"
        case .wait(let wait): wait.shown
        case .include(let include): "runbook \(include.runbook.name)"
        case .parallel(let steps): "at once: " + steps.map(\.title).joined(separator: ", ")
        case .manual(let text): text.shown
        case .approve(let approval): approval.question.shown
        }
    }

    /// Every text that may hold a secret or what an earlier step saved; those of inner steps aren't in it.
    package var texts: [Text] {
        switch self {
        case .command(_, let command): command.texts
        case .http(let look): Probe.Kind.http(look).texts
        case .sql(let deed): [deed.url, deed.query]
        case .container, .parallel: []
        case .wait(let wait): if case .look(let kind, _, _) = wait.until { kind.texts } else { [] }
        case .include(let include): Array(include.with.values)
        case .manual(let text): [text]
        case .approve(let approval): [approval.question]
        }
    }
}

extension RunbookWait {
    /// `until replicas is up for 5s, within 60s`, for sentences.
    package var shown: String {
        guard let until else { return "wait \(holds)" }
        let what =
            switch until {
            case .probe(let name): name
            case .look(_, let name?, _): name
            case .look(let kind, nil, _): kind.shown
            }
        let wanted = state == .down ? " is down" : ""
        let length = holds == .zero ? "" : " for \(holds)"
        return "wait until \(what)\(wanted)\(length), within \(within)"
    }
}
