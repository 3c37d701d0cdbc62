extension Text {
    /// Reads a string of a file: puts in what is known now, keeps open what only the run may know.
    ///
    /// `$${` is a literal `${`.
    ///
    /// - Throws: `Misfit` at the first `${...}` that stands for nothing, with its text.
    init(written word: String, in scope: Scope) throws(Unfilled) {
        parts = []
        var literal = ""
        var rest = Substring(word)
        while let dollar = rest.firstIndex(of: "$") {
            literal += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                literal += "${"
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${") {
                guard let end = rest.firstIndex(of: "}") else {
                    throw Unfilled(
                        expression: "${",
                        Misfit("this `${` is never closed", fix: "write `$${` for a literal `${`")
                    )
                }
                let name = String(rest[rest.index(rest.startIndex, offsetBy: 2)..<end])
                if !literal.isEmpty { parts.append(.literal(literal)) }
                literal = ""
                parts.append(try Self.part(name, in: scope))
                rest = rest[rest.index(after: end)...]
            } else {
                literal += "$"
                rest = rest.dropFirst()
            }
        }
        literal += rest
        if !literal.isEmpty || parts.isEmpty { parts.append(.literal(literal)) }
    }

    /// What went wrong with one `${...}`, and its text as written.
    struct Unfilled: Error {
        var expression: String
        var misfit: Misfit

        init(expression: String, _ misfit: Misfit) {
            self.expression = expression
            self.misfit = misfit
        }
    }

    private static func part(_ name: String, in scope: Scope) throws(Unfilled) -> Part {
        func unfilled(_ message: String, _ fix: String?) -> Unfilled {
            Unfilled(expression: "${\(name)}", Misfit(message, fix: fix))
        }
        if let variable = name.dropping("env:") {
            guard variable.isVariableName else {
                throw unfilled(
                    "\(quoted(variable)) is no name of an environment variable",
                    "letters, digits and _: ${env:DATABASE_PASSWORD}"
                )
            }
            if let known = scope.environment, !known.contains(variable) {
                throw unfilled(
                    "the environment variable \(quoted(variable)) isn't set",
                    nearest(to: variable, among: known.sorted()).map {
                        "did you mean ${env:\($0)}?"
                    }
                        ?? "set it before drill starts"
                )
            }
            return .environment(variable)
        }
        if let path = name.dropping("file:") {
            guard !path.isEmpty else {
                throw unfilled("${file:} names no file", "write ${file:PATH}")
            }
            return .file(scope.folder.locate(path))
        }
        if let host = name.dropping("host.") { return .value(try address(of: host, in: scope)) }
        if let field = name.dropping("it.") {
            guard scope.allowsIt else {
                throw unfilled(
                    "${it.\(field)} is known only inside `who: … where:`",
                    "write ${host.NAME}"
                )
            }
            guard ["address", "name"].contains(field) else {
                throw unfilled(
                    "unknown ${it.\(printable(field))}",
                    suggestion(for: field, among: ["address", "name"], what: "fields")
                )
            }
            return .it(field)
        }
        if let value = scope.variables[name] { return .value(value) }
        if scope.saved.contains(name) { return .saved(name) }
        if let line = scope.savedAnywhere[name] {
            throw unfilled(
                "\(quoted("${\(name)}")) isn't saved yet here",
                "line \(line) saves it: a step sees what steps before it saved, not those at once with it"
            )
        }
        if scope.isOpen, name.isVariableName || name.contains("-") { return .saved(name) }
        throw unfilled("undefined \(quoted("${\(name)}"))", remedy(for: name, in: scope))
    }

    private static func address(of name: String, in scope: Scope) throws(Unfilled) -> String {
        func unfilled(_ message: String, _ fix: String?) -> Unfilled {
            Unfilled(expression: "${host.\(name)}", Misfit(message, fix: fix))
        }
        switch scope.hosts {
        case .known(let inventory):
            guard let host = inventory.host(name) else {
                throw unfilled(
                    "unknown host \(quoted(name))",
                    suggestion(for: name, among: inventory.hosts.map(\.name), what: "hosts")
                )
            }
            guard let address = host.address else {
                throw unfilled(
                    "the host \(quoted(name)) has no address",
                    "give it an `address` in \(inventory.file)"
                )
            }
            return address
        case .none:
            throw unfilled(
                "this file names no inventory, so there are no hosts",
                "add `inventory: PATH`"
            )
        case .unknown: return name
        }
    }

    private static func remedy(for name: String, in scope: Scope) -> String {
        if let nearest = nearest(to: name, among: scope.variables.keys.sorted() + scope.saved) {
            return "did you mean ${\(nearest)}?"
        }
        if let near = nearest(
            to: String(name.prefix { $0 != "." && $0 != ":" }),
            among: ["host", "env", "file", "it"]
        ),
            name.contains(where: { $0 == "." || $0 == ":" })
        {
            return "known: ${host.NAME}, ${env:NAME}, ${file:PATH}; did you mean \(near)?"
        }
        guard name.isVariableName || name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "-" })
        else {
            return "write $${ where a literal ${ is meant"
        }
        return
            "declare it under `vars:`, pass --var \(name)=VALUE, or write $${\(name)} for a literal"
    }
}

extension String {
    func dropping(_ prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }

    /// A name as a shell's variables have.
    fileprivate var isVariableName: Bool {
        guard let first = utf8.first, first < UInt8(ascii: "0") || first > UInt8(ascii: "9") else {
            return false
        }
        return utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || byte == UInt8(ascii: "_")
        }
    }
}
