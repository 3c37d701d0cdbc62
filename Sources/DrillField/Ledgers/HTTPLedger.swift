internal import DrillEngine
internal import DrillModel
internal import NIOHTTP1

/// Numbered records in an HTTP store, one resource each.
///
/// A record is one PUT over a connection of its own, sent once. It is *acknowledged* when the answer has
/// a status that the file takes for that; *refused* when nothing was sent, or the status is one of 400 to
/// 499, which says that the request was not carried out (RFC 9110, 15.5); else *indeterminate*: what a
/// gateway says of a server that didn't answer (502, 504) may come after the write. So may some of the
/// former: a proxy may repeat a PUT (RFC 9110, 9.2.2), and the repeated one then meets what the first left.
///
/// A record is there when a GET answers 200 to 299 and its value stands in the body.
final class HTTPLedger: LedgerKeeper {
    /// A place to read from.
    struct Place: Sendable {
        var url: RecordText
        var tls: TLSClient?
        var name: String
    }

    /// One GET each.
    let askedMax = 20

    private let owner: String
    private let put: Place
    private let body: RecordText
    private let headers: [String: String]
    private let statuses: Set<Int>
    private let places: [Place]
    private let route: any Route
    private let text: ProbeText
    private let loop: ProbeLoop

    /// Conflict, failed precondition and too early; and whoever was on the way gave up (408, nginx's 499).
    private static let mayComeAfter: Set<Int> = [408, 409, 412, 425, 499]
    private static let atOnceMax = 32
    private static let triesMax = 3

    init(
        owner: String,
        put: Place,
        body: RecordText,
        headers: [String: String],
        statuses: Set<Int>,
        places: [Place],
        route: any Route,
        text: ProbeText,
        loop: ProbeLoop
    ) {
        self.owner = owner
        self.put = put
        self.body = body
        self.headers = headers
        self.statuses = statuses
        self.places = places
        self.route = route
        self.text = text
        self.loop = loop
    }

    func prepare(deadline: Instant) async throws(LedgerError) {
        try await LedgerTrial(of: self, places: places.map(\.name), loop: loop)
            .carryOut(until: deadline)
    }

    func write(_ number: Int, deadline: Instant) async -> LedgerAnswer {
        let start = loop.now()
        let record = LedgerRecord(owner: owner, number: number)
        let end = await ask(
            .PUT,
            record,
            at: put,
            body: body.filled(for: record),
            deadline: deadline
        )
        let answer = self.answer(end)
        let words: String? =
            switch end.result {
            case .answered(let status, _): answer == .acknowledged ? nil : "status \(status)"
            case .failed(let failure, _): failure.words
            case .cancelled: "the run ended first"
            }
        return LedgerAnswer(
            sent: answer == .unsent ? nil : end.sent ?? start,
            done: end.done,
            answer: answer,
            detail: words.map { text.shown($0) }
        )
    }

    private func answer(_ end: HTTPEnd) -> LedgerWrite.Answer {
        switch end.result {
        case .answered(let status, _):
            if statuses.contains(status) { return .acknowledged }
            let isNo = (400...499).contains(status) && !Self.mayComeAfter.contains(status)
            return isNo ? .refused : .indeterminate
        case .failed: return end.wasAsked ? .indeterminate : .refused
        case .cancelled: return end.wasAsked ? .indeterminate : .unsent
        }
    }

    // MARK: - Reading

    func read(
        _ numbers: [Int],
        at place: Int,
        deadline: Instant
    ) async throws(LedgerError) -> LedgerFind {
        // A store that can't tell of one is left in peace with the others.
        let sights = await each(of: numbers, until: \.hasFailed) { number in
            await self.sight(of: number, at: place, deadline: deadline)
        }
        var copies: [Int: Int] = [:]
        var first: Instant?
        var last: Instant?
        for (number, sight) in sights {
            if let failure = sight.failure {
                throw LedgerError(
                    "the ledger can't be read from \(places[place].name): \(text.shown(failure))"
                )
            }
            first = min(first ?? sight.sent, sight.sent)
            last = max(last ?? sight.done, sight.done)
            if sight.isThere { copies[number] = 1 }
        }
        let now = loop.now()
        return LedgerFind(sent: first ?? now, done: last ?? now, copies: copies)
    }

