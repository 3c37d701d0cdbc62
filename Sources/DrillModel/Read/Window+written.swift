extension Window {
    /// Reads a window with the zone that may stand behind it: `Mon-Thu 10:00-16:00 Europe/Berlin`.
    init(written word: String, zones: TimeZones) throws(Misfit) {
        var text = word
        var zone: String?
        if let space = word.lastIndex(of: " ") {
            let last = String(word[word.index(after: space)...])
            if last.first?.isLetter == true, last.contains("/") || zones.knows(last) {
                zone = try zones.known(last)
                text = String(word[..<space])
            }
        }
        self.init(try Times(written: text), zone: zone, written: word)
    }
}

extension TimeZones {
    /// The name, where there is such a zone.
    func known(_ name: String) throws(Misfit) -> String {
        guard !knows(name) else { return name }
        throw Misfit(
            "unknown time zone \(quoted(name))",
            fix: nearest(to: name, among: names()).map { "did you mean \(quoted($0))?" }
                ?? "write a name of the time zone database, as Europe/Berlin, or UTC"
        )
    }
}

extension Window.Times {
    static let example =
        #"write "Mon-Fri 09:00-16:00", "Sat,Sun", "2026-12-24" or "2026-12-20/2027-01-05 12:00""#

    /// Reads `Mon-Fri 09:00-16:00`, `Sat,Sun`, `22:00-06:00`, `2026-12-24`, `2026-12-24 09:00-12:00`,
    /// `2026-12-20/2027-01-05` (as ISO 8601 writes intervals) and `2026-12-20 18:00 - 2027-01-05`.
    init(written word: String) throws(Misfit) {
        var text = Substring(word)
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        if text.first?.isNumber == true, text.dropFirst(4).first == "-" {
            self = try Self.once(text, of: word)
        } else {
            self = try Self.weekly(text, of: word)
        }
    }

    // MARK: Every week

    private static func weekly(_ text: Substring, of word: String) throws(Misfit) -> Self {
        let split = text.firstIndex { $0.isNumber } ?? text.endIndex
        let names = text[..<split].filter { $0 != " " }
        let days = names.isEmpty ? Weekday.allCases : try days(names, of: word)
        guard split < text.endIndex else {
            guard !names.isEmpty else { throw Misfit("\(quoted(word)) is no window", fix: example) }
            return .weekly(days: days, from: 0, to: Self.day)
        }
        let (from, to) = try times(text[split...], of: word)
        guard from != to else {
            throw Misfit(
                "the window \(quoted(word)) ends when it begins",
                fix: "for a whole day name the day alone"
            )
        }
        return .weekly(days: days, from: from, to: to)
    }

    /// `mon-fri`, `sat,sun`; a range may go over the week's end.
    private static func days(_ names: String, of word: String) throws(Misfit) -> [Weekday] {
        var days: Set<Weekday> = []
        for part in names.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
            guard let first = ends.first, let last = ends.last, ends.count <= 2 else {
                throw Misfit("\(quoted(word)) is no window", fix: example)
            }
            var day = try weekday(String(first), of: word)
            let end = try weekday(String(last), of: word)
            days.insert(day)
            while day != end {
                day = Weekday.allCases[(day.rawValue + 1) % 7]
                days.insert(day)
            }
        }
        return Weekday.allCases.filter(days.contains)
    }

    private static func weekday(_ name: String, of word: String) throws(Misfit) -> Weekday {
        let wanted = name.lowercased()
        let days = Weekday.allCases
        let known = days.map(\.description) + days.map(full)
        if let index = known.firstIndex(where: { $0.lowercased() == wanted }) {
            return days[index % 7]
        }
        throw Misfit(
            "unknown day \(quoted(name)) in the window \(quoted(word))",
            fix: nearest(to: name, among: known).map { "did you mean \(quoted($0))?" } ?? example
        )
    }

    private static func full(_ day: Weekday) -> String {
        switch day {
        case .monday: "Monday"
        case .tuesday: "Tuesday"
        case .wednesday: "Wednesday"
        case .thursday: "Thursday"
        case .friday: "Friday"
        case .saturday: "Saturday"
        case .sunday: "Sunday"
        }
    }

    // MARK: Once

    private static func once(_ text: Substring, of word: String) throws(Misfit) -> Self {
        let ends = text.replacing(" - ", with: "/")
            .split(separator: "/", omittingEmptySubsequences: false)
            .map { $0.drop { $0 == " " } }
        guard ends.count <= 2, let first = ends.first else {
            throw Misfit("\(quoted(word)) is no window", fix: example)
        }
        let begin = try moment(first, of: word)
        var from = begin.day * day
        var to = from + day
        if ends.count == 2 {
            from += begin.rest.isEmpty ? 0 : try time(begin.rest, of: word)
            let end = try moment(ends[1], of: word)
            // A day alone is in it, whole.
            to = end.day * day + (end.rest.isEmpty ? day : try time(end.rest, of: word))
        } else if !begin.rest.isEmpty {
            let (start, end) = try times(begin.rest, of: word)
            to = from + end
            from += start
        }
        guard from < to else {
            throw Misfit(
                "the window \(quoted(word)) ends before it begins",
                fix: "write the earlier one first, and the day of each"
            )
        }
        return .once(from: from, to: to)
    }

    /// A day, as days since 1970, and what stands behind it.
    private static func moment(
        _ text: Substring,
        of word: String
    ) throws(Misfit) -> (day: Int64, rest: Substring) {
        let parts = text.split(separator: " ", maxSplits: 1)
        let numbers = (parts.first ?? "").split(separator: "-", omittingEmptySubsequences: false)
        guard numbers.count == 3, numbers.map(\.utf8.count) == [4, 2, 2],
            let year = number(numbers[0]), let month = number(numbers[1]),
            let day = number(numbers[2])
        else {
            throw Misfit("\(quoted(word)) is no window", fix: example)
        }
        guard let date = CivilDate(year: year, month: month, day: day) else {
            throw Misfit("there is no day \(parts[0]) in the window \(quoted(word))")
        }
        return (date.daysSince1970, parts.count == 2 ? parts[1].drop { $0 == " " } : "")
    }

    // MARK: Times of the day

    private static let day: Int64 = 1440

    /// The two ends of `09:00-16:00`.
    private static func times(
        _ text: Substring,
        of word: String
    ) throws(Misfit) -> (from: Int64, to: Int64) {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2 else { throw Misfit("\(quoted(word)) is no window", fix: example) }
        let from = try time(ends[0], of: word)
        guard from < day else {
            throw Misfit("the window \(quoted(word)) begins at 24:00", fix: "begin at 00:00")
        }
        return (from, try time(ends[1], of: word))
    }

    /// `09:00` in minutes; `24:00` is the day's end.
    private static func time(_ text: Substring, of word: String) throws(Misfit) -> Int64 {
        let parts = text.filter { $0 != " " }
            .split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let hours = number(parts[0]), let minutes = number(parts[1]),
            parts[1].utf8.count == 2, parts[0].utf8.count <= 2
        else { throw Misfit("\(quoted(word)) is no window", fix: example) }
        guard minutes < 60, hours * 60 + minutes <= day else {
            throw Misfit("there is no time \(hours):\(parts[1]) in the window \(quoted(word))")
        }
        return hours * 60 + minutes
    }

    private static func number(_ text: Substring) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int64(text)
    }
}
