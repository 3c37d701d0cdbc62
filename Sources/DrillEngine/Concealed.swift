import DrillModel
import Synchronization

/// The secrets that were filled in so far, so that what commands print of them isn't recorded, as it
/// is or as tools quote and escape it.
final class Concealed: Sendable {
    /// What is a letter or two long would be found in every other word.
    private static let shortest = 3

    private struct Secret {
        var spelling: Spelling
        var name: String
    }

    private let secrets = Mutex<[String: Secret]>([:])

    func note(_ value: String, of part: Text.Part) {
        guard value.count >= Self.shortest else { return }
        let name = Text(parts: [part]).shown
        secrets.withLock { secrets in
            let spelling = secrets[value]?.spelling ?? Spelling(of: value)
            secrets[value] = Secret(spelling: spelling, name: name)
        }
    }

    /// The text with each secret's name in its place: `${env:TOKEN}`.
    func shown(_ text: String) -> String {
        let places = places(in: text)
        guard !places.isEmpty else { return text }
        let bytes = Array(text.utf8)
        var shown: [UInt8] = []
        var end = 0
        for place in places {
            shown += bytes[end..<place.range.lowerBound] + Array(place.name.utf8)
            end = place.range.upperBound
        }
        return String(decoding: shown + bytes[end...], as: UTF8.self)
    }

    func isIn(_ text: String) -> Bool { !places(in: text).isEmpty }

    func shown(_ error: RemoteError) -> RemoteError {
        var error = error
        error.message = shown(error.message)
        error.cause = error.cause.map(shown)
        return error
    }

    private struct Place {
        var range: Range<Int>
        var name: String
    }

    /// Where secrets stand, by bytes; those that overlap are one, called as the longest of them.
    private func places(in text: String) -> [Place] {
        let secrets = secrets.withLock { Array($0.values) }
        guard !secrets.isEmpty else { return [] }
        let bytes = Array(text.utf8)
        var places: [Place] = []
        var lengthMax = 0
        for start in bytes.indices {
            for secret in secrets {
                guard let end = secret.spelling.end(in: bytes, from: start) else { continue }
                if let last = places.last, start < last.range.upperBound {
                    let whole = last.range.lowerBound..<max(end, last.range.upperBound)
                    let name = end - start > lengthMax ? secret.name : last.name
                    places[places.count - 1] = Place(range: whole, name: name)
                    lengthMax = max(lengthMax, end - start)
                } else {
                    places.append(Place(range: start..<end, name: secret.name))
                    lengthMax = end - start
                }
            }
        }
        return places
    }
}
