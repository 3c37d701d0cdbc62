/// When a scheduled run begins, as `OnCalendar=` of a timer says it (systemd.time(7), "Calendar events").
package struct CalendarTimes: Hashable, Sendable {
    /// One part of a time: nothing in it is any value.
    package struct Part: Hashable, Sendable {
        package var ranges: [Stretch] = []

        package var isAny: Bool { ranges.isEmpty }

        /// The only value, where there is one.
        package var single: Int? {
            guard ranges.count == 1, ranges[0].to == nil, ranges[0].every == nil else { return nil }
            return ranges[0].from
        }
    }

    /// `9`, `9..17` or `0/15`.
    package struct Stretch: Hashable, Sendable {
        package var from: Int
        package var to: Int?
        package var every: Int?
    }

    /// 0 is Monday.
    package var weekdays = Part()
    package var year = Part()
    package var month = Part()
    package var day = Part()
    /// `*-*~01`: counted from the month's end.
    package var isFromMonthsEnd = false
    package var hour = Part()
    package var minute = Part()
    package var second = Part()
    package var zone: String?

    /// Reads the common forms; everything else is a problem, though systemd may know it.
    package init(written text: String, zones: TimeZones) throws(Problems) {
        do throws(Misfit) {
            try self.init(text, zones)
        } catch {
            throw Problems([
                Problem("--on-calendar \(quoted(text)): \(error.message)", fix: error.fix)
            ])
        }
    }

    private static let shorthands = [
        "minutely": "*-*-* *:*:00", "hourly": "*-*-* *:00:00", "daily": "*-*-* 00:00:00",
        "monthly": "*-*-01 00:00:00", "weekly": "Mon *-*-* 00:00:00", "yearly": "*-01-01 00:00:00",
        "annually": "*-01-01 00:00:00", "quarterly": "*-01,04,07,10-01 00:00:00",
        "semiannually": "*-01,07-01 00:00:00",
    ]

    private static let example =
        #"write "Tue 10:00", "Mon..Thu 10:00 Europe/Berlin" or "*-*-01 06:30""#

    private init(_ text: String, _ zones: TimeZones) throws(Misfit) {
        var words = text.split(separator: " ").map(String.init)
        guard !words.isEmpty else { throw Misfit("it is empty", fix: Self.example) }
        if words.count > 1, let last = words.last, last.first?.isLetter == true {
            zone = try zones.known(last)
            words.removeLast()
        }
        if words.count == 1, let whole = Self.shorthands[words[0].lowercased()] {
            words = whole.split(separator: " ").map(String.init)
        }
        if let first = words.first, first.first?.isLetter == true {
            weekdays = try Self.weekdays(first)
            words.removeFirst()
        }
        var isTimed = false
        if let first = words.first, !first.contains(":") {
            try readDate(first)
            words.removeFirst()
        }
        if let first = words.first {
            try readTime(first)
            isTimed = true
            words.removeFirst()
        }
        guard words.isEmpty else {
            throw Misfit("nobody can tell what \(quoted(words[0])) is", fix: Self.example)
        }
        if !isTimed {
            hour = Part(ranges: [Stretch(from: 0)])
            minute = hour
            second = hour
        }
    }

    private static func weekdays(_ word: String) throws(Misfit) -> Part {
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        let full = [
            "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
        ]
        func day(_ name: Substring) throws(Misfit) -> Int {
            let wanted = name.lowercased()
            guard let day = names.firstIndex(of: wanted) ?? full.firstIndex(of: wanted) else {
                throw Misfit("there is no day \(quoted(String(name)))", fix: example)
            }
            return day
        }
        var part = Part()
        for item in word.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = item.replacing("..", with: "-").split(
                separator: "-",
                omittingEmptySubsequences: false
            )
            guard ends.count <= 2 else { throw Misfit("\(quoted(word)) are no days", fix: example) }
            let from = try day(ends[0])
            let to = ends.count == 2 ? try day(ends[1]) : nil
            if let to, to < from {
                throw Misfit(
                    "the days \(quoted(String(item))) go over the week's end",
                    fix: "write both parts: \"Fri..Sun,Mon\""
                )
            }
            part.ranges.append(Stretch(from: from, to: to))
        }
        return part
    }

    private mutating func readDate(_ word: String) throws(Misfit) {
        var text = word
        if let tilde = text.lastIndex(of: "~") {
            isFromMonthsEnd = true
            text.replaceSubrange(tilde...tilde, with: "-")
        }
        var parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 2 { parts.insert("*", at: 0) }
        guard parts.count == 3 else {
            throw Misfit("\(quoted(word)) is no date", fix: Self.example)
        }
        year = try Self.part(parts[0], 1970...2199, "year")
        month = try Self.part(parts[1], 1...12, "month")
        day = try Self.part(parts[2], 1...31, "day")
        let isSimple = !day.isAny && day.ranges.allSatisfy { $0.to == nil || $0.every == nil }
        guard !isFromMonthsEnd || isSimple else {
            throw Misfit("only systemd can tell which days \(quoted(word)) are", fix: Self.example)
        }
    }

    private mutating func readTime(_ word: String) throws(Misfit) {
        var parts = word.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 2 { parts.append("00") }
        guard parts.count == 3 else {
            throw Misfit("\(quoted(word)) is no time", fix: Self.example)
        }
        hour = try Self.part(parts[0], 0...23, "hour")
        minute = try Self.part(parts[1], 0...59, "minute")
        second = try Self.part(parts[2], 0...59, "second")
    }

    private static func part(
        _ word: String,
        _ range: ClosedRange<Int>,
        _ name: String
    ) throws(Misfit) -> Part {
        guard word != "*" else { return Part() }
        func number(_ text: Substring) throws(Misfit) -> Int {
            guard let number = Int(text), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                range.contains(number)
            else { throw Misfit("there is no \(name) \(quoted(String(text)))", fix: example) }
            return number
        }
        var part = Part()
        for item in word.split(separator: ",", omittingEmptySubsequences: false) {
            let halves = item.split(separator: "/", omittingEmptySubsequences: false)
            guard halves.count <= 2 else {
                throw Misfit("\(quoted(word)) is no \(name)", fix: example)
            }
            let ends = halves[0].replacing("..", with: "-").split(
                separator: "-",
                omittingEmptySubsequences: false
            )
            guard let first = ends.first, ends.count <= 2 else {
                throw Misfit("\(quoted(word)) is no \(name)", fix: example)
            }
            let from = try number(first)
            let to = ends.count == 2 ? try number(ends[1]) : nil
            if let to, to < from { throw Misfit("\(quoted(String(item))) ends before it begins") }
            var every: Int?
            if halves.count == 2 {
                guard let step = Int(halves[1]), step > 0 else {
                    throw Misfit("\(quoted(String(item))) repeats after nothing", fix: example)
                }
                every = step
            }
            part.ranges.append(Stretch(from: from, to: to, every: every))
        }
        return part
    }
}
