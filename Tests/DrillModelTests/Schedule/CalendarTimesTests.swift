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
        ("Mon Tue 10:00", "\"Tue\" is no date"),
        ("10:00 11:00", "nobody can tell what"), ("10", "is no date"), ("Mondag 10:00", "no day"),
        ("*/2:00", "no hour"), ("*-13-01", "no month"), ("17..9:00", "ends before it begins"),
    ]

    @Test(arguments: wrong)
    func refused(text: String, why: String) {
        let problems = #expect(throws: Problems.self) {
            try CalendarTimes(written: text, zones: realZones)
        }
        #expect(problems?.rendered.contains(why) == true, "\(problems?.rendered ?? "")")
    }

    @Test(arguments: ["*-*~* 10:00", "*-4~*", "*-*~10..20/3 10:00"])
    func leftToSystemd(text: String) {
        let problems = #expect(throws: Problems.self) {
            try CalendarTimes(written: text, zones: realZones)
        }
        #expect(problems?.rendered.contains("only systemd can tell") == true)
    }

    /// From when, a calendar, and the next three times, all in UTC; Berlin sets its clock forward on
    /// 2027-03-28 and back on 2027-10-31.
    static let next = [
        (
            "2026-11-27T14:00:00Z", "Tue 10:00 Europe/Berlin",
            "12-01 09:00, 12-08 09:00, 12-15 09:00"
        ),
        (
            "2026-12-01T08:59:59Z", "Tue 10:00 Europe/Berlin",
            "12-01 09:00, 12-08 09:00, 12-15 09:00"
        ),
        // Just then is no longer next.
        (
            "2026-12-01T09:00:00Z", "Tue 10:00 Europe/Berlin",
            "12-08 09:00, 12-15 09:00, 12-22 09:00"
        ),
        (
            "2027-03-22T12:00:00Z", "Tue 10:00 Europe/Berlin",
            "03-23 09:00, 03-30 08:00, 04-06 08:00"
        ),
        ("2027-03-27T12:00:00Z", "02:30 Europe/Berlin", "03-29 00:30, 03-30 00:30, 03-31 00:30"),
        ("2027-10-30T12:00:00Z", "02:30 Europe/Berlin", "10-31 00:30, 11-01 01:30, 11-02 01:30"),
        ("2027-10-31T00:10:00Z", "*:0/20 Europe/Berlin", "10-31 00:20, 10-31 00:40, 10-31 02:00"),
        ("2026-11-27T14:00:00Z", "*-02-29 10:00 UTC", "02-29 10:00, 02-29 10:00, 02-29 10:00"),
        ("2026-11-27T14:00:00Z", "*-02-30 10:00 UTC", ""),
        ("2026-11-27T14:00:00Z", "2199-01-01 10:00 UTC", "01-01 10:00"),
        ("2026-11-27T14:00:00Z", "*-*~01 10:00 UTC", "11-30 10:00, 12-31 10:00, 01-31 10:00"),
        ("2026-11-27T14:00:00Z", "*-*~07/1 10:00 UTC", "11-28 10:00, 11-29 10:00, 11-30 10:00"),
        ("2026-11-27T14:00:00Z", "*-*-28/2 10:00 UTC", "11-28 10:00, 11-30 10:00, 12-28 10:00"),
        (
            "2026-11-27T14:00:00Z", "Sat,Sun *-*-1..7 10..14/2:00 UTC",
            "12-05 10:00, 12-05 12:00, 12-05 14:00"
        ),
        ("2026-11-27T14:00:00Z", "2026-11-27 13:00 UTC", ""),
        ("2026-11-27T14:59:30Z", "hourly UTC", "11-27 15:00, 11-27 16:00, 11-27 17:00"),
    ]

    private func read(_ time: String) throws -> Int64 {
        try #require(Timestamp.ns(time)).dividedDown(by: 1_000_000_000)
    }

    @Test(arguments: next)
    func comesNext(from: String, text: String, wanted: String) throws {
        let times = try CalendarTimes(written: text, zones: realZones)
        let next = times.next(3, after: try read(from), local: "UTC", zones: realZones)
        let shown = next.map { String(realZones.shown($0, in: "UTC").dropFirst(9).dropLast(4)) }
        #expect(shown.joined(separator: ", ") == wanted)
    }

    /// systemd's own reckoning, where it is there to be asked.
    @Test(
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze")),
        arguments: next
    )
    func comesNextAsSystemd(from: String, text: String, wanted: String) throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/systemd-analyze")
        let base = from.replacing("T", with: " ").replacing("Z", with: " UTC")
        process.arguments = ["calendar", "--base-time=\(base)", "--iterations=3", "--", text]
        process.environment = ["TZ": "UTC", "LC_ALL": "C"]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let said = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(),
            as: UTF8.self
        )
        process.waitUntilExit()
        // "    Next elapse: Tue 2026-12-01 09:00:00 UTC", "       Iter. #2: …".
        let theirs = said.split(separator: "\n").compactMap { line -> String? in
            guard line.contains("Next elapse: ") || line.contains("Iter. #"), line.hasSuffix(" UTC")
            else { return nil }
            return String(line.dropLast(7).suffix(11))
        }
        #expect(theirs.joined(separator: ", ") == wanted, "\(said)")
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
