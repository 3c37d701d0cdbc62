import Foundation
import Testing

@testable import DrillModel

/// Every experiment of the repository plans, and no guard refuses it.
@Suite struct ExamplesTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../Experiments").standardizedFileURL

    static var files: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".yaml") }.sorted()
    }

    static let reader = Reader { path throws(LoadError) in
        guard let data = FileManager.default.contents(atPath: path) else {
            throw LoadError("no such file")
        }
        return Array(data)
    }

    @Test func thereAreSome() { #expect(Self.files.count >= 5) }

    @Test(arguments: files)
    func plans(_ file: String) throws {
        let experiment = try Self.reader.experiment(Self.folder.appendingPathComponent(file).path)
        for seed in UInt64(0)..<5 {
            let plan = try Planner.plan(experiment, facts: nil, seed: seed, run: "RUN")
            #expect(plan.refusals.map(\.line) == [], "seed \(seed)")
            #expect(plan.faults.allSatisfy { !$0.procedures.isEmpty })
            let text = PlanText.render(plan)
            #expect(text.hasPrefix("# Plan: \(experiment.name)\n"))
        }
    }
}
