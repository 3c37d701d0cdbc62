import DrillModel
import DrillWire
import Foundation

/// Reads the samples of one probe, a JSON object a line, a million of them in the memory that they take.
///
/// `RunFolder` writes every line alike (keys in their order, no blanks), and such a line is read byte
/// by byte, some twenty times faster than by `JSONDecoder`. Any other line that says the same is left
/// to that.
enum SampleLines {
    /// Every sample of the file, ordered by number.
    ///
    /// A last line without its newline is torn and left out.
    static func read(_ path: String) throws(HistoryError) -> [Sample] {
        var samples: [Sample] = []
        var rest: [UInt8] = []
        var line = 0
        var words = KnownWords()
        do throws(ChunkError<HistoryError>) {
            try Files.readChunks(path) { chunk throws(HistoryError) in
                rest += chunk
                guard let end = rest.lastIndex(of: newline) else { return }
                // Lines are about as long as the first ones: room for all of them at once.
                if samples.isEmpty { samples.reserveCapacity(room(for: path, rest, upTo: end)) }
                var scan = SampleScan(rest, words: words)
                while scan.at < end {
                    line += 1
                    samples.append(try sample(&scan, path, line))
                }
                words = scan.words
                rest.removeFirst(end + 1)
            }
        } catch {
            switch error {
            case .file(let error): throw HistoryError(error.message)
            case .taker(let error): throw error
            }
        }
        order(&samples)
        return samples
    }

    private static let newline = UInt8(ascii: "\n")

    private static func sample(
        _ scan: inout SampleScan,
        _ path: String,
        _ line: Int
    ) throws(HistoryError) -> Sample {
        let start = scan.at
        if let sample = scan.sample() { return sample }
        let end = scan.bytes[start...].firstIndex(of: newline) ?? scan.bytes.endIndex
        scan.at = end + 1
        do {
            return try JSONDecoder().decode(Sample.self, from: Data(scan.bytes[start..<end]))
        } catch {
            throw HistoryError("\(path):\(line): not a line of drill's: \(undecoded(error))")
        }
    }

    private static func room(for path: String, _ read: [UInt8], upTo end: Int) -> Int {
        let lines = read[...end].count { $0 == newline }
        guard let size = Files.sizeBytes(path), lines > 0 else { return lines }
        return size / max(1, (end + 1) / lines) + 16
    }

    /// By number: each at its own place where they are 0, 1, 2 and so on, as a run writes them, though in
    /// the order in which answers came.
    private static func order(_ samples: inout [Sample]) {
        let count = samples.count
        for index in samples.indices {
            while samples[index].number != index {
                let place = samples[index].number
                guard place >= 0, place < count, samples[place].number != place else {
                    return samples.sort { $0.number < $1.number }
                }
                samples.swapAt(index, place)
            }
        }
    }
}

/// Details of failures, each kept once however many samples have it.
private struct KnownWords {
    private var known: [[UInt8]: String] = [:]

    mutating func word(_ bytes: ArraySlice<UInt8>) -> String {
        let key = Array(bytes)
        if let word = known[key] { return word }
        let word = String(decoding: bytes, as: UTF8.self)
        // Words that are all different (a time, an id) aren't worth keeping.
        if known.count < 1000 { known[key] = word }
        return word
    }
}

/// A walk along lines of samples as `RunFolder` writes them.
private struct SampleScan {
    let bytes: [UInt8]
    var at = 0
    var words: KnownWords

    init(_ bytes: [UInt8], words: KnownWords) {
        self.bytes = bytes
        self.words = words
    }

    /// The sample of a whole line, and behind its newline; nil where the line isn't the usual one.
    mutating func sample() -> Sample? {
        guard take("{") else { return nil }
        var done: Int64?
        if take("\"done\":") {
            done = number()
            guard done != nil, take(",") else { return nil }
        }
        guard take("\"due\":"), let due = number(), take(",\"number\":"), let number = number(),
            take(",\"outcome\":{"), let outcome = outcome()
        else { return nil }
        var sent: Int64?
        if take(",\"sent\":") {
            sent = self.number()
            guard sent != nil else { return nil }
        }
        guard take("}\n") else { return nil }
        // What is no instant is told by the decoder.
        let instants = [due, sent, done].compactMap(\.self)
        guard instants.allSatisfy(Instant.possible.contains) else { return nil }
        return Sample(
            number: Int(number),
            due: Instant(ns: due),
            sent: sent.map { Instant(ns: $0) },
            done: done.map { Instant(ns: $0) },
            outcome: outcome
        )
    }

    private mutating func outcome() -> Outcome? {
        if take("\"good\":{}}") { return .good }
        if take("\"unsent\":{}}") { return .unsent }
        guard take("\"bad\":{\"_0\":\""), let kind = plainText(),
            let failure = Outcome.Failure(rawValue: words.word(kind)), take(",\"_1\":\""),
            let detail = plainText(), take("}}")
        else { return nil }
        return .bad(failure, words.word(detail))
    }

    /// Up to the closing quote, and behind it; nil where something is escaped.
    private mutating func plainText() -> ArraySlice<UInt8>? {
        let start = at
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                at += 1
                return bytes[start..<(at - 1)]
            case UInt8(ascii: "\\"), UInt8(ascii: "\n"): return nil
            default: at += 1
            }
        }
        return nil
    }

    private mutating func number() -> Int64? {
        let isNegative = at < bytes.count && bytes[at] == UInt8(ascii: "-")
        if isNegative { at += 1 }
        var value: Int64 = 0
        let start = at
        while at < bytes.count, case let digit = bytes[at] &- UInt8(ascii: "0"), digit <= 9 {
            // Eighteen digits fit whatever they are.
            guard at - start < 18 else { return nil }
            value = value * 10 + Int64(digit)
            at += 1
        }
        guard at > start else { return nil }
        return isNegative ? -value : value
    }

    /// Behind `text` where it stands here.
    private mutating func take(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard at + count <= bytes.count else { return false }
        let isThere = text.withUTF8Buffer { wanted in
            var index = 0
            while index < count {
                if wanted[index] != bytes[at + index] { return false }
                index += 1
            }
            return true
        }
        if isThere { at += count }
        return isThere
    }
}
