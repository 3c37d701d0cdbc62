/// The names of runs: `20261123T141500Z-region-loss-7f3a`.
///
/// They sort by time, say what was run, and end in four hexadecimal digits that keep two runs of
/// one second apart.
package enum RunName {
    /// The id of a run that starts at `wallSeconds`, in seconds since 1970.
    ///
    /// `salt` is any number that differs between runs started in the same second.
    package static func make(wallSeconds: Int64, experiment: String, salt: UInt64) -> String {
        var generator = SplitMix64(seed: salt, purpose: "\(wallSeconds) \(experiment)")
        let digits = String(generator.next() >> 48, radix: 16)
        let tail = String(repeating: "0", count: 4 - digits.count) + digits
        return "\(stamp(wallSeconds))-\(slug(experiment))-\(tail)"
    }

    /// Whether the run may be of this experiment; others can have the same slug, so its plan decides.
    package static func mayBe(_ run: String, of experiment: String) -> Bool {
        run.dropFirst(stamp(0).count + 1).dropLast(5) == slug(experiment)
    }

    /// Whether a text has the form of a run's id.
    package static func isOne(_ text: Substring) -> Bool {
        let stamp = text.prefix(self.stamp(0).count)
        let rest = text.dropFirst(stamp.count)
        return String(stamp.map { $0.isNumber ? "0" : $0 }) == "00000000T000000Z"
            && rest.first == "-" && !rest.contains(" ")
    }

    /// Ids of the form that runs of the experiment have, which differ from one another in every digit:
    /// where they are alike, all ids of its runs are.
    package static func forms(of experiment: String) -> [String] {
        let form = make(wallSeconds: 0, experiment: experiment, salt: 0)
        let stamp = form.prefix(self.stamp(0).count)
        return "0123456789".map { digit in
            String(stamp.map { $0.isNumber ? digit : $0 })
                + form.dropFirst(stamp.count).dropLast(4) + String(repeating: digit, count: 4)
        }
    }

    /// The last four digits, by which people call a run.
    package static func short(_ run: String) -> String { String(run.suffix(4)) }

    /// ISO 8601's basic format, in UTC.
    package static func stamp(_ wallSeconds: Int64) -> String {
        let days = Int(wallSeconds.floorDivided(by: 86_400))
        let second = Int(wallSeconds - Int64(days) * 86_400)
        let (year, month, day) = civil(days)
        return "\(padded(year, 4))\(padded(month, 2))\(padded(day, 2))T"
            + "\(padded(second / 3600, 2))\(padded(second / 60 % 60, 2))\(padded(second % 60, 2))Z"
    }

    /// Days since 1970 as a date of the Gregorian calendar.
    ///
    /// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
    private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = Int(Int64(shifted).floorDivided(by: 146_097))
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// Lower-case letters, digits and single hyphens, at most 40: fit for a folder and a tag.
    package static func slug(_ name: String) -> String {
        let words = name.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        let slug = words.joined(separator: "-").prefix(40)
        let trimmed = slug.hasSuffix("-") ? slug.dropLast() : slug
        return trimmed.isEmpty ? "run" : String(trimmed)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
