import DrillModel
import Testing

@testable import DrillReport

/// What a person types for each kind of deed and look.
@Suite struct HandworkTests {
    private static let hand = Handwork(
        ways: [
            "here": Handwork.Way(login: [], user: "ann"),
            "db": Handwork.Way(login: ["ssh", "-l", "ops", "--", "10.0.0.9"], user: "ops"),
            "root": Handwork.Way(login: ["ssh", "--", "10.0.0.8"], user: "root"),
        ],
        user: "ann"
    )

    private static let lsn = Text(parts: [.saved("lsn")])
    private static let token = Text(parts: [.environment("TOKEN")])
    private static func shell(_ parts: Text.Part..., sudo: Bool = false) -> Command {
        Command(.shell(Text(parts: parts)), sudo: sudo)
    }

    @Test(
        "commands",
        arguments: [
            (nil, Command.list(["touch", "a b"]), "touch 'a b'"),
            (nil, Command.list(["id"], sudo: true), "sudo -n id"),
            ("root", Command.list(["id"], sudo: true), "ssh -- 10.0.0.8 id </dev/null"),
            (
                "db", Command.list(["id"], sudo: true),
                "ssh -l ops -- 10.0.0.9 'sudo -n id' </dev/null"
            ),
            ("elsewhere", Command.list(["id"]), "ssh -- elsewhere id </dev/null"),
            ("here", Command.shell("lab-traffic open"), "lab-traffic open"),
            // A shell of its own: `exit` would end the person's.
            (nil, Command.shell("exit 3"), "sh -c 'exit 3'"),
            (nil, Command.shell("a=1; echo $a"), "sh -c 'a=1; echo $a'"),
            ("db", Command.shell("exit 3"), "ssh -l ops -- 10.0.0.9 'exit 3' </dev/null"),
            (
                "db", Command.shell("a | b", sudo: true),
                #"ssh -l ops -- 10.0.0.9 'sudo -n sh -c '\''a | b'\''' </dev/null"#
            ),
            (
                nil, Command(.list(["cat"]), input: "it's"),
                #"printf %s 'it'\''s' | cat"#
            ),
            (
                "db", Command(.list(["cat"]), input: "x"),
                "printf %s x | ssh -l ops -- 10.0.0.9 cat"
            ),
            (nil, Command(.list(["reach", lsn])), #"reach "${lsn?}""#),
            (
                "db", Command(.list(["reach", lsn])),
                #": "${lsn?}" && ssh -l ops -- 10.0.0.9 'reach '"$(quoted "${lsn?}")" </dev/null"#
            ),
            (
                nil, shell(.literal("echo "), .saved("lsn"), .literal("; true")),
                #": "${lsn?}" && sh -c 'echo '"$(quoted "${lsn?}")"'; true'"#
            ),
            // By standard input: no process list, and no log of sudo's, has the secret.
            (
                "db", Command(.list(["deploy", token]), sudo: true),
                #": "${TOKEN?}" && printf %s 'deploy '"$(quoted "${TOKEN?}")" | "#
                    + #"ssh -l ops -- 10.0.0.9 'sudo -n sh -c '\''eval "$(cat)"'\'''"#
            ),
        ] as [(String?, Command, String)]
    )
    func commands(_ host: String?, _ command: Command, _ typed: String) {
        #expect(Self.hand.line(command, on: host) == typed)
    }

    @Test(
        "requests",
        arguments: [
            (HTTPLook(url: "http://a/[x]"), "'http://a/[x]'"),
            (HTTPLook(url: "http://a", method: "HEAD"), "-I http://a"),
            (HTTPLook(url: "http://a", method: "POST"), "-X POST http://a"),
            (
                HTTPLook(
                    url: "http://a",
                    headers: ["x-token": Text(parts: [.literal("Bearer "), .environment("T")])]
                ),
                #"-H 'x-token: Bearer '"${T?}" http://a"#
            ),
            (
                HTTPLook(url: "http://a", method: "PUT", body: "@it's"),
                #"-X PUT -H content-type: --data-raw '@it'\''s' http://a"#
            ),
            (
                HTTPLook(
                    url: "http://a",
                    headers: ["Content-Type": "text/plain", "x": ""],
                    body: "b"
                ),
                "-X GET -H 'Content-Type: text/plain' -H 'x;' --data-raw b http://a"
            ),
            (
                HTTPLook(url: "https://a", authority: "/ca.pem", verifiesCertificate: false),
                "--cacert /ca.pem -k https://a"
            ),
        ]
    )
    func requests(_ look: HTTPLook, _ words: String) {
        let typed = Self.hand.line(look)
        let told = typed.replacing(#" -w '%{stderr}status %{http_code}\n'"#, with: "")
        #expect(told == "curl -sS -g --noproxy '*' \(words)")
        #expect(typed != told)
    }

    @Test("a look, and what a good answer is")
    func looks() {
        let look = LookByHand(
            .sql(SQLLook(url: "postgresql://a/b", query: "select 'x'", condition: .atLeast(2))),
            Self.hand
        )
        #expect(
            look.lines == [
                #"psql -X -A -t -v ON_ERROR_STOP=1 -d postgresql://a/b -c 'select '\''x'\'''"#
            ]
        )
        #expect(look.good == "a number of at least 2")
        let tcp = LookByHand(.tcp(TCPLook(address: "10.0.0.1", port: 5432)), Self.hand)
        #expect(tcp.lines == ["nc -z -w 2 10.0.0.1 5432"])
        let name = LookByHand(
            .dns(DNSLook(name: "shop.test", resolver: "[fd00::1]:53", condition: .equals(["a"]))),
            Self.hand
        )
        #expect(name.lines == ["dig +short @fd00::1 -p 53 A shop.test"])
        let log = LookByHand(
            .log(LogLook(host: "db", source: .file("/var/log/a b"), match: "x", sudo: true)),
            Self.hand
        )
        #expect(
            log.lines == [
                #"ssh -l ops -- 10.0.0.9 'sudo -n tail -n 100 '\''/var/log/a b'\''' </dev/null"#
            ]
        )
        let prometheus = LookByHand(
            .prometheus(PrometheusLook(server: HTTPLook(url: "http://p/"), query: "up == 0")),
            Self.hand
        )
        #expect(
            prometheus.lines[0].hasSuffix(
                "http://p/api/v1/query -G --data-urlencode 'query=up == 0'"
            )
        )
    }

    @Test(
        "names of shell variables",
        arguments: [
            ("lsn", "lsn"), ("old-leader", "old_leader"), ("status", "status_2"), ("1st", "v1st"),
            ("TOKEN", "TOKEN_2"),
        ]
    )
    func names(_ name: String, _ variable: String) {
        var used: Set<String> = ["TOKEN"]
        #expect(ShellName.unique(for: name, among: &used) == variable)
        #expect(used.contains(variable))
    }
}
