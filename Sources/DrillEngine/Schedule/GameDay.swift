package import DrillModel

/// A run that nobody watches: heals what an earlier crash left, asks whether now is a time for it, and runs.
package enum GameDay {
    /// What came of healing.
    package struct Healed: Sendable {
        /// The runs that had left something, and are as before now.
        package var runs: [String]
        /// What is or may still be broken, in words.
        package var left: [String]

        package init(runs: [String], left: [String]) {
            self.runs = runs
            self.left = left
        }
    }

    /// Heals, looks at the windows, and runs; whatever stands against the next of these ends it.
    ///
    /// - Parameters:
    ///   - heal: undoes what is left; nothing is begun while something is.
    ///   - stopped: why it is to end.
    ///   - refusals: what the windows have against a beginning now; asked once all is healed, which takes time.
    ///   - run: breaks, watches and repairs.
    /// - Returns: how the day ended.
    /// - Throws: what `refusals` and `run` throw.
    package static func go(
        heal: () async -> Healed,
        stopped: () -> Event.Stop?,
        refusals: () throws -> [Refusal],
        run: () async throws -> GameDayEnding
    ) async throws -> GameDayEnding {
        let healed = await heal()
        guard healed.left.isEmpty else {
            let why = "not begun: what an earlier run left broken could not be healed"
            return GameDayEnding(.notRestored, reasons: [why] + healed.left)
        }
        guard stopped() == nil else {
            return GameDayEnding(.stopped, reasons: ["stopped before it began"])
        }
        let refusals = try refusals()
        guard refusals.isEmpty else {
            return GameDayEnding(.notStarted, reasons: refusals.map { "skipped: \($0.line)" })
        }
        return try await run()
    }
}
