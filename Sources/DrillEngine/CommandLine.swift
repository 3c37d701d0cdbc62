package import DrillModel

/// Makes the one line that a host's login shell gets of a `Command`.
package enum CommandLine {
    /// `it` is the candidate that `${it.…}` stands for; `secret` fills `${env:…}` and `${file:…}`.
    package static func line(
        _ command: Command,
        it: Host? = nil,
        secret: (Text.Part) throws(SecretError) -> String
    ) throws(SecretError) -> String {
        switch command.body {
        case .list(let words):
            var line: [String] = []
            for word in words { line.append(Shell.quoted(try fill(word, it: it, secret: secret))) }
            let joined = line.joined(separator: " ")
            return command.sudo ? "\(elevate) $s \(joined)" : joined
        case .shell(let text):
            let script = try text.resolved(quoting: Shell.quoted) { part throws(SecretError) in
                try value(of: part, it: it, secret: secret)
            }
            return command.sudo ? "\(elevate) $s sh -c \(Shell.quoted(script))" : script
        }
    }

    /// Standard input of a command, its open parts filled in but not quoted.
    package static func input(
        _ command: Command,
        it: Host? = nil,
        secret: (Text.Part) throws(SecretError) -> String
    ) throws(SecretError) -> [UInt8] {
        guard let input = command.input else { return [] }
        return Array(try fill(input, it: it, secret: secret).utf8)
    }

    /// Root needs no sudo, and may not have it installed.
    private static let elevate = #"s='sudo -n'; [ "$(id -u)" != 0 ] || s=;"#

    private static func fill(
        _ text: Text,
        it: Host?,
        secret: (Text.Part) throws(SecretError) -> String
    ) throws(SecretError) -> String {
        try text.resolved { part throws(SecretError) in
            try value(of: part, it: it, secret: secret)
        }
    }

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
