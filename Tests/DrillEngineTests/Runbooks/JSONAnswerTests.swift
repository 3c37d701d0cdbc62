import DrillModel
import Testing

@testable import DrillEngine

/// What a JSON answer holds, as it is written there.
@Suite struct JSONAnswerTests {
    @Test(arguments: [
        (#"{"v": 15.10}"#, "v", "15.10"),
        (#"{"v": [1, {"id": 100000000000000000000000}]}"#, "v[1].id", "100000000000000000000000"),
        (#"{"a": 1e400, "b": -0.30000000000000000001E+2}"#, "b", "-0.30000000000000000001E+2"),
        (#"{"v": "15.10"}"#, "v", "15.10"),
        (#"{"v": "a \"-1\" \\", "w": 2}"#, "w", "2"),
        (#"{"v": "number:7"}"#, "v", "number:7"),
        (#"{"v": "\u006eumber:7", "n": 1}"#, "n", "1"),
        (
            #"{"v": {"b": [1.0, true, null, "x/y"], "a": ""}}"#, "v",
            #"{"a":"","b":[1.0,true,null,"x/y"]}"#
        ),
        ("[0]", "[0]", "0"),
    ])
    func value(text: String, path: String, value: String) throws {
        let answer = try #require(JSONAnswer(text))
        let path = try #require(JSONPath(written: path))
        #expect(answer.value(at: path)?.text == value)
    }

    @Test(arguments: ["", "x", "{\"a\": 01}", "{\"a\": 1.}", "[1 2]", "{1: 2}", "-", "[1", "\"a"])
    func refused(_ text: String) { #expect(JSONAnswer(text) == nil, "\(text)") }
}
