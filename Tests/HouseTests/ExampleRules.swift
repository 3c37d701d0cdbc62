import DrillModel
import Foundation
import Testing

/// Every fault and probe has an example and a test; every example parses and plans.
@Suite struct ExampleRules {
    static let examples: [String] = {
        do {
            return try Tree.files(under: "Experiments", ending: ".yaml")
                .filter { !$0.contains("/lab/") }
        } catch {
            return []
        }
    }()

    static func reader() -> Reader {
        Reader(variables: [:], environment: nil, home: "/root") { path throws(LoadError) in
            do {
                return LoadedFile(Array(try Data(contentsOf: Tree.root.appending(path: path))))
            } catch {
                throw LoadError("no such file")
            }
        }
    }

    @Test("there are examples")
    func some() { #expect(Self.examples.count >= 8) }

    @Test("an example parses and plans", arguments: examples)
    func plans(file: String) {
        do throws(Problems) {
            let experiment = try Self.reader().experiment(file)
            let plan = try Planner.plan(experiment, facts: nil, seed: 1, run: "RUN")
            let guards = plan.refusals.filter(\.cause.isGuard)
            #expect(guards.isEmpty, "\(file): \(guards.map(\.line))")
        } catch {
            Issue.record("\(error.rendered)")
        }
    }

    @Test("an example's first line points an editor at its schema", arguments: examples)
    func schema(file: String) throws {
        let first = try Tree.lines(of: file).first ?? ""
        #expect(first.hasPrefix("# yaml-language-server: $schema="), "\(file):1: \(first)")
        let schema = String(first.split(separator: "=").last ?? "")
        let folder = file.split(separator: "/").dropLast().joined(separator: "/")
        #expect(Tree.exists("\(folder)/\(schema)"), "\(file):1: \(schema) is not there")
    }

    @Test("every fault of the catalogue has an example and a test")
    func faults() throws {
        let experiments = try Tree.files(under: "Experiments", ending: ".yaml")
            .map { try Tree.lines(of: $0).joined(separator: "\n") }
        let tests = try Tree.files(under: "Tests/DrillModelTests/Faults", ending: ".swift")
            .map { try Tree.lines(of: $0).joined(separator: "\n") }
        for fault in Catalogue.faults {
            #expect(
                experiments.contains { $0.contains("fault: \(fault.name)") },
                "no experiment shows \(fault.name)"
            )
            #expect(
                tests.contains {
                    $0.contains("\"\(fault.name)\"") || $0.contains("fault: \(fault.name)")
                },
                "no table tests \(fault.name)"
            )
        }
    }
}
