/// Why a value couldn't be decoded, for people: what is wrong with which of its keys.
package func undecoded(_ error: any Error) -> String {
    func place(_ path: [any CodingKey]) -> String {
        path.map(\.stringValue).joined(separator: ".")
    }
    switch error as? DecodingError {
    case .keyNotFound(let key, let context):
        return "it lacks \(place(context.codingPath + [key]))"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
        if context.codingPath.isEmpty { return "it is no object" }
        return "its \(place(context.codingPath)) is of another kind"
    case .dataCorrupted(let context) where context.codingPath.isEmpty: return "it is no JSON"
    case .dataCorrupted(let context):
        return "its \(place(context.codingPath)) can't be read: \(context.debugDescription)"
    default: return "\(error)"
    }
}
