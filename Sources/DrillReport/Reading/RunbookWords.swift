import DrillModel

extension RunbookStepReport {
    /// `3`, or `3.1` of the first of those inside of the third.
    var place: String { (path ?? [number]).map(String.init).joined(separator: ".") }

    /// The same with how many there are, where it isn't inside of another: `3/5`.
    var progress: String { (path ?? []).count > 1 ? place : "\(number)/\(count)" }

    var called: String { isUndo == true ? "undo: \(title)" : title }

    /// How often it was tried, who did it, and what was kept of its answer; empty where there is nothing to
    /// say.
    var details: String {
        var parts: [String] = []
        if let attempts, attempts > 1 { parts.append("\(attempts) tries") }
        if let answeredBy { parts.append("by \(Plain.oneLine(answeredBy, max: 80))") }
        parts += (saved ?? [:]).sorted { $0.key < $1.key }
            .map { "\($0.key) = \(Plain.oneLine($0.value, max: 80))" }
        return parts.joined(separator: ", ")
    }

    /// What it is called, and the details after it.
    var told: String { details.isEmpty ? called : "\(called) (\(details))" }
}

extension WorkTime {
    /// Machine time, and human time apart from it.
    var shown: String {
        let people = human == .zero ? "0 s: no step was done by a person" : human.shown
        return "machine time \(machine.shown); human time \(people)"
    }
}
