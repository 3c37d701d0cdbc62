extension CalendarTimes {
    /// The five fields of a crontab's line (crontab(5)) that mean the same times.
    ///
    /// - Throws: why cron can't say it. `local` is the zone whose clock cron goes by.
    package func cron(local: String) throws(Problems) -> String {
        if let zone, zone != local {
            throw Self.refusal("it goes by this machine's clock (\(local)), not by that of \(zone)")
        }
        guard year.isAny else { throw Self.refusal("it knows no years") }
        guard second.single == 0 else { throw Self.refusal("it knows no seconds") }
        guard !isFromMonthsEnd else { throw Self.refusal("it can't count from the month's end") }
        guard weekdays.isAny || day.isAny else {
            throw Self.refusal(
                "it would start on these days of the week *or* of the month, not on both"
            )
        }
        // Cron's week begins with Sunday, which it also calls 7.
        let days = Part(
            ranges: weekdays.ranges.map {
                Stretch(from: $0.from + 1, to: $0.to.map { $0 + 1 }, every: $0.every)
            }
        )
        return [
            Self.field(minute, last: 59), Self.field(hour, last: 23), Self.field(day, last: 31),
            Self.field(month, last: 12), Self.field(days, last: 7),
        ].joined(separator: " ")
    }

    private static func refusal(_ why: String) -> Problems {
        Problems([Problem("cron can't say that: \(why)")])
    }

    private static func field(_ part: Part, last: Int) -> String {
        guard !part.isAny else { return "*" }
        return part.ranges.map { range in
            guard let every = range.every else {
                return range.to.map { "\(range.from)-\($0)" } ?? "\(range.from)"
            }
            return "\(range.from)-\(range.to ?? last)/\(every)"
        }.joined(separator: ",")
    }
}
