extension Figure {
    /// Says of an outage that had begun before the disaster, and lasted past it, that it had.
    ///
    /// What is counted from T0 is then how long it still lasted, not what the disaster did: no budget is
    /// passed by that.
    func telling(_ outage: Outage?, downAlreadyAt disaster: Instant) -> Figure {
        guard let outage, outage.beganHigh < disaster, outage.wasDown(at: disaster) else {
            return self
        }
        var figure = self
        let before = FigureText.interval(
            disaster - outage.beganHigh,
            disaster - outage.beganLow
        )
        let words = "it was down already \(before) before the disaster"
        figure.note = note.map { "\($0); \(words)" } ?? words
        figure.remedy = remedy ?? "a disaster that finds it up would decide"
        figure.verdict = max(verdict ?? .passed, .inconclusive)
        return figure
    }
}
