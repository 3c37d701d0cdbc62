internal import DrillEngine
internal import DrillModel
internal import Synchronization

/// Tells whether a host that is looked from still answers, so that its own death isn't taken for
/// the target's.
///
/// Asked only when a look fails or is about to; all who ask at the same time share one answer.
final class Lookout: Sendable {
    private struct State {
        /// When the newest command was sent that the host has answered.
        var answered = Instant(ns: .min)
        var asking: (sent: Instant, task: Task<String?, Never>)?
    }

    let host: Host
    private let hosts: any Hosts
    private let loop: ProbeLoop
    private let state = Mutex(State())

    init(host: Host, hosts: any Hosts, loop: ProbeLoop) {
        self.host = host
        self.hosts = hosts
        self.loop = loop
    }

    /// Nil when the host answers, by `deadline`, something that it was asked after `since`; else
    /// what is wrong, in words.
    func silence(since: Instant, deadline: Instant) async -> String? {
        let late = "\(host.name), which is looked from, didn't answer in time"
        while true {
            guard state.withLock({ $0.answered }) < since else { return nil }
            let asking = asked()
            let answer = await loop.first(by: deadline, late: late) { await asking.task.value }
            guard answer == nil else { return answer }
            guard asking.sent < since else { return nil }
        }
    }

    /// Whether the connection to the host was lost after `since`, or so shortly before that whoever
    /// used it may not have known.
    func hasBroken(since: Instant) async -> Bool {
        // A host that can't be reached has been found silent before this is asked.
        guard let remote = try? await hosts.remote(to: host), let way = remote as? any LossTelling,
            let loss = await way.lastLoss()
        else { return false }
        return loss + .milliseconds(100) >= since
    }

    private func asked() -> (sent: Instant, task: Task<String?, Never>) {
        state.withLock { state in
            if let asking = state.asking { return asking }
            let sent = loop.now()
            let task = Task { await ask(sent: sent) }
            state.asking = (sent, task)
            return (sent, task)
        }
    }

    private func ask(sent: Instant) async -> String? {
        var problem: String?
        do throws(RemoteError) {
            let remote = try await hosts.remote(to: host)
            let deadline = sent + .seconds(2)
            if let way = remote as? any LossTelling {
                try await way.check(deadline: deadline)
            } else {
                _ = try await remote.run(
                    ":",
                    input: [],
                    deadline: deadline,
                    outputLimitBytes: 1024
                )
            }
        } catch {
            problem = error.message
        }
        state.withLock { state in
            state.asking = nil
            if problem == nil { state.answered = max(state.answered, sent) }
        }
        return problem
    }
}

/// Makes a look blind where the host that it was made from, not its target, is silent.
struct LookoutProber: Prober {
    let prober: any Prober
    let lookout: Lookout
    let loop: ProbeLoop
    /// A relay on the controller that refuses is the way's fault, never the target's.
    let isRelayed: Bool

    func look(deadline: Instant) async -> Look {
        let start = loop.now()
        // A look that is going to be late leaves no time to ask afterwards.
        let margin = min(Span.milliseconds(500), Span(ns: max(0, (deadline - start).ns) * 2 / 5))
        let asking = deadline - margin
        async let early = silenceWhenLate(asking: asking, deadline: deadline)
        var look = await prober.look(deadline: deadline)
        var obstacle: String?
        switch look.outcome {
        case .bad(.refused, let words) where isRelayed:
            obstacle = "the way through \(lookout.host.name) is lost: \(words)"
        case .bad(.timeout, _): obstacle = await early
        case .bad(.reset, _), .bad(.refused, _), .bad(.tls, _):
            obstacle = await lookout.silence(since: look.done, deadline: deadline)
        default: return look
        }
        if obstacle == nil, await lookout.hasBroken(since: look.sent) {
            obstacle = "the connection to \(lookout.host.name) broke in the middle of the look"
        }
        if let obstacle { look.outcome = .bad(.blind, obstacle) }
        return look
    }

    func close() async { await prober.close() }

    private func silenceWhenLate(asking: Instant, deadline: Instant) async -> String? {
        await loop.pause(until: asking)
        guard !Task.isCancelled else { return nil }
        return await lookout.silence(since: asking, deadline: deadline)
    }
}
