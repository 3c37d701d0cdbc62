import DrillWire
import Foundation
import Glibc
import Testing

/// What a terminal can do to a run: stand still, and ask it to stand still.
@Suite struct StuckTerminalTests {
    /// A hundred probes of a port that nobody listens on: some 8 KiB of lines in the first seconds.
    static let experiment = """
        experiment: talkative
        probes:
        \((1...100).map { "  probe-\($0): { http: \"http://127.0.0.1:1/\", every: 1s }" }
            .joined(separator: "\n"))
        steady: { for: 100ms, within: 60s }
        method: [{ wait: 100ms }]
        """

    @Test(
        "a run whose output nobody reads hears ^C, and is kept, and waits at its end",
        .timeLimit(.minutes(2)),
        arguments: [true, false]
    )
    func stuck(readerReturns: Bool) async throws {
        let drill = try Command()
        let file = try drill.write(Self.experiment, to: "talkative.yaml")
        let pipe = Pipe()
        let reader = pipe.fileHandleForReading
        // F_SETPIPE_SZ, which Glibc's module doesn't have (fcntl(2)): one page, the least.
        try #require(fcntl(reader.fileDescriptor, 1031, 4096) == 4096)
        let run = try drill.begin(["run", file], output: pipe)
        // Full may be less than a page: a write that doesn't fit into what is left of one wants another.
        var (unread, unchanged) = (Int32(0), 0)
        try await until(30) {
            var now: Int32 = 0
            try #require(ioctl(reader.fileDescriptor, UInt(FIONREAD), &now) == 0)
            unchanged = now == unread && now > 0 ? unchanged + 1 : 0
            unread = now
            // For 3 s: meanwhile every probe looks three times.
            return unchanged == 60
        }
        run.interrupt()
        // An undo, the output's second of patience and the reports are well within that.
        try await until(20) { (try? drill.newest("record.json")) != nil }
        #expect(try drill.newest("record.json").contains("SIGINT"))
        #expect(run.isRunning, "it must wait for its reader at the end")
        if readerReturns {
            let text = String(decoding: try reader.readToEnd() ?? Data(), as: UTF8.self)
            #expect(text.utf8.count > 4096, "it was not stuck: \(text)")
            #expect(text.contains("STOPPED  talkative") && text.contains("report.html"), "\(text)")
            #expect(try await run.end().exit == 4)
        } else {
            try await until(20) {
                run.interrupt()
                return !run.isRunning
            }
            #expect(try run.wait().exit == SIGINT)
        }
    }

    @Test(
        "lines for which there is no room are counted in their place, and nothing waits twice",
        .timeLimit(.minutes(1))
    )
    func dropped() throws {
        let pipe = Pipe()
        let outlet = Outlet(pipe.fileHandleForWriting.fileDescriptor)
        let line = String(repeating: "x", count: 1023) + "\n"
        for _ in 0..<3000 { outlet.put(line, isDroppable: true) }
        #expect(!outlet.settle(withinMs: 50))
        // Else the test's own time limit is over.
        #expect(!outlet.settle(withinMs: 3_600_000))
        outlet.put("the summary\n", isDroppable: false)
        var text = ""
        while !text.hasSuffix("the summary\n") {
            text += String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
        }
        let lines = text.split(separator: "\n")
        let told = lines.filter { $0.hasSuffix(" lines were not shown, the output was stuck") }
        let dropped = told.compactMap { Int($0.split(separator: " ")[1]) }.reduce(0, +)
        // 1 MiB may wait, as much may be under way, and 64 KiB are in the pipe.
        #expect(dropped > 3000 - 1024 - 1024 - 100, "\(dropped)")
        #expect(lines.count - told.count - 1 + dropped == 3000)
        #expect(lines.dropLast().last == told.last)
        #expect(outlet.settle(withinMs: nil))
    }

    @Test("^Z suspends no run, and says so")
    func suspended() async throws {
        let drill = try Command()
        let file = try GuardCommandTests.write(drill)
        let run = try drill.begin(["run", file])
        try #require(try await run.says("-- method"))
        for signal in [SIGTSTP, SIGTTIN, SIGTTOU] { kill(run.id, signal) }
        #expect(try await run.says("^Z does nothing here", on: \.errors, within: 10))
        let status = try String(contentsOfFile: "/proc/\(run.id)/status", encoding: .utf8)
        func mask(_ name: String) throws -> UInt64 {
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix(name) })
            return try #require(UInt64(line.dropFirst(name.count).trimmingPrefix("\t"), radix: 16))
        }
        // Ignored or heard: by default they suspend, though not where no shell could continue it.
        let heard = try mask("SigIgn:") | mask("SigCgt:")
        for signal in [SIGTSTP, SIGTTIN, SIGTTOU] {
            #expect(heard & 1 << UInt64(signal - 1) != 0, "signal \(signal)")
        }
        run.interrupt()
        #expect(try await run.end().exit == 4)
    }

    private func until(_ seconds: Int, _ isSo: () throws -> Bool) async throws {
        for _ in 0..<(seconds * 20) {
            if try isSo() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("not within \(seconds) s")
    }
}
