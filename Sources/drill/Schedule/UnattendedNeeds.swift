import DrillField
import DrillModel
import DrillReport
import DrillWire

/// What a run that nobody watches must find by itself, looked for when it is installed.
struct UnattendedNeeds {
    let experiment: Experiment
    let webhook: DrillModel.Text?
    let isUsers: Bool

    /// - Throws: `Failure.usage` for a key or a secret's file that isn't there.
    func check() throws {
        for path in webhook?.filePaths ?? [] {
            do throws(FileError) {
                _ = try Files.read(path, limitBytes: 1 << 20)
            } catch {
                throw Failure.usage("--webhook: \(path) can't be read: \(error.reason)")
            }
        }
        // A file that can't be read was told above.
        if let webhook, webhook.environmentNames.isEmpty,
            let url = try? webhook.resolved(Secrets.value), !WebhookClient.isAddress(url)
        {
            throw Failure.usage(
                webhook.isOpen
                    ? "--webhook \(url) is no web address: write https://HOST/PATH"
                    : "--webhook: what \(webhook.shown) holds is no web address"
            )
        }
        for host in reached {
            guard let key = host.key, !Files.exists(key) else { continue }
            throw Failure.usage("the key \(key) of \(host.name) isn't there, and no agent has it")
        }
    }

    /// What only whoever installs it can see to.
    var notes: [String] {
        var notes: [String] = []
        if webhook?.isOpen == true {
            notes.append(
                "whoever may read units sees the webhook's address; ${file:PATH} keeps it out"
            )
        }
        let keyless = reached.filter { $0.key == nil }.map(\.name)
        if !keyless.isEmpty {
            let few = keyless.prefix(3).joined(separator: ", ")
            let more = keyless.count > 3 ? " and \(keyless.count - 3) more" : ""
            notes.append(
                "the run has no SSH agent and nobody to type a passphrase, and the inventory names no key"
                    + " for \(few)\(more): ~/.ssh/config or a key there must do"
            )
        }
        if isUsers {
            notes.append(
                "units of yours stop when you log out, also in the middle of a run, unless"
                    + " `loginctl enable-linger` was run"
            )
        }
        return notes
    }

    /// Those that commands must run on over SSH.
    private var reached: [Host] {
        let request = try? Planner.survey(of: experiment, seed: 0)
        return (request?.hosts ?? []).filter { !$0.isLocal && $0.address != nil }
    }
}
