import Testing

@testable import DrillModel

/// `vars:` of an experiment that name hosts, which are known only once its inventory is read.
@Suite struct VariableFileTests {
    struct Wrong: Error {}

    static let experiment = """
        experiment: x
        inventory: ${which}.yaml
        vars:
          which: shop
          port: "8080"
          shop: "http://${host.edge}:${port}/"
        probes: { shop: { http: "${shop}" } }
        method: [{ runbook: r.yaml }]
        """

    static func reader(_ text: String, variables: [String: String] = [:]) -> Reader {
        let runbook = """
            runbook: r
            vars: { west: "${host.db-west}" }
            steps: [{ step: look, http: "http://${west}/?from=${shop}" }]
            """
        return Fixture.reader(files: ["x.yaml": text, "r.yaml": runbook], variables: variables)
    }

    /// The address that the probe asks.
    static func asked(_ experiment: Experiment) throws -> String {
        guard case .http(let look) = experiment.probes[0].kind else { throw Wrong() }
        return look.url.shown
    }

    @Test("a host's address, not its name, in the experiment and in what it includes")
    func addresses() throws {
        let experiment = try Self.reader(Self.experiment).experiment("x.yaml")
        #expect(try Self.asked(experiment) == "http://10.77.9.10:8080/")
        let step = try #require(experiment.runbooks.first?.allSteps.first)
        guard case .http(let look)? = step.deed else { throw Wrong() }
        #expect(look.url.shown == "http://10.77.2.11/?from=http://10.77.9.10:8080/")
    }

    @Test("a variable from outside wins")
    func overrides() throws {
        let reader = Self.reader(
            Self.experiment,
            variables: ["shop": "http://other/", "port": "1"]
        )
        #expect(try Self.asked(try reader.experiment("x.yaml")) == "http://other/")
    }

    @Test("an unknown host is a problem of the variable, told once; so is any without an inventory")
    func unknown() {
        let unknown = #expect(throws: Problems.self) {
            try Self.reader(Self.experiment.replacing("host.edge", with: "host.egde")).experiment(
                "x.yaml"
            )
        }
        let lines = unknown?.list.map(\.line) ?? []
        #expect(lines.count == 1 && lines[0].contains("unknown host \"egde\""), "\(lines)")
        #expect(unknown?.list.first?.position?.line == 6)
        let none = #expect(throws: Problems.self) {
            try Self.reader(
                Self.experiment.replacing("inventory: ${which}.yaml\n", with: "")
                    .replacing("r.yaml", with: "none.yaml")
            )
            .experiment("x.yaml")
        }
        #expect(none?.rendered.contains("this file names no inventory") == true)
    }
}
