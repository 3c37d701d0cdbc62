/// A time as RFC 3339 writes it.
package enum Timestamp {
    /// Nanoseconds since 1970 of `2026-11-23T14:15:00.123Z` or `…+01:00`; nil where it is none.
    ///
    /// Digits beyond nanoseconds are dropped; a leap second counts as the first of the next minute.
    package static func ns(_ text: String) -> Int64? {
        var rest = Substring(text)
        guard let year = number(&rest, digits: 4), take(&rest, "-"),
            let month = number(&rest, digits: 2), take(&rest, "-"),
            let day = number(&rest, digits: 2),
            let date = CivilDate(year: year, month: month, day: day),
            let mark = rest.popFirst(), "Tt ".contains(mark),
            let hour = number(&rest, digits: 2), hour < 24, take(&rest, ":"),
            let minute = number(&rest, digits: 2), minute < 60, take(&rest, ":"),
            let second = number(&rest, digits: 2), second <= 60, let fraction = fraction(&rest),
            let offset = offset(&rest), rest.isEmpty
        else { return nil }
        let seconds = date.daysSince1970 * 86_400 + hour * 3600 + minute * 60 + second - offset
        // Beyond the year 2262 there are no 64-bit nanoseconds.
        let (whole, isBeyond) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return isBeyond ? nil : whole + fraction
    }

    private static func take(_ rest: inout Substring, _ character: Character) -> Bool {
        guard rest.first == character else { return false }
        rest.removeFirst()
        return true
    }

    private static func number(_ rest: inout Substring, digits: Int) -> Int64? {
        let word = rest.prefix(digits)
        guard word.count == digits, word.allSatisfy({ ("0"..."9").contains($0) }) else {
            return nil
        }
        rest = rest.dropFirst(digits)
        return Int64(word)
    }

    private static func fraction(_ rest: inout Substring) -> Int64? {
        guard take(&rest, ".") else { return 0 }
        let digits = rest.prefix { ("0"..."9").contains($0) }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        let nine = digits.prefix(9) + String(repeating: "0", count: max(0, 9 - digits.count))
        return Int64(nine)
    }

    /// Seconds east of Greenwich.
    private static func offset(_ rest: inout Substring) -> Int64? {
        guard let sign = rest.popFirst() else { return nil }
        if sign == "Z" || sign == "z" { return 0 }
        guard sign == "+" || sign == "-", let hours = number(&rest, digits: 2), take(&rest, ":"),
            let minutes = number(&rest, digits: 2)
        else { return nil }
        return (sign == "+" ? 1 : -1) * (hours * 3600 + minutes * 60)
    }
}
