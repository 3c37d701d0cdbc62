import DrillEngine
import DrillModel
import Testing

@testable import DrillField

/// What monitors answer, read without any of them being there.
@Suite struct SourceAnswerTests {
    private func prometheus(
        _ body: String,
        status: Int = 200
    ) throws(PrometheusAnswer.Refused) -> PrometheusAnswer {
        try PrometheusAnswer(status: status, body: Array(body.utf8))
    }

    @Test("a proxy's error with the body of an answer is no answer")
    func errorThatLooksLikeSuccess() throws {
        let body = #"{"status":"success","data":{"resultType":"scalar","result":[1,"7"]}}"#
        #expect(try prometheus(body).series.map(\.value) == [7])
        let refused = #expect(throws: PrometheusAnswer.Refused.self) {
            try prometheus(body, status: 500)
        }
        #expect(refused?.words == "status 500")
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
        #expect(throws: PrometheusAnswer.Refused.self) {
            try prometheus(
                #"{"status":"success","data":{"resultType":"scalar","result":[1795443300,"0x2"]}}"#
            )
        }
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
        shop,east-2,DOWN 1/2,1,5,* L4OK,,
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
        var pattern: Pattern?
        if case .like(let source) = servers { pattern = Pattern("^(?:\(source))$") }
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
        #expect(stats.rows[2].check == "L4OK", "the next check is under way")
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

    @Test func percentEncoding() {
        #expect(
            WebAddress.encoded(#"up{a="b"} > 1+ü~"#) == "up%7Ba%3D%22b%22%7D%20%3E%201%2B%C3%BC~"
        )
    }
}
