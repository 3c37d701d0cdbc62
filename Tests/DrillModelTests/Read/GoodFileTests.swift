import Foundation
import Testing

@testable import DrillModel

@Suite struct GoodFileTests {
    static let reader = Fixture.reader()

    // MARK: Inventory

    @Test func inventoryHasHostsInTheOrderOfTheFile() throws {
        let shop = try Self.reader.inventory("shop.yaml")
        #expect(shop.name == "shop")
        #expect(shop.knownHosts == "state/known_hosts")
        #expect(
            shop.hosts.map(\.name) == [
                "db-east-a", "app-east-a", "db-east-b", "db-west", "cache-west", "edge", "here",
            ]
        )
        #expect(shop.regions == ["us-east-1", "us-west-2"])
        #expect(shop.zones == ["us-east-1/a", "us-east-1/b", "us-west-2/a"])
        #expect(shop.hostsInRegions.count == 5)
    }

    @Test func hostsTakeWhatTheyDoNotSayFromTheTop() throws {
        let shop = try Self.reader.inventory("shop.yaml")
        let first = try #require(shop.host("db-east-a"))
        #expect(first.user == "drill")
        #expect(first.port == 2222)
        #expect(first.key == "/home/sre/.ssh/drill")
        #expect(first.transport == .auto)
        #expect(first.container == "lab-db-east-a")
        #expect(first.position == Position(file: "shop.yaml", line: 8, column: 9))
        let second = try #require(shop.host("app-east-a"))
        #expect(second.user == "shop")
        #expect(second.key == "keys/app")
        #expect(second.roles == ["app", "web"])
        let third = try #require(shop.host("db-east-b"))
        #expect(third.roles == ["db"])
        #expect(third.jump == "edge")
        #expect(third.transport == .openssh)
        #expect(third.zone == "us-east-1/b")
        let west = try #require(shop.host("db-west")?.power)
        #expect(west.off == .list(["ipmi", "off"]))
        #expect(west.on == .shell("ipmi on"))
        #expect(west.state == .shell("ipmi state", sudo: true))
        let edge = try #require(shop.host("edge"))
        #expect(edge.isProtected && edge.region == nil && edge.port == 22)
        #expect(shop.host("here")?.isLocal == true)
    }

    @Test func pathsStartBesideTheInventory() throws {
        let files = [
            "lab/inventory.yaml":
                "inventory: x\nssh: { key: ../keys/a }\nhosts: { a: { address: b } }"
        ]
        let inventory = try Fixture.reader(files: files).inventory("lab/inventory.yaml")
        #expect(inventory.hosts.first?.key == "keys/a")
    }

    /// A journal is healed from any directory.
    @Test func pathsAreWholeWhereTheWorkingDirectoryIsKnown() throws {
        let files = [
            "lab/inventory.yaml": """
            inventory: x
            ssh: { key: ../../keys/a, known-hosts: known_hosts }
            hosts: { a: { address: b }, c: { address: d, key: /e }, f: { address: g, key: ~/h } }
            """,
            "lab/x.yaml": """
            experiment: x
            inventory: inventory.yaml
            probes: { here: { command: { run: "echo ${file:word}" } } }
            method: [{ wait: 1s }]
            """,
        ]
        let reader = Fixture.reader(files: files, workingDirectory: "/srv/shop")
        let inventory = try reader.inventory("lab/inventory.yaml")
        #expect(inventory.hosts.map(\.key) == ["/srv/keys/a", "/e", "/home/sre/h"])
        #expect(inventory.knownHosts == "/srv/shop/lab/known_hosts")
        // Messages go on to name files as they were given.
        #expect(inventory.file == "lab/inventory.yaml")
        let experiment = try reader.experiment("lab/x.yaml")
        #expect(experiment.probes.first?.kind.shown == "echo ${file:/srv/shop/lab/word}")
    }

    // MARK: Experiment

    @Test func experimentHasWhatIsWritten() throws {
        let experiment = try Self.reader.experiment("good.yaml")
        #expect(experiment.name == "everything")
        #expect(experiment.about == "A text over two lines.")
        #expect(experiment.inventory?.name == "shop")
        #expect(experiment.disruption == .region)
        #expect(experiment.steady == Steady(holds: .seconds(2), within: .seconds(30)))
        #expect(experiment.lease == .seconds(45))
        #expect(experiment.guards.blastRadius == 0.6)
        #expect(experiment.guards.longest == .minutes(15))
        #expect(
            experiment.guards.stopWhen == [
                Guards.Stop(probe: "storefront", state: .down, holds: .minutes(3))
            ]
        )
    }

    @Test func budgetsApplyToAllProbesOrToOne() throws {
        let budgets = try Self.reader.experiment("good.yaml").budgets.map { budget in
            var budget = budget
            budget.position = nil
            return budget
        }
        #expect(
            budgets == [
                Budget(figure: .detect, limit: .atMost(.seconds(10))),
                Budget(figure: .failover, probe: "storefront", limit: .atMost(.seconds(45))),
                Budget(figure: .failover, probe: "admin", limit: .atMost(.minutes(2))),
                Budget(figure: .downtime, limit: .atMost(.seconds(45))),
                Budget(figure: .rto, limit: .atMost(.minutes(1))),
                Budget(figure: .restore, limit: .atMost(.minutes(3))),
                Budget(figure: .rpo, limit: .atMost(.milliseconds(500))),
                Budget(figure: .availability, limit: .atLeast(0.999)),
                Budget(figure: .lost, probe: "orders", limit: .atMostCount(3)),
            ]
        )
    }

    /// A hang must not hide its own end: as many are let fly as are due until the first has run out of time.
    @Test(arguments: [
        ("every: 20ms", 200), ("every: 1ms", 1200), ("every: 1ms, timeout: 5s", 2000),
        ("every: 1ms, in-flight: 50", 50),
    ]) func asManyFlyAsAreDueWithinTheTimeout(keys: String, most: Int) throws {
        let text = """
            experiment: e
            probes: { it: { tcp: "127.0.0.1:1", \(keys) } }
            method: [{ wait: 1s }]
            """
        let experiment = try Fixture.reader(files: ["e.yaml": text]).experiment("e.yaml")
        #expect(experiment.probe("it")?.inFlightMax == most)
    }

    @Test func probesHaveWhatIsWrittenAndWhatIsUsual() throws {
        let experiment = try Self.reader.experiment("good.yaml")
        let storefront = try #require(experiment.probe("storefront"))
        #expect(storefront.every == .milliseconds(20))
        #expect(storefront.slowerThan == .milliseconds(200))
        #expect(storefront.via == "edge")
        #expect(storefront.inFlightMax == 50)
        let http = HTTPLook(
            url: Text(parts: [
                .literal("http://"), .value("10.77.9.10"), .literal(":8080/"), .value("main"),
            ]),
            headers: ["X-Key": Text(parts: [.environment("KEY")])],
            statuses: [200, 204],
            match: "ok"
        )
        #expect(storefront.kind == .http(http))
        #expect(
            experiment.probe("port")?.kind
                == .tcp(TCPLook(address: Text(parts: [.value("10.77.9.10")]), port: 5432))
        )
        #expect(experiment.probe("six")?.kind == .tcp(TCPLook(address: "::1", port: 80)))
        let replicas = try #require(experiment.probe("replicas"))
        #expect(replicas.every == .milliseconds(500))
        #expect(replicas.measure == .redundancy)
        guard case .sql(let sql) = replicas.kind else { throw Wrong() }
        #expect(sql.condition == .atLeast(2))
        let orders = try #require(experiment.probe("orders"))
        #expect(orders.measure == .data)
        #expect(orders.every == .milliseconds(20))
        guard case .ledger(let ledger) = orders.kind else { throw Wrong() }
        #expect(ledger.store.shown.hasSuffix(", table orders_main"))
        #expect(
            ledger.readFrom.compactMap(\.url).map(\.shown) == [
                "postgresql://a", "postgres://b/${file:secret}",
            ]
        )
    }

    @Test func valuesInAShellStringArriveQuotedAndDollarsStay() throws {
        let experiment = try Self.reader.experiment("good.yaml")
        guard case .command(let look)? = experiment.probe("edge-notices")?.kind else {
            throw Wrong()
        }
        #expect(
            look.command.body
                == .shell(
                    Text(parts: [.literal("echo "), .value("main"), .literal(" ${literal} $HOME")])
                )
        )
        #expect(look.command.sudo)
        #expect(look.exit == 3)
        #expect(look.host == "edge")
    }

    @Test func stepsAreWhatIsWritten() throws {
        let experiment = try Self.reader.experiment("good.yaml")
        guard case .fault(let link)? = experiment.prepare.first?.kind else { throw Wrong() }
        #expect(link.id == "link")
        #expect(link.fault == "partition")
        #expect(link.target.hosts == ["db-west"])
        #expect(link.values.word("direction") == "in")
        #expect(link.values.selector("from")?.except.first?.zones == ["us-east-1/b"])
        #expect(!link.values.has("target") && !link.values.has("id"))

        let method = experiment.method.map(\.title)
        #expect(
            method
                == [
                    "fail-region (blackout)", "wait 5s", "wait until edge-notices, within 30s",
                    "at once: wait until storefront is down for 5s, within 60s, else continue, partition",
                    "disaster declared", "undo partition", "runbook recover", "undo link",
                    "repair declared",
                ].map { $0.replacing("within 60s", with: "within 1m") }
        )
        guard case .fault(let blackout)? = experiment.method.first?.kind else { throw Wrong() }
        #expect(blackout.lasts == .seconds(30))
        #expect(blackout.target.except.map(\.roles) == [["app"]])
        #expect(blackout.values.word("by") == "pause")
        guard case .parallel(let steps) = experiment.method[3].kind,
            case .wait(let wait)? = steps.first?.kind,
            case .fault(let partition)? = steps.last?.kind
        else { throw Wrong() }
        #expect(wait.continues && wait.state == .down && wait.holds == .seconds(5))
        #expect(partition.target.who == "leader" && partition.target.pick == .minority)
        #expect(partition.includesControl && partition.lasts == .seconds(20))
    }

    @Test func whoLooksAtCandidates() throws {
        let experiment = try Self.reader.experiment("good.yaml")
        #expect(experiment.who.map(\.name) == ["leader", "idle"])
        #expect(
            experiment.who.first?.condition
                == .http(
                    HTTPLook(
                        url: Text(parts: [
                            .literal("http://"), .it("address"), .literal(":8008/primary"),
                        ]),
                        statuses: [200]
                    )
                )
        )
    }

    @Test func runbookTakesTheVariablesOfItsExperiment() throws {
        let experiment = try Self.reader.experiment("good.yaml")
        guard case .runbook(let runbook) = experiment.method[6].kind else { throw Wrong() }
        #expect(runbook.budget == .minutes(2))
        let first = try #require(runbook.steps.first)
        #expect(first.deed?.shown == "sudo -n promote db-west main")
        #expect(first.expect == Expect(exit: 3, match: "done"))
        #expect(first.isOptional && first.budget == .seconds(30))
        #expect(first.verify?.within == .seconds(20))
        let alone = try Self.reader.runbook("recover.yaml")
        #expect(alone.steps.first?.deed?.shown == "sudo -n promote db-west overridden")
    }

    @Test func variablesFromOutsideWin() throws {
        let reader = Fixture.reader(variables: ["pool": "it's", "table": "t", "wait": "7s"])
        let experiment = try reader.experiment("good.yaml")
        guard case .runbook(let runbook) = experiment.method[6].kind else { throw Wrong() }
        #expect(runbook.steps.first?.deed?.shown == #"sudo -n promote db-west 'it'\''s'"#)
        #expect(experiment.method[1].title == "wait 7s")
    }

    @Test func environmentIsCheckedWhereItIsKnown() {
        let error = #expect(throws: Problems.self) {
            try Fixture.reader(environment: ["KEYS", "HOME"]).experiment("good.yaml")
        }
        #expect(
            error?.list.map(\.line) == [
                #"good.yaml:30:104: the environment variable "KEY" isn't set; did you mean ${env:KEYS}?"#,
                #"good.yaml:46:26: the environment variable "LEDGER" isn't set; set it before drill starts"#,
            ]
        )
    }

    @Test func whatIsReadSurvivesBeingKept() throws {
        let experiment = try Self.reader.experiment("good.yaml")
        let kept = try JSONEncoder().encode(experiment)
        #expect(try JSONDecoder().decode(Experiment.self, from: kept) == experiment)
    }

    @Test(
        "an environment that could be taken for production must say so",
        arguments: [
            ("production", true), ("staging", true), ("non-prod", true), ("preproduction", true),
            ("pre-production", true),
            ("product-test", true), ("delivery", true), ("prod", false), ("PRD", false),
            ("Production", false), ("live", false), ("prod-eu", false), ("production1", false),
            ("prodcution", false),
        ]
    )
    func environment(word: String, isGood: Bool) {
        let text = "inventory: x\nenvironment: \(word)\nhosts: { a: { address: b } }\n"
        #expect(Fixture.problems(of: text).isEmpty == isGood)
    }

    // MARK: Kinds

    @Test func kindIsKnownByTheKeys() throws {
        guard case .experiment = try Self.reader.file("good.yaml"),
            case .inventory = try Self.reader.file("shop.yaml"),
            case .runbook = try Self.reader.file("recover.yaml")
        else { throw Wrong() }
        let error = #expect(throws: Problems.self) { try Self.reader.experiment("shop.yaml") }
        #expect(error?.list.map(\.message) == ["this is an inventory, not an experiment"])
    }

    @Test(arguments: ["Experiments", "Runbooks"])
    func everyExampleIsRead(folder: String) throws {
        let path = Fixture.repository.appending(path: folder)
        let names = Fixture.names(in: path)
        try #require(!names.isEmpty)
        for name in names {
            do {
                _ = try Fixture.reader(in: path).file(name)
            } catch {
                Issue.record("\(error.rendered)")
            }
        }
    }

    struct Wrong: Error {}
}
