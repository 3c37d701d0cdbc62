import DrillModel
import Testing

@testable import DrillField

/// What monitors answer, read without any of them being there.
@Suite struct SourceAnswerTests {
    private func prometheus(_ body: String) throws(PrometheusAnswer.Refused) -> PrometheusAnswer {
        try PrometheusAnswer(status: 200, body: Array(body.utf8))
    }

    @Test func seriesAndWarnings() throws {
        let answer = try prometheus(
            """
            {"status":"success","warnings":["slow"],"data":{"resultType":"vector","result":[
            {"metric":{"__name__":"up","job":"shop","instance":"a"},"value":[1795443300.1,"0"]},
            {"metric":{},"value":[1795443300.1,"NaN"]},{"metric":{"a":"b"},"value":[1,"+Inf"]}]}}
            """
        )
        #expect(answer.series.map(\.name) == [#"up{instance="a",job="shop"}"#, "{}", #"{a="b"}"#])
        #expect(answer.warnings == ["slow"])
        #expect(answer.met(.above(5)).map(\.name) == [#"{a="b"}"#])
        #expect(answer.met(.below(1)).count == 1, "what is no number is not less than one")
        #expect(answer.met(.equals(0)).count == 1)
        #expect(answer.met(.anySeries).count == 3)
        #expect(answer.quiet(.equals(3)) == "of 3 series none is = 3: 0, nan, inf")
    }

    @Test func scalarsAndNothing() throws {
        let scalar = try prometheus(
            #"{"status":"success","data":{"resultType":"scalar","result":[1795443300,"2"]}}"#
        )
        #expect(scalar.met(.above(1)).count == 1)
        let none = try prometheus(
            #"{"status":"success","data":{"resultType":"vector","result":[]}}"#
        )
        #expect(none.met(.anySeries).isEmpty && none.quiet(.anySeries) == "no series")
        #expect(none.unknown(.anySeries) == nil, "it compares by itself")
        #expect(none.unknown(.above(5))?.hasPrefix("no series to hold against > 5") == true)
        let ratio = try prometheus(
            #"{"status":"success","data":{"resultType":"scalar","result":[1795443300,"NaN"]}}"#
        )
        #expect(ratio.unknown(.above(0.1)) == "nothing but NaN to hold against > 0.1")
        #expect(scalar.unknown(.above(5)) == nil)
    }

