import DrillEngine
import DrillModel
import Testing

/// What a host is sent: secrets in standard input, never in the line.
@Suite struct CommandLineTests {
    private func sent(_ command: Command) throws -> (line: String, input: String) {
        let sent = try CommandLine(command) { part throws(SecretError) in
            switch part {
            case .environment: "it's $(id)"
            case .file: "two\n.\nlines"
            default: throw SecretError("none")
            }
        }
        return (sent.line, String(decoding: sent.input, as: UTF8.self))
    }

    private func text(_ parts: Text.Part...) -> Text { Text(parts: parts) }

    private let reader = """
        drill_s=; while IFS= read -r drill_l && [ "$drill_l" != . ]; do drill_s="$drill_s$drill_l
        "; done; eval "$drill_s"
        """

    @Test("what holds no secret is sent as it is written")
    func plain() throws {
        #expect(try sent(.list(["echo", "a b"])) == ("echo 'a b'", ""))
        #expect(try sent(Command(.shell("echo $HOME"), input: "in")) == ("echo $HOME", "in"))
        let root = try sent(.shell("id; id", sudo: true)).line
        #expect(root == #"s='sudo -n'; [ "$(id -u)" != 0 ] || s=; $s sh -c 'id; id'"#)
    }

    @Test("a string with a secret comes by standard input, quoted as ever")
    func shell() throws {
        let command = Command(
            .shell(text(.literal("PGPASSWORD="), .environment("PW"), .literal(" psql"))),
            input: "select 1"
        )
        let sent = try sent(command)
        #expect(sent.line == reader)
        #expect(sent.input == "PGPASSWORD='it'\\''s $(id)' psql\n.\nselect 1")
    }

    @Test("with sudo, neither sudo nor the shell it starts is told the secret")
    func sudo() throws {
        let list = Command(.list([Text("login"), text(.environment("PW"))]), sudo: true)
        let sent = try sent(list)
        #expect(
            sent.line == #"s='sudo -n'; [ "$(id -u)" != 0 ] || s=; $s sh -c "#
                + Shell.quoted(reader)
        )
        #expect(sent.input == "login 'it'\\''s $(id)'\n.\n")
    }

    @Test("a secret that holds the mark of the end gets another one")
    func mark() throws {
        let sent = try sent(Command(.list([Text("echo"), text(.file("f"))])))
        #expect(sent.line.contains(#""$drill_l" != .. ]"#))
        #expect(sent.input == "echo 'two\n.\nlines'\n..\n")
    }

    @Test("a line for the syslog goes before, quoted and on one line, and changes no exit code")
    func syslog() throws {
        var command = try CommandLine(.list(["true"])) { part throws(SecretError) in
            throw SecretError("none")
        }
        command.log("run r, by o'neil: cut\nit $(id)")
        #expect(
            command.line
                == "(timeout 5 logger -t drill -- 'run r, by o'\\''neil: cut it $(id)' &) "
                + "</dev/null >/dev/null 2>&1; true"
        )
    }
}
