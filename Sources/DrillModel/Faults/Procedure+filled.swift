extension Procedure {
    /// The procedure as it stands once `capture` has looked: what was saved is put in, and actions
    /// whose `when` doesn't hold are left out.
    ///
    /// The engine journals and carries out only what is filled; filling twice changes nothing.
    package func filled(saved: [String: String]) -> Procedure {
        var procedure = self
        procedure.inject = inject.filled(saved: saved)
        procedure.effective = effective.filled(saved: saved)
        procedure.undo = undo.filled(saved: saved)
        procedure.settled = settled.filled(saved: saved)
        return procedure
    }
}

extension [Action] {
    package func filled(saved: [String: String]) -> [Action] {
        compactMap { $0.filled(saved: saved) }
    }
}

extension Action {
    /// The action with saved values put in; nil where its `when` says that it isn't to be done.
    ///
    /// A `when` about something that was never saved stays open: nothing is left out unseen.
    package func filled(saved: [String: String]) -> Action? {
        var action = self
        if let holds = when?.holds(saved: saved) {
            guard holds else { return nil }
            action.when = nil
        }
        if case .outputSaved(let name) = expect, let value = saved[name] {
            action.expect = .output([value])
        }
        if case .container = verb { action.containerID = saved[Action.idName] ?? containerID }
        switch verb {
        case .command(let host, let command):
            action.verb = .command(host: host, command.filled(saved: saved))
        case .container(let name, .connect(let text)):
            action.verb = .container(name, .connect(saved: text.filled(saved: saved)))
        case .container: break
        }
        return action
    }
}

extension Action {
    /// The name under which `capture` saves the id of the container that a fault hits.
    package static let idName = "id"
}

extension Action.When {
    /// Nil when what it asks about was never saved.
    package func holds(saved: [String: String]) -> Bool? {
        switch self {
        case .saved(let name, let values): saved[name].map { values.contains($0) }
        case .savedNot(let name, let values): saved[name].map { !values.contains($0) }
        }
    }
}

extension Command {
    package func filled(saved: [String: String]) -> Command {
        var command = self
        switch body {
        case .list(let words): command.body = .list(words.map { $0.filled(saved: saved) })
        case .shell(let text): command.body = .shell(text.filled(saved: saved))
        }
        command.input = input?.filled(saved: saved)
        return command
    }

    /// The same as a shell's text; what is open in it arrives quoted, as ever in a shell's text.
    var asShell: Text {
        switch body {
        case .shell(let text): text
        case .list(let words):
            words.reduce(Text("")) { line, word in
                // Every literal part is quoted here, every open one when it is filled in.
                line
                    + Text(
                        parts: word.parts.map { part in
                            guard case .literal(let text) = part else { return part }
                            return .literal(Shell.quoted(text))
                        }
                    ) + " "
            }
        }
    }

    /// A POSIX shell script and its arguments; `name` is its `$0`, which process lists show.
    package static func script(
        _ script: Text,
        name: String,
        _ arguments: [Text] = [],
        sudo: Bool = false
    ) -> Command {
        Command(.list([Text("sh"), Text("-c"), script, Text(name)] + arguments), sudo: sudo)
    }
}

extension Text {
    /// What was saved becomes a value, which a shell string receives quoted.
    package func filled(saved: [String: String]) -> Text {
        Text(
            parts: parts.map { part in
                guard case .saved(let name) = part, let value = saved[name] else { return part }
                return .value(value)
            }
        )
    }

    package static func saved(_ name: String) -> Text { Text(parts: [.saved(name)]) }

    package static func + (left: Text, right: Text) -> Text {
        Text(parts: left.parts + right.parts)
    }
}
