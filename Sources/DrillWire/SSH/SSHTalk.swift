/// Questions to a command, each sent once the one before has been answered.
///
/// ```
/// the ready line ─▶ question ─▶ its answer ─▶ question ─▶ its answer ─▶ end of input
/// ```
/// A question is one line, and its answer one that begins with it and a blank: what start-up files and
/// what they left running print is neither.
struct SSHTalk {
    /// The most of a line that is kept: answers are shorter.
    static let lineLimitBytes = 4096

    private let readyLine: [UInt8]
    private var waiting: ArraySlice<[UInt8]>
    private var isReady = false
    private var asked: (question: [UInt8], atNs: Int64)?
    /// What has come of a line that isn't whole yet.
    private var line: [UInt8] = []
    private(set) var answers: [SSHAnswer] = []

    init(_ questions: [String], readyLine: [UInt8]) {
        self.readyLine = readyLine
        waiting = questions.map { Array($0.utf8) }[...]
    }

    /// Nothing is left to be asked or answered.
    var isOver: Bool { waiting.isEmpty && asked == nil }

    /// The line to be sent now; nil while the command is to speak, and after the last answer.
    mutating func ask(_ nowNs: Int64) -> [UInt8]? {
        guard isReady, asked == nil, let question = waiting.popFirst() else { return nil }
        asked = (question, nowNs)
        return question + [UInt8(ascii: "\n")]
    }

    /// Takes what the command has said, in pieces of any length.
    mutating func hear(_ bytes: some Sequence<UInt8>, _ nowNs: Int64) {
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                hear(line: line, nowNs)
                line = []
            } else if line.count < Self.lineLimitBytes {
                line.append(byte)
            }
        }
    }

    private mutating func hear(line: [UInt8], _ nowNs: Int64) {
        if !isReady { isReady = line == readyLine }
        guard let asked else { return }
        let beginning = asked.question + [UInt8(ascii: " ")]
        guard line.starts(with: beginning) else { return }
        let text = String(decoding: line.dropFirst(beginning.count), as: UTF8.self)
        answers.append(SSHAnswer(text: text, sentNs: asked.atNs, doneNs: nowNs))
        self.asked = nil
    }
}

/// What a command answered to one question.
package struct SSHAnswer: Hashable, Sendable {
    /// What stands behind the question.
    package var text: String
    /// When the question was handed to the socket.
    package var sentNs: Int64
    /// When all of the answer had been read.
    package var doneNs: Int64
}
