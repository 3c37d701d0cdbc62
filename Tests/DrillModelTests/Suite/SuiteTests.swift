import Testing

@testable import DrillModel

/// What `drill test` chooses, what it runs at once, and how it counts: all pure.
@Suite struct SuiteTests {
    @Test(
        "tags: a comma is or, several choices are and, ! is without",
        arguments: [
            (["smoke"], ["smoke"], true), (["smoke"], ["slow"], false), (["smoke"], [], false),
            (["smoke,slow"], ["slow"], true), (["smoke,slow"], ["region"], false),
            (["smoke", "region"], ["smoke"], false),
            (["smoke", "region"], ["region", "smoke"], true),
            (["!slow"], ["smoke"], true), (["!slow"], [], true), (["!slow"], ["slow"], false),
            (["!slow,smoke"], ["slow", "smoke"], true), (["!slow, region"], ["slow"], false),
            (["smoke", "!slow"], ["slow", "smoke"], false), ([], ["slow"], true),
        ] as [([String], [String], Bool)]
    )
    func tags(written: [String], has: [String], isChosen: Bool) throws {
        let choices = try written.map { try #require(TagChoice($0)) }
        #expect(choices.hold(for: has) == isChosen)
    }

    @Test("a choice without a word is none", arguments: ["", ",", "a,", "!", "a,,b", "! "])
    func wordless(written: String) { #expect(TagChoice(written) == nil) }

    @Test func unknownTag() throws {
        let choices = [try #require(TagChoice("smok,!slow"))]
        #expect(
            choices.unknown(among: ["smoke", "slow"])
                == ["no file here has the tag \"smok\"; did you mean \"smoke\"?"]
        )
    }

    @Test("tags are read of experiments and runbooks, singly or as a list, each once")
    func read() throws {
        let end = "\nprobes: { a: { http: \"http://a/\" } }\nmethod: [{ wait: 1s }]"
        for (tags, expected) in [
            ("\ntags: smoke", ["smoke"]), ("\ntags: [a, b, a]", ["a", "b"]), ("", nil),
        ] as [(String, [String]?)] {
            let files = [
                "e.yaml": "experiment: x\(tags)\(end)",
                "r.yaml": "runbook: x\(tags)\nsteps: [{ step: s, run: \"true\" }]",
            ]
            let reader = Fixture.reader(files: files)
            #expect(try reader.experiment("e.yaml").tags == expected)
            #expect(try reader.runbook("r.yaml").tags == expected)
        }
        let problems = Fixture.problems(of: "experiment: x\ntags: [\"!a\"]\(end)")
        #expect(problems.count == 1)
        #expect(problems.first?.contains("\"!a\" is no name for a tag") == true, "\(problems)")
    }

    @Test(
        "what a file is meant to be, readable or not",
        arguments: [
            ("experiment: x\nprobes: {", .experiment), ("# a\n\nrunbook: x", .runbook),
            ("inventory: i\nexperiment: x", .experiment), ("experimnt: x", .experiment),
            ("\u{FEFF}experiment: x", .experiment), ("{ experiment: x }", .experiment),
            ("\"experiment\": x", .experiment), ("experiment : x", .experiment),
            ("a: 1\r\nrunbook: x\r\n", .runbook), ("inventory: x", .inventory),
            ("policy:\n  x: 1", .policy), ("services:\n  experiment: x", nil),
            ("- experiment: x", nil),
            ("name: ci\non: push", nil), ("", nil), ("experiment:x", nil),
        ] as [(String, FileKind?)]
    )
    func meant(text: String, kind: FileKind?) { #expect(FileKind.meant(by: text) == kind) }

    @Test(
        "of several tries a pass after a failure is flaky, and what is worse than a failure stays",
        arguments: [
            ([.passed], .passed), ([.failed], .failed), ([.failed, .passed], .flaky),
            ([.inconclusive, .failed, .passed], .flaky), ([.failed, .failed], .failed),
            ([.inconclusive, .failed], .failed), ([.failed, .inconclusive], .failed),
            ([.failed, .notRestored], .notRestored), ([.failed, .notStarted], .failed),
            ([.notRestored, .passed], .notRestored), ([.stopped, .passed], .stopped),
            ([.notStarted], .notStarted), ([.inconclusive], .inconclusive),
        ] as [([RunVerdict], CaseVerdict)]
    )
    func tries(verdicts: [RunVerdict], verdict: CaseVerdict) {
        #expect(CaseVerdict(verdicts) == verdict)
    }

    @Test("only a failed or inconclusive run is tried again")
    func triedAgain() {
        #expect(RunVerdict.allCases.filter(\.isTriedAgain) == [.failed, .inconclusive])
    }

    @Test(
        "the worst counts: 5, 70, 4, 1, 64, flaky, 2, 3, 0",
        arguments: [
            ([], 0, 0), ([.passed], 0, 0), ([.flaky, .passed], 1, 0), ([.notStarted], 3, 3),
            ([.notStarted, .inconclusive], 2, 2), ([.inconclusive, .flaky], 1, 2),
            ([.flaky, .broken], 64, 64), ([.broken, .inconclusive], 64, 64),
            ([.broken, .failed], 1, 1), ([.failed, .stopped], 4, 4), ([.stopped, .error], 70, 70),
            (CaseVerdict.allCases, 5, 5),
        ] as [([CaseVerdict], Int32, Int32)]
    )
    func exit(verdicts: [CaseVerdict], exit: Int32, allowing: Int32) {
        #expect(CaseVerdict.exit(verdicts, allowsFlaky: false) == exit)
        #expect(CaseVerdict.exit(verdicts, allowsFlaky: true) == allowing)
        #expect(Set(CaseVerdict.worstFirst) == Set(CaseVerdict.allCases))
    }

    @Test(
        "the first that shares nothing with those that run begins",
        arguments: [
            (["a", "b"], [], 0), (["a", "b"], ["a"], 1), (["a", "ab"], ["a"], nil),
            (["", "a"], ["a"], 0),
            ([], ["a"], nil), (["ac", "b", "c"], ["a"], 1), (["a"], ["b", "c", "a"], nil),
        ] as [([String], [String], Int?)]
    )
    func schedule(waiting: [String], running: [String], next: Int?) {
        func prints(_ words: [String]) -> [Footprint] {
            words.map { Footprint(Set($0.map(String.init))) }
        }
        #expect(SuiteSchedule.next(of: prints(waiting), beside: prints(running)) == next)
    }

    // MARK: Footprints

    private static let inventory = """
        inventory: shop
        hosts:
          db: { address: 10.0.0.1, roles: [db] }
          app: { container: app }
          here: { local: true, roles: [db] }
        """

    private static func places(_ text: String, inventory: Bool = true) throws -> Set<String> {
        let files = [
            "i.yaml": Self.inventory,
            "r.yaml": "runbook: r\nsteps: [{ step: s, run: \"true\" }]",
            "far.yaml": "runbook: r\nsteps: [{ step: s, host: db, run: \"true\" }]",
            "look.yaml": "runbook: r\nsteps: [{ step: s, verify: { http: \"http://x/\" } }]",
            "inner.yaml": "runbook: r\nsteps: [{ step: s, runbook: r.yaml }]",
            "back.yaml": """
            runbook: r
            steps:
              - { step: s, http: { url: "http://s/", method: PUT }, undo: { run: "true" } }
            """,
            "asks.yaml": """
            runbook: r
            steps:
              - step: s
                when: { tcp: "when:1" }
                sql: { url: "postgresql://sql/x", query: select 1 }
                undo: { http: { url: "http://undo/" } }
                verify: { http: "http://verify/" }
              - { step: t, wait: { tcp: "wait:2" } }
              - { step: u, container: { name: web, do: restart } }
            """,
            "e.yaml": "experiment: e\n\(inventory ? "inventory: i.yaml\n" : "")\(text)",
        ]
        return Footprint(try Fixture.reader(files: files).experiment("e.yaml")).places
    }

    private static let hosts: Set = ["address-10.0.0.1-22", "container-app"]
    private static let look = "probes: { a: { command: { run: \"true\" } } }"

    @Test(
        "the controller counts where something is done there",
        arguments: [
            ("[{ wait: 1s }]", false), ("[{ runbook: r.yaml }]", true),
            ("[{ parallel: [{ runbook: r.yaml }] }]", true), ("[{ runbook: far.yaml }]", false),
            ("[{ runbook: look.yaml }]", false),
            ("[{ runbook: inner.yaml }]", true), ("[{ runbook: back.yaml }]", true),
            ("[{ fault: stop-service, service: x, target: { host: db } }]", false),
            ("[{ fault: stop-service, service: x, target: { host: here } }]", true),
            ("[{ fault: stop-service, service: x, target: { role: db, pick: 1 } }]", true),
            ("[{ fault: stop-service, service: x, target: { who: first } }]", true),
        ]
    )
    func controller(method: String, counts: Bool) throws {
        let who =
            "who: { first: { among: { role: db }, where: { http: \"http://${it.name}/\" } } }\n"
        let places = try Self.places("\(who)\(Self.look)\nmethod: \(method)")
            .filter { !$0.hasPrefix("server-") }
        #expect(places == Self.hosts.union(counts ? [Footprint.controller] : []))
    }

    @Test(
        "without an inventory the servers that probes and runbooks ask, and what those change, count"
    )
    func servers() throws {
        let places = try Self.places(
            """
            probes:
              a: { http: "https://Shop.example:8443/x?y=//z" }
              b: { tcp: "10.0.0.9:5432" }
              c: { sql: { url: "postgresql://me:pw@db.example/shop", query: select 1 } }
              d: { ledger: { postgres: "postgresql://me@db2.example:5/shop" } }
            method: [{ runbook: r.yaml }, { runbook: asks.yaml }]
            """,
            inventory: false
        )
        #expect(
            places == [
                "server-shop.example", "server-10.0.0.9", "server-db.example", "server-db2.example",
                Footprint.controller, "server-when", "server-sql", "server-undo", "server-verify",
                "server-wait", "container-web",
            ]
        )
    }

    @Test("one machine overlaps with itself, whatever it is called")
    func oneMachine() throws {
        let one = Footprint(try Self.places("\(Self.look)\nmethod: [{ wait: 1s }]"))
        #expect(one.overlaps(Footprint(["container-app", "address-10.0.0.7-22"])))
        #expect(!one.overlaps(Footprint(["container-other", "host-app"])))
        for url in ["http://10.0.0.1/", "https://10.0.0.1:8080/x", "http://me@10.0.0.1./"] {
            let other = try Self.places(
                "probes: { a: { http: \"\(url)\" } }\nmethod: [{ wait: 1s }]",
                inventory: false
            )
            #expect(one.overlaps(Footprint(other)), "\(url): \(other)")
        }
    }
}
