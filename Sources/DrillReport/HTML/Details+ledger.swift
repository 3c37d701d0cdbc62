import DrillModel

// What became of the data.
extension Details {
    var ledger: Markup {
        let parts = reading.judgement.ledgers.map { count -> Markup in
            let writes = reading.record.timeline.ledgers[count.probe] ?? []
            let lost = (0..<max(1, count.places.count)).map { place -> Markup in
                let name = count.places.count > 1 ? " at \(count.places[place].place)" : ""
                return self.lost(LostWrites.stretches(writes, at: place), name: name)
            }
            return """
                <h3>\(count.probe)</h3><p>\(Words.ledger(count)); \(Words.ledgerRest(count)).</p>
                \(places(of: count))\(lost.joined())
                """
        }
        return parts.isEmpty ? .empty : Self.section("Ledger", parts.joined(separator: "\n"))
    }

    private func lost(_ stretches: [LostWrites], name: String) -> Markup {
        guard !stretches.isEmpty else { return .empty }
        return Self.table(
            ["Lost\(name), by number", "How many", "First sent, s", "Last sent, s"],
            stretches.map { stretch in
                [
                    text(stretch.numbers), "\(stretch.count)", time(stretch.first),
                    time(stretch.last),
                ]
            }
        )
    }

    private func places(of count: LedgerCount) -> Markup {
        guard count.places.count > 1 else { return .empty }
        let rows = count.places.map { place -> [Markup] in
            func number(_ count: Int) -> Markup {
                place.isKnown ? text(Shown.count(count)) : "?"
            }
            let staleness = place.staleness
            return [
                text(place.place) + (place.unread.map { "<br>not read back: \($0)" } ?? .empty)
                    + (place.torn.map { "<br>\($0)" } ?? .empty),
                number(place.kept), number(place.lost), number(place.duplicated),
                number(place.indeterminatePresent), number(place.indeterminateAbsent),
                number(place.staleThenAppeared),
                text(staleness.map { Words.measured($0.worst) } ?? "–"),
                text(staleness.map { Words.measured($0.p99) } ?? "–"),
                text(
                    staleness.map { "\(Shown.count($0.staleReads)) of \(Shown.count($0.reads))" }
                        ?? "–"
                ),
            ]
        }
        return Self.table(
            [
                "Read from", "Kept", "Lost", "Twice", "No answer: there", "not there",
                "Appeared late", "Behind at worst", "p99", "Stale looks",
            ],
            rows
        )
    }
}

/// Acknowledged writes that are gone, as stretches of consecutive numbers.
struct LostWrites {
    var count: Int
    var from: Int
    var to: Int
    var first: Instant?
    var last: Instant?

    var numbers: String { from == to ? "\(from)" : "\(from)–\(to)" }

    static func stretches(_ writes: [LedgerWrite], at place: Int = 0) -> [LostWrites] {
        var stretches: [LostWrites] = []
        for write in writes where write.isLost(at: place) {
            if let last = stretches.last, last.to == write.number - 1 {
                stretches[stretches.count - 1].to = write.number
                stretches[stretches.count - 1].count += 1
                stretches[stretches.count - 1].last = write.sent
            } else {
                stretches.append(
                    LostWrites(
                        count: 1,
                        from: write.number,
                        to: write.number,
                        first: write.sent,
                        last: write.sent
                    )
                )
            }
        }
        return stretches
    }
}
