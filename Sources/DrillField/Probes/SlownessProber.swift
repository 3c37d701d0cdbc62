internal import DrillEngine
internal import DrillModel

/// Makes a right answer that comes later than `slower-than` a bad one, whatever the kind of probe.
struct SlownessProber: Prober {
    let prober: any Prober
    let slowerThan: Span

    func look(deadline: Instant) async -> Look {
        var look = await prober.look(deadline: deadline)
        let took = look.done - look.sent
        if look.outcome.isGood, took > slowerThan {
            look.outcome = .bad(.slow, "right, but after \(took.ns / 1_000_000) ms")
        }
        return look
    }

    func close() async { await prober.close() }

    var pacer: (any Pacer)? { prober.pacer }
}
