import DrillEngine
import DrillField
import DrillModel
import Foundation

/// What a person types on the controller, in a shell, to do without drill what it would have done.
struct ByHand {
    private let inventory: Inventory
    private let hosts: FieldHosts
    private let docker: String

    init(_ inventory: Inventory) {
        self.inventory = inventory
        hosts = FieldHosts(inventory: inventory, environment: Wiring.environment)
        docker = Self.docker
    }

    /// `docker`, told where the engine listens unless that is its usual place.
    ///
    /// One that drill can't use is no place to send a person to; whoever asks it says why.
    static var docker: String {
        let address = try? EngineAddress(environment: Wiring.environment)
        return address.flatMap { $0 == .standard ? nil : "docker -H \(Shell.quoted($0.shown))" }
            ?? "docker"
    }

    /// One command a line, and a word on what must be put into them; where those on the controller were
    /// carried out elsewhere than here, going to that `directory` comes first.
    func lines(_ actions: [Action], in directory: String? = nil) -> [String] {
        var lines = actions.flatMap(lines)
        if let directory, directory != Wiring.workingDirectory, actions.contains(where: isHere) {
            lines.insert("cd \(Shell.quoted(directory))", at: 0)
        }
        guard actions.contains(where: { !$0.secrets.isEmpty }) else { return lines }
        return lines + ["(put in what ${env:…} and ${file:…} stand for: drill keeps no secrets)"]
    }

    private func lines(_ action: Action) -> [String] {
        // Typed as it stands it would put in the words for the thing.
        guard action.unsaved.isEmpty else {
            let names = action.unsaved.map { "${\($0)}" }.listed
            return [
                "(not to be typed as it is: what \(names) stood for is lost, put it in) \(action.shown)"
            ]
        }
        return switch action.verb {
        case .command(let name, let command): [line(command, on: name)]
        case .container(let name, .connect(let saved)):
            connecting(action.containerID?.short ?? name, saved) ?? [action.shown]
        case .container(let name, let verb):
            ["\(docker) \(verb.shown(on: action.containerID?.short ?? name))"]
        }
    }

    private func isHere(_ action: Action) -> Bool {
        guard case .command(let name, _) = action.verb else { return false }
        return isHere(name)
    }

    private func isHere(_ name: String) -> Bool {
        name == Action.controller || inventory.host(name)?.isLocal == true
    }

    private func line(_ command: Command, on name: String) -> String {
        let host = inventory.host(name)
        guard !isHere(name) else {
            return command.typed(asRoot: Wiring.account == "root")
        }
        do throws(RemoteError) {
            guard let host else { return "on \(name): \(command.typed(asRoot: false))" }
            return try hosts.typed(command, on: host)
        } catch {
            return "on \(name): \(command.typed(asRoot: false))"
        }
    }

    /// Nil where the networks were never saved.
    private func connecting(_ container: String, _ saved: Text) -> [String]? {
        guard
            let attachments = try? JSONDecoder().decode(
                [NetworkAttachment].self,
                from: Data(saved.shown.utf8)
            )
        else { return nil }
        return attachments.map { attachment in
            let words = attachment.words(connecting: container).map(Shell.quoted)
            return (["\(docker) network connect"] + words).joined(separator: " ")
        }
    }
}

extension String {
    /// A container's id as the engine lists it.
    fileprivate var short: String { String(prefix(12)) }
}
