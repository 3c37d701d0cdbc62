/// What the answer to a step's deed must be: a command's output, a request's body, a query's value.
package struct Expect: Hashable, Codable, Sendable {
    /// Something in a JSON answer.
    package struct Member: Hashable, Codable, Sendable {
        package var path: JSONPath
        package var value: Condition

        package init(path: JSONPath, value: Condition) {
            self.path = path
            self.value = value
        }
    }

    /// A command's exit status; nil accepts any.
    package var exit: Int?
    /// A regular expression that the answer must contain.
    package var match: String?
    /// What the whole answer must be, white space around it aside.
    package var value: Condition?
    package var json: [Member]

    package init(
        exit: Int? = 0,
        match: String? = nil,
        value: Condition? = nil,
        json: [Member] = []
    ) {
        self.exit = exit
        self.match = match
        self.value = value
        self.json = json
    }
}

/// What a value must be.
package enum Condition: Hashable, Codable, Sendable {
    case equals(Text)
    case isNot(Text)
    /// A regular expression that it must contain.
    case match(String)
    /// A number in the range, both ends included; nil leaves an end open.
    case number(least: Double?, most: Double?)
    /// It must be there, whatever it is.
    case present
}

/// Keeps a part of the answer under a name, for the steps after it.
package struct Save: Hashable, Codable, Sendable {
    package enum Part: Hashable, Codable, Sendable {
        /// All of it, white space around it aside.
        case whole
        case json(JSONPath)
        /// The first group of a regular expression, or all that it matches where it has none.
        case match(String)
    }

    package var name: String
    package var part: Part

    package init(_ name: String, _ part: Part = .whole) {
        self.name = name
        self.part = part
    }
}

/// Whether a step is carried out: something that holds at the moment at which it would begin.
package enum When: Hashable, Codable, Sendable {
    /// One look; `is: down` turns it round. One that couldn't look says neither, and the step fails.
    case look(Probe.Kind, ProbeState)
    /// What an earlier step saved, or an input.
    case value(Text, Condition)
}

/// How a failed step is tried again.
package struct Retry: Hashable, Codable, Sendable {
    /// In all, the first included.
    package var times: Int
    /// Before the second try.
    package var every: Span
    /// Each pause is this many times the one before.
    package var factor: Double
    /// No pause is longer.
    package var most: Span

    package init(
        times: Int,
        every: Span = .seconds(1),
        factor: Double = 1,
        most: Span = .minutes(1)
    ) {
        self.times = times
        self.every = every
        self.factor = factor
        self.most = most
    }

    /// The pause after a try that failed, `tries` of them made so far.
    package func pause(after tries: Int) -> Span {
        var pause = Double(every.ns)
        for _ in 1..<max(tries, 1) where pause < Double(most.ns) { pause *= factor }
        return Span(ns: min(Int64(pause.rounded()), most.ns))
    }
}

/// A way into a JSON text: `members[0].lag`, the names of members and the numbers of elements.
package struct JSONPath: Hashable, Codable, Sendable {
    package enum Part: Hashable, Codable, Sendable {
        case member(String)
        case element(Int)
    }

    package var parts: [Part]

    package init(_ parts: [Part]) { self.parts = parts }

    package var written: String {
        parts.reduce("") { path, part in
            switch part {
            case .member(let name) where name.contains { ".[".contains($0) } || name.isEmpty:
                "\(path)[\"\(name)\"]"
            case .member(let name): path.isEmpty ? name : "\(path).\(name)"
            case .element(let index): "\(path)[\(index)]"
            }
        }
    }
}
