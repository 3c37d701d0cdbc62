/// A quick look at a file's bytes, before the YAML library sees them.
///
/// It finds what the library would take long over, accept, or die of: bytes that are no text, tabs
/// between words, deep nesting, and keys that are no words (a key made of aliases takes exponential
/// time to compare). It knows of YAML only where words begin and end; whatever else is wrong is left
/// to the library. One pass, and no memory beyond the nesting.
struct ByteScan {
    /// What is wrong, and at which byte.
    struct Finding: Hashable {
        var message: String
        var fix: String?
        var offset: Int
    }

    static let depthMax = 64

    private let bytes: [UInt8]
    private var at = 0
    private var lineStart = 0
    /// The columns of the block collections that are open.
    private var indents: [Int] = []
    private var flow: [Flow] = []
    private var values = 0
    /// A plain word is open at the end of the line and may go on in the next.
    private var isInPlainWord = false

    /// A `[` or `{` that is open.
    private struct Flow {
        var isMapping: Bool
        var expectsKey: Bool
    }

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The first thing that is wrong, if any.
    static func finding(in bytes: [UInt8]) -> Finding? {
        var scan = ByteScan(bytes)
        do {
            try scan.lines()
            return nil
        } catch {
            return error.finding
        }
    }

    private struct Found: Error { var finding: Finding }

    private func found(_ message: String, fix: String? = nil) -> Found {
        Found(finding: Finding(message: message, fix: fix, offset: at))
    }

    // MARK: Lines

    private mutating func lines() throws(Found) {
        while at < bytes.count {
            lineStart = at
            while byte == .space { at += 1 }
            let column = at - lineStart
            if byte == .tab, !isBlankOrComment { throw tab }
            if isBlankOrComment {
                try skipLine()
                continue
            }
            if flow.isEmpty {
                let goesOn = isInPlainWord && column > (indents.last ?? -1)
                try words(canStart: goesOn ? false : try openBlocks(at: column))
            } else {
                try words(canStart: true)
            }
        }
    }

    /// Closes the blocks that the line's column ends, opens those of its `- - -`.
    private mutating func openBlocks(at column: Int) throws(Found) -> Bool {
        while let last = indents.last, last >= column { indents.removeLast() }
        while byte == .dash, isSpaceOrEnd(at + 1) {
            try open(block: at - lineStart)
            try countValue()
            at += 1
            while byte == .space { at += 1 }
            if byte == .tab { throw tab }
        }
        return true
    }

    private mutating func open(block column: Int) throws(Found) {
        indents.append(column)
        try checkDepth()
    }

    /// Counts what begins a value: a colon, a comma, a dash or a bracket.
    private mutating func countValue() throws(Found) {
        values += 1
        if values > Written.valuesMax { throw found("more than \(Written.valuesMax) values") }
    }

    private func checkDepth() throws(Found) {
        guard indents.count + flow.count <= Self.depthMax else {
            throw found("nested deeper than \(Self.depthMax) levels")
        }
    }

    private var isBlankOrComment: Bool {
        var next = at
        while next < bytes.count, bytes[next] == .space || bytes[next] == .tab { next += 1 }
        return next == bytes.count || bytes[next] == .newline || bytes[next] == .carriageReturn
            || bytes[next] == .hash
    }

    private mutating func skipLine() throws(Found) {
        while at < bytes.count, bytes[at] != .newline {
            try checkText()
            at += 1
        }
        at += 1
    }

    // MARK: Words

    /// The words of one line, and of the lines that a quoted word or a block of text goes on in.
    private mutating func words(canStart: Bool) throws(Found) {
        var canStart = canStart
        let first = at
        var hasKey = false
        isInPlainWord = false
        while at < bytes.count {
            let here = bytes[at]
            switch here {
            case .newline:
                at += 1
                isInPlainWord = !canStart && flow.isEmpty
                return
            case .space, .carriageReturn: at += 1
            case .tab:
                if isBlankOrComment {
                    try skipLine()
                    return
                }
                throw tab
            case .hash where at == 0 || bytes[at - 1] == .space:
                try skipLine()
                isInPlainWord = false
                return
            case .doubleQuote where canStart, .singleQuote where canStart:
                try quotedWord(here)
                canStart = false
                // Between brackets the space after a quoted key's colon may be missing, as in JSON.
                if !flow.isEmpty, byte == .colon {
                    flow[flow.count - 1].expectsKey = false
                    at += 1
                    canStart = true
                }
            case .openBracket where canStart || !flow.isEmpty,
                .openBrace where canStart || !flow.isEmpty:
                if flow.last?.expectsKey == true { throw keyIsNoWord }
                flow.append(Flow(isMapping: here == .openBrace, expectsKey: here == .openBrace))
                try checkDepth()
                try countValue()
                at += 1
                canStart = true
            case .closeBracket where !flow.isEmpty, .closeBrace where !flow.isEmpty:
                flow.removeLast()
                at += 1
                if isKeyEnd { throw keyIsNoWord }
                canStart = false
            case .comma where !flow.isEmpty:
                flow[flow.count - 1].expectsKey = flow[flow.count - 1].isMapping
                try countValue()
                at += 1
                canStart = true
            case .colon where isSpaceOrEnd(at + 1) || (!flow.isEmpty && isFlowMark(at + 1)):
                if flow.isEmpty {
                    if !hasKey { try open(block: first - lineStart) }
                    hasKey = true
                } else {
                    flow[flow.count - 1].expectsKey = false
                }
                try countValue()
                at += 1
                canStart = true
            case .pipe where canStart && flow.isEmpty, .greater where canStart && flow.isEmpty:
                try textBlock()
                return
            case .question where canStart && isSpaceOrEnd(at + 1): throw keyIsNoWord
            case .ampersand where canStart, .exclamation where canStart:
                while !isSpaceOrEnd(at), !(!flow.isEmpty && isFlowMark(at)) { at += 1 }
            case .star where canStart:
                if flow.last?.expectsKey == true { throw keyIsNoWord }
                while !isSpaceOrEnd(at), !isFlowMark(at), byte != .colon { at += 1 }
                if isKeyEnd { throw keyIsNoWord }
                canStart = false
            default:
                try checkText()
                at += 1
                canStart = false
            }
        }
    }

