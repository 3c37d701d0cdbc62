import DrillModel

/// What a person types on this machine, into a POSIX shell, to do without drill what a runbook says.
///
/// What only the moment knows stands there as the shell has it: `"${lsn?}"` for what an earlier step
/// saved, `"${TOKEN?}"` for a secret of the environment. Unset, the shell refuses the command.
package struct Handwork: Hashable, Sendable {
    /// How a person gets to a host.
    package struct Way: Hashable, Sendable {
        /// `ssh ... -- ADDRESS`, word by word; empty on this machine itself.
        package var login: [String]
        package var user: String

        package init(login: [String], user: String) {
            self.login = login
            self.user = user
        }

        /// The same as a person types it.
        var typed: String { login.map(Shell.quoted).joined(separator: " ") }
    }

    /// By the names of hosts; what isn't in it can't be logged in to.
    package var ways: [String: Way]
    /// Who types it here.
    package var user: String
    /// `docker`, told where the engine listens unless that is its usual place.
    package var docker: String

    package init(ways: [String: Way] = [:], user: String, docker: String = "docker") {
        self.ways = ways
        self.user = user
        self.docker = docker
    }

    /// Quotes a value for a shell that gets it within a command: `quoted VALUE`.
    static let helper = #"quoted() { printf "'%s'" "$(printf %s "$1" | sed "s/'/'\\\\''/g")"; }"#

    /// How a host is got to; nil is this machine.
    ///
    /// A host that nobody knows is one of ssh_config.
    func way(to host: String?) -> Way {
        guard let host else { return Way(login: [], user: user) }
        return ways[host] ?? Way(login: ["ssh", "--", host], user: "")
    }

    /// A command as it is typed here to run on a host; nil is this machine.
    ///
    /// Its standard input is as drill gives it: the command's own, or none. Secrets go by standard input
    /// where process lists, or the log of sudo, would show them.
    func line(_ command: Command, on host: String?) -> String {
        let way = way(to: host)
        let isHere = way.login.isEmpty
        let sudo = command.sudo && way.user != "root" ? "sudo -n " : ""
        let script = ShellText(command)
        if command.holdsSecrets, !isHere || !sudo.isEmpty || !script.isWords {
            let whole = command.input.map { ShellText.feeding(ShellText(word: $0), to: script) }
            let reader = ShellText(plain: sudo + #"sh -c 'eval "$(cat)"'"#)
            return script.guarded + "printf %s \((whole ?? script).nested.typed) | "
                + (isHere ? reader.typed : "\(way.typed) \(reader.nested.typed)")
        }
        let feed = command.input.map { "printf %s \(ShellText(word: $0).typed) | " } ?? ""
        // Its words as they are, or a shell of its own: `exit` would end the person's.
        let needsShell = !script.isWords && (isHere || !sudo.isEmpty)
        let work = needsShell ? ShellText(plain: "sh -c ") + script.nested : script
        let elevated = ShellText(plain: sudo) + work
        guard !isHere else { return (needsShell ? script.guarded : "") + feed + elevated.typed }
        return script.guarded + feed + "\(way.typed) \(elevated.nested.typed)"
            // ssh would eat what is pasted after it.
            + (feed.isEmpty ? " </dev/null" : "")
    }

    func line(_ deed: ContainerDeed) -> String {
        "\(docker) \(deed.verb.rawValue) \(Shell.quoted(deed.container))"
    }

    /// The answer is the value alone, as drill takes it.
    func line(_ deed: SQLDeed) -> String {
        "psql -X -A -t -v ON_ERROR_STOP=1 -d \(ShellText(word: deed.url).typed)"
            + " -c \(ShellText(word: deed.query).typed)"
    }

    /// One request; the body goes to standard output, the status to standard error.
    func line(_ look: HTTPLook) -> String {
        var words = ["curl", "-sS", "-g", "--noproxy", "'*'"]
        if look.method == "HEAD" {
            words.append("-I")
        } else if look.method != "GET" || look.body != nil {
            words += ["-X", look.method]
        }
        for (name, value) in look.headers.sorted(by: { $0.key < $1.key }) {
            // Without a value curl takes the header out, unless it ends so.
            let isEmpty = value.parts.allSatisfy { $0 == .literal("") || $0 == .value("") }
            let header = Text(parts: [.literal(isEmpty ? "\(name);" : "\(name): ")] + value.parts)
            words += ["-H", ShellText(word: header).typed]
        }
        if let body = look.body {
            // curl would add one of its own.
            if !look.headers.keys.contains(where: { $0.lowercased() == "content-type" }) {
                words += ["-H", "content-type:"]
            }
            words += ["--data-raw", ShellText(word: body).typed]
        }
        if let authority = look.authority { words += ["--cacert", Shell.quoted(authority)] }
        if !look.verifiesCertificate { words.append("-k") }
        words += ["-w", #"'%{stderr}status %{http_code}\n'"#]
        return (words + [ShellText(word: look.url).typed]).joined(separator: " ")
    }
}
