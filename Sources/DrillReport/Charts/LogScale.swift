import DrillModel
import Foundation

/// A log scale over whole decades.
struct LogScale {
    let low: Double
    let high: Double
    let top: Double
    let bottom: Double

    /// Holds every latency and the limit, over at least one decade.
    init(latencies buckets: [Series.Bucket], limit: Span, top: Double, bottom: Double) {
        let least = buckets.compactMap(\.latencies.first).min() ?? 1_000_000
        let greatest = buckets.compactMap(\.latencies.last).max() ?? 1_000_000
        low = Self.decade(below: Double(max(1000, least)))
        high = max(Self.decade(above: Double(max(greatest, limit.ns))), low * 10)
        self.top = top
        self.bottom = bottom
    }

    func y(_ ns: Double) -> Double {
        let share = (log10(max(ns, low)) - log10(low)) / (log10(high) - log10(low))
        return bottom - min(1, max(0, share)) * (bottom - top)
    }

    var decades: [Double] {
        var decades: [Double] = []
        var decade = low
        while decade <= high * 1.001 {
            decades.append(decade)
            decade *= 10
        }
        return decades
    }

    private static func decade(below value: Double) -> Double {
        var decade = 1.0
        while decade * 10 <= value { decade *= 10 }
        return decade
    }

    private static func decade(above value: Double) -> Double {
        var decade = 1.0
        while decade < value { decade *= 10 }
        return decade
    }
}
