internal import DrillModel
internal import FoundationEssentials

/// What Prometheus answers to an instant query (its HTTP API, `/api/v1/query`).
struct PrometheusAnswer: Sendable {
    struct Series: Hashable, Sendable {
        /// `up{instance="a:9100",job="node"}`; empty for a scalar.
        var name: String
        var value: Double
    }

    var series: [Series]
    var warnings: [String]

    /// Why there is no answer, in words.
    struct Refused: Error, Hashable, Sendable {
        var words: String
    }

    init(status: Int, body: [UInt8]) throws(Refused) {
        let whole: Whole
        do {
            whole = try JSONDecoder().decode(Whole.self, from: Data(body))
        } catch {
            let start = String(decoding: body.prefix(120), as: UTF8.self)
            throw Refused(
                words: "status \(status), and the answer is none of Prometheus's API: \(start)"
            )
        }
        guard whole.status == "success", let data = whole.data else {
            let words = whole.error ?? "status \(whole.status)"
            throw Refused(words: whole.errorType.map { "\($0): \(words)" } ?? words)
        }
        // A proxy may well keep the body of an answer and say that it failed.
        guard status == 200 else { throw Refused(words: "status \(status)") }
        guard let series = data.series else {
            throw Refused(words: "the query gives a \(data.resultType), and must give numbers")
        }
        self.series = series
        warnings = whole.warnings ?? []
    }

    private struct Whole: Decodable {
        var status: String
        var errorType: String?
        var error: String?
        var warnings: [String]?
        var data: Content?
    }

    private struct Content: Decodable {
        var resultType: String
        /// Nil for a matrix or a string.
        var series: [Series]?

        private enum CodingKeys: CodingKey { case resultType, result }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            resultType = try container.decode(String.self, forKey: .resultType)
            switch resultType {
            case "vector":
                series = try container.decode([Sample].self, forKey: .result)
                    .map { Series(name: $0.name, value: $0.value.number) }
            case "scalar":
                let point = try container.decode(Point.self, forKey: .result)
                series = [Series(name: "", value: point.number)]
            default: series = nil
            }
        }
    }

    private struct Sample: Decodable {
        var metric: [String: String]
        var value: Point

        var name: String {
            let labels = metric.filter { $0.key != "__name__" }.sorted { $0.key < $1.key }
                .map { "\($0.key)=\"\($0.value)\"" }
            return (metric["__name__"] ?? "") + "{\(labels.joined(separator: ","))}"
        }
    }

    /// Time and value, the latter as text.
    private struct Point: Decodable {
        var number: Double

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            _ = try container.decode(Double.self)
            let text = try container.decode(String.self)
            guard let number = Double(printed: text) else {
                throw DecodingError.dataCorruptedError(
                    in: container,
                    debugDescription: "\(text) is no number"
                )
            }
            self.number = number
        }
    }
}

extension PrometheusAnswer {
    /// The series that meet the threshold.
    func met(_ threshold: PrometheusLook.Threshold) -> [Series] {
        series.filter { threshold.isMet(by: $0.value) }
    }

    /// Why nothing is known of what a number is held against; nil where something is.
    ///
    /// A name that is mistyped gives no series, and a ratio gives NaN when all traffic stops: neither is a
    /// value that doesn't meet the threshold. A query that compares by itself gives no series while all is
    /// well.
    func unknown(_ threshold: PrometheusLook.Threshold) -> String? {
        guard threshold != .anySeries, series.allSatisfy({ $0.value.isNaN }) else { return nil }
        return series.isEmpty
            ? "no series to hold against\(threshold.shown): is its name right? (`or vector(0)` makes none a 0)"
            : "nothing but NaN to hold against\(threshold.shown)"
    }

    /// What was found instead, where none does.
    func quiet(_ threshold: PrometheusLook.Threshold) -> String {
        guard !series.isEmpty else { return "no series" }
        let values = series.prefix(5).map(\.value.brief).joined(separator: ", ")
        let more = series.count > 5 ? ", …" : ""
        return
            "of \(counted(series.count, "series", "series")) none is\(threshold.shown): \(values)\(more)"
    }
}

extension Double {
    /// A number as Prometheus and PostgreSQL print one: `12.5`, `1e+06`, `NaN`, `+Inf`; not Swift's `0x10`.
    init?(printed text: String) {
        guard !text.lowercased().contains("x") else { return nil }
        self.init(text)
    }
}
