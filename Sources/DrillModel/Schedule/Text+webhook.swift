extension Text {
    /// Reads `--webhook`: an http or https address, in which `${env:NAME}` and `${file:PATH}` may stand.
    ///
    /// `home` and `working` are where `~` and relative paths begin.
    package init(webhook word: String, home: String?, working: String?) throws(Problems) {
        var scope = Scope()
        scope.folder = Folder(of: "", home: home, working: working)
        do throws(Unfilled) {
            try self.init(written: word, in: scope)
        } catch {
            throw Problems([Problem("--webhook: \(error.misfit.message)", fix: error.misfit.fix)])
        }
        for part in parts {
            switch part {
            case .literal, .environment, .file: continue
            case .value, .it, .saved:
                throw Problems([
                    Problem(
                        "--webhook: \(Text(parts: [part]).shown) can't stand here",
                        fix: "use ${env:NAME} or ${file:PATH}"
                    )
                ])
            }
        }
        if case .literal(let start) = parts[0], !start.hasPrefix("https://"),
            !start.hasPrefix("http://")
        {
            throw Problems([
                Problem(
                    "--webhook is no web address",
                    fix:
                        "write https://…, or ${file:PATH} where the whole address is kept in a file"
                )
            ])
        }
    }

    /// Whether all of it is there for everybody to read.
    package var isOpen: Bool {
        parts.allSatisfy { part in
            if case .literal = part { true } else { false }
        }
    }

    /// The paths of `${file:PATH}` in it.
    package var filePaths: [String] {
        parts.compactMap { part in
            if case .file(let path) = part { path } else { nil }
        }
    }

    /// The names of `${env:NAME}` in it.
    package var environmentNames: [String] {
        parts.compactMap { part in
            if case .environment(let name) = part { name } else { nil }
        }
    }
}
