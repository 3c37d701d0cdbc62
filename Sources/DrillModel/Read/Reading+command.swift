extension Reading {
    /// Reads a command: a list of words, a string for the shell, or a mapping that says more.
    mutating func command(_ written: Written, of name: String) -> Command? {
        switch written.shape {
        case .word(let word):
            guard !word.allSatisfy(\.isWhitespace) else {
                report(
                    "\(name) is an empty command",
                    at: written.mark,
                    fix: KeyType.command.example
                )
                return nil
            }
            guard let text = text(word, at: written.mark) else { return nil }
            checkQuotes(text, of: name, at: written.mark)
            return Command(.shell(text))
        case .list(let list):
            return words(list, of: name, at: written.mark).map { Command(.list($0)) }
        case .mapping:
            guard let values = values(written, Grammar.command, in: name),
                var command = values.command("run")
            else { return nil }
            command.input = values.text("input")
            command.sudo = values.boolean("sudo") ?? false
            return command
        case .nothing:
            report("\(name) has no value", at: written.mark, fix: KeyType.command.example)
            return nil
        }
    }

    /// In quotes the quotes that a value brings with it end those around it, and the shell reads on in it.
    private mutating func checkQuotes(_ text: Text, of name: String, at mark: Written.Mark) {
        for part in text.partsInQuotes {
            let shown = Text(parts: [part]).shown
            switch part {
            // A ledger's ids and values need no quotes, and so get none.
            case .saved(let name) where !["id", "run", "value"].contains(name): break
            case .value(let value) where Shell.quoted(value) != value: break
            default: continue
            }
            report(
                "\(quoted(shown)) stands inside of quotes in \(name), and arrives with quotes of its own",
                at: mark,
                fix: "take the quotes around it away, or write the command as a list of words"
            )
        }
    }

    private mutating func words(
        _ list: [Written],
        of name: String,
        at mark: Written.Mark
    ) -> [Text]? {
        guard !list.isEmpty else {
            report("\(name) is an empty command", at: mark, fix: KeyType.command.example)
            return nil
        }
        var words: [Text] = []
        var isWhole = true
        for written in list {
            switch written.shape {
            case .word(let word):
                guard let text = text(word, at: written.mark) else {
                    isWhole = false
                    continue
                }
                words.append(text)
            default:
                report(
                    "a word of \(name) is \(written.kind)",
                    at: written.mark,
                    fix: "put it into quotes: a command as a list is a list of words"
                )
                isWhole = false
            }
        }
        return isWhole ? words : nil
    }
}
