// What sets T0, from the file alone: the judge, the plan's text and the live view all go by this.
//
// A step `disaster: declared` is what the file's author counts from, wherever it stands; a fault before
// or after it is then part of the story. Without one, the method's first fault is the disaster.
extension Experiment {
    package var declaresDisaster: Bool { method.contains(where: \.declaresDisaster) }

    /// The place in `method` of the step that sets T0; nil where nothing does.
    package var disasterStep: Int? {
        let isDeclared = declaresDisaster
        return method.firstIndex { isDeclared ? $0.declaresDisaster : $0.injects }
    }
}

extension Step {
    fileprivate var declaresDisaster: Bool {
        switch kind {
        case .disaster: true
        case .parallel(let steps): steps.contains(where: \.declaresDisaster)
        case .fault, .undo, .wait, .runbook, .repaired: false
        }
    }

    fileprivate var injects: Bool {
        switch kind {
        case .fault: true
        case .parallel(let steps): steps.contains(where: \.injects)
        case .undo, .wait, .runbook, .disaster, .repaired: false
        }
    }
}
