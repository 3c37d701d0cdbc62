/// A scalar that isn't what its key needs: what is wrong and what to write.
struct Misfit: Error, Hashable {
    var message: String
    var fix: String?

    init(_ message: String, fix: String? = nil) {
        self.message = message
        self.fix = fix
    }
}

extension Span {
    /// The units of the file format, in nanoseconds.
    private static let units: KeyValuePairs<String, Int64> = [
        "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000, "h": 3_600_000_000_000,
    ]

    /// What people write for them elsewhere.
    private static let otherUnits: [String: String] = [
        "msec": "ms", "msecs": "ms", "millisecond": "ms", "milliseconds": "ms", "millis": "ms",
        "sec": "s", "secs": "s", "second": "s", "seconds": "s",
        "min": "m", "mins": "m", "minute": "m", "minutes": "m",
        "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
    ]

    /// A year: whatever is longer is a mistake, and sums of spans stay far from overflow.
    private static let writtenMax = Span(ns: 366 * 24 * 3_600_000_000_000)

    /// Reads `250ms`, `10s`, `5m`, `2h`.
    init(written word: String) throws(Misfit) {
        let text = word.trimmingSpaces
        let number = String(text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") })
        let unit = text.dropFirst(number.count).drop { $0 == " " }.lowercased()
        guard !number.isEmpty else {
            // Only to guess the fix: what is wrong behind the sign too gets the message below.
            if text.hasPrefix("-"), !text.hasPrefix("--"),
                let positive = try? Span(written: String(text.dropFirst()))
            {
                throw Misfit(
                    "a duration can't be negative: \(quoted(word))",
                    fix: "write \(positive)"
                )
            }
            throw Misfit("\(quoted(word)) is no duration", fix: "write 250ms, 10s, 5m or 2h")
        }
        guard !unit.isEmpty else {
            throw Misfit(
                "the duration \(quoted(word)) has no unit",
                fix: "write \(number)s or \(number)ms"
            )
        }
        guard let size = Self.units.first(where: { $0.key == unit })?.value else {
            throw Self.wrongUnit(unit, number: number, word: word)
        }
        guard let count = Int64(number) else {
            throw Self.wrongNumber(number, size: size, word: word)
        }
        let (ns, overflow) = count.multipliedReportingOverflow(by: size)
        guard !overflow, ns <= Self.writtenMax.ns else {
            throw Misfit("the duration \(quoted(word)) is longer than a year")
        }
        guard text == number + unit else {
            throw Misfit("\(quoted(word)) is no duration", fix: "write \(number)\(unit)")
        }
        self.init(ns: ns)
    }

    /// Reads `90d` too: for what lasts longer than a run.
    init(age word: String) throws(Misfit) {
        let text = word.trimmingSpaces
        guard text.hasSuffix("d"), let days = Int64(text.dropLast()), text.first?.isNumber == true
        else {
            try self.init(written: word)
            return
        }
        guard days <= 3660 else {
            throw Misfit("\(quoted(word)) is longer than ten years", fix: "write 90d")
        }
        self.init(ns: days * 24 * 3_600_000_000_000)
    }

    private static func wrongUnit(_ unit: String, number: String, word: String) -> Misfit {
        if let own = otherUnits[unit] {
            return Misfit(
                "unknown unit \(quoted(unit)) in \(quoted(word))",
                fix: "write \(number)\(own)"
            )
        }
        if ["d", "day", "days"].contains(unit), let days = Int(number), days < 366 {
            return Misfit(
                "unknown unit \(quoted(unit)) in \(quoted(word))",
                fix: "write \(days * 24)h"
            )
        }
        if let sum = sum(ofParts: number + unit) {
            return Misfit("\(quoted(word)) is more than a number and a unit", fix: "write \(sum)")
        }
        return Misfit(
            "unknown unit \(quoted(unit)) in \(quoted(word))",
            fix:
                "the units are ms, s, m and h: write \(number)ms, \(number)s, \(number)m or \(number)h"
        )
    }

    private static func wrongNumber(_ number: String, size: Int64, word: String) -> Misfit {
        guard let value = Double(number), value * Double(size) < Double(writtenMax.ns) else {
            return Misfit("\(quoted(word)) is no duration", fix: "write 250ms, 10s, 5m or 2h")
        }
        let ms = Int64((value * Double(size) / 1e6).rounded())
        return Misfit(
            "a duration is a whole number and a unit, not \(quoted(word))",
            fix: ms > 0 ? "write \(Span.milliseconds(ms))" : "1ms is the shortest"
        )
    }

    /// `1h30m` as one span, for the fix.
    private static func sum(ofParts text: String) -> Span? {
        var rest = Substring(text)
        var sum: Int64 = 0
        while !rest.isEmpty {
            let number = rest.prefix { $0.isNumber }
            let unit = rest.dropFirst(number.count).prefix { $0.isLetter }
            guard let count = Int64(number), count < 10_000,
                let size = units.first(where: { $0.key == unit })?.value
            else { return nil }
            sum += count * size
            guard sum <= writtenMax.ns else { return nil }
            rest = rest.dropFirst(number.count + unit.count)
        }
        return Span(ns: sum)
    }
}

/// Reads `60%`, `99.9%` or a number from 0 to 1.
func share(written word: String) throws(Misfit) -> Double {
    let isPercentage = word.hasSuffix("%")
    let digits = isPercentage ? String(word.dropLast()).trimmingSpaces : word.trimmingSpaces
    guard let value = decimal(digits) else {
        throw Misfit("\(quoted(word)) is no share", fix: "write 60% or 0.6")
    }
    // Read with its exponent, so that 99.9% is the double nearest to 0.999; a division isn't.
    let share = isPercentage ? Double(digits + "e-2") ?? value / 100 : value
    guard (0...1).contains(share) else {
        throw Misfit(
            "\(quoted(word)) is not between 0% and 100%",
            fix: !isPercentage && (1...100).contains(value) ? "write \(digits)%" : nil
        )
    }
    return share
}

/// A number in digits with at most one point; none of `inf`, `nan`, `0x1p3` or `1e3`.
func decimal(_ word: String) -> Double? {
    let digits = word.hasPrefix("-") ? word.dropFirst() : Substring(word)
    guard !digits.isEmpty, digits.utf8.count <= 30,
        digits.utf8.allSatisfy({
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".")
        })
    else { return nil }
    return Double(word)
}

extension String {
    fileprivate var trimmingSpaces: String {
        var text = Substring(self)
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
