internal import Yams

extension Written {
    static let bytesMax = 4 << 20
    /// The most values in a file, counting what aliases repeat: some forty thousand steps.
    static let valuesMax = 200_000

    /// Composes the text of a file.
    ///
    /// - Throws: `Problems` when it is no YAML text that drill would read: then the list has one,
    ///   or every duplicate key and whatever came after them.
    static func read(
        _ bytes: [UInt8],
        file: String
    ) throws(Problems) -> WrittenFile {
        func refuse(_ message: String, fix: String? = nil) -> Problems {
            Problems([Source.problem(message, file: file, fix: fix)])
        }
        guard bytes.count <= bytesMax else {
            throw refuse(
                "larger than 4 MiB",
                fix: "split it up: no file of drill's needs to be that large"
            )
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw refuse("this is UTF-16", fix: "save it as UTF-8")
        }
        let hasMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
        let bytes = hasMark ? Array(bytes.dropFirst(3)) : bytes
        if let finding = ByteScan.finding(in: bytes) {
            let source = Source(file: file, text: String(decoding: bytes, as: UTF8.self))
            throw Problems([
                source.problem(
                    finding.message,
                    at: mark(of: finding.offset, in: bytes),
                    fix: finding.fix
                )
            ])
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw refuse("this is no UTF-8 text", fix: "save it as UTF-8")
        }
        return try compose(text, source: Source(file: file, text: text))
    }

    private static func mark(of offset: Int, in bytes: [UInt8]) -> Mark {
        let before = bytes[..<offset]
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return Mark(
            line: 1 + before.count { $0 == UInt8(ascii: "\n") },
            column: 1 + String(decoding: before[start...], as: UTF8.self).unicodeScalars.count
        )
    }

    /// Composes again and again while keys are found twice: the library ends at the first such key.
    private static func compose(
        _ text: String,
        source: Source
    ) throws(Problems) -> WrittenFile {
        var masked = MaskedText(source: source, text: text)
        var duplicates: [Problem] = []
        while true {
            do {
                // Every scalar is a word: rules that make numbers of them would be asked for each key.
                guard let node = try Yams.compose(yaml: masked.text, .basic) else {
                    throw Problems(
                        duplicates + [
                            Source.problem(
                                "the file is empty",
                                file: source.file,
                                fix: "see `drill schema` and the examples"
                            )
                        ]
                    )
                }
                var conversion = Conversion(source: source, hasMasks: !duplicates.isEmpty)
                let root = try conversion.written(node, depth: 0)
                return WrittenFile(root: root, source: source, duplicates: duplicates)
            } catch let problems as Problems {
                throw problems
            } catch let found as Conversion.Found {
                throw Problems(duplicates + [found.problem])
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                let first = Mark(line: context.mark.line, column: context.mark.column)
                let key = keys.sorted().first ?? ""
                // A long text would be long in composing again.
                guard duplicates.count < 10, text.utf8.count < 1 << 15,
                    let second = masked.maskSecond(key, first: first)
                else {
                    throw Problems(
                        duplicates + [
                            source.problem(
                                "the key \(quoted(key)) is there twice",
                                at: first,
                                fix: "keep one"
                            )
                        ]
                    )
                }
                duplicates.append(
                    source.problem(
                        "the key \(quoted(key)) is there twice",
                        at: second,
                        fix: "it is first on line \(first.line): keep one"
                    )
                )
            } catch {
                throw Problems(duplicates + [problem(of: error, in: source)])
            }
        }
    }

    /// The library's error in the words of a problem.
    private static func problem(of error: any Error, in source: Source) -> Problem {
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _),
            .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            if problem == "but found another document" {
                return source.problem(
                    "a second document begins here",
                    at: Mark(line: mark.line, column: mark.column),
                    fix: "one document a file: write it into a file of its own"
                )
            }
            if problem.contains("unexpected end of stream"), let context {
                return source.problem(
                    "this quote is never closed",
                    at: Mark(line: context.mark.line, column: context.mark.column)
                )
            }
            let place = context.map { " (\($0.text) since line \($0.mark.line))" } ?? ""
            return source.problem(
                "not YAML: \(problem)\(place)",
                at: Mark(line: mark.line, column: mark.column),
                fix: remedies.first { problem.contains($0.key) }?.value
            )
        case .reader(let problem, let offset, _, let yaml):
            let before = yaml.unicodeScalars.prefix(offset ?? 0)
            let line = 1 + before.count { $0 == "\n" }
            let column =
                1
                + (before.split(separator: "\n", omittingEmptySubsequences: false).last?.count ?? 0)
            return source.problem("not YAML: \(problem)", at: Mark(line: line, column: column))
        case .memory: return Source.problem("not YAML: too large", file: source.file)
        default:
            return Source.problem(
                "not YAML: \(printable("\(error)".prefix(200).description))",
                file: source.file
            )
        }
    }

    /// What to do about the library's commonest complaints.
    private static let remedies: KeyValuePairs = [
        "mapping values are not allowed":
            "put a text that holds `: ` into quotes, and check the indentation",
        "cannot start any token": "put a text that begins with this character into quotes",
        "undefined alias": "put a text that begins with `*` into quotes",
        "expected alphabetic or numeric": "put a text that begins with `*` or `&` into quotes",
        "did not find expected ',' or":
            "close the bracket, or put a text that holds `,` or brackets into quotes",
        "could not find expected ':'": "write `key: value`, with a space after the colon",
        "did not find expected key":
            "check the indentation: keys of one mapping stand in one column",
        "did not find expected '-'":
            "check the indentation: the `-` of one list stand in one column",
    ]
}

/// Turns the library's nodes into `Written`, counting what it visits.
private struct Conversion {
    struct Found: Error { var problem: Problem }

    let source: Source
    let hasMasks: Bool
    var values = 0

    mutating func written(_ node: Node, depth: Int) throws(Found) -> Written {
        let mark = Self.mark(of: node)
        values += 1
        guard values <= Written.valuesMax else {
            throw Found(
                problem: source.problem(
                    "more than \(Written.valuesMax) values, counting what aliases repeat",
                    at: mark,
                    fix: "write fewer aliases of aliases"
                )
            )
        }
        guard depth <= ByteScan.depthMax else {
            throw Found(
                problem: source.problem("nested deeper than \(ByteScan.depthMax) levels", at: mark)
            )
        }
        switch node {
        case .scalar(let scalar):
            let isNothing = scalar.string.isEmpty && scalar.style == .plain
            return Written(shape: isNothing ? .nothing : .word(scalar.string), mark: mark)
        case .sequence(let sequence):
            var list: [Written] = []
            for node in sequence { list.append(try written(node, depth: depth + 1)) }
            return Written(shape: .list(list), mark: mark)
        case .mapping(let mapping):
            var pairs: [Written.Pair] = []
            for (key, value) in mapping {
                guard case .scalar(let scalar) = key else {
                    throw Found(
                        problem: source.problem(
                            "a key must be a plain word",
                            at: Self.mark(of: key)
                        )
                    )
                }
                if hasMasks, MaskedText.isMasked(scalar.string) { continue }
                pairs.append(
                    Written.Pair(
                        key: scalar.string,
                        keyMark: Self.mark(of: key),
                        value: try written(value, depth: depth + 1)
                    )
                )
            }
            return Written(shape: .mapping(pairs), mark: mark)
        case .alias:
            throw Found(problem: source.problem("an alias of nothing", at: mark))
        }
    }

    private static func mark(of node: Node) -> Written.Mark {
        Written.Mark(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }
}
