/// A string of a file with its `${...}` parts told apart.
///
/// Variables and `${host.edge}` are put in while the file is read. What stays open is what only the
/// run may know: secrets, the candidate that a `who:` looks at, and what `capture` saved. A secret is
/// resolved at the moment of use and never reaches a log, journal, record or report: those show
/// `shown`.
package struct Text: Hashable, Codable, Sendable {
    package enum Part: Hashable, Codable, Sendable {
        case literal(String)
        /// A value that a variable brought in: in a shell string it arrives quoted.
        case value(String)
        /// `${env:NAME}`
        case environment(String)
        /// `${file:PATH}`
        case file(String)
        /// `${it.address}`, `${it.name}` in a `who:` condition.
        case it(String)
        /// What an earlier action saved under this name.
        case saved(String)
    }

    package var parts: [Part]

    package init(parts: [Part]) { self.parts = parts }
    package init(_ literal: String) { parts = [.literal(literal)] }

    /// The text for people: secrets and open parts stay as `${...}`.
    package var shown: String { shown { $0 } }

    /// The same, `quoting` applied to what variables and captures brought in, as when it is used.
    package func shown(quoting: (String) -> String) -> String {
        parts.map { part in
            switch part {
            case .literal(let text): text
            case .value(let text): quoting(text)
            case .environment(let name): "${env:\(name)}"
            case .file(let path): "${file:\(path)}"
            case .it(let field): "${it.\(field)}"
            case .saved(let name): "${\(name)}"
            }
        }.joined()
    }

    /// The text with every open part filled in; `fill` says what stands for one.
    ///
    /// `quoting` is applied to everything that isn't literal (a shell's quoting, say).
    package func resolved<Failure: Error>(
        quoting: (String) -> String = { $0 },
        _ fill: (Part) throws(Failure) -> String
    ) throws(Failure) -> String {
        var result = ""
        for part in parts {
            switch part {
            case .literal(let text): result += text
            case .value(let text): result += quoting(text)
            default: result += quoting(try fill(part))
            }
        }
        return result
    }
}

extension Text: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    package init(stringLiteral value: String) { self.init(value) }
}
