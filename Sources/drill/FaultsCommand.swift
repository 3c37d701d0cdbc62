import ArgumentParser
import DrillModel
import DrillWire
import Foundation

/// `drill faults`: what can be broken, with which keys, and what each needs on its targets.
struct FaultsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "faults",
        abstract: "List the faults that an experiment can use.",
        discussion: "Every fault also has the keys id, target, for and include-control."
    )

    @Argument(help: "Only this fault.")
    var name: String?

    @Flag(help: "Machine-readable: an array with one object a fault.")
    var json = false

    func run() throws {
        let all = Catalogue.faults.map(Listed.init)
        let chosen = all.filter { name == nil || $0.fault == name }
        guard !chosen.isEmpty else {
            let names = all.map(\.fault).joined(separator: ", ")
            throw Failure.usage("there is no fault \(name ?? ""); there are \(names)")
        }
        Terminal.write(json ? try JSONText.of(chosen) : Self.table(chosen))
    }

    private struct Listed: Encodable {
        struct Key: Encodable {
            var key: String
            var type: String
            var required: Bool
            var about: String
        }

        var fault: String
        var about: String
        var keys: [Key]
        var needs: [String]

        init(_ fault: any Fault.Type) {
            self.fault = fault.name
            about = fault.about
            keys = fault.keys.map {
                Key(key: $0.name, type: $0.type.words, required: $0.isRequired, about: $0.about)
            }
            needs = FaultNeeds.all(of: fault).map(\.words)
        }
    }

    private static func table(_ faults: [Listed]) -> String {
        var lines: [String] = []
        for fault in faults {
            if !lines.isEmpty { lines.append("") }
            lines.append(fault.fault)
            lines.append("  \(fault.about)")
            for (index, need) in fault.needs.enumerated() {
                lines.append((index == 0 ? "  needs " : "     or ") + need)
            }
            let width = fault.keys.map(\.key.count).max() ?? 0
            for key in fault.keys {
                let name = key.key + String(repeating: " ", count: width - key.key.count)
                let must = key.required ? ", required" : ""
                let about = "\(key.about) (\(key.type)\(must))".wrapped(96 - width - 6)
                lines.append("    \(name)  \(about.first ?? "")")
                let indent = String(repeating: " ", count: width + 6)
                lines += about.dropFirst().map { indent + $0 }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension KeyType {
    /// What may be written, in few words.
    fileprivate var words: String {
        switch self {
        case .word: "a word"
        case .text: "text"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .number: "a number"
        case .boolean: "true or false"
        case .span: "a length of time, such as 30s"
        case .age: "a length of time, such as 90d"
        case .share: "a share, such as 60%"
        case .pattern: "a regular expression"
        case .oneOf(let words): words.joined(separator: " | ")
        case .command: "a command, as a list or a string"
        case .selector: "a selector, such as {role: db}"
        case .list(let type): "a list: \(type.words)"
        case .oneOrMore(let type): "one or a list: \(type.words)"
        case .mapping(let keys): "a mapping of \(keys.map(\.name).joined(separator: ", "))"
        case .host: "a host of the inventory"
        case .probe: "a probe"
        case .faultName: "a fault"
        case .zone: "a time zone"
        case .window: "a window, such as Mon-Fri 09:00-16:00"
        case .named(let type): "names, each with \(type.words)"
        case .either(let short, let long): "\(short.words), or \(long.words)"
        case .perCandidate(let type), .perRecord(let type), .withOwnSaves(let type): type.words
        case .promises(let type): type.words
        case .step: "a step"
        case .runbookSteps: "a list of steps"
        case .later: "not in this version"
        }
    }
}
