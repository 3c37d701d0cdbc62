/// Reads HTML just far enough to see whether every tag is closed in its turn.
struct TagBalance {
    private static let void: Set<Substring> = ["meta", "br", "link", "img", "hr", "input"]

    /// What is wrong, or nil.
    static func problem(in html: String) -> String? {
        var open: [Substring] = []
        var rest = html[...]
        while let start = rest.firstIndex(of: "<") {
            rest = rest[start...].dropFirst()
            guard let end = rest.firstIndex(of: ">") else { return "a tag is never ended" }
            let tag = rest[..<end]
            rest = rest[end...].dropFirst()
            if tag.contains("<") { return "a < inside of <\(tag)>" }
            if tag.hasPrefix("!") || tag.hasSuffix("/") { continue }
            let isEnd = tag.hasPrefix("/")
            let name = tag.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber }
            if name.isEmpty { return "no name in <\(tag)>" }
            if tag.count(where: { $0 == "\"" }) % 2 != 0 { return "an open quote in <\(tag)>" }
            if isEnd {
                guard open.popLast() == name else { return "</\(name)> out of turn" }
            } else if !void.contains(name) {
                open.append(name)
            }
        }
        return open.isEmpty ? nil : "never closed: \(open.joined(separator: ", "))"
    }
}
