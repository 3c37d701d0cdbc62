import DrillModel
import Synchronization

/// Tells the timeline what a source says besides its samples: what it saw, what it warns of, and for how
/// long it couldn't be asked.
///
/// Each once. A busy log doesn't fill the timeline: beyond the first hundred lines only their number counts.
struct TellingProber: Prober {
    private final class Told: Sendable {
        struct State {
            var words: Set<String> = []
            var sightings = 0
            /// Since when, and why, nothing could be seen.
            var blind: (since: Instant, why: String)?
            var blindTold = 0
        }

        let state = Mutex(State())
    }

    private static let sightingsMax = 100
    private static let blindMax = 20

    private let prober: any Prober
    private let probe: Probe
    /// What is kept out of all that is told.
    private let concealed: [Concealed]
    private let log: Log
    private let told = Told()

    init(_ prober: any Prober, of probe: Probe, hiding concealed: [Concealed], log: Log) {
        self.prober = prober
        self.probe = probe
        self.concealed = concealed
        self.log = log
    }

    func look(deadline: Instant) async -> Look {
        let look = await prober.look(deadline: deadline)
        for sighting in look.sightings { tell(sighting) }
        for warning in look.warnings { tell(warning) }
        if probe.kind.isSource { tellBlindness(look) }
        return look
    }

    func close() async { await prober.close() }

    var pacer: (any Pacer)? { prober.pacer }

    private func hidden(_ words: String) -> String {
        concealed.reduce(words) { words, concealed in concealed.shown(words) }
    }

    private func tell(_ sighting: Sighting) {
        var shown = sighting
        shown.words = hidden(sighting.words)
        let count = told.state.withLock { state in
            state.sightings += 1
            return state.sightings
        }
        if count <= Self.sightingsMax {
            log.append(.sighted(probe: probe.name, shown))
        } else if count == Self.sightingsMax + 1 {
            log.append(
                .note("\(probe.name) saw more than \(Self.sightingsMax): the rest isn't told")
            )
        }
    }

    private func tell(_ warning: String) {
        guard told.state.withLock({ $0.words.insert(warning).inserted }) else { return }
        log.append(.note("\(probe.name): \(hidden(warning))"))
    }

    /// Looks overlap, and come back in whatever order: it sees again by the first that was sent later.
    private func tellBlindness(_ look: Look) {
        let over = told.state.withLock { state -> (since: Instant, why: String)? in
            switch look.outcome {
            case .bad(.blind, let why):
                if state.blind == nil { state.blind = (look.sent, why) }
                return nil
            case .unsent: return nil
            case .good, .bad:
                guard let blind = state.blind, look.sent > blind.since else { return nil }
                state.blind = nil
                state.blindTold += 1
                return state.blindTold > Self.blindMax ? nil : blind
            }
        }
        guard let over else { return }
        log.append(
            .note(
                "\(probe.name) couldn't look for \((look.done - over.since).shown):"
                    + " \(hidden(over.why)); now it sees again"
            )
        )
    }
}

extension Probe.Kind {
    /// Whether it asks somebody who may notice a disaster, not what the disaster is about.
    fileprivate var isSource: Bool {
        switch self {
        case .prometheus, .alertmanager, .log, .loadBalancer, .dns, .postgresRole: true
        case .http, .tcp, .sql, .command, .ledger: false
        }
    }
}
