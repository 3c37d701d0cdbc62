internal import DrillEngine
internal import DrillModel

extension Pattern {
    /// What a look is whose answer must hold it.
    func outcome(of text: String, called name: String) -> Outcome {
        switch find(in: text) {
        case .found: .good
        case .missing: .bad(.body, "the \(name) holds nothing like \(source)")
        case .undecided: .bad(.blind, undecidedWords)
        }
    }

    /// Those whose text holds it.
    ///
    /// - Throws: in words, that it takes too long to say so.
    func filter<Element>(
        _ all: [Element],
        by text: (Element) -> String
    ) throws(ProbeMistake) -> [Element] {
        guard let found = find(in: all.map(text)) else { throw ProbeMistake(undecidedWords) }
        return found.map { all[$0] }
    }
}
