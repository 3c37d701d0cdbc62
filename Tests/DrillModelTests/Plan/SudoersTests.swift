import Testing

@testable import DrillModel

/// The sudo rules of an experiment, and how sudoers(5) wants them written.
@Suite struct SudoersTests {
    private static func text(_ examples: String...) -> String {
        SudoersText.words(SudoPattern(examples)).joined(separator: " ")
    }

    @Test(arguments: [
        ("", "\"\""), ("-c x", "-c x"), ("a=b,c:d#e", ##"a\=b\,c\:d\#e"##),
        (#"a\b"#, #"a\\\\b"#), ("[a]*?", #"\[a\]\*\?"#), ("^x!", #"\^x\!"#),
        ("a  b", #"a \ b"#), ("a\n  b\tc", #"a[[\:cntrl\:]] \ b[[\:cntrl\:]]c"#),
        ("x ", #"x[\ ]"#), (" x", #"[\ ]x"#), ("\"é'$", "\"é'$"),
    ])
    func escapesWhatSudoersMinds(_ arguments: String, _ written: String) {
        #expect(Self.text(arguments) == written)
    }

    @Test func whatDiffersBetweenRunsIsOpenAndNothingElse() {
        #expect(Self.text("a 01f", "a 0e2") == "a 0[0-9a-f][0-9a-f]")
        #expect(Self.text("-x", "-y") == "-?")
        #expect(Self.text("kill 1:2 -9", "kill 31:2 -9") == "kill *1\\:2 -9")
        #expect(Self.text("a \(SudoPattern.mark) b", "a \(SudoPattern.mark) b") == "a * b")
    }

    @Test func theFormsOfARunDifferInEveryDigitOnly() {
        let forms = RunName.forms(of: "Shop 24/7")
        let pattern = SudoersText.words(SudoPattern(forms)).joined(separator: " ")
        let digit = "[0-9a-f]"
        func digits(_ count: Int) -> String { String(repeating: digit, count: count) }
        #expect(pattern == "\(digits(8))T\(digits(6))Z-shop-24-7-\(digits(4))")
        let real = RunName.make(wallSeconds: 1_790_000_000, experiment: "Shop 24/7", salt: 7)
        #expect(real.count == forms[0].count)
    }

    private static let inventory = Inventory(
        name: "two",
        hosts: [
            Host(name: "db", address: "10.0.0.1", region: "r", zone: "r/a"),
            Host(name: "app", address: "10.0.0.2", region: "r", zone: "r/b"),
        ]
    )

    private static func sudoers(
        _ faults: [FaultStep],
        runbook: Runbook? = nil,
        facts: Facts? = nil
    ) throws -> [Sudoers.Block] {
        let steps = faults.map { Step(.fault($0)) } + (runbook.map { [Step(.runbook($0))] } ?? [])
        return try Sudoers(
            Experiment(name: "least", inventory: inventory, method: steps),
            facts: facts,
            addresses: ["127.0.0.1", "10.0.0.9"],
            seed: 0
        ).blocks
    }

    private static func pause(_ target: Selector) -> FaultStep {
        FaultStep(
            id: "hang",
            fault: "pause-process",
            target: target,
            values: Values(["name": .word("postgres")])
        )
    }

    @Test func aPausedProcessNeedsItsScriptsAndItsLease() throws {
        let block = try #require(try Self.sudoers([Self.pause(Selector(hosts: ["db"]))]).first)
        #expect(
            block.rules.map { "\($0.breadth.rawValue) \($0.reasons.joined(separator: "; "))" } == [
                "exact survey: see whether sudo works", "exact survey: list what earlier runs left",
                "exact hang: find processes named postgres on db",
                "any-argument hang: stop processes named postgres on db",
                "any-argument hang: see that processes named postgres are stopped on db",
                "any-argument hang: wake processes named postgres on db",
                "any-argument hang: see that processes named postgres are not stopped on db",
                "root hang: arm the undo with a lease of 30s", "exact hang: renew the lease",
                "any-argument hang: see that the lease is armed",
                "exact hang: undo through the lease", "exact hang: take the healed lease away",
            ]
        )
        #expect(SudoersText.commands(block.rules[0]) == [#"/bin/true """#])
        #expect(SudoersText.commands(block.rules[3])[0].hasSuffix(" drill-process signal STOP *"))
    }

    @Test func everyHostThatMayBeDrawnHasRules() throws {
        let one = Self.pause(Selector(regions: ["r"], pick: .count(1)))
        #expect(try Self.sudoers([one]).map(\.rules.count) == [12, 12])
    }

    @Test func whatTheSurveyFoundIsNotGuessed() throws {
        let stop = FaultStep(
            id: "stop",
            fault: "stop-service",
            target: Selector(hosts: ["db"]),
            values: Values(["service": .word("nginx")])
        )
        func stops(_ facts: Facts?) throws -> [String] {
            try Self.sudoers([stop], facts: facts)[0].rules.filter {
                $0.reasons == ["stop: stop nginx on db"]
            }.map { "\($0.program) \(SudoersText.words($0.arguments).joined(separator: " "))" }
        }
        #expect(
            try stops(nil) == [
                "systemctl stop -- nginx", "sv -w 20 stop nginx", "service nginx stop",
            ]
        )
        #expect(
            try stops(Facts(hosts: ["db": HostFacts(serviceManager: "runit")]))
                == ["sv -w 20 stop nginx"]
        )
    }

    @Test func aPartitionSparesTheControllersOwnAddressOfTheSameKind() throws {
        let cut = FaultStep(
            id: "cut",
            fault: "partition",
            target: Selector(hosts: ["db"]),
            values: Values(["from": .selector(Selector(hosts: ["app"]))])
        )
        let rules = try Self.sudoers([cut])[0].rules
        let walls = rules.filter { $0.reasons[0].hasPrefix("cut: drop") }
            .map { SudoersText.commands($0)[0] }
        // One for each variant of iptables.
        #expect(walls.count == 3)
        for wall in walls {
            #expect(wall.contains("-s 10.0.0.9 --dport 22 -j RETURN"), "\(wall)")
            #expect(wall.contains("DRILL-[0-9a-f][0-9a-f][0-9a-f][0-9a-f]-cut-[0-9a-f]"), "\(wall)")
        }
        #expect(
            rules.flatMap(SudoersText.commands).filter { $0.hasSuffix("-w 1 -S") }.count == 6 * 6
        )
    }