    private mutating func quotedWord(_ quote: UInt8) throws(Found) {
        at += 1
        while at < bytes.count {
            if quote == .doubleQuote, byte == .backslash {
                at += 2
            } else if bytes[at] == quote {
                at += 1
                guard quote == .singleQuote, byte == .singleQuote else { return }
                at += 1
            } else {
                try checkText()
                at += 1
            }
        }
    }

    /// `|` or `>` and the lines that are indented more than the block which holds it.
    private mutating func textBlock() throws(Found) {
        let parent = indents.last ?? -1
        try skipLine()
        while at < bytes.count {
            var next = at
            while next < bytes.count, bytes[next] == .space { next += 1 }
            let isBlank =
                next == bytes.count || bytes[next] == .newline
                || bytes[next] == .carriageReturn
            guard isBlank || next - at > parent else { return }
            try skipLine()
        }
    }

    // MARK: Bytes

    private var byte: UInt8? { at < bytes.count ? bytes[at] : nil }

    private func isSpaceOrEnd(_ index: Int) -> Bool {
        guard index < bytes.count else { return true }
        let byte = bytes[index]
        return byte == .space || byte == .newline || byte == .carriageReturn || byte == .tab
    }

    private func isFlowMark(_ index: Int) -> Bool {
        guard index < bytes.count else { return false }
        let byte = bytes[index]
        return byte == .comma || byte == .openBracket || byte == .closeBracket
            || byte == .openBrace || byte == .closeBrace
    }

    /// Whether a `:` follows, so that what came before was a key.
    private var isKeyEnd: Bool {
        var next = at
        while next < bytes.count, bytes[next] == .space { next += 1 }
        guard next < bytes.count, bytes[next] == .colon else { return false }
        return !flow.isEmpty || isSpaceOrEnd(next + 1)
    }

    private func checkText() throws(Found) {
        let byte = bytes[at]
        if byte < 0x20, byte != .tab, byte != .carriageReturn, byte != .newline {
            throw found("this is no text file: a byte with the value \(byte)")
        }
    }

    private var tab: Found { found("a tab between words", fix: "write spaces") }

    private var keyIsNoWord: Found {
        found("a key must be a plain word", fix: "write `key: value`")
    }
}

extension UInt8 {
    fileprivate static let tab = UInt8(ascii: "\t")
    fileprivate static let newline = UInt8(ascii: "\n")
    fileprivate static let carriageReturn = UInt8(ascii: "\r")
    fileprivate static let space = UInt8(ascii: " ")
    fileprivate static let exclamation = UInt8(ascii: "!")
    fileprivate static let doubleQuote = UInt8(ascii: "\"")
    fileprivate static let hash = UInt8(ascii: "#")
    fileprivate static let ampersand = UInt8(ascii: "&")
    fileprivate static let singleQuote = UInt8(ascii: "'")
    fileprivate static let star = UInt8(ascii: "*")
    fileprivate static let comma = UInt8(ascii: ",")
    fileprivate static let dash = UInt8(ascii: "-")
    fileprivate static let colon = UInt8(ascii: ":")
    fileprivate static let greater = UInt8(ascii: ">")
    fileprivate static let question = UInt8(ascii: "?")
    fileprivate static let openBracket = UInt8(ascii: "[")
    fileprivate static let backslash = UInt8(ascii: "\\")
    fileprivate static let closeBracket = UInt8(ascii: "]")
    fileprivate static let openBrace = UInt8(ascii: "{")
    fileprivate static let pipe = UInt8(ascii: "|")
    fileprivate static let closeBrace = UInt8(ascii: "}")
}
