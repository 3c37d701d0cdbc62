import Testing

@testable import DrillWire

/// Questions and answers as bytes, without a host.
@Suite("Remotes: talks")
struct TalkTests {
    private static let ready = Array("ready".utf8)

    private static func talk(_ questions: String...) -> SSHTalk {
        SSHTalk(questions, readyLine: ready)
    }

    private static func text(_ bytes: [UInt8]?) -> String? {
        bytes.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("asks when the command is ready, and again when it has answered")
    func turns() {
        var talk = Self.talk("a", "b")
        #expect(talk.ask(1) == nil)
        talk.hear("drill-pid:7\nready".utf8, 2)
        #expect(talk.ask(3) == nil)
        talk.hear("\n".utf8, 4)
        #expect(Self.text(talk.ask(5)) == "a\n")
        #expect(talk.ask(6) == nil)
        talk.hear("a one\n".utf8, 7)
        #expect(Self.text(talk.ask(8)) == "b\n")
        #expect(!talk.isOver)
        talk.hear("b two words\n".utf8, 9)
        #expect(talk.isOver && talk.ask(10) == nil)
        #expect(
            talk.answers == [
                SSHAnswer(text: "one", sentNs: 5, doneNs: 7),
                SSHAnswer(text: "two words", sentNs: 8, doneNs: 9),
            ]
        )
    }

    @Test("an answer counts once it is whole, in whatever pieces it comes", arguments: 1...7)
    func pieces(_ length: Int) {
        var talk = Self.talk("a")
        talk.hear("ready\n".utf8, 1)
        _ = talk.ask(2)
        let bytes = Array("noise\na one\n".utf8)
        for start in stride(from: 0, to: bytes.count, by: length) {
            #expect(talk.answers.isEmpty)
            talk.hear(bytes[start..<min(start + length, bytes.count)], Int64(start + length))
        }
        #expect(talk.answers.map(\.text) == ["one"])
        // The piece that ends the line, which has 12 bytes with its noise.
        #expect(talk.answers.first?.doneNs == Int64((12 + length - 1) / length * length))
    }

    @Test("takes nothing for an answer but what begins with the question that was asked")
    func noise() {
        var talk = Self.talk("a-1", "a-2")
        // Before it is ready, and before it is asked.
        talk.hear("a-1 early\nnot ready\nready\na-1 unasked\n".utf8, 1)
        #expect(talk.answers.isEmpty)
        _ = talk.ask(2)
        talk.hear("a-2 other\na-10 other\n a-1 other\na-1\n\n".utf8, 3)
        #expect(talk.answers.isEmpty)
        talk.hear("a-1 one\na-2 early\na-1 again\n".utf8, 4)
        #expect(talk.answers.map(\.text) == ["one"])
        #expect(Self.text(talk.ask(5)) == "a-2\n")
    }

    @Test("a line without an end takes no more room than it may")
    func endless() {
        var talk = Self.talk("a")
        talk.hear("ready\n".utf8, 1)
        _ = talk.ask(2)
        talk.hear("a ".utf8, 3)
        talk.hear(repeatElement(UInt8(ascii: "x"), count: 100_000), 3)
        talk.hear("\n".utf8, 4)
        #expect(talk.answers.first?.text.count == SSHTalk.lineLimitBytes - 2)
    }
}
