/// The variables that files know: those that they declare under `vars:` and those that they use.
package enum KnownVariables {
    /// Nil where a file can't be taken apart: nobody knows then.
    package static func names(in files: [(path: String, bytes: [UInt8])]) -> Set<String>? {
        var names: Set<String> = []
        for file in files {
            do throws(Problems) {
                let root = try Written.read(file.bytes, file: file.path).root
                names.formUnion(root["vars"]?.pairs.map(\.key) ?? [])
                names.formUnion(Reading.words(root["inputs"]).map(\.word))
                collect(root, into: &names)
            } catch {
                return nil
            }
        }
        return names
    }

    /// A problem for each variable that was given and that no file knows.
    package static func problems(
        given: some Sequence<String>,
        known: Set<String>
    ) -> [Problem] {
        given.filter { !known.contains($0) }.sorted().map { name in
            Problem(
                "--var \(printable(name)): no file here declares or uses the variable \(quoted(name))",
                fix: suggestion(for: name, among: known.sorted(), what: "variables")
            )
        }
    }

    private static func collect(_ written: Written, into names: inout Set<String>) {
        switch written.shape {
        case .word(let word): names.formUnion(used(in: word))
        case .nothing: break
        case .list(let list): for element in list { collect(element, into: &names) }
        case .mapping(let pairs): for pair in pairs { collect(pair.value, into: &names) }
        }
    }

    /// What stands in `${...}`, but for hosts, candidates and secrets; `$${` is no beginning.
    private static func used(in word: String) -> [String] {
        var rest = word[...]
        var names: [String] = []
        while let start = rest.firstRange(of: "${") {
            let isLiteral = rest[..<start.lowerBound].last == "$"
            rest = rest[start.upperBound...]
            guard let end = rest.firstIndex(of: "}") else { break }
            let name = String(rest[..<end])
            let isOther = ["env:", "file:", "host.", "it."].contains(where: name.hasPrefix)
            if !isLiteral, !isOther { names.append(name) }
        }
        return names
    }
}
