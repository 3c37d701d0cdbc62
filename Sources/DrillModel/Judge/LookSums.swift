/// What every probe's looks were and how long they took, part by part.
struct LookSums: Sendable {
    var counts: [LookCount] = []
    /// Of `service` and `redundancy` probes: a detection's answers aren't anybody's waiting.
    var latencies: [LatencySummary] = []

    init(_ probes: [Probe], _ samples: [String: [Sample]], _ marks: Marks) {
        let parts = RunParts(marks)
        for probe in probes where probe.measure != .data {
            guard let samples = samples[probe.name], !samples.isEmpty else { continue }
            let isTimed = probe.hasOutages
            var counts = RunPart.allCases.map { LookCount(probe: probe.name, part: $0) }
            var tallies = RunPart.allCases.map { _ in LatencyTally() }
            let standstills = Standstills(samples)
            for sample in samples {
                guard let part = parts.part(of: sample)?.place else { continue }
                counts[part].take(sample)
                if isTimed { tallies[part].take(sample, standstills) }
            }
            // What is of no other part is of the whole run already.
            counts[0] = counts.dropFirst().reduce(counts[0], +)
            tallies[0] = tallies.dropFirst().reduce(tallies[0], +)
            for part in parts.all {
                self.counts.append(counts[part.place])
                if isTimed { latencies.append(tallies[part.place].summary(of: probe.name, part)) }
            }
        }
    }

    func count(of probe: String, _ part: RunPart) -> LookCount? {
        counts.first { $0.probe == probe && $0.part == part }
    }

    func latency(of probe: String, _ part: RunPart) -> LatencySummary? {
        latencies.first { $0.probe == probe && $0.part == part }
    }
}

extension RunPart {
    /// Among all cases, the whole run first.
    fileprivate var place: Int {
        switch self {
        case .run: 0
        case .before: 1
        case .fault: 2
        case .after: 3
        }
    }
}

extension LookCount {
    fileprivate mutating func take(_ sample: Sample) {
        switch sample.outcome {
        case .good: good += 1
        case .bad(let failure, _): failures[failure, default: 0] += 1
        case .unsent: unsent += 1
        }
    }
}
