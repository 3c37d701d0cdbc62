// What a file says of series of runs: `repeat`, `jitter`, and a budget's `in` and `confidence`.
extension Reading {
    mutating func assurance(_ promise: Values) -> Assurance? {
        guard promise.has("in") || promise.has("confidence") else { return nil }
        guard let share = promise.share("in") else {
            if !promise.has("in") {
                report(
                    "a confidence in what share of such disasters?",
                    at: promise.positions["confidence"],
                    fix: "add `in: 95%`, say"
                )
            }
            return nil
        }
        let confidence = promise.share("confidence") ?? Assurance.usualConfidence
        let isPossible = checkInside(
            share,
            "no number of runs shows what happens in \(Assurance.percent(share)) of all disasters",
            at: promise.positions["in"],
            fix: "write 95%, say: it takes 45 runs at 90% confidence"
        )
        let isSensible = checkInside(
            confidence,
            "no number of runs gives \(Assurance.percent(confidence)) confidence",
            at: promise.positions["confidence"],
            fix: "write 90%, say"
        )
        if isSensible, confidence < 0.5 {
            report(
                "\(Assurance.percent(confidence)) confidence is less than a coin's toss: it shows nothing",
                at: promise.positions["confidence"],
                fix: "write 90%, say"
            )
            return nil
        }
        return isPossible && isSensible ? Assurance(share: share, confidence: confidence) : nil
    }

    private mutating func checkInside(
        _ share: Double,
        _ message: String,
        at position: Position?,
        fix: String
    ) -> Bool {
        let isInside = share > 0 && share < 1
        if !isInside { report(message, at: position, fix: fix) }
        return isInside
    }

    func repetition(_ values: Values) -> Repetition? {
        if let times = values.integer("repeat") { return Repetition(times: times) }
        guard let written = values.mapping("repeat"), let times = written.integer("times") else {
            return nil
        }
        return Repetition(times: times, pause: written.span("pause"))
    }

    mutating func jitter(_ values: Values, hasDisaster: Bool) -> Span? {
        guard let jitter = values.span("jitter") else { return nil }
        if !hasDisaster, jitter > .zero {
            report(
                "\"jitter\" waits before the disaster, and the method has none",
                at: values.positions["jitter"],
                fix: "take it out, or add a step `disaster: declared`"
            )
        }
        return jitter
    }
}
