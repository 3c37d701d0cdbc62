/// The files that an Ansible inventory brings along.
///
/// They may hold passwords: whoever keeps what was read gives this a `load` that doesn't.
package struct AnsibleFiles: Sendable {
    /// What a folder holds, sorted, folders with a `/` behind; empty where there is no such folder.
    package var names: @Sendable (_ folder: String) throws(LoadError) -> [String]
    package var load: Reader.Load

    package init(
        names: @escaping @Sendable (_ folder: String) throws(LoadError) -> [String],
        load: @escaping Reader.Load
    ) {
        self.names = names
        self.load = load
    }
}

extension AnsibleFiles {
    /// How deep folders of variables may lie: a link to a folder above would never end.
    private static let depthMax = 8

    /// The files with the variables of a group or host: `web`, `web.yml`, `web.yaml`, `web.json`, or
    /// everything in the folder `web`; the first of these that is there.
    func variableFiles(
        of name: String,
        in folder: String,
        among names: Set<String>
    ) throws(LoadError) -> [String] {
        guard !name.contains("/") else { return [] }
        if names.contains("\(name)/") { return try files(in: "\(folder)/\(name)", depth: 0) }
        let candidates = [name, "\(name).yml", "\(name).yaml", "\(name).json"]
        return candidates.first(where: names.contains).map { ["\(folder)/\($0)"] } ?? []
    }

    private func files(in folder: String, depth: Int) throws(LoadError) -> [String] {
        guard depth < Self.depthMax else {
            throw LoadError("\(printable(folder)) lies deeper than \(Self.depthMax) folders")
        }
        var found: [String] = []
        for name in try names(folder) where !name.hasPrefix(".") && !name.hasSuffix("~") {
            if name.hasSuffix("/") {
                guard !name.contains(".") else { continue }
                found += try files(in: "\(folder)/\(name.dropLast())", depth: depth + 1)
            } else {
                let suffix = name.split(separator: ".", omittingEmptySubsequences: false)
                    .dropFirst().last
                let isRead = suffix.map { ["yml", "yaml", "json"].contains($0) } ?? true
                if isRead { found.append("\(folder)/\(name)") }
            }
        }
        return found
    }
}
