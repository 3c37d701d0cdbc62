internal import DrillEngine
internal import DrillModel
internal import Synchronization

/// Asks one name server, and looks whether its answer is what it must be, or another than at first.
///
/// No such name is an answer, of nothing: one that isn't what it must be, and no change to another
/// address either. A server that fails or refuses has given none.
final class DNSProber: Prober {
    private let question: DNSQuestion
    private let look: DNSLook
    private let text: ProbeText
    private let loop: ProbeLoop
    private let firing = Firing()
    /// The run's first answer.
    private let first = Mutex<[String]?>(nil)

    init(question: DNSQuestion, look: DNSLook, text: ProbeText, loop: ProbeLoop) {
        self.question = question
        self.look = look
        self.text = text
        self.loop = loop
    }

    func look(deadline: Instant) async -> Look {
        let sent = loop.now()
        let end = await question.ask(on: loop, deadline: deadline)
        let done = loop.now()
        switch end {
        case .failed(let failure):
            return Look(
                sent: sent,
                done: done,
                outcome: .bad(failure.failure, text.shown(failure.words))
            )
        case .answered(let answer): return judged(answer, sent: sent, done: done)
        }
    }

    func close() async {}

    private func judged(_ answer: DNSMessage.Answer, sent: Instant, done: Instant) -> Look {
        // Success, and "no such name" (RFC 1035, 4.1.1).
        guard [0, 3].contains(answer.code) else {
            let words = "it answers \(answer.codeName)"
            return Look(sent: sent, done: done, outcome: .bad(.unresolvable, words))
        }
        guard !answer.isTruncated else {
            let words = "its answer is longer than UDP carries"
            return Look(sent: sent, done: done, outcome: .bad(.blind, words))
        }
        let values = Self.canonical(answer.addresses)
        let isGood: Bool
        let otherwise: String
        switch look.condition {
        case .equals(let wanted):
            isGood = values == Self.canonical(wanted)
            otherwise = ""
        case .changed:
            let before = first.withLock { first in
                first = first ?? values
                return first ?? values
            }
            // A zone that is broken names no other place to go to.
            isGood = values != before && !values.isEmpty
            otherwise =
                values == before ? ", as at first" : ", and at first \(text.shown(before.listed))"
        }
        let alias = answer.aliasTTL.map { ", of its CNAME \($0) s" } ?? ""
        let ttl = answer.ttl.map { ", TTL \($0) s\(alias)" } ?? ""
        let nothing = answer.code == 3 ? "no such name" : "nothing"
        let shown = text.shown("\(values.isEmpty ? nothing : values.listed)\(ttl)", most: 400)
        let begun = firing.begun(isGood ? ["\(values)"] : [])
        return Look(
            sent: sent,
            done: done,
            outcome: isGood ? .good : .bad(.body, shown + otherwise),
            answer: shown,
            sightings: begun.isEmpty
                ? []
                : [
                    Sighting(
                        text.shown("\(look.type.rawValue) \(question.name) at \(look.resolver)")
                            + " is \(shown)",
                        sent: sent,
                        done: done
                    )
                ]
        )
    }

    /// In one spelling and order: servers rotate their answers.
    private static func canonical(_ values: [String]) -> [String] {
        values.map { value in
            let bare = value.hasSuffix(".") ? String(value.dropLast()) : value
            return Address.canonical(bare.lowercased())
        }.sorted()
    }
}
