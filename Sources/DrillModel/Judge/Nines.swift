/// Which row of the nines an availability reaches: 90 % is one nine, 99 % two, 99.9 % three.
///
/// The row is that of a year's promise (90 % is 36.5 days down a year); a run of some minutes reaches
/// it or not for its own length alone.
extension Figure {
    /// `two nines`, `below one nine`; where the interval lies across rows, `one to three nines`.
    package var nines: String? {
        guard case .share(let low?, _, let high?) = amount else { return nil }
        let least = Self.row(of: low)
        let most = Self.row(of: high)
        // A high end of 100 % reaches every row; what is known is the low one.
        guard high < 1 else {
            return least == 0 ? nil : "at least \(Self.words(least))"
        }
        if least == most { return Self.words(least) }
        return least == 0
            ? "at most \(Self.words(most))" : "\(Self.number(least)) to \(Self.words(most))"
    }

    private static func row(of share: Double) -> Int {
        var row = 0
        var missed = 0.1
        // What floating point makes of 1 − 0.999 must not cost a nine.
        while row < 9, 1 - share <= missed + 1e-12 {
            row += 1
            missed /= 10
        }
        return row
    }

    private static func words(_ row: Int) -> String {
        switch row {
        case 0: "below one nine"
        case 1: "one nine"
        default: "\(number(row)) nines"
        }
    }

    private static func number(_ row: Int) -> String {
        let numbers = [
            "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
        ]
        return numbers[min(row, numbers.count - 1)]
    }
}
