import DrillModel

/// Reads hosts' clocks against the controller's, as NTP does it, over the way that commands go.
struct ClockReader: Sendable {
    /// The controller's CLOCK_BOOTTIME.
    let now: @Sendable () -> Instant
    /// Nanoseconds since 1970.
    let wallNs: @Sendable () -> Int64

    /// All of them at once; a host that doesn't answer by `deadline` isn't in the result.
    ///
    /// The controller's own clock is the one that others are held against.
    func read(
        _ hosts: [Host],
        of ways: any Hosts,
        by deadline: Instant
    ) async -> [String: ClockLook] {
        let looks = await together(hosts) { host -> ClockLook? in
            if host.isLocal { return ClockLook(offset: .zero, bound: .zero) }
            // A host that is gone has no clock to be read: its absence is the finding.
            guard let remote = try? await ways.remote(to: host) else { return nil }
            return await read(remote, by: deadline)
        }
        var found: [String: ClockLook] = [:]
        for (host, look) in looks { found[host.name] = look }
        return found
    }

    /// One instant on both of the controller's clocks.
    struct Pair {
        var at: Instant
        var wallNs: Int64
        /// How far from the other each may be: whoever reads one and then the other may be held up between.
        var bound: Span

        /// The least and the most that the wall clock can have shown at an instant, had it gone evenly.
        func wallNs(at instant: Instant) -> ClosedRange<Int64> {
            let middle = wallNs + (instant - at).ns
            return middle - bound.ns...middle + bound.ns
        }
    }

    /// The wall clock is read between two looks at the other; of three such the one that took least.
    func pair() -> Pair {
        let pairs = (0..<3).map { _ in
            let (first, wallNs, last) = (now(), wallNs(), now())
            let half = Span(ns: ((last - first).ns + 1) / 2)
            return Pair(at: first + half, wallNs: wallNs, bound: half)
        }
        return pairs.dropFirst().reduce(pairs[0]) { $1.bound < $0.bound ? $1 : $0 }
    }

    /// The controller's own wall clock, against what it would show had it gone evenly since `start`.
    func own(since start: (at: Instant, wallNs: Int64)) -> ClockLook {
        let pair = pair()
        let wall = Span(ns: pair.wallNs - start.wallNs)
        return ClockLook(offset: wall - (pair.at - start.at), bound: pair.bound)
    }

    /// A command of its own that does nothing but tell the clock.
    static let line = "exec sh -c " + Shell.quoted(ClockLook.script)

    /// Three, of which the best counts: the shortest round trip bounds the offset most tightly.
    static let questions = (1...3).map { "drill-clock-\($0)" }

    /// In one conversation, so that the start of the host's shell is in none of the looks.
    func read(_ remote: any Remote, by deadline: Instant) async -> ClockLook? {
        let before = pair()
        // A host that has just answered and now doesn't is found out by the next station.
        let answers = try? await remote.ask(Self.questions, of: Self.line, deadline: deadline)
        return look(answers ?? [], since: before)
    }

    /// What answers that have just come say, to questions that were asked after `before`.
    func look(_ answers: [CommandAnswer], since before: Pair) -> ClockLook? {
        // The controller's wall clock may be set meanwhile, or be made to run faster or slower.
        let after = pair()
        let looks = answers.compactMap { answer in
            let sent = (before.wallNs(at: answer.sent), after.wallNs(at: answer.sent))
            let done = (before.wallNs(at: answer.done), after.wallNs(at: answer.done))
            return ClockLook(
                answer: answer.text,
                sentWallNs: min(sent.0.lowerBound, sent.1.lowerBound),
                doneWallNs: max(done.0.upperBound, done.1.upperBound)
            )
        }
        return ClockLook.best(looks)
    }
}

extension Facts {
    /// The clocks that the survey could read.
    var clocks: [String: ClockLook] {
        hosts.compactMapValues { facts in
            guard let offset = facts.clockOffset, let bound = facts.clockOffsetBound else {
                return nil
            }
            return ClockLook(offset: offset, bound: bound)
        }
    }
}
