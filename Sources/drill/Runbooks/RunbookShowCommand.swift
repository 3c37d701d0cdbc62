import ArgumentParser
import DrillField
import DrillModel
import DrillReport
import DrillWire

/// `drill runbook show FILE`: the runbook as a page for people, for when drill may be down, too.
struct RunbookShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a runbook as a page: every command as a person types it.",
        discussion: """
            Looks at no host. Goes to standard output, or to the file of --output. Make it before it is \
            needed, and keep it where it can be read without this machine; secrets are never on it. An \
            input that --var doesn't set is a blank to be filled in.
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case md, html
    }

    @OptionGroup var runbook: RunbookFile

    @Option(help: "How it is written.")
    var format = Format.md

    @Option(name: .shortAndLong, help: "Write to this file.", completion: .file())
    var output: String?

    func run() throws {
        if let output { try Delivery.check("--output", output) }
        // Whoever types it may have other secrets set than whoever makes the page.
        let asked = try runbook.read(checksEnvironment: false)
        let now = Wiring.wallNs()
        let origin = RunbookPage.Origin(
            files: asked.files.map { .init(path: $0.path, hash: FileHash.of($0.bytes)) },
            version: Drill.version,
            wallNs: now,
            zone: LocalZone.at(now)
        )
        let page = RunbookPage(
            asked.runbook,
            hand: Self.hand(asked.runbook.inventory),
            origin: origin
        )
        let text = format == .md ? page.markdown : page.html
        if let output {
            try Delivery.write(text, to: output, what: "the page")
        } else {
            Terminal.write(text)
        }
    }

    /// How a person gets to the hosts: by the inventory, ssh_config and this process's environment.
    private static func hand(_ inventory: Inventory?) -> Handwork {
        var hand = Handwork(user: Wiring.account, docker: ByHand.docker)
        guard let inventory else { return hand }
        let hosts = FieldHosts(inventory: inventory, environment: Wiring.environment)
        for host in inventory.hosts {
            if host.isLocal {
                hand.ways[host.name] = Handwork.Way(login: [], user: Wiring.account)
            } else if let login = try? hosts.typedLogin(to: host) {
                hand.ways[host.name] = Handwork.Way(login: login, user: hosts.login(of: host))
            }
        }
        return hand
    }
}
