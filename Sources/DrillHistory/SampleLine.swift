import DrillModel

/// A sample's line of `samples/PROBE.jsonl`, as `JSONEncoder` with sorted keys would write it, much
/// sooner: there are thousands a second.
enum SampleLine {
    /// Appends the line and its newline.
    static func append(_ sample: Sample, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "{"))
        if let done = sample.done { field("done", done.ns, &text) }
        field("due", sample.due.ns, &text)
        field("number", Int64(sample.number), &text)
        text += #""outcome":"#.utf8
        switch sample.outcome {
        case .good: text += #"{"good":{}}"#.utf8
        case .unsent: text += #"{"unsent":{}}"#.utf8
        case .bad(let failure, let words):
            text += #"{"bad":{"_0":""#.utf8
            text += failure.rawValue.utf8
            text += #"","_1":"#.utf8
            quote(words, &text)
            text += #"}}"#.utf8
        }
        if let sent = sample.sent {
            text += #","sent":"#.utf8
            number(sent.ns, &text)
        }
        text += "}\n".utf8
    }

    private static func field(_ name: String, _ value: Int64, _ text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        text += name.utf8
        text += #"":"#.utf8
        number(value, &text)
        text.append(UInt8(ascii: ","))
    }

    private static func number(_ value: Int64, _ text: inout [UInt8]) {
        if value < 0 { text.append(UInt8(ascii: "-")) }
        let first = text.count
        var left = value.magnitude
        repeat {
            text.append(UInt8(ascii: "0") + UInt8(left % 10))
            left /= 10
        } while left > 0
        text[first...].reverse()
    }

    /// Source: RFC 8259, 7.
    private static func quote(_ words: String, _ text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        for byte in words.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
            case 0x08: text += #"\b"#.utf8
            case 0x09: text += #"\t"#.utf8
            case 0x0A: text += #"\n"#.utf8
            case 0x0C: text += #"\f"#.utf8
            case 0x0D: text += #"\r"#.utf8
            case 0..<0x20:
                text += #"\u00"#.utf8
                let digits = Array("0123456789abcdef".utf8)
                text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: text.append(byte)
            }
        }
        text.append(UInt8(ascii: "\""))
    }
}
