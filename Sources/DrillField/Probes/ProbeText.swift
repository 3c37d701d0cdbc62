internal import DrillEngine
internal import DrillModel

/// Fills in what a probe's texts leave open, and keeps what is secret out of what is shown.
struct ProbeText: Sendable {
    /// What stands for a secret part.
    let secret: @Sendable (Text.Part) throws(SecretError) -> String
    /// The candidate that a `who:` looks at.
    var it: Host?
    /// Every secret that was filled in, with what is shown in its place.
    private(set) var hidden: [String: String] = [:]

    init(secret: @escaping @Sendable (Text.Part) throws(SecretError) -> String, it: Host? = nil) {
        self.secret = secret
        self.it = it
    }

    /// The text as it is used.
    ///
    /// - Parameters:
    ///   - text: as the file has it.
    ///   - quoting: applied to everything that isn't literal.
    /// - Returns: the text with every part filled in.
    /// - Throws: `SecretError` where a part has no value.
    mutating func filled(
        _ text: Text,
        quoting: (String) -> String = { $0 }
    ) throws(SecretError) -> String {
        var found: [String: String] = [:]
        let result = try text.resolved(quoting: quoting) { part throws(SecretError) -> String in
            switch part {
            case .it(let field): return try candidate(field)
            case .environment, .file:
                let value = try secret(part)
                found[value] = Text(parts: [part]).shown
                found[WebAddress.decoded(value)] = Text(parts: [part]).shown
                return value
            case .saved(let name):
                throw SecretError("${\(name)} has no value where this probe looks")
            case .literal(let text), .value(let text): return text
            }
        }
        // What is a letter or two long would be found in every other word.
        hidden.merge(found.filter { $0.key.count > 2 }) { first, _ in first }
        return result
    }

    /// What was seen, trimmed, shortened and without secrets: fit for lists and records.
    func shown(_ text: some StringProtocol, most: Int = 200) -> String {
        var result = String(text)
        for (secret, name) in hidden.sorted(by: { $0.key.count > $1.key.count }) {
            result = result.split(separator: secret, omittingEmptySubsequences: false)
                .joined(separator: name)
        }
        while let last = result.last, last.isWhitespace { result.removeLast() }
        let start = result.drop { $0.isWhitespace }
        return start.count > most ? start.prefix(most) + "…" : String(start)
    }

    private func candidate(_ field: String) throws(SecretError) -> String {
        switch (field, it) {
        case ("name", let host?): return host.name
        case ("address", let host?):
            guard let address = host.address else {
                throw SecretError("the host \(host.name) has no address for ${it.address}")
            }
            return address
        default: throw SecretError("${it.\(field)} has a value only in the condition of a who:")
        }
    }
}
