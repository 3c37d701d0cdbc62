import DrillModel

/// A mark of its own shape for each kind of failure, so that colour tells nothing alone.
enum FailureMark {
    static func path(_ kind: Outcome.Failure, x: Double, y: Double) -> String {
        let shape =
            switch kind {
            case .refused: "m-3-3l6 6m0-6l-6 6"
            case .reset: "m0-4v8m-4-4h8"
            case .timeout: "m-4-3h8l-4 7z"
            case .unresolvable: "m0-4l4 4l-4 4l-4-4z"
            case .tls: "m-3-3v6m6-6v6m-6-3h6"
            case .status: "m-3-3h6v6h-6z"
            case .body: "m-4 3h8l-4-7z"
            case .slow: "m0-4v8"
            case .blind: "m-4 0h8m-8-3v6m8-6v6"
            }
        return "M\(Markup.coordinate(x)) \(Markup.coordinate(y))\(shape)"
    }
}