    @Test(arguments: [
        (
            #"{"status":"error","errorType":"bad_data","error":"1:3: parse error"}"#,
            "bad_data: 1:3: parse error"
        ),
        (
            #"{"status":"success","data":{"resultType":"matrix","result":[]}}"#,
            "the query gives a matrix, and must give numbers"
        ),
        ("<html>no", "status 200, and the answer is none of Prometheus's API: <html>no"),
        (
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{}}]}}"#,
            "status 200, and the answer is none of Prometheus's API: "
        ),
    ])
    func refusals(_ body: String, _ words: String) throws {
        let refused = #expect(throws: PrometheusAnswer.Refused.self) { try prometheus(body) }
        #expect(refused?.words.hasPrefix(words) == true, "\(refused?.words ?? "")")
    }

    @Test func alerts() throws {
        func alert(_ state: String, silencedBy: String = "") -> String {
            """
            {"labels":{"alertname":"ShopDown","severity":"page"},"startsAt":"2026-11-23T14:15:00.1Z",
            "fingerprint":"f","status":{"state":"\(state)","silencedBy":[\(silencedBy)],
            "inhibitedBy":[]},"annotations":{},"receivers":[{"name":"x"}]}
            """
        }
        let body = [
            alert("active"), alert("suppressed", silencedBy: #""x""#), alert("unprocessed"),
        ]
        let alerts = try #require(
            AlertmanagerAlert.read(Array("[\(body.joined(separator: ","))]".utf8))
        )
        var look = AlertmanagerLook(server: HTTPLook(url: "http://a"), alert: "ShopDown")
        #expect(alerts.map { $0.isMeant(by: look) } == [true, true, true])
        #expect(alerts.map { $0.isFiring(look) } == [true, false, false])
        #expect(alerts.map(\.excuse) == ["active", "silenced", "unprocessed"])
        look.countsSuppressed = true
        #expect(alerts.map { $0.isFiring(look) } == [true, true, false])
        look.match = ["severity": "ticket"]
        #expect(!alerts[0].isMeant(by: look))
        look.match = ["severity": "page"]
        look.alert = "ShopSlow"
        #expect(!alerts[0].isMeant(by: look))
        #expect(AlertmanagerAlert.read(Array("not it".utf8)) == nil)
    }

    private static let csv = #"""
        # pxname,svname,status,weight,lastchg,check_status,desc,
        web,FRONTEND,OPEN,,,,,
        shop,east-1,DOWN,1,4,L4CON,"a, ""b""",
        shop,east-2,DOWN 1/2,1,5,L4OK,,
        shop,west-1,UP 2/3,1,6,L7OK,,
        shop,west-2,MAINT (via a/b),1,7,,,
        shop,west-3,no check,1,8,,,
        shop,BACKEND,UP,1,9,,,
        """#

    private typealias Pick = (LoadBalancerLook.Servers, LoadBalancerLook.State, Int, Int)

    /// What is looked for, how many of its rows are so, and how many there are.
    private static let picks: [Pick] = [
        (.backend, .down, 0, 1), (.backend, .up, 1, 1), (.named("east-1"), .down, 1, 1),
        (.like("east-.*"), .down, 2, 2), (.like("east"), .down, 0, 0),
        (.like("west-.*"), .up, 2, 3), (.named("west-2"), .maint, 1, 1),
        (.named("west-2"), .down, 0, 1),
    ]

    @Test(arguments: picks)
    func haproxy(
        _ servers: LoadBalancerLook.Servers,
        _ state: LoadBalancerLook.State,
        _ fired: Int,
        _ found: Int
    ) throws {
        let stats = try #require(HAProxyStats(Self.csv))
        let look = LoadBalancerLook(
            way: .socket(path: "/x", host: nil, sudo: false),
            backend: "shop",
            servers: servers,
            state: state
        )
        var pattern: TextPattern?
        if case .like(let source) = servers { pattern = TextPattern("^(?:\(source))$") }
        guard found > 0 else {
            let mistake = #expect(throws: ProbeMistake.self) { try stats.rows(look, pattern) }
            #expect(
                mistake?.message
                    == "HAProxy has no shop/east; the servers are east-1, east-2, west-1,"
                    + " west-2 and west-3"
            )
            return
        }
        let rows = try stats.rows(look, pattern)
        #expect(rows.count == found)
        #expect(rows.count { $0.isIn(state) } == fired)
    }

    @Test func csv() throws {
        let stats = try #require(HAProxyStats(Self.csv))
        #expect(stats.rows[1].changed == 4 && stats.rows[1].check == "L4CON")
        #expect(stats.rows[0].changed == nil)
        #expect(HAProxyStats.fields(##"a,"b, ""c""",,d"##) == ["a", ##"b, "c""##, "", "d"])
        #expect(HAProxyStats("<html>") == nil && HAProxyStats("") == nil)
    }

    // MARK: Roles

    private func roles(_ letters: String) -> PostgresRoles {
        PostgresRoles(
            letters.enumerated().map { index, letter in
                PostgresRoles.Answer(
                    server: "\(index)",
                    sent: Instant(ns: 0),
                    done: Instant(ns: 1),
                    role: letter == "w" ? .writer : letter == "s" ? .standby : .unknown("refused")
                )
            }
        )
    }

    /// `0` wrote at first; w writes, s doesn't, ? didn't answer.
    private static let sights: [(String, Set<String>, String)] = [
        ("wss", [], "quiet the writer is 0"), ("sss", [], "quiet nobody takes writes"),
        ("?ss", [], "quiet nobody takes writes"), ("?ws", [], "fired 1"), ("ww?", [], "fired 1"),
        ("wws", [], "fired 1"), ("?w?", [], "fired 1"),
        ("?s?", [], "unknown who writes isn't known: 2: refused"),
        ("w?s", [], "unknown who writes isn't known: 1: refused"),
        ("?ws", ["2"], "quiet the writer is 1"), ("?sw", ["2"], "fired 2"),
        ("?w?", ["2"], "unknown who writes isn't known: 2: refused"),
    ]

    @Test(arguments: sights)
    func roles(_ letters: String, _ wanted: Set<String>, _ expected: String) {
        let words =
            switch roles(letters).seen(first: "0", wanted: wanted) {
            case .fired(let writers): "fired " + writers.map(\.server).joined(separator: ",")
            case .quiet(let words): "quiet \(words)"
            case .unknown(let words): "unknown \(words)"
            }
        #expect(words == expected)
    }

    @Test func theFirstWriterIsOneAlone() {
        #expect(roles("sws").only == "1")
        #expect(roles("sss").only == nil && roles("wws").only == nil)
        guard case .unknown(let words) = roles("ss?").seen(first: nil, wanted: []) else {
            Issue.record("it can't be known yet")
            return
        }
        #expect(words == "no server takes writes yet: 2: refused")
    }

    // MARK: Logs

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
        #expect(log.input == "1:7 100\n")
        #expect(
            try log.take(output(piece("more", "1:7", 100, "one\r\ntw")), done: seconds(1)).lines
                == ["one"]
        )
        #expect(log.input == "1:7 107\n")
        #expect(
            try log.take(output(piece("more", "1:7", 107, "o\n")), done: seconds(2)).lines == [
                "two"
            ]
        )
    }

    @Test func aRotatedFileIsReadOnForAWhile() throws {
        var log = LogFollower()
        _ = try log.take(output("drill-log start 1:7 0 0 0\n"), done: seconds(0))
        let rotated = try log.take(
            output(piece("old", "1:7", 0, "last\nrest"), piece("new", "1:8", 0, "first\n")),
            done: seconds(1)
        )
        #expect(rotated == .init(lines: ["last", "first"]))
        #expect(log.input == "1:7 9\n1:8 6\n")
        // Its writer hadn't heard of it yet.
        let late = try log.take(
            output(piece("old", "1:7", 9, " of it\n"), piece("more", "1:8", 6, "")),
            done: seconds(2)
        )
        #expect(late.lines == ["rest of it"])
        // Compressed by now.
        let gone = try log.take(
            output("drill-log lost 1:7 0 0 0\n", piece("more", "1:8", 6, "second\n")),
            done: seconds(3)
        )
        #expect(gone == .init(lines: ["second"]))
        #expect(log.input == "1:8 13\n")
    }

    @Test func afterAWhileNobodyWritesToARotatedFile() throws {
        var log = LogFollower()
        _ = try log.take(output("drill-log start 1:7 0 0 0\n"), done: seconds(0))
        _ = try log.take(
            output(piece("old", "1:7", 0, "no end"), piece("new", "1:8", 0, "")),
            done: seconds(1)
        )
        let news = try log.take(
            output(piece("old", "1:7", 6, ""), piece("more", "1:8", 0, "")),
            done: seconds(40)
        )
        #expect(news.lines == ["no end"], "what it ended with is a line")
        #expect(log.input == "1:8 0\n")
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
        #expect(cut.lines == ["new"] && cut.doubt?.contains("cut short") == true)
        let busy = try log.take(
            output(piece("more", "1:7", 4, "much\n", left: 900)),
            done: seconds(2)
        )
        #expect(busy.doubt?.contains("reads on") == true)
        #expect(log.input == "1:7 9\n")
        // The name is free for a moment while it is rotated.
        let between = try log.take(
            output(piece("old", "1:7", 9, ""), "drill-log none none 0 0 0\n"),
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
        #expect(log.input == "1:7 0\n")
    }

    @Test func aJournalIsFollowedByItsCursor() throws {
        func entry(_ cursor: String, _ message: String) -> String {
            #"{"__CURSOR":"\#(cursor)","_BOOT_ID":"b","MESSAGE":\#(message)}"# + "\n"
        }
        var journal = JournalFollower()
        #expect(journal.input == "")
        #expect(try journal.take(entry("s=1", #""old""#), errors: "").lines.isEmpty)
        #expect(journal.input == "s=1\n")
        // The unit's own last entry is printed again; what is no text comes as numbers.
        let news = try journal.take(
            entry("s=1", #""old""#) + entry("s=2", #""up""#) + entry("s=3", "[104,105,255]"),
            errors: ""
        )
        #expect(news.lines == ["up", "hi\u{FFFD}"])
        #expect(try journal.take("-- No entries --\n", errors: "").lines.isEmpty)
        #expect(journal.input == "s=3\n")
        let hint = "Hint: You are currently not seeing messages from other users and the system.\n"
        #expect(throws: ProbeMistake.self) { try journal.take("", errors: hint) }
        var empty = JournalFollower()
        #expect(throws: ProbeMistake.self) { try empty.take("", errors: "") }
    }

    @Test func percentEncoding() {
        #expect(
            WebAddress.encoded(#"up{a="b"} > 1+ü~"#) == "up%7Ba%3D%22b%22%7D%20%3E%201%2B%C3%BC~"
        )
    }
}
