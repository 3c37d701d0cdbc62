extension Procedure {
    /// The undo as one POSIX shell script, for the lease: each action is attempted whatever became of
    /// those before it, and the script fails if any failed.
    ///
    /// Runs as root; what doesn't ask for `sudo` is handed back to the user who armed it. Every action
    /// ends by its own timeout where the host has `timeout`. Meant for procedures that heal by lease:
    /// actions elsewhere than on the target are left out.
    /// `fill` says what stands for what is still open, secrets above all; `told` is what the host's
    /// syslog is to say when the lease runs out.
    package func undoScript<Failure: Error>(
        saved: [String: String],
        told: String? = nil,
        _ fill: (Text.Part) throws(Failure) -> String
    ) throws(Failure) -> String {
        var lines: [String] = []
        if let told {
            // Whoever asks for the undo leaves a line of its own.
            lines.append(
                #"asked=; for mark in "${0%/*}"/claim.*/heal; do [ -e "$mark" ] && asked=yes; done"#
            )
            lines.append(#"[ "$asked" ] || "# + Syslog.words(told))
        }
        lines += [
            "status=0 limit=",
            "command -v timeout >/dev/null && limit=timeout",
            "as_login() {",
            #"    if [ -n "$SUDO_USER" ] && [ "$SUDO_USER" != root ]; then"#,
            #"        sudo -n -H -u "$SUDO_USER" -- "$@""#,
            #"    else "$@"; fi"#,
            "}",
            // 124 is what timeout(1) ends with where it ended something.
            "failed() {",
            "    status=1",
            #"    if [ "$limit" ] && [ $1 = 124 ]; then echo "$3: ended after $2s, since it had not ended by then""#,
            #"    else echo "$3: exit $1"; fi"#,
            "}",
        ]
        for action in undo.filled(saved: saved) {
            guard case .command(target, let command) = action.verb else { continue }
            var words = try command.words(fill).map(Shell.quoted).joined(separator: " ")
            var input = try command.input?.resolved(fill)
            if command.holdsSecrets {
                let aside = AsideScript(try command.script(fill), input: input ?? "")
                words = "sh -c \(Shell.quoted(aside.reader))"
                input = aside.input
            }
            let seconds = max(1, (action.timeout.ns + 999_999_999) / 1_000_000_000)
            let user = command.sudo ? "" : "as_login "
            // A shell's own `printf` shows in no process list.
            let feed = input.map { "printf %s \(Shell.quoted($0)) | " } ?? ""
            let failed =
                action.expect == .anything
                ? "true" : "failed $? \(seconds) \(Shell.quoted(action.what))"
            lines.append("\(feed)\(user)${limit:+$limit \(seconds)} \(words) || \(failed)")
        }
        lines.append("exit $status")
        return lines.joined(separator: "\n") + "\n"
    }
}

extension Command {
    /// The same as one line or script for a POSIX shell: a shell string is that already.
    package func script<Failure: Error>(
        _ fill: (Text.Part) throws(Failure) -> String
    ) throws(Failure) -> String {
        switch body {
        case .list: Shell.line(try words(fill))
        case .shell(let text): try text.resolved(quoting: Shell.quoted, fill)
        }
    }

    /// As a person types it into a shell of the host, its standard input fed to it.
    ///
    /// Secrets, and what was never saved, stand there by their names: whoever types it puts them in.
    package func typed(asRoot isRoot: Bool) -> String {
        let open = { (part: Text.Part) in Text(parts: [part]).shown }
        let elevate = sudo && !isRoot ? "sudo -n " : ""
        guard let input else {
            guard elevate.isEmpty else { return elevate + quotedWords(open) }
            return script(open)
        }
        return "printf %s \(Shell.quoted(input.resolved(open))) | \(elevate)\(quotedWords(open))"
    }

    private func quotedWords(_ fill: (Text.Part) -> String) -> String {
        words(fill).map(Shell.quoted).joined(separator: " ")
    }

    /// What is executed, word by word, every open part filled in.
    ///
    /// A shell string becomes `sh -c` with its values quoted.
    package func words<Failure: Error>(
        _ fill: (Text.Part) throws(Failure) -> String
    ) throws(Failure) -> [String] {
        switch body {
        case .list(let words):
            var resolved: [String] = []
            for word in words { resolved.append(try word.resolved(fill)) }
            return resolved
        case .shell(let text):
            return ["sh", "-c", try text.resolved(quoting: Shell.quoted, fill)]
        }
    }
}
