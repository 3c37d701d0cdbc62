extension Reader {
    /// Whether a file is an Ansible inventory, which may hold passwords.
    package static func isAnsible(_ bytes: [UInt8], file: String) -> Bool {
        do throws(Problems) {
            guard case .ansible = try OpenedFile.of(LoadedFile(bytes), file: file) else {
                return false
            }
            return true
        } catch {
            return false
        }
    }

    /// An Ansible inventory that is named where one of drill's could be: all hosts, groups as roles.
    func inventory(_ text: AnsibleText) throws(Problems) -> Inventory {
        let root = Written(shape: .mapping([]), mark: Written.Mark(line: 1, column: 1))
        var reading = Reading(
            WrittenFile(root: root, source: text.source, duplicates: text.duplicates),
            scope: scope(of: WrittenFile(root: root, source: text.source, duplicates: []))
        )
        let hosts = hosts(of: text, AnsibleChoice(), Values(), in: &reading)
        var inventory = reading.inventory(
            Values(position: Position(file: text.source.file, line: 1, column: 1)),
            named: Self.name(of: text.source.file),
            ansible: hosts
        )
        inventory.realFile = text.realPath
        try reading.throwProblems()
        return inventory
    }

    /// The hosts that drill's own inventory takes from the file under `ansible:`.
    func ansibleHosts(_ values: Values, in reading: inout Reading) -> [Host] {
        guard let ansible = values.mapping("ansible"), let path = ansible.word("file") else {
            return []
        }
        let position = ansible.positions["file"]
        let file = reading.scope.folder.resolve(path)
        do {
            guard
                case .ansible(let text) = try OpenedFile.of(try self.ansible.load(file), file: file)
            else {
                reading.report(
                    "\(quoted(path)) is no Ansible inventory",
                    at: position,
                    fix: "name a file with groups and hosts, in INI or YAML"
                )
                return []
            }
            reading.problems += text.duplicates
            return hosts(of: text, AnsibleChoice(ansible), values, in: &reading)
        } catch {
            reading.report(error, of: file, at: position)
        }
        return []
    }

    /// The file's name as one that drill takes: `prod hosts.ini` is `prod-hosts`.
    private static func name(of file: String) -> String {
        let name = file.split(separator: "/").last.map(String.init) ?? file
        let stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
        let plain = stem.unicodeScalars.map { scalar -> Character in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_", ".", "-": Character(scalar)
            default: "-"
            }
        }
        let word = String(plain.drop { "-_.".contains($0) }.prefix(64))
        return word.isEmpty ? "ansible" : word
    }

    /// Hosts as drill has them; `values` are those of drill's own inventory, if there is one.
    private func hosts(
        of text: AnsibleText,
        _ choice: AnsibleChoice,
        _ values: Values,
        in reading: inout Reading
    ) -> [Host] {
        var tree: AnsibleTree
        switch text.form {
        case .ini(let lines):
            let read = AnsibleINI(lines, source: text.source)
            reading.problems += read.problems
            tree = read.tree
        case .yaml(let root):
            let read = AnsibleYAML(root, source: text.source)
            reading.problems += read.problems
            tree = read.tree
        }
        reading.sources[text.source.file] = text.source
        let top = Position(file: text.source.file, line: 1, column: 1)
        guard tree.hostNames.count <= AnsibleTree.hostsMax,
            tree.groupNames.count <= AnsibleTree.groupsMax
        else {
            reading.report(
                "more than \(AnsibleTree.hostsMax) hosts or \(AnsibleTree.groupsMax) groups",
                at: top,
                fix: "write an inventory of the hosts that drills are about"
            )
            return []
        }
        if text.hasFolders { readFolders(beside: text.source.file, into: &tree, in: &reading) }
        let ancestry = AnsibleAncestry(tree)
        if let name = ancestry.loop.first {
            reading.report(
                "the group \(quoted(name)) is within itself",
                at: tree.groups[name]?.position ?? top,
                fix: "each is within the next: "
                    + ancestry.loop.prefix(10).map(printable).joined(separator: " -> ")
            )
            return []
        }
        let harvest = AnsibleHarvest(
            ancestry: ancestry,
            choice: choice,
            values: values,
            folder: Folder(of: text.source.file, home: home, working: workingDirectory)
        )
        return harvest.hosts(in: &reading)
    }

    // MARK: group_vars and host_vars

    private func readFolders(
        beside file: String,
        into tree: inout AnsibleTree,
        in reading: inout Reading
    ) {
        let base = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
        do {
            let ofGroups = Set(try ansible.names("\(base)group_vars"))
            for name in ofGroups.isEmpty ? [] : tree.groupNames {
                let paths = try ansible.variableFiles(
                    of: name,
                    in: "\(base)group_vars",
                    among: ofGroups
                )
                for path in paths {
                    let read = variables(path, in: &reading)
                    tree.groups[name]?.fileVariables.merge(read) { _, new in new }
                }
            }
            let ofHosts = Set(try ansible.names("\(base)host_vars"))
            for name in ofHosts.isEmpty ? [] : tree.hostNames {
                let paths = try ansible.variableFiles(
                    of: name,
                    in: "\(base)host_vars",
                    among: ofHosts
                )
                for path in paths {
                    let read = variables(path, in: &reading)
                    tree.hosts[name]?.fileVariables.merge(read) { _, new in new }
                }
            }
        } catch {
            reading.report(
                "can't read group_vars or host_vars beside it: \(error.message)",
                at: Position(file: file, line: 1, column: 1)
            )
        }
    }

    private func variables(_ path: String, in reading: inout Reading) -> AnsibleTree.Variables {
        do {
            let loaded = try ansible.load(path)
            guard AnsibleText.saysSomething(loaded.bytes) else { return [:] }
            let written = try Written.read(loaded.bytes, file: path)
            let source = OpenedFile.masked(written.source)
            reading.sources[path] = source
            reading.problems += written.duplicates.map(OpenedFile.masked)
            if written.root.isMissing { return [:] }
            guard case .mapping = written.root.shape else {
                let isVault = written.root.word?.hasPrefix("$ANSIBLE_VAULT") == true
                reading.report(
                    isVault
                        ? "this is encrypted by ansible-vault, and drill has no key"
                        : "a file of variables must be a mapping, not \(written.root.kind)",
                    at: source.position(written.root.mark),
                    fix: isVault
                        ? "keep what drill needs (ansible_host, drill_region, ...) in a file that isn't encrypted, or give drill what `ansible-inventory --list` prints"
                        : "write NAME: VALUE, one a line"
                )
                return [:]
            }
            return Dictionary(
                written.root.merged.map { pair in
                    (pair.key, AnsibleTree.Variable(value: pair.value, source: source))
                },
                uniquingKeysWith: { first, _ in first }
            )
        } catch let error as LoadError {
            reading.problems.append(
                Problem(
                    "can't read it: \(error.message)",
                    at: Position(file: path, line: 1, column: 1)
                )
            )
        } catch let problems as Problems {
            reading.problems += problems.list.map(OpenedFile.masked)
        } catch {
            reading.report("can't read \(quoted(path)): \(error)", at: nil)
        }
        return [:]
    }
}

extension AnsibleText {
    /// Whether more than comments and `---` is in a file; one of nothing else has no variables.
    static func saysSomething(_ bytes: [UInt8]) -> Bool {
        bytes.split(separator: UInt8(ascii: "\n")).contains { line in
            let text = line.filter { $0 > UInt8(ascii: " ") }
            guard let first = text.first, first != UInt8(ascii: "#") else { return false }
            return !text.elementsEqual("---".utf8) && !text.elementsEqual("...".utf8)
        }
    }
}
