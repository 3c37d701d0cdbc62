import DrillModel
import Foundation
import Testing

/// Extend, heal and expiry aimed at the same instant: the undo runs exactly once, never before the
/// deadline that holds, and nobody is told otherwise.
@Suite(.serialized)
struct LeaseRaceTests {
    private struct Trial: Sendable {
        var violations: [String] = []
        var extended = false
    }

    @Test("240 trials at the deadline, no violation", arguments: LeaseTests.shells)
    func deadline(shell: [String]) async throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix64(seed: seed)
        let scratch = try Scratch()
        defer { scratch.remove() }
        let sh = Sh(shell: shell)
        var extensions = 0
        for round in 0..<(60 / LeaseTests.shells.count) {
            // Four at once keep two cores busy: the races happen.
            let jitters = (0..<4).map { _ in random.below(121) - 60 }
            let trials = try await withThrowingTaskGroup(of: Trial.self) { group in
                for (index, jitter) in jitters.enumerated() {
                    let name = "\(round)-\(index)"
                    group.addTask {
                        try await trial(name, jitter, mode: round % 3, sh, scratch)
                    }
                }
                return try await group.reduce(into: [Trial]()) { $0.append($1) }
            }
            for trial in trials {
                #expect(trial.violations == [], "seed \(seed), round \(round), \(shell)")
                if trial.extended { extensions += 1 }
            }
        }
        // Aimed well: neither side wins always.
        let trials = 240 / LeaseTests.shells.count
        #expect(
            extensions > 5 && extensions < trials - 5,
            "\(extensions) of \(trials) extended, seed \(seed)"
        )
    }

    /// Arms for 0.6 s and lets two askers meet the deadline: two extends, an extend and a heal, or two heals.
    private func trial(
        _ name: String,
        _ jitter: Int,
        mode: Int,
        _ sh: Sh,
        _ scratch: Scratch
    ) async throws -> Trial {
        var trial = Trial()
        let lease = Lease(
            run: "race-\(name)",
            fault: "f",
            host: "h",
            places: ["\(scratch.path)/\(name)"]
        )
        let undo = "read -r up _ </proc/uptime; echo $up >>\(scratch.path)/\(name)-undone"
        let lasts = Span.milliseconds(600)
        guard
            case .armed = Lease.Armed(
                try await sh(lease.arm(undo: undo, lasts: lasts, who: "me")).output
            )
        else { return Trial(violations: ["not armed"]) }
        let first = try #require(
            scratch.lines("\(name)/\(lease.key)/armed/deadline").first.flatMap(Double.init)
        )
        let start = ContinuousClock.now
        let up = try #require(
            Double(String(contentsOfFile: "/proc/uptime", encoding: .utf8).prefix { $0 != " " })
        )
        let aim = start + .milliseconds(Int(first * 10 - up * 1000) + jitter)
        try await Task.sleep(until: aim, clock: .continuous)

        async let one = mode == 2 ? sh(lease.heal(patience: .seconds(8))) : sh(lease.extend(lasts))
        async let two =
            mode == 0 ? sh(lease.extend(lasts)) : sh(lease.heal(patience: .seconds(8)))
        let answers = [try await one, try await two]
        let extended = answers.filter { Lease.Extended($0.output) == .extended(isRevived: false) }
        trial.extended = !extended.isEmpty
        let healing = mode > 0
        if healing {
            let healed = answers.contains {
                if case .healed = Lease.Healed($0.output) { true } else { false }
            }
            if !healed { trial.violations.append("heal: \(answers)") }
        } else {
            try await Task.sleep(for: .milliseconds(1400))
        }
        let undone = scratch.lines("\(name)-undone").compactMap(Double.init)
        if undone.count != 1 { trial.violations.append("undone \(undone.count) times") }
        if !healing, let at = undone.first {
            // In centiseconds, as the lease counts.
            let held = trial.extended ? first + 50 : first
            if at * 100 < held - 0.5 { trial.violations.append("undone at \(at), held to \(held)") }
            if !trial.extended, at * 100 > first + 60 {
                trial.violations.append("refused, yet undone only at \(at), due \(first)")
            }
        }
        if Lease.Cleaned(try await sh(lease.clean).output) != .cleaned {
            trial.violations.append("not cleaned")
        }
        return trial
    }
}