    private struct Sight: Sendable {
        var sent: Instant
        var done: Instant
        var isThere = false
        var failure: String?

        var hasFailed: Bool { failure != nil }
    }

    private func sight(of number: Int, at place: Int, deadline: Instant) async -> Sight {
        let record = LedgerRecord(owner: owner, number: number)
        var sight = Sight(sent: loop.now(), done: loop.now())
        for _ in 0..<Self.triesMax {
            let start = loop.now()
            let end = await ask(
                .GET,
                record,
                at: places[place],
                body: nil,
                deadline: min(deadline, start + .seconds(5))
            )
            sight = Sight(sent: end.sent ?? start, done: end.done)
            switch end.result {
            case .answered(let status, let body) where (200...299).contains(status):
                let value = Array(record.value.utf8)
                sight.isThere = body.firstRange(of: value) != nil
                return sight
            case .answered(404, _), .answered(410, _): return sight
            case .answered(let status, _): sight.failure = "status \(status)"
            case .failed(let failure, _): sight.failure = failure.words
            case .cancelled: sight.failure = "the run ended first"
            }
        }
        return sight
    }

    // MARK: - After

    func cleanUp(_ numbers: [Int], deadline: Instant) async throws(LedgerError) {
        let failures = await each(of: numbers + [LedgerTrial.number]) { number in
            let record = LedgerRecord(owner: self.owner, number: number)
            let end = await self.ask(.DELETE, record, at: self.put, body: nil, deadline: deadline)
            return switch end.result {
            case .answered(200...299, _), .answered(404, _), .answered(410, _): String?.none
            case .answered(let status, _): "status \(status)"
            case .failed(let failure, _): failure.words
            case .cancelled: "the run ended first"
            }
        }.compactMap(\.1)
        guard let failure = failures.first else { return }
        throw LedgerError(
            "\(failures.count) of the records that it put at \(put.name) are still there, named "
                + "\(LedgerRecord(owner: owner, number: 0).name) and so on: \(text.shown(failure))"
        )
    }

    func close() async {}

    /// Fit for any part of a URL (RFC 3986, 2.3).
    static func encoded(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_", "~": String(scalar)
            default: URLCharacters.encoded(scalar)
            }
        }.joined()
    }

    /// Some at once, in any order.
    private func each<Result: Sendable>(
        of numbers: [Int],
        until isOver: (Result) -> Bool = { _ in false },
        _ work: @escaping @Sendable (Int) async -> Result
    ) async -> [(Int, Result)] {
        await withTaskGroup(of: (Int, Result).self) { group in
            var left = numbers[...]
            var results: [(Int, Result)] = []
            for number in left.prefix(Self.atOnceMax) {
                group.addTask { (number, await work(number)) }
            }
            left = left.dropFirst(Self.atOnceMax)
            for await result in group {
                results.append(result)
                if isOver(result.1) { left = [] }
                if let number = left.popFirst() {
                    group.addTask { (number, await work(number)) }
                }
            }
            return results
        }
    }

    private func ask(
        _ method: HTTPMethod,
        _ record: LedgerRecord,
        at place: Place,
        body: String?,
        deadline: Instant
    ) async -> HTTPEnd {
        let url = place.url.filled(for: record, encoding: Self.encoded)
        guard let address = WebAddress(url) else {
            let failure = NetworkFailure(.blind, "its address is none once it is filled in")
            return HTTPEnd(
                sent: nil,
                done: loop.now(),
                result: .failed(failure, isUntouched: true)
            )
        }
        let order = HTTPOrder(
            method,
            address,
            headers: headers,
            body: Array((body ?? "").utf8),
            keepsConnection: false
        )
        let target = HTTPProber.Target(
            address: address,
            order: order,
            statuses: [],
            pattern: nil,
            tls: place.tls
        )
        return await HTTPProber(target: target, text: text, route: route, loop: loop)
            .exchange(deadline: deadline)
    }
}
