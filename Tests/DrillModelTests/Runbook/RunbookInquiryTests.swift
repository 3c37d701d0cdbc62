import Testing

@testable import DrillModel

/// What a check asks about a runbook, made of its file alone.
@Suite struct RunbookInquiryTests {
    private static func inquiry(_ steps: String, _ head: String = "") throws -> RunbookInquiry {
        let text = "runbook: mend\n\(head)\nsteps:\n\(steps)\n"
        return RunbookInquiry(try Fixture.reader(files: ["r.yaml": text]).runbook("r.yaml"))
    }

    private static func words(_ kind: RunbookInquiry.Question.Kind) -> String? {
        switch kind {
        case .tool(let name): "tool \(name)"
        case .file(let path): "file \(path)"
        case .script(let interpreter, let path): "\(interpreter) \(path)"
        case .parses: nil
        case .mayRun(let words): "sudo \(words.joined(separator: " "))"
        }
    }

    struct Case: Sendable {
        var run: String
        var needs: [String]

        init(_ run: String, _ needs: [String]) {
            self.run = run
            self.needs = needs
        }
    }

    @Test(arguments: [
        Case(
            "[patronictl, -c, /etc/patroni.yml, list]",
            ["tool patronictl", "file /etc/patroni.yml"]
        ),
        Case("[haproxy, --config=/etc/h.cfg]", ["tool haproxy", "file /etc/h.cfg"]),
        Case("[grep, -c, /x, y]", ["tool grep"]),
        Case("[curl, -c, /tmp/jar, x]", ["tool curl"]),
        Case("[sh, /opt/mend.sh]", ["tool sh", "sh /opt/mend.sh"]),
        Case(
            "[/usr/bin/python3, /opt/mend.py]",
            ["tool /usr/bin/python3", "python3 /opt/mend.py"]
        ),
        Case("[bash, -c, 'psql; jq .']", ["tool bash", "tool psql", "tool jq"]),
        Case("[echo, x]", []),
        Case(
            "\"psql -f /x.sql < /etc/in > /var/out; . /etc/own\"",
            ["file /etc/in", "file /etc/own"]
        ),
        Case("\"psql < /etc/in > /var/out\"", ["file /etc/in", "tool psql"]),
        Case("\"cd /opt && ./mend\"", []),
        Case("./mend now", ["tool ./mend"]),
        Case("bash mend.sh", ["tool bash", "bash mend.sh"]),
        Case("bash -x mend.sh", ["tool bash"]),
        Case("\"ls /tmp; python3 /tmp/x.py\"", ["tool ls", "tool python3", "python3 /tmp/x.py"]),
        Case("\"shopt -s nullglob; pushd /tmp; ls\"", ["tool ls"]),
        Case("\"[ -f /etc/x ] && . /etc/x\"", []),
        Case("\"test -f /etc/x; sh /etc/x\"", ["tool sh"]),
        Case("\"printf 'id' > /tmp/x.sh; sh /tmp/x.sh\"", ["tool sh"]),
        Case("\"mkdir -p /srv/a; sort < /srv/a/b/c\"", ["tool mkdir", "tool sort"]),
        Case("\"tar x -C /srv/a/; sort < /srv/a/b\"", ["tool tar", "tool sort"]),
        Case("\"apt-get install -y jq; jq .\"", []),
        Case("\"curl -o /usr/local/bin/mc http://x; mc ls\"", ["tool curl"]),
        Case("\"command -v jq || exit; jq .\"", []),
        Case("\"sort < /dev/null\"", ["tool sort"]),
    ])
    func needs(_ told: Case) throws {
        let inquiry = try Self.inquiry("  - { step: a, run: \(told.run) }")
        #expect(inquiry.hosts.map(\.name) == [Action.controller])
        let asked = inquiry.hosts.first?.questions.compactMap { Self.words($0.kind) } ?? []
        #expect(asked == told.needs, "\(told.run)")
    }

    @Test("what an earlier step makes isn't asked for, on whatever host")
    func madeEarlier() throws {
        let inquiry = try Self.inquiry(
            """
              - { step: a, run: "cp /srv/keep.conf /etc/now.conf" }
              - { step: b, run: [patroni, -c, /etc/now.conf] }
              - { step: c, run: [patroni, -c, /etc/always.conf] }
              - { step: d, run: [patroni, -c, /etc/always.conf] }
            """
        )
        let questions = try #require(inquiry.hosts.first?.questions)
        #expect(questions.map(\.kind).contains(.file("/etc/always.conf")))
        #expect(!questions.map(\.kind).contains(.file("/etc/now.conf")))
        let patroni = try #require(questions.first { $0.kind == .tool("patroni") })
        #expect(patroni.steps.map(\.place) == ["2", "3", "4"])
    }

    @Test("each host its own; a sudo step, a secret, a container, an open value")
    func whole() throws {
        let inquiry = try Self.inquiry(
            """
              - { step: a, host: db, run: "psql -c ${word}", sudo: true }
              - { step: b, host: web, run: [nginx, -t], sudo: true, save: seen }
              - { step: c, run: "echo ${seen} ${target}" }
              - { step: d, run: "echo ${env:TOKEN}" }
              - { step: e, http: { url: "https://api.example/x", method: POST } }
              - { step: f, http: { url: "http://[::1]:81/x", method: POST } }
              - { step: g, sql: { url: "postgres://db/x", query: "select pg_promote()" } }
              - { step: h, run: "true", verify: { http: "http://shop.example/" } }
            """,
            "vars: { word: \"it's\" }\ninputs: [target]"
        )
        #expect(inquiry.hosts.map(\.name) == ["db", "web", Action.controller])
        let db = inquiry.hosts.first?.questions.map(\.kind)
        #expect(
            db == [
                .parses(#"psql -c 'it'\''s'"#, bySh: true), .tool("psql"),
                .mayRun(["sh", "-c", #"psql -c 'it'\''s'"#]),
            ]
        )
        #expect(
            inquiry.hosts[1].questions.map(\.kind) == [.tool("nginx"), .mayRun(["nginx", "-t"])]
        )
        #expect(inquiry.open.map(\.place) == ["3"])
        #expect(inquiry.secrets.map(\.part) == [.environment("TOKEN")])
        let looks = inquiry.looks.map { look in
            switch look.kind {
            case .tcp(let tcp): "tcp \(tcp.address.shown) \(tcp.port) \(look.isDeed)"
            case .sql(let sql): "sql \(sql.query.shown) \(look.isDeed)"
            case .http(let http): "\(http.method) \(http.url.shown) \(look.isDeed)"
            default: "?"
            }
        }
        #expect(
            looks == [
                "tcp api.example 443 true", "tcp ::1 81 true", "sql select 1 true",
                "GET http://shop.example/ false",
            ]
        )
    }

    @Test("a look that isn't GET or HEAD is a connection: it may be a deed to the server")
    func posted() throws {
        let inquiry = try Self.inquiry(
            """
              - step: a
                run: "true"
                verify: { http: { url: "http://shop.example/x", method: POST } }
            """
        )
        guard case .tcp(let tcp) = inquiry.looks.first?.kind else {
            Issue.record("\(inquiry.looks)")
            return
        }
        #expect(tcp.port == 80 && inquiry.looks.count == 1)
    }
}
