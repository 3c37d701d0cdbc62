import DrillModel
import Synchronization

/// The secrets that were filled in so far, so that what commands print of them isn't recorded.
final class Concealed: Sendable {
    /// What is a letter or two long would be found in every other word.
    private static let shortest = 3

    private let names = Mutex<[String: String]>([:])

    func note(_ value: String, of part: Text.Part) {
        guard value.count >= Self.shortest else { return }
        names.withLock { $0[value] = Text(parts: [part]).shown }
    }

    /// The text with each secret's name in its place: `${env:TOKEN}`.
    func shown(_ text: String) -> String {
        // The longest first: one secret may be a part of another.
        names.withLock { $0 }.sorted { $0.key.count > $1.key.count }.reduce(text) { text, secret in
            text.replacing(secret.key, with: secret.value)
        }
    }

    func isIn(_ text: String) -> Bool { shown(text) != text }

    func shown(_ error: RemoteError) -> RemoteError {
        var error = error
        error.message = shown(error.message)
        error.cause = error.cause.map(shown)
        return error
    }
}