    @Test func stepsBySudoAreExactAndOthersNeedNothing() throws {
        let runbook = Runbook(
            name: "mend",
            steps: [
                RunbookStep(title: "look", host: "db", run: .list(["uptime"])),
                RunbookStep(
                    title: "promote",
                    host: "app",
                    run: .list(["/opt/pg ctl", "promote"], sudo: true)
                ),
            ]
        )
        let blocks = try Self.sudoers([], runbook: runbook)
        #expect(blocks.map(\.host) == ["db", "app"])
        #expect(blocks[0].rules.isEmpty)
        #expect(blocks[1].rules.flatMap(SudoersText.commands).last == #"/opt/pg\ ctl promote"#)
        let text = SudoersText.render(
            blocks,
            experiment: "least",
            notes: [],
            login: { $0 == "db" ? nil : "drill" }
        )
        #expect(text.contains("# ---- db: needs no rule"))
        #expect(text.contains("# runbook mend: promote\ndrill ALL=(root) NOPASSWD: \\\n"))
        #expect(!text.contains("BE AWARE"), "nothing of it makes root")
    }

    @Test func aCapturedValueInAScriptIsAsGoodAsRoot() throws {
        let run = FaultStep(
            id: "own",
            fault: "run",
            target: Selector(hosts: ["db"]),
            values: Values([
                "inject": .command(
                    Command(.shell(Text("break ") + .saved("captured")), sudo: true)
                ), "effective": .command(.list(["true"])),
            ])
        )
        let rule = try #require(try Self.sudoers([run])[0].rules.last)
        #expect(rule.breadth == .root)
        #expect(SudoersText.commands(rule) == ["/bin/sh -c break *"])
    }

    @Test(arguments: [
        ("drill", true), ("_x-1", true), ("a b", false), ("ALL=x", false), ("%sudo", false),
        ("", false),
    ])
    func onlyPlainNamesAreUsers(_ name: String, _ isUser: Bool) {
        #expect(SudoersText.isUser(name) == isUser)
    }
}
