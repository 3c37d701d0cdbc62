import ArgumentParser
import DrillEngine
import DrillField
import DrillModel
import DrillWire

/// `drill sudoers FILE`: the sudo rules that an experiment needs, host by host.
struct SudoersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sudoers",
        abstract: "Print the sudo rules that an experiment needs on each host, and no more.",
        discussion: """
            Looks at no host unless --survey is given: what only a look could tell (which iptables \
            works, what manages services, from which address drill comes) is allowed in each way that \
            it can be. Rules hold for every run of the experiment, whatever its seed.
            """
    )

    @Argument(help: "The experiment.", completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    @Option(name: .customLong("var"), help: "Set a variable of the file: name=value.")
    var variables: [String] = []

    @Option(help: "The seed of the runs that the rules are for, where `from:` says `pick`.")
    var seed: UInt64 = 0

    @Option(help: "Only the rules of this host, as its file should be.")
    var host: String?

    @Flag(help: "Look at the hosts first, for fewer and narrower rules.")
    var survey = false

    @Flag(help: "Machine-readable: an array with one object a host.")
    var json = false

    func run() async throws {
        let experiment = try Reading.experiment(file, variables: variables)
        if let host { try check(host, in: experiment) }
        let facts = survey ? try await facts(experiment) : nil
        let sudoers: Sudoers
        do throws(Problems) {
            sudoers = try Sudoers(
                experiment,
                facts: facts,
                addresses: OwnAddresses.all,
                seed: seed
            )
        } catch {
            throw Failure.problems(Reading.located(error))
        }
        let blocks = sudoers.blocks.filter { host == nil || $0.host == host }
        if let host, blocks.isEmpty {
            throw Failure.usage(
                "\(experiment.name) runs nothing as root on \(host): it needs no rules"
            )
        }
        let logins = try logins(blocks.map(\.host), of: experiment)
        if json {
            Terminal.write(try JSONText.of(blocks.map { Listed($0, login: logins[$0.host]) }))
        } else {
            Terminal.write(
                SudoersText.render(
                    blocks,
                    experiment: experiment.name,
                    notes: notes(experiment),
                    login: { logins[$0] }
                )
            )
        }
    }

    private struct Listed: Encodable {
        struct Rule: Encodable {
            var commands: [String]
            var reasons: [String]
            /// `exact`, `any-argument` or `root`.
            var allows: Sudoers.Breadth
        }

        var host: String
        /// Left out where drill logs in as root.
        var user: String?
        var rules: [Rule]

        init(_ block: Sudoers.Block, login: String?) {
            host = block.host == Action.controller ? "controller" : block.host
            user = login
            rules =
                login == nil
                ? []
                : block.rules.map {
                    Rule(
                        commands: SudoersText.commands($0),
                        reasons: $0.reasons,
                        allows: $0.breadth
                    )
                }
        }
    }

    private func check(_ name: String, in experiment: Experiment) throws {
        let hosts = (experiment.inventory?.hosts ?? []).map(\.name) + [Action.controller]
        guard !hosts.contains(name) else { return }
        throw Failure.usage(
            "--host \(name): there is no such host in the inventory; there are \(hosts.listed)"
        )
    }

    /// Whom drill logs in as; hosts that it is root on have none.
    private func logins(
        _ names: [String],
        of experiment: Experiment
    ) throws -> [String: String] {
        let inventory = experiment.inventory ?? Inventory(name: "none", hosts: [])
        let hosts = FieldHosts(inventory: inventory, environment: Wiring.environment)
        var logins: [String: String] = [:]
        for name in names {
            let host = inventory.host(name) ?? Host(name: name, isLocal: true)
            let user = host.isLocal ? Wiring.account : hosts.login(of: host)
            guard user != "root" else { continue }
            guard SudoersText.isUser(user) else {
                throw Failure.usage(
                    "\(user), as whom drill logs in on \(name), is no name that a sudo rule can be"
                        + " written for; give another `user:` in the inventory"
                )
            }
            logins[name] = user
        }
        return logins
    }

    private func notes(_ experiment: Experiment) -> [String] {
        var notes: [String] = []
        if !survey {
            notes.append(
                "Made without a look at the host: with --survey there are fewer rules. They suppose"
                    + " that drill comes from one of this machine's addresses to the inventory's port;"
                    + " where addresses are translated on the way, make them with --survey."
            )
        }
        let drawn = experiment.drawnPeers
        if !drawn.isEmpty {
            notes.append(
                "`from:` of \(drawn.listed) says `pick`, so these rules are for"
                    + " `drill run --seed \(seed)` alone."
            )
        }
        return notes
    }

    private func facts(_ experiment: Experiment) async throws -> Facts {
        do throws(Problems) {
            let request = try Planner.survey(of: experiment, seed: seed)
            let field = Field(experiment.inventory)
            let facts = await field.look(request)
            await field.end()
            return facts
        } catch {
            throw Failure.problems(Reading.located(error))
        }
    }
}
