extension CalendarTimes {
    /// The next times, in seconds since 1970, as systemd reckons them: a time that the clock skips is
    /// passed over, and of one that it shows twice the first counts.
    ///
    /// They all come after `second`; `local` is the zone that counts where the calendar names none.
    package func next(
        _ count: Int,
        after second: Int64,
        local: String,
        zones: TimeZones
    ) -> [Int64] {
        let zone = zone ?? local
        let from = zones.local(second, in: zone)
        let today = from.dividedDown(by: 86_400)
        var found: [Int64] = []
        // No calendar of systemd's goes on after that.
        let last = CivilDate(year: 2200, month: 1, day: 1)?.daysSince1970 ?? today
        for day in today..<max(today, last) where falls(on: day) {
            for time in times where day * 86_400 + time > from || day > today {
                let local = day * 86_400 + time
                let instant = zones.instants(local, in: zone).first
                guard instant > second, zones.local(instant, in: zone) == local else { continue }
                found.append(instant)
                if found.count == count { return found }
            }
        }
        return found
    }

    private func falls(on day: Int64) -> Bool {
        let date = CivilDate(daysSince1970: day)
        guard weekdays.isAny || weekdays.holds(Int((day + 3) - (day + 3).dividedDown(by: 7) * 7)),
            year.isAny || year.holds(Int(date.year)), month.isAny || month.holds(Int(date.month))
        else { return false }
        guard isFromMonthsEnd else { return self.day.isAny || self.day.holds(Int(date.day)) }
        let next =
            CivilDate(
                year: date.month == 12 ? date.year + 1 : date.year,
                month: date.month == 12 ? 1 : date.month + 1,
                day: 1
            )?.daysSince1970 ?? day
        return self.day.turned(at: Int(next - day + date.day)).holds(Int(date.day))
    }

    /// Seconds of a day, in order.
    private var times: some Sequence<Int64> {
        let minutes = (0..<60).filter { minute.isAny || minute.holds($0) }
        let seconds = (0..<60).filter { second.isAny || second.holds($0) }
        return (0..<24).lazy.filter { hour.isAny || hour.holds($0) }.flatMap { hour in
            minutes.lazy.flatMap { minute in
                seconds.lazy.map { Int64(hour * 3600 + minute * 60 + $0) }
            }
        }
    }
}

extension CalendarTimes.Part {
    fileprivate func holds(_ value: Int) -> Bool {
        ranges.contains { range in
            guard let every = range.every else {
                return value >= range.from && value <= range.to ?? range.from
            }
            return value >= range.from && value <= range.to ?? .max
                && (value - range.from) % every == 0
        }
    }

    /// Days counted from the month's end as days of the month, whose last is `end` less one.
    fileprivate func turned(at end: Int) -> Self {
        Self(
            ranges: ranges.map { range in
                let from = end - range.from
                guard let to = range.to else {
                    return CalendarTimes.Stretch(from: from, to: nil, every: range.every)
                }
                return CalendarTimes.Stretch(from: end - to, to: from, every: range.every)
            }
        )
    }
}
