internal import DrillEngine
internal import DrillModel

/// Why a probe can't be made of what the file says, in words.
struct ProbeMistake: Error {
    var message: String

    init(_ message: String) { self.message = message }
}

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

    var holdsSecrets: Bool { !hidden.isEmpty }

    /// The text as it is used; `quoting` is applied to everything that isn't literal.
    mutating func filled(
        _ text: Text,
        quoting: (String) -> String = { $0 }
    ) throws(ProbeMistake) -> String {
        try text.resolved(quoting: quoting) { part throws(ProbeMistake) in
            switch part {
            case .it(let field): return try candidate(field)
            case .environment, .file:
                do throws(SecretError) {
                    return try noted(part)
                } catch {
                    throw ProbeMistake(error.message)
                }
            case .saved(let name):
                throw ProbeMistake("${\(name)} has no value where this probe looks")
            case .literal(let text), .value(let text): return text
            }
        }
    }

    /// What stands for a secret part; from now on it is hidden.
    mutating func noted(_ part: Text.Part) throws(SecretError) -> String {
        let value = try secret(part)
        let name = Text(parts: [part]).shown
        // What is a letter or two long would be found in every other word.
        for form in [value, WebAddress.decoded(value)] where form.count > 2 { hidden[form] = name }
        return value
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

    private func candidate(_ field: String) throws(ProbeMistake) -> String {
        switch (field, it) {
        case ("name", let host?): return host.name
        case ("address", let host?):
            guard let address = host.address else {
                throw ProbeMistake("the host \(host.name) has no address for ${it.address}")
            }
            return address
        default: throw ProbeMistake("${it.\(field)} has a value only in the condition of a who:")
        }
    }
}
