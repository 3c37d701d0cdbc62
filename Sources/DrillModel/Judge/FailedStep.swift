/// A step of `prepare` or `method` that failed, and so ended it early.
///
/// Of several at once each is told by itself: that they failed together says nothing more.
struct FailedStep: Hashable, Sendable {
    var title: String
    var why: String
    /// It was to inject a fault.
    var isFault: Bool

    var sentence: String { "\(title): \(why)" }

    /// In the order in which they ended; what was passed over didn't fail.
    static func all(_ events: [Event], of experiment: Experiment) -> [FailedStep] {
        let faults = Set((experiment.prepare + experiment.method).flatMap(\.faultTitles))
        var titles: [String: String] = [:]
        var failed: [FailedStep] = []
        for event in events {
            switch event.kind {
            case .stepStarted(let step, let title): titles[step] = title
            case .stepEnded(let step, .failed(let why)):
                let title = titles[step] ?? step
                if title.hasPrefix(Step(.parallel([])).title) { continue }
                failed.append(
                    FailedStep(title: title, why: why, isFault: faults.contains(title))
                )
            default: continue
            }
        }
        return failed
    }
}

extension Step {
    fileprivate var faultTitles: [String] {
        switch kind {
        case .fault: [title]
        case .parallel(let steps): steps.flatMap(\.faultTitles)
        case .undo, .wait, .runbook, .disaster, .repaired: []
        }
    }
}
