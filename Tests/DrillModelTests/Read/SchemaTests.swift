import Foundation
import Testing

@testable import DrillModel

@Suite struct SchemaTests {
    /// The files that the first line of every example points an editor at.
    @Test(arguments: [
        ("drill", nil), ("inventory", FileKind.inventory), ("runbook", .runbook),
        ("policy", .policy),
    ])
    func keptSchemaIsTheSchema(name: String, kind: FileKind?) throws {
        let file = "Experiments/\(name).schema.json"
        let kept = try String(contentsOf: Fixture.repository.appending(path: file), encoding: .utf8)
        #expect(
            kept == Schema.json(kind),
            "run: drill schema \(kind?.rawValue ?? "") > \(file)"
        )
    }

    @Test(arguments: [nil, FileKind.experiment, .inventory, .runbook, .policy])
    func schemaIsJSONAndHasEveryKey(kind: FileKind?) throws {
        let schema = Schema.json(kind)
        let parsed = try JSONSerialization.jsonObject(with: Data(schema.utf8))
        let root = try #require(parsed as? [String: Any])
        let references = schema.matches(of: /"#\/definitions\/([a-z-]+)"/).map { String($0.1) }
        let definitions = root["definitions"] as? [String: Any] ?? [:]
        #expect(Set(references) == Set(definitions.keys))
        for kind in kind.map({ [$0] }) ?? FileKind.allCases {
            for key in Grammar.keys(of: kind) {
                #expect(
                    schema.contains("\"\(key.name)\": {") == (key.type != .later),
                    "\(key.name)"
                )
            }
        }
    }

    /// Documentation that a reader of the schema can use: every key says what it means.
    @Test func everyKeyIsExplained() {
        func check(_ keys: [Key]) {
            for key in keys {
                #expect(key.about.hasSuffix(".") && key.about.count > 4, "\(key.name)")
                if case .mapping(let inner) = key.type { check(inner) }
                if case .named(.mapping(let inner)) = key.type { check(inner) }
                if case .promises(.either(_, .mapping(let inner))) = key.type { check(inner) }
            }
        }
        for kind in FileKind.allCases { check(Grammar.keys(of: kind)) }
        for form in Grammar.steps { check([form.key] + form.beside) }
        for fault in Catalogue.faults { check(fault.keys) }
    }

    @Test func faultsOfTheCatalogueAreSteps() {
        let schema = Schema.json(.experiment)
        for fault in Catalogue.faults { #expect(schema.contains("[\"\(fault.name)\"]")) }
    }
}
