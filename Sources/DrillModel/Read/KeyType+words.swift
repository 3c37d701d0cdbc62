extension KeyType {
    /// What a scalar of this type is, for messages.
    var what: String {
        switch self {
        case .word: "a word"
        case .text: "a text"
        case .integer: "a whole number"
        case .number: "a number"
        case .boolean: "true or false"
        case .span, .age: "a duration"
        case .share: "a share"
        case .pattern: "a regular expression"
        case .oneOf(let words): alternatives(words)
        case .host: "the name of a host"
        case .probe: "the name of a probe"
        case .faultName: "the name of a fault"
        case .zone: "the name of a time zone"
        case .window: "a window"
        case .command: "a command"
        case .selector: "a selector"
        case .list, .runbookSteps: "a list"
        case .oneOrMore(let type): "\(type.what) or a list"
        case .mapping, .named, .step: "a mapping"
        case .either(let short, _): "\(short.what) or a mapping"
        case .perCandidate(let type), .perRecord(let type), .withOwnSaves(let type): type.what
        case .promises(let type): type.what
        case .later: "nothing"
        }
    }

    /// Whether a list can be of this type.
    var takesLists: Bool {
        switch self {
        case .list, .oneOrMore: true
        default: false
        }
    }

    /// What to write, for the fix of a problem.
    var example: String? {
        switch self {
        case .boolean: "write true or false"
        case .span: "write 250ms, 10s, 5m or 2h"
        case .age: "write 90d or 12h"
        case .share: "write 60%"
        case .zone: "write Europe/Berlin or UTC"
        case .window: Window.Times.example
        case .selector:
            "write { region: NAME }, { zone: REGION/ZONE }, { role: NAME } or { host: NAME }"
        case .command: "write a list of words, or a string for the shell"
        case .list: "write [ ... ], or [] for none"
        case .mapping(let keys):
            "its keys: \(keys.filter { $0.type != .later }.map(\.name).joined(separator: ", "))"
        case .oneOf(let words): "write \(alternatives(words))"
        case .either(let short, _): short.example
        case .perCandidate(let type), .perRecord(let type), .oneOrMore(let type),
            .withOwnSaves(let type):
            type.example
        case .runbookSteps: "each begins with `- step: TITLE`"
        case .promises(let type): type.example
        default: nil
        }
    }
}
