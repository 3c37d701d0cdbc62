import ArgumentParser
import DrillEngine
import DrillHistory
import DrillModel
import DrillReport
import DrillWire
import Foundation
import Synchronization

/// `drill halt`: stops every run of this state folder, and blocks new ones until `drill resume`.
struct HaltCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "halt",
        abstract: "Stop every run of this state folder, and refuse new ones until `drill resume`.",
        discussion: """
            Each run undoes what it broke and exits 4. Waits for their ends; ^C twice stops waiting, and \
            the halt stays. `drill heal`, `show` and `report` work all the same. Exit 0 when no run goes \
            on and nothing is left broken, 5 while something may be.
            """
    )

    @Option(help: "Why, for whoever wants to start a run meanwhile.")
    var why: String?

    private static let patience = Span.minutes(5)

    func run() async throws {
        Signals.ignoreBrokenPipes()
        let patience = Patience()
        let listening = Signals.listen(to: Signals.ending) { patience.hear($0) }
        defer { withExtendedLifetime(listening) {} }

        let store = Wiring.store
        try store.checkPlace("no run was stopped, and none is kept from being started")
        let running: [String]
        do throws(HistoryError) {
            try halt(store)
            // Only now: a run that began meanwhile sees the halt by itself.
            running = try runners(in: store)
        } catch {
            throw Failure.unknown("runs may still go on: \(error.message)")
        }
        for run in running { Terminal.write("stopping \(run)\n") }
        let left = await wait(for: running, in: store, patience)
        var isWhole = left.isEmpty
        for run in running {
            let ending = Ending(run, in: store, goesOn: left.contains(run))
            Terminal.write("\(ending.words)\n")
            isWhole = isWhole && ending.isWhole
        }
        if running.isEmpty { Terminal.write("no run was going on\n") }
        for (run, what) in try earlier(in: store, but: running) {
            Terminal.write("\(run): \(what)\n")
            isWhole = false
        }
        for line in elsewhere(store) { Terminal.write("\(line)\n") }
        Terminal.write("`drill resume` lets runs be started again\n")
        if !isWhole { throw ExitCode(RunVerdict.notRestored.exit) }
    }

    /// The first who halted stays: a second `drill halt` only waits again.
    private func halt(_ store: RunStore) throws(HistoryError) {
        if store.isHalted {
            return Terminal.write("runs were halted already, \(HaltText.words(of: store))\n")
        }
        try store.halt(
            Halt(
                who: Wiring.user,
                controller: Wiring.controllerName,
                wallNs: Wiring.wallNs(),
                why: why.map { Plain.oneLine($0, max: 400) }
            )
        )
        Terminal.write("runs are halted in \(store.path)\n")
    }

    private func runners(in store: RunStore) throws(HistoryError) -> [String] {
        var runners: [String] = []
        for run in try store.runs() where try store.worker(on: run) != nil { runners.append(run) }
        return runners
    }

    /// - Returns: those that still go on when nobody wants to wait any longer.
    private func wait(
        for runs: [String],
        in store: RunStore,
        _ patience: Patience
    ) async -> [String] {
        let begun = Wiring.now()
        var left = runs
        while true {
            left = left.filter { run in
                // One whose lock can't be looked at may still go on.
                do throws(HistoryError) { return try store.worker(on: run) != nil } catch {
                    return true
                }
            }
            if left.isEmpty || patience.isOver { return left }
            if Wiring.now() - begun > Self.patience {
                Terminal.writeError("drill: waited for \(Self.patience.inWords); the halt stays\n")
                return left
            }
            await Wiring.sleep(Wiring.now() + .milliseconds(100))
        }
    }

    /// What goes on all the same: runs of this machine that are kept in other state folders.
    private func elsewhere(_ store: RunStore) -> [String] {
        do throws(HistoryError) {
            // One folder may have two names.
            let own = Set(try store.runs())
            return try store.elsewhere().filter { !own.contains($0.key) }
                .sorted { $0.key < $1.key }
                .map { run, home in
                    "NOT STOPPED: \(Plain.oneLine(run)), kept in another state folder;"
                        + " `DRILL_HOME=\(Shell.quoted(Plain.oneLine(home))) drill halt` stops it"
                }
        } catch {
            return ["whether runs of other state folders go on can't be told: \(error.message)"]
        }
    }

    /// What runs of before left broken.
    private func earlier(
        in store: RunStore,
        but running: [String]
    ) throws -> [(run: String, what: String)] {
        do throws(HistoryError) {
            return try store.runs().filter { !running.contains($0) }.compactMap { run in
                let open: Open
                do throws(HistoryError) { open = try store.open(run) } catch {
                    return (run, "nobody can tell what it left: \(error.message)")
                }
                return open.isNothing ? nil : (run, Ending.words(of: open, run))
            }
        } catch {
            throw Failure.unknown("nobody can tell what earlier runs left: \(error.message)")
        }
    }
}

