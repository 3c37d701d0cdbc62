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

    private let host: Host
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
            _ = try await remote.run(
                ":",
                input: [],
                deadline: sent + .seconds(2),
                outputLimitBytes: 1024
            )
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
        switch look.outcome {
        case .bad(.refused, let words) where isRelayed:
            look.outcome = .bad(.blind, "the way through the host is lost: \(words)")
        case .bad(.timeout, _):
            if let silence = await early { look.outcome = .bad(.blind, silence) }
        case .bad(.reset, _), .bad(.refused, _):
            let silence = await lookout.silence(since: look.done, deadline: deadline)
            if let silence { look.outcome = .bad(.blind, silence) }
        default: break
        }
        return look
    }

    func close() async { await prober.close() }

    private func silenceWhenLate(asking: Instant, deadline: Instant) async -> String? {
        await loop.pause(until: asking)
        guard !Task.isCancelled else { return nil }
        return await lookout.silence(since: asking, deadline: deadline)
    }
}
