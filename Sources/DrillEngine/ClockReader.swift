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

    /// The best of three looks: the shortest round trip bounds the offset most tightly.
    func read(_ remote: any Remote, by deadline: Instant) async -> ClockLook? {
        var looks: [ClockLook] = []
        for _ in 0..<3 {
            let own = ClockPair.read(now, wallNs)
            // A host that has just answered and now doesn't is found out by the next station.
            guard
                let result = try? await remote.run(
                    SurveyScript.clockLine,
                    input: [],
                    deadline: deadline,
                    outputLimitBytes: 4096
                )
            else { break }
            let look = ClockLook(
                answer: result.outputText,
                sentWallNs: own.wallNs + (result.sent - own.at).ns,
                doneWallNs: own.wallNs + (result.done - own.at).ns
            )
            if var look {
                look.bound = look.bound + own.bound
                looks.append(look)
            }
        }
        return ClockLook.best(looks)
    }
}

extension ClockPair {
    /// The closest of three: a program that is put aside between two readings must not pass for a clock
    /// that is off.
    static func read(
        _ now: @Sendable () -> Instant,
        _ wallNs: @Sendable () -> Int64
    ) -> ClockPair {
        let pairs = (0..<3).map { _ in
            let low = now()
            let wall = wallNs()
            return ClockPair(low: low, high: now(), wallNs: wall)
        }
        return pairs.min { $0.high - $0.low < $1.high - $1.low } ?? pairs[0]
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
