import Foundation
import Testing

@testable import DrillModel

/// Runbooks that are right, and what becomes of each of their keys.
@Suite struct RunbookFileTests {
    static func rescue() throws -> Runbook { try Fixture.reader().runbook("rescue.yaml") }

    static func step(_ title: String, of runbook: Runbook? = nil) throws -> RunbookStep {
        let runbook = try runbook ?? rescue()
        return try #require(runbook.allSteps.first { $0.title == title })
    }

    @Test func headIsRead() throws {
        let runbook = try Self.rescue()
        #expect(runbook.proveEvery == .seconds(90 * 24 * 3600) && runbook.budget == .minutes(20))
        #expect(runbook.inventory?.name == "shop")
        #expect(runbook.inputs == ["target"] && runbook.outputs == ["lsn", "leader"])
        #expect(runbook.probes.map(\.name) == ["shoppers"])
        #expect(runbook.allSteps.count == runbook.steps.count + 3)
    }

    @Test func anAnswerIsExpectedAndKept() throws {
        let step = try Self.step("see who leads")
        let path = try #require(JSONPath(written: "members[0].lag"))
        #expect(step.id == "look")
        guard case .http(let look)? = step.deed else { throw Wrong() }
        #expect(look.url.shown == "http://10.77.9.10/status")
        #expect(look.headers == ["x-for": Text(parts: [.saved("target")])])
        #expect(step.expect.match == "leader" && step.expect.json.count == 3)
        #expect(
            step.expect.json[0]
                == Expect.Member(path: path, value: .number(least: nil, most: 100))
        )
        #expect(step.expect.json[1].value == .equals("running"))
        #expect(step.expect.json[2].path.parts == [.member("x"), .member("a.b")])
        #expect(
            step.saves == [
                Save(
                    "leader",
                    .json(JSONPath([.member("members"), .element(0), .member("name")]))
                ),
                Save("first", .match("name: (.*)")), Save("all"),
            ]
        )
        #expect(
            step.retry
                == Retry(times: 4, every: .milliseconds(100), factor: 2, most: .milliseconds(300))
        )
    }

    @Test("a command, its condition and its way back on the same host")
    func commands() throws {
        let step = try Self.step("stop what writes")
        #expect(
            step.when
                == .value(
                    Text(parts: [.saved("leader")]),
                    .isNot(Text(parts: [.saved("target")]))
                )
        )
        let leader = Text(parts: [.saved("leader")])
        #expect(
            step.deed == .command(host: "db-west", Command(.list(["halt", leader]), sudo: true))
        )
        #expect(step.undo == .command(host: "db-west", Command(.list(["start", leader]))))
        #expect(step.isIdempotent && step.onFailure == .undo)
        let report = try Self.step("report")
        guard case .command(host: "edge", let undo)? = report.undo else { throw Wrong() }
        #expect(undo.sudo && report.deed?.host == nil)
    }

    @Test("verify and undo see what the step itself saves")
    func ownSaves() throws {
        let step = try Self.step("where it stands")
        #expect(step.saves == [Save("lsn")] && step.onFailure == .goOn)
        #expect(step.expect.value == .number(least: 1, most: nil))
        #expect(step.verify?.look.texts.contains(Text(parts: [.saved("lsn")])) == true)
        #expect(step.undo?.texts.flatMap(\.parts).contains(.saved("lsn")) == true)
    }

    @Test func peopleAreAsked() throws {
        let runbook = try Self.rescue()
        let tell = try Self.step("tell customers", of: runbook)
        #expect(tell.isHuman && tell.isOptional && tell.budget == .minutes(5))
        let ask = try Self.step("go on?", of: runbook)
        #expect(
            ask.deed
                == .approve(
                    Approval(
                        Text(parts: [.literal("Promote "), .saved("target"), .literal("?")]),
                        by: ["ann", "bob"],
                        timeout: .minutes(2)
                    )
                )
        )
        #expect(
            ask.when
                == .look(.http(HTTPLook(url: ask.url ?? "", statuses: [503])), .down)
        )
    }

    @Test func stepsAtOnceAndContainers() throws {
        let restart = try Self.step("restart the balancer")
        #expect(restart.deed == .container(ContainerDeed(.restart, container: "lb")))
        #expect(restart.undo == .container(ContainerDeed(.start, container: "lb")))
        #expect(restart.retry == Retry(times: 3))
        guard case .parallel(let steps)? = try Self.step("both at once").deed else { throw Wrong() }
        #expect(steps.map(\.title) == ["restart the balancer", "tell customers"])
    }

    @Test("an included runbook gets its inputs, the variables, and hands over its outputs")
    func includes() throws {
        let runbook = try Self.rescue()
        guard case .include(let include)? = try Self.step("let others do it", of: runbook).deed
        else { throw Wrong() }
        #expect(include.with == ["lsn": Text(parts: [.saved("lsn")])])
        let inner = try #require(include.runbook.steps.first)
        #expect(inner.deed?.shown == "reach '${lsn}' standby")
        guard case .command(nil, let report)? = try Self.step("report", of: runbook).deed else {
            throw Wrong()
        }
        #expect(report.texts.flatMap(\.parts).contains(.saved("done")))
    }

    @Test func waitsAreForProbesLooksAndTime() throws {
        let runbook = try Self.rescue()
        guard
            case .wait(let back)? = try Self.step("shoppers are back", of: runbook).deed,
            case .look(.http(let look), "shoppers"?, .milliseconds(250))? = back.until,
            case .wait(let closed)? = try Self.step("a port is closed", of: runbook).deed,
            case .look(.tcp(let port), nil, .milliseconds(100))? = closed.until
        else { throw Wrong() }
        #expect(look.statuses == [200] && back.holds == .seconds(2) && back.within == .seconds(30))
        #expect(port.port == 5432 && closed.state == .down)
        #expect(
            try Self.step("let it settle", of: runbook).deed
                == .wait(RunbookWait(until: nil, holds: .seconds(5)))
        )
    }

    @Test func aVariableFromOutsideStandsForAnInput() throws {
        let reader = Fixture.reader(variables: ["target": "db-west"])
        let runbook = try reader.runbook("rescue.yaml")
        #expect(runbook.inputs.isEmpty)
        #expect(
            try Self.step("stop what writes", of: runbook).when
                == .value(
                    Text(parts: [.saved("leader")]),
                    .isNot(Text(parts: [.value("db-west")]))
                )
        )
    }

    static let small = """
        runbook: small
        inputs: [lsn]
        steps: [{ step: use it, run: [use, "${lsn}"] }]
        """

    /// What an experiment with these variables and this `with` makes of `small`.
    private static func used(
        vars: String = "{}",
        with: String,
        variables: [String: String] = [:]
    ) throws -> String? {
        let text = """
            experiment: x
            vars: \(vars)
            probes: { shop: { tcp: "a:1" } }
            method: [{ runbook: small.yaml\(with) }]
            """
        let reader = Fixture.reader(
            files: ["x.yaml": text, "small.yaml": small],
            variables: variables
        )
        return try reader.experiment("x.yaml").runbooks.first?.steps.first?.deed?.shown
    }

    @Test("an experiment gives the inputs of its runbook")
    func inputsByExperiment() throws {
        #expect(try Self.used(with: ", with: { lsn: 0/1 }") == "use 0/1")
        #expect(try Self.used(vars: "{ lsn: 0/2 }", with: "") == "use 0/2")
        #expect(
            try Self.used(
                vars: "{ lsn: 0/2 }",
                with: ", with: { lsn: 0/1 }",
                variables: ["lsn": "0/3"]
            ) == "use 0/1"
        )
    }

    @Test("what a step is given comes before a variable of the same name")
    func withBeforeVariables() throws {
        let outer = """
            runbook: outer
            vars: { lsn: 0/9 }
            steps: [{ step: in, runbook: small.yaml, with: { lsn: "of ${lsn}" } }]
            """
        let reader = Fixture.reader(files: ["o.yaml": outer, "small.yaml": Self.small])
        let runbook = try reader.runbook("o.yaml")
        guard case .include(let include)? = runbook.steps.first?.deed else { throw Wrong() }
        #expect(include.with["lsn"]?.shown == "of 0/9")
        #expect(include.runbook.inputs == ["lsn"])
    }

    @Test("a variable of whoever includes it doesn't hide what a runbook saves itself")
    func savesBeforeVariables() throws {
        let outer = """
            runbook: outer
            vars: { lsn: outside }
            steps: [{ step: in, runbook: inner.yaml }, { step: out, run: [use, "${lsn}"] }]
            """
        let inner = """
            runbook: inner
            steps:
              - { step: keep, run: "true", save: lsn }
              - { step: use it, run: [use, "${lsn}"] }
            """
        let reader = Fixture.reader(files: ["o.yaml": outer, "inner.yaml": inner])
        let runbook = try reader.runbook("o.yaml")
        #expect(try Self.step("use it", of: runbook).deed?.shown == "use '${lsn}'")
        #expect(try Self.step("out", of: runbook).deed?.shown == "use outside")
    }

    @Test("an inventory that is there already comes before the runbook's own")
    func inventoryOfTheExperiment() throws {
        let shop = try Fixture.reader().inventory("shop.yaml")
        let text = """
            runbook: x
            inventory: no-such.yaml
            steps: [{ step: a, host: edge, run: "true" }]
            """
        let reader = Fixture.reader(files: ["x.yaml": text])
        #expect(try reader.runbook("x.yaml", inventory: shop).inventory == nil)
        #expect(throws: Problems.self) { try reader.runbook("x.yaml") }
    }

    @Test("a container of a host is the one that the inventory says")
    func containerOfHost() throws {
        let text = """
            runbook: x
            inventory: shop.yaml
            steps: [{ step: a, container: { host: cache-west, do: stop } }]
            """
        let deed = try Fixture.reader(files: ["x.yaml": text]).runbook("x.yaml").steps.first?.deed
        #expect(
            deed
                == .container(
                    ContainerDeed(.stop, host: "cache-west", container: "lab-cache-west")
                )
        )
    }

    @Test("runbooks include each other eight deep and no deeper")
    func depth() throws {
        func files(_ count: Int) -> [String: String] {
            var files: [String: String] = [:]
            for number in 1...count {
                let step = number == count ? #"run: "true""# : "runbook: \(number + 1).yaml"
                files["\(number).yaml"] = "runbook: r\(number)\nsteps: [{ step: a, \(step) }]"
            }
            return files
        }
        #expect(try Fixture.reader(files: files(8)).runbook("1.yaml").allSteps.count == 8)
        let problems = #expect(throws: Problems.self) {
            try Fixture.reader(files: files(9)).runbook("1.yaml")
        }
        #expect(
            problems?.list.map(\.message) == [#""9.yaml" is included more than 8 deep"#]
        )
    }

    @Test("a small file can't ask for a great many others")
    func number() throws {
        var files: [String: String] = ["7.yaml": "runbook: x\nsteps: [{ step: a, run: \"true\" }]"]
        for number in 1...6 {
            let steps = Array(repeating: "{ step: a, runbook: \(number + 1).yaml }", count: 30)
            files["\(number).yaml"] = "runbook: x\nsteps: [\(steps.joined(separator: ", "))]"
        }
        let problems = #expect(throws: Problems.self) {
            try Fixture.reader(files: files).runbook("1.yaml")
        }
        #expect(problems?.list.first?.message == "more than 200 runbooks are included")
    }

    @Test func whatIsReadSurvivesBeingKept() throws {
        let runbook = try Self.rescue()
        let kept = try JSONEncoder().encode(runbook)
        #expect(try JSONDecoder().decode(Runbook.self, from: kept) == runbook)
    }

    @Test(arguments: [
        ("a", "a"), ("a.b[0]", "a.b[0]"), ("[1][2].c", "[1][2].c"),
        (#"a["b.c"].d"#, #"a["b.c"].d"#),
    ])
    func paths(written: String, again: String) {
        #expect(JSONPath(written: written)?.written == again)
    }

    @Test(arguments: ["", ".", "a.", "a..b", "[", "[a]", "[-1]", "[+1]", "a]b[", "a[0]b", #"["a"#])
    func noPaths(written: String) { #expect(JSONPath(written: written) == nil) }

    struct Wrong: Error {}
}

extension RunbookStep {
    fileprivate var url: Text? {
        guard case .look(.http(let look), _)? = when else { return nil }
        return look.url
    }
}