/// `drill resume`: lifts a halt.
struct ResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Let runs be started again after `drill halt`."
    )

    func run() throws {
        let store = Wiring.store
        try store.checkPlace("no halt was lifted")
        let words = HaltText.words(of: store)
        do throws(HistoryError) {
            Terminal.write(
                try store.resume()
                    ? "runs may be started again in \(store.path): lifted the halt \(words)\n"
                    : "nothing was halted in \(store.path)\n"
            )
        } catch {
            throw Failure.defect("the halt can't be lifted: \(error.message)")
        }
    }
}

/// A halt in words.
enum HaltText {
    /// `by ann on ops-1, 2026-11-26 08:47:12 UTC: the shop is busy`, to stand after *halted*.
    static func words(of halt: Halt) -> String {
        let zone = LocalZone.at(halt.wallNs)
        let time = "\(WallTime(ns: halt.wallNs).shown(in: zone)) \(zone.name)"
        let why = halt.why.map { ": \($0)" } ?? ""
        return Plain.oneLine("by \(halt.who) on \(halt.controller), \(time)\(why)")
    }

    /// The same of the halt that stands, as far as it can be told.
    static func words(of store: RunStore) -> String {
        do throws(HistoryError) {
            return try store.halted().map(words) ?? "by nobody any more"
        } catch {
            return "by whom can't be told (\(error.message))"
        }
    }
}

/// How a run that was stopped ended.
private struct Ending {
    let words: String
    let isWhole: Bool

    init(_ run: String, in store: RunStore, goesOn: Bool) {
        let open: Open
        do throws(HistoryError) { open = try store.open(run, isThorough: true) } catch {
            words = "\(run): nobody can tell what it left: \(error.message)"
            isWhole = false
            return
        }
        let left = open.isNothing ? "nothing is left broken" : Self.words(of: open, run)
        if goesOn {
            words =
                "\(run): still goes on"
                + (open.isNothing ? "" : "; broken now: \(open.wounds.map(\.fault).unique.listed)")
            isWhole = false
        } else if let file = Self.record(of: run, in: store) {
            words = "\(run): \(file.verdict.word), exit \(file.exit); \(left)"
            isWhole = open.isNothing && file.verdict != .notRestored
        } else {
            words = "\(run): ended without a record; \(left)"
            isWhole = open.isNothing
        }
    }

    static func words(of open: Open, _ run: String) -> String {
        let faults = (open.wounds.map(\.fault) + open.lost).unique
        let what = faults.isEmpty ? "something" : faults.listed
        return "\(what) may still be broken; run `drill heal \(run)`"
    }

    private static func record(of run: String, in store: RunStore) -> RecordFile? {
        // No record: it died, or its disk was full; what it left says the journal.
        guard let bytes = try? Files.read("\(store.folder(of: run))/record.json") else {
            return nil
        }
        return try? JSONDecoder().decode(RecordFile.self, from: Data(bytes))
    }
}

/// Of whoever waits for runs to end: the first ^C only tells, the second ends the waiting.
private final class Patience: Sendable {
    private let count = Mutex(0)

    var isOver: Bool { count.withLock { $0 > 1 } }

    func hear(_ signal: String) {
        let heard = count.withLock { count in
            // Whoever sends another signal than ^C doesn't send it twice.
            count += signal == "SIGINT" ? 1 : 2
            return count
        }
        Terminal.writeError(
            heard == 1
                ? "\ndrill: the halt stands and runs are undoing; ^C again stops waiting for them\n"
                : "\ndrill: not waiting any longer; the halt stays\n"
        )
    }
}
