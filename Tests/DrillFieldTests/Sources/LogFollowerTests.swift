import DrillModel
import Testing

@testable import DrillField

/// How logs are followed, by what the script prints.
@Suite struct LogFollowerTests {
    private func output(_ pieces: String...) -> [UInt8] {
        Array((pieces.joined() + "drill-log end - 0 0 0\n").utf8)
    }

    private func piece(
        _ kind: String,
        _ id: String,
        _ from: Int,
        _ text: String,
        left: Int = 0
    ) -> String {
        "drill-log \(kind) \(id) \(from) \(text.utf8.count) \(left)\n\(text)"
    }

    private func seconds(_ count: Int64) -> Instant { Instant(ns: count * 1_000_000_000) }

    @Test func aLogIsFollowedFromItsEndByWholeLines() throws {
        var log = LogFollower()
        #expect(log.input == "")
        #expect(
            try log.take(
                output("profile says hello\n", "drill-log start 1:7 100 0 0\n"),
                done: seconds(0)
            ) == .init()
        )
        #expect(log.input == "1:7 100 0\n")
        #expect(
            try log.take(output(piece("more", "1:7", 100, "one\r\ntw")), done: seconds(1)).lines
                == ["one"]
        )
        // What was read last is read once more.
        #expect(log.input == "1:7 100 7\n")
        let next = try log.take(
            output(piece("more", "1:7", 100, "one\r\ntwo\n")),
            done: seconds(2)
        )
        #expect(next == .init(lines: ["two"]))
    }

    @Test func aRotatedFileIsReadOnForAWhile() throws {
        var log = LogFollower()
        _ = try log.take(output("drill-log start 1:7 0 0 0\n"), done: seconds(0))
        let rotated = try log.take(
            output(piece("old", "1:7", 0, "last\nrest"), piece("new", "1:8", 0, "first\n")),
            done: seconds(1)
        )
        #expect(rotated == .init(lines: ["last", "first"]))
        #expect(log.input == "1:7 0 9\n1:8 0 6\n")
        // Its writer hadn't heard of it yet.
        let late = try log.take(
            output(
                piece("old", "1:7", 0, "last\nrest of it\n"),
                piece("more", "1:8", 0, "first\n")
            ),
            done: seconds(2)
        )
        #expect(late.lines == ["rest of it"])
        // Compressed by now.
        let gone = try log.take(
            output("drill-log lost 1:7 0 0 0\n", piece("more", "1:8", 0, "first\nsecond\n")),
            done: seconds(3)
        )
        #expect(gone == .init(lines: ["second"]))
        #expect(log.input == "1:8 0 13\n")
    }

    @Test func afterAWhileNobodyWritesToARotatedFile() throws {
        var log = LogFollower()
        _ = try log.take(output("drill-log start 1:7 0 0 0\n"), done: seconds(0))
        _ = try log.take(
            output(piece("old", "1:7", 0, "no end"), piece("new", "1:8", 0, "")),
            done: seconds(1)
        )
        let news = try log.take(
            output(piece("old", "1:7", 0, "no end"), piece("more", "1:8", 0, "")),
            done: seconds(40)
        )
        #expect(news.lines == ["no end"], "what it ended with is a line")
        #expect(log.input == "1:8 0 0\n")
    }

    @Test func whatMayHaveBeenMissedIsInDoubt() throws {
        var log = LogFollower()
        #expect(
            try log.take(output("drill-log none none 0 0 0\n"), done: seconds(0)).doubt
                == "there is no such file"
        )
        _ = try log.take(output("drill-log start 1:7 50 0 0\n"), done: seconds(0))
        let cut = try log.take(
            output("drill-log lost 1:7 0 0 0\n", piece("new", "1:7", 0, "new\n")),
            done: seconds(1)
        )
        #expect(cut.lines == ["new"] && cut.loss?.contains("cut short") == true)
        let busy = try log.take(
            output(piece("more", "1:7", 0, "new\nmuch\n", left: 900)),
            done: seconds(2)
        )
        #expect(busy.doubt?.contains("reads on") == true && busy.loss == nil)
        #expect(log.input == "1:7 0 9\n")
        // The name is free for a moment while it is rotated.
        let between = try log.take(
            output(piece("old", "1:7", 0, "new\nmuch\n"), "drill-log none none 0 0 0\n"),
            done: seconds(3)
        )
        #expect(between == .init())
    }

    @Test(arguments: [
        "", "drill-log start 1:7 50 0 0\n",
        "drill-log more 1:7 0 99 0\nshort\ndrill-log end - 0 0 0\n",
        "drill-log more 1:7 0 -4 0\ndrill-log end - 0 0 0\n",
        "drill-log more 1:7 0 2 0\nlonger than that\ndrill-log end - 0 0 0\n",
    ])
    func whatBreaksOffIsNotTakenIn(_ text: String) throws {
        var log = LogFollower()
        _ = try log.take(output("drill-log start 1:7 0 0 0\n"), done: seconds(0))
        #expect(throws: ProbeMistake.self) { try log.take(Array(text.utf8), done: seconds(1)) }
        #expect(log.input == "1:7 0 0\n")
    }

    /// Cut short and grown past the place that was reached: nobody can say what was between.
    @Test func whatHasGrownAgainIsReadFromItsBeginning() throws {
        var log = LogFollower()
        _ = try log.take(output(piece("start", "1:7", 50, "tail\nhalf")), done: seconds(0))
        #expect(log.input == "1:7 50 9\n")
        let other = try log.take(
            output(piece("more", "1:7", 50, "other lines\n")),
            done: seconds(1)
        )
        #expect(other.lines == ["half"] && other.loss?.contains("cut short") == true)
        #expect(log.input == "1:7 0 0\n")
        let begun = try log.take(
            output(piece("more", "1:7", 0, "DOWN\nother lines\n")),
            done: seconds(2)
        )
        #expect(begun == .init(lines: ["DOWN", "other lines"]))
    }

    /// Another file got the inode of the one that was rotated away.
    @Test func anInodeThatWasUsedAgainIsAnotherFile() throws {
        var log = LogFollower()
        _ = try log.take(output(piece("start", "1:7", 50, "tail\n")), done: seconds(0))
        let news = try log.take(
            output(piece("old", "1:7", 50, "DOWN\nDOWN\n"), piece("new", "1:8", 0, "mine\n")),
            done: seconds(1)
        )
        #expect(news.lines == ["mine"] && news.loss != nil)
        #expect(log.input == "1:8 0 5\n")
    }

    /// SSH was gone while a file came and was rotated away again.
    @Test(arguments: [
        // The one between; a compressed older one; another log that was there before; nothing.
        ("1:7 100\n1:8 160\n1:9 170", true), ("1:7 100\n1:6 90\n1:9 170", false),
        ("1:7 100\n1:5 171\n1:9 170", false), ("1:7 100\n1:9 170", false),
    ])
    func whatWasBetweenTwoRotations(_ later: String, _ isLost: Bool) throws {
        var log = LogFollower()
        _ = try log.take(
            output(piece("beside", "-", 0, "1:7 99\n1:5 99"), "drill-log start 1:7 0 0 0\n"),
            done: seconds(0)
        )
        let news = try log.take(
            output(
                piece("beside", "-", 0, later),
                piece("old", "1:7", 0, "last\n"),
                piece("new", "1:9", 0, "first\n")
            ),
            done: seconds(60)
        )
        #expect(news.lines == ["last", "first"])
        #expect((news.loss != nil) == isLost, "\(news)")
    }

    @Test func aJournalIsFollowedByItsCursor() throws {
        func entry(_ cursor: String, _ message: String) -> String {
            #"{"__CURSOR":"\#(cursor)","_BOOT_ID":"b","MESSAGE":\#(message)}"# + "\n"
        }
        let end = "drill-log end 0\n"
        var journal = JournalFollower()
        #expect(journal.input == "")
        #expect(try journal.take(entry("s=1", #""old""#) + end, errors: "").lines.isEmpty)
        #expect(journal.input == "s=1\n")
        // The unit's own last entry is printed again; what is no text comes as numbers.
        let news = try journal.take(
            entry("s=1", #""old""#) + entry("s=2", #""up""#) + entry("s=3", "[104,105,255]") + end,
            errors: ""
        )
        #expect(news == .init(lines: ["up", "hi\u{FFFD}"]))
        #expect(try journal.take("-- No entries --\n" + end, errors: "") == .init())
        #expect(journal.input == "s=3\n")
        let hint = "Hint: You are currently not seeing messages from other users and the system.\n"
        #expect(throws: ProbeMistake.self) { try journal.take("", errors: hint) }
        let failed = #expect(throws: ProbeMistake.self) {
            try journal.take("drill-log end 1\n", errors: "Failed to seek to cursor\n")
        }
        #expect(failed?.message == "journalctl ended with 1: Failed to seek to cursor")
        #expect(journal.input == "s=3\n")
        var empty = JournalFollower()
        #expect(throws: ProbeMistake.self) { try empty.take(end, errors: "") }

        // More than a look reads: what is whole counts, and the next look goes on behind it.
        let much = try journal.take(
            entry("s=3", #""hi""#) + entry("s=4", #""DOWN""#) + #"{"__CURSOR":"s=5","MESS"#,
            errors: ""
        )
        #expect(much.lines == ["DOWN"] && much.doubt?.contains("reads on") == true)
        #expect(journal.input == "s=4\n")
        let long = String(repeating: "x", count: LogScript.entryBytesMax)
        let lost = try journal.take(
            entry("s=5", "\"\(long)").dropLast(10) + "\n" + entry("s=6", #""back""#) + end,
            errors: ""
        )
        #expect(lost.lines == ["back"] && lost.loss?.contains("longer") == true)
        #expect(journal.input == "s=6\n")
    }
}
