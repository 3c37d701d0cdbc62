import Foundation
import Testing

@testable import DrillModel

/// The common forms of systemd.time(7), and what a crontab's line makes of them.
@Suite struct CalendarTimesTests {
    static let cron = [
        ("Mon..Thu 10:00", "0 10 * * 1-4"), ("Mon-Fri 9:5", "5 9 * * 1-5"),
        ("Sat,Sun", "0 0 * * 6,7"), ("Tuesday 10:00:00", "0 10 * * 2"), ("10:00", "0 10 * * *"),
        ("*-*-01 06:30", "30 6 1 * *"), ("12-24 08:00", "0 8 24 12 *"),
        ("*:0/15", "0-59/15 * * * *"), ("9..17:30", "30 9-17 * * *"),
        ("*-1/3-1 4:00", "0 4 1 1-12/3 *"), ("weekly", "0 0 * * 1"), ("hourly", "0 * * * *"),
        ("quarterly", "0 0 1 1,4,7,10 *"), ("minutely", "* * * * *"),
        ("Wed 10:00 Europe/Berlin", "0 10 * * 3"),
    ]

    @Test(arguments: cron)
    func saidByCron(text: String, line: String) throws {
        let times = try CalendarTimes(written: text, zones: realZones)
        #expect(try times.cron(local: "Europe/Berlin") == line)
    }

    @Test(arguments: [
        ("2026-12-24 10:00", "it knows no years"), ("10:00:30", "it knows no seconds"),
        ("*-*~01 10:00", "from the month's end"), ("Mon *-*-1..7 10:00", "not on both"),
        ("10:00 UTC", "this machine's clock (Europe/Berlin), not by that of UTC"),
    ])
    func notSaidByCron(text: String, why: String) throws {
        let times = try CalendarTimes(written: text, zones: realZones)
        let problems = #expect(throws: Problems.self) { try times.cron(local: "Europe/Berlin") }
        #expect(problems?.list.first?.message.contains(why) == true, "\(problems?.rendered ?? "")")
    }

    static let wrong = [
        ("", "it is empty"), ("Fri..Mon 10:00", "go over the week's end"),
        ("10:00 Europe/Nowhere", "unknown time zone"), ("24:00", "no hour"), ("10:60", "no minute"),
        ("Mon Tue 10:00", "nobody can tell what"), ("10", "is no date"), ("Mondag 10:00", "no day"),
        ("*/2:00", "no hour"), ("*-13-01", "no month"), ("17..9:00", "ends before it begins"),
    ]

    @Test(arguments: wrong)
    func refused(text: String, why: String) {
        let problems = #expect(throws: Problems.self) {
            try CalendarTimes(written: text, zones: realZones)
        }
        #expect(problems?.rendered.contains(why) == true, "\(problems?.rendered ?? "")")
    }

    /// Where systemd is there to be asked, it agrees on what is a calendar and what isn't.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze")))
    func asSystemd() throws {
        for (text, isRight) in Self.cron.map({ ($0.0, true) }) + Self.wrong.map({ ($0.0, false) }) {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/systemd-analyze")
            process.arguments = ["calendar", "--", text]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            #expect((process.terminationStatus == 0) == isRight, "\(text)")
        }
    }
}
