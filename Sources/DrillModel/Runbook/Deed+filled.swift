extension RunbookStep {
    /// The step with what earlier ones saved put in; steps inside of it, which may see more, stay open.
    package func filled(with saved: [String: Text]) -> RunbookStep {
        var step = self
        step.deed = deed?.filled(with: saved)
        step.expect = expect.filled(with: saved)
        if let look = verify?.look { step.verify?.look = look.filled(with: saved) }
        step.undo = undo?.filled(with: saved)
        return step
    }

    /// The names in what it does, expects and verifies, and not in its undo, that still stand for nothing.
    package var unsaved: [String] {
        let texts = (deed?.texts ?? []) + expect.texts + (verify?.look.texts ?? [])
        return texts.flatMap(\.unsaved).unique
    }
}

extension Deed {
    package func filled(with saved: [String: Text]) -> Deed {
        switch self {
        case .command(let host, let command):
            return .command(host: host, command.filled(with: saved))
        case .http(let look): return .http(look.filled(with: saved))
        case .sql(var deed):
            deed.url = deed.url.filled(with: saved)
            deed.query = deed.query.filled(with: saved)
            return .sql(deed)
        case .wait(var wait):
            if case .look(let kind, let name, let every) = wait.until {
                wait.until = .look(kind.filled(with: saved), name: name, every: every)
            }
            return .wait(wait)
        case .include(var include):
            include.with = include.with.mapValues { $0.filled(with: saved) }
            return .include(include)
        case .manual(let text): return .manual(text.filled(with: saved))
        case .approve(var approval):
            approval.question = approval.question.filled(with: saved)
            return .approve(approval)
        case .container, .parallel: return self
        }
    }
}

extension When {
    package func filled(with saved: [String: Text]) -> When {
        switch self {
        case .look(let kind, let state): .look(kind.filled(with: saved), state)
        case .value(let text, let condition):
            .value(text.filled(with: saved), condition.filled(with: saved))
        }
    }

    package var texts: [Text] {
        switch self {
        case .look(let kind, _): kind.texts
        case .value(let text, let condition): [text] + condition.texts
        }
    }
}

extension Expect {
    package func filled(with saved: [String: Text]) -> Expect {
        var expect = self
        expect.value = value?.filled(with: saved)
        expect.json = json.map {
            Member(path: $0.path, value: $0.value.filled(with: saved))
        }
        return expect
    }

    package var texts: [Text] { (value?.texts ?? []) + json.flatMap(\.value.texts) }
}

extension Condition {
    package func filled(with saved: [String: Text]) -> Condition {
        switch self {
        case .equals(let text): .equals(text.filled(with: saved))
        case .isNot(let text): .isNot(text.filled(with: saved))
        case .match, .number, .present: self
        }
    }

    package var texts: [Text] {
        switch self {
        case .equals(let text), .isNot(let text): [text]
        case .match, .number, .present: []
        }
    }
}

extension HTTPLook {
    package func filled(with saved: [String: Text]) -> HTTPLook {
        var look = self
        look.url = url.filled(with: saved)
        look.headers = headers.mapValues { $0.filled(with: saved) }
        look.body = body?.filled(with: saved)
        return look
    }
}

extension Probe.Kind {
    /// The look with what earlier steps of a runbook saved put in.
    package func filled(with saved: [String: Text]) -> Probe.Kind {
        switch self {
        case .http(let look): return .http(look.filled(with: saved))
        case .tcp(var look):
            look.address = look.address.filled(with: saved)
            return .tcp(look)
        case .sql(var look):
            look.url = look.url.filled(with: saved)
            look.query = look.query.filled(with: saved)
            if case .equals(let value) = look.condition {
                look.condition = .equals(value.filled(with: saved))
            }
            return .sql(look)
        case .command(var look):
            look.command = look.command.filled(with: saved)
            return .command(look)
        case .prometheus(var look):
            look.server = look.server.filled(with: saved)
            look.query = look.query.filled(with: saved)
            return .prometheus(look)
        case .alertmanager(var look):
            look.server = look.server.filled(with: saved)
            return .alertmanager(look)
        case .log(var look):
            if case .file(let path) = look.source { look.source = .file(path.filled(with: saved)) }
            return .log(look)
        case .loadBalancer(var look):
            switch look.way {
            case .page(let page): look.way = .page(page.filled(with: saved))
            case .socket(let path, let host, let sudo):
                look.way = .socket(path: path.filled(with: saved), host: host, sudo: sudo)
            }
            return .loadBalancer(look)
        case .dns(var look):
            look.name = look.name.filled(with: saved)
            return .dns(look)
        case .postgresRole(var look):
            look.urls = look.urls.map { $0.filled(with: saved) }
            return .postgresRole(look)
        case .ledger: return self
        }
    }
}

extension Command {
    package func filled(with saved: [String: Text]) -> Command {
        var command = self
        switch body {
        case .list(let words): command.body = .list(words.map { $0.filled(with: saved) })
        case .shell(let text): command.body = .shell(text.filled(with: saved))
        }
        command.input = input?.filled(with: saved)
        return command
    }
}

extension Text {
    /// The text with what was saved put in: as a value, which a shell string receives quoted, a secret in
    /// it still one.
    package func filled(with saved: [String: Text]) -> Text {
        Text(
            parts: parts.flatMap { part -> [Part] in
                guard case .saved(let name) = part, let text = saved[name] else { return [part] }
                return text.parts.map { part in
                    if case .literal(let text) = part { .value(text) } else { part }
                }
            }
        )
    }

    /// The names of what was saved that it still stands open for.
    package var unsaved: [String] {
        parts.compactMap { part in if case .saved(let name) = part { name } else { nil } }
    }
}
