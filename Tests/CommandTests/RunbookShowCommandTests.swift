import Foundation
import Testing

/// `drill runbook show`: what the page says to type does what the runbook says.
@Suite struct RunbookShowCommandTests {
    private static let runbook = """
        runbook: mend
        inventory: hosts.yaml
        vars: { word: "it's $HOME" }
        inputs: [target]
        steps:
          - step: keep a value
            run: printf '%s\\n' "a 'b' \\"c\\" \\$d \\\\"; exit 0
            save: lsn
          - step: words
            run: [sh, -c, 'printf %s "$0" > DIR/words', "${word}"]
            expect: { exit: 0 }
          - step: a shell here
            run: printf %s ${lsn} > DIR/here; printf %s ${word} >> DIR/here
          - step: words there
            host: there
            run: [sh, -c, 'printf %s "$0" > DIR/there', "${lsn}"]
            verify: { command: { host: there, run: [test, -s, DIR/there] } }
          - step: a shell there
            host: there
            run: printf %s ${lsn} | cat > DIR/piped
          - step: a secret there
            host: there
            run: printf %s ${env:TOKEN} > DIR/secret; cat >> DIR/secret
          - step: the input
            run: printf %s ${target} > DIR/input
            undo: [rm, DIR/input]
          - step: included
            runbook: inner.yaml
            with: { lsn: "<${lsn}>" }
          - step: what it handed over
            run: [sh, -c, 'printf %s "$0" > DIR/output', "${got}"]
        """

    private static let inner = """
        runbook: inner
        inputs: [lsn]
        outputs: [got]
        steps: [{ step: hand it over, run: "printf %s ${lsn}", save: got }]
        """

    private static func write(_ drill: Command) throws -> String {
        // Whatever ssh does on the way, the login shell of the host is given its last word.
        let ssh = """
            #!/bin/sh
            for word; do :; done
            echo "$@" >> DIR/logins
            exec sh -c "$word"
            """
        for (name, text) in [("hosts.yaml", hosts), ("inner.yaml", inner), ("ssh", ssh)] {
            _ = try drill.write(text.replacing("DIR", with: drill.folder), to: name)
        }
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755],
            ofItemAtPath: "\(drill.folder)/ssh"
        )
        return try drill.write(runbook.replacing("DIR", with: drill.folder), to: "mend.yaml")
    }

    private static let hosts = """
        inventory: shop
        hosts: { there: { address: 192.0.2.1, user: ops, port: 2222 } }
        """

    /// What stands in the fenced blocks of a page, in order.
    private static func blocks(_ page: String) -> [String] {
        page.components(separatedBy: "\n\n```sh\n").dropFirst().compactMap { part in
            part.components(separatedBy: "\n```").first
        }
    }

    @Test("its commands, pasted one after another into sh, do what the runbook says")
    func pasted() throws {
        let drill = try Command()
        let file = try Self.write(drill)
        let shown = try drill.run(["runbook", "show", file], environment: ["TOKEN": "never"])
        #expect(shown.exit == 0 && shown.errors.isEmpty, "\(shown)")
        #expect(!shown.output.contains("never"))
        let blocks = Self.blocks(shown.output).filter { !$0.hasPrefix("rm ") }
        let script = """
            PATH="\(drill.folder):$PATH"; TOKEN="s'e cret"; target='the target'
            \(blocks.joined(separator: "\n"))
            """
        let path = try drill.write(script, to: "pasted.sh")
        let ended = try drill.shell("sh -e \(path)")
        #expect(ended.exit == 0, "\(ended) \(script)")
        func read(_ name: String) throws -> String {
            try String(contentsOfFile: "\(drill.folder)/\(name)", encoding: .utf8)
        }
        let lsn = #"a 'b' "c" $d \"#
        #expect(try read("here") == lsn + "it's $HOME")
        #expect(try read("there") == lsn)
        #expect(try read("piped") == lsn)
        #expect(try read("secret") == "s'e cret")
        #expect(try read("input") == "the target")
        #expect(try read("output") == "<\(lsn)>")
        #expect(try read("words") == "it's $HOME")
        let logins = try read("logins")
        #expect(logins.contains("-l ops -p 2222 -- 192.0.2.1"), "\(logins)")
        #expect(!logins.contains("s'e"), "a secret stands in ssh's command line: \(logins)")
    }

    @Test("an unset blank stops the command, and nothing of it is done")
    func unset() throws {
        let drill = try Command()
        let file = try Self.write(drill)
        let shown = try drill.run(["runbook", "show", file])
        let blocks = Self.blocks(shown.output).filter { $0.contains("${lsn?}") }
        #expect(blocks.count == 4, "\(shown.output)")
        for block in blocks {
            let path = try drill.write("PATH=\"\(drill.folder):$PATH\"\n\(block)\n", to: "one.sh")
            let ended = try drill.shell("sh -e \(path)")
            #expect(ended.errors.contains("lsn"), "\(block): \(ended)")
        }
        #expect(!FileManager.default.fileExists(atPath: "\(drill.folder)/logins"))
    }

    @Test("inputs that are given are no blanks; HTML into a file")
    func given() throws {
        let drill = try Command()
        let file = try Self.write(drill)
        let page = "\(drill.folder)/mend.html"
        let shown = try drill.run([
            "runbook", "show", file, "--var", "target=a b", "--format", "html", "-o", page,
        ])
        #expect(shown.exit == 0 && shown.output.isEmpty, "\(shown)")
        let html = try String(contentsOfFile: page, encoding: .utf8)
        #expect(html.contains("printf %s &#39;\\&#39;&#39;a b&#39;\\&#39;&#39;"), "\(html)")
        #expect(!html.contains("Fill in"))
        #expect(html.contains("mend.yaml</code> <code class=\"hash\">sha256:"))
    }

    @Test("what is wrong with the file or the call is told, and nothing is written")
    func refused() throws {
        let drill = try Command()
        let file = try Self.write(drill)
        let unknown = try drill.run(["runbook", "show", file, "--var", "tarjet=x"])
        #expect(unknown.exit == 64 && unknown.errors.contains("tarjet"), "\(unknown)")
        let broken = try drill.write("runbook: x\nsteps: []\n", to: "broken.yaml")
        let ended = try drill.run(["runbook", "show", broken])
        #expect(ended.exit == 64 && ended.errors.contains("broken.yaml:2"), "\(ended)")
    }
}
