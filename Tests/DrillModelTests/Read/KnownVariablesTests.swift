import Testing

@testable import DrillModel

/// What `--var` may name.
@Suite struct KnownVariablesTests {
    static let file = """
        experiment: x
        vars: { port: "8080", unused: a }
        probes:
          shop: { http: { url: "http://${host.edge}:${port}/${path}", headers: { a: "${env:HOME}" } } }
        method:
          - wait: ${pause}
          - { fault: run, inject: "echo $${literal} ${it.address} ${file:x}" }
        """

    private func known(_ texts: String...) -> Set<String>? {
        KnownVariables.names(in: texts.map { ("x.yaml", Array($0.utf8)) })
    }

    @Test func aFileKnowsWhatItDeclaresAndWhatItUses() {
        #expect(known(Self.file) == ["port", "unused", "path", "pause"])
        #expect(known(Self.file, "runbook: r\nvars: { other: b }")?.contains("other") == true)
        #expect(known(Self.file, "[") == nil, "what can't be taken apart may know anything")
    }

    @Test func unknownOnesAreToldWithTheNearest() {
        let problems = KnownVariables.problems(
            given: ["prot", "path", "elsewhere"],
            known: ["port", "path"]
        )
        #expect(
            problems.map(\.line) == [
                "--var elsewhere: no file here declares or uses the variable \"elsewhere\"; "
                    + "known variables: path, port",
                "--var prot: no file here declares or uses the variable \"prot\"; "
                    + "did you mean \"port\"?",
            ]
        )
    }
}
