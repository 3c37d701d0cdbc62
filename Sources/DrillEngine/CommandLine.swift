package import DrillModel

/// What a host is sent to carry out a `Command`: one line for its login shell, and standard input.
///
/// Secrets are in no command line, where process lists and the log of `sudo` would show them: a
/// command that holds some comes by standard input, before its own.
package struct CommandLine: Hashable, Sendable {
    package var line: String
    package var input: [UInt8]

    /// `it` is the candidate that `${it.…}` stands for; `secret` fills `${env:…}` and `${file:…}`.
    package init(
        _ command: Command,
        it: Host? = nil,
        secret: (Text.Part) throws(SecretError) -> String
    ) throws(SecretError) {
        func fill(_ part: Text.Part) throws(SecretError) -> String {
            try Self.value(of: part, it: it, secret: secret)
        }
        let own = try command.input?.resolved(fill) ?? ""
        let script = try command.script(fill)
        guard command.holdsSecrets else {
            line = command.sudo ? Self.elevated(try command.words(fill)) : script
            input = Array(own.utf8)
            return
        }
        let aside = AsideScript(script, input: own)
        line = command.sudo ? Self.elevated(["sh", "-c", aside.reader]) : aside.reader
        input = Array(aside.input.utf8)
    }

    /// Does nothing, with exit 75 (EX_TEMPFAIL, sysexits.h), unless the lease is armed there.
    package mutating func goBehind(_ lease: Lease) {
        let look = lease.isArmed.words { _ in "" }
        // `$$` is the shell that carries out all of this line.
        line = Self.elevated(look) + " $$ </dev/null >/dev/null || exit 75\n" + line
    }

    /// Is held ready on its host: looks that the lease is armed, says `Ready.line`, and begins when it is
    /// told `Ready.word` while the lease still is; does nothing else, with exit 75.
    ///
    /// Between that word and the command root's shell starts no process, so that a hundred hosts begin
    /// nearly at once: it looks at the dead-man's state in /proc, and at the file by which it signed in,
    /// which lies in `armed` for as long as nobody has claimed the lease. Another login can't see that
    /// file, and looks through `sudo` once more. Where the connection ends, so does the shell's input, and
    /// with that the shell.
    package mutating func hold(behind lease: Lease) {
        let look = lease.isArmed.words { _ in "" }.map(Shell.quoted).joined(separator: " ")
        line = """
            \(Self.elevate)
            drill_look() { $s \(look) $$ </dev/null; }
            drill_held=$(drill_look) || exit 75
            echo \(Ready.line)
            IFS= read -r drill_word && [ "$drill_word" = \(Ready.word) ] || exit 75
            if [ "$s" ]; then drill_look >/dev/null; else
                drill_sent=${drill_held#* } drill_is=
                read -r drill_is 2>/dev/null <"/proc/${drill_held%% *}/stat"
                case ${drill_is##*) } in
                '' | [ZX]*) false;;
                *) [ -e "$drill_sent" ] && [ ! -e "${drill_sent%/*}/heal" ];;
                esac || { echo \(Shell.quoted(Self.over)) >&2; false; }
            fi || exit 75

            """ + line
        input = Array("\(Ready.word)\n".utf8) + input
    }

    private static let over = "the lease on this host is over, so nothing was done"

    /// Is carried out in a directory.
    ///
    /// Where that isn't there, in one in which relative names find and change nothing: what needs none of
    /// them works all the same, on another machine above all.
    package mutating func go(to directory: String) {
        let place = Shell.quoted(directory)
        line =
            "cd \(place) 2>/dev/null || { echo \(place) is not here >&2; cd /proc; }\n" + line
    }

    /// Leaves `message` in the syslog of the host, too.
    package mutating func log(_ message: String) { line = Syslog.words(message) + line }

    private static func elevated(_ words: [String]) -> String {
        "\(elevate) $s " + words.map(Shell.quoted).joined(separator: " ")
    }

    /// Root needs no sudo, and may not have it installed.
    private static let elevate = #"s='sudo -n'; [ "$(id -u)" != 0 ] || s=;"#

    private static func value(
        of part: Text.Part,
        it: Host?,
        secret: (Text.Part) throws(SecretError) -> String
    ) throws(SecretError) -> String {
        switch part {
        case .it("address"):
            guard let address = it?.address else {
                throw SecretError("${it.address}: \(it?.name ?? "the candidate") has no address")
            }
            return address
        case .it("name"):
            guard let name = it?.name else {
                throw SecretError("${it.name}: there is no candidate")
            }
            return name
        case .saved(let name):
            throw SecretError("${\(name)} was never saved: its capture didn't run")
        default: return try secret(part)
        }
    }
}
