import Testing

@testable import DrillModel

/// Literal looks at a replica, and how far behind it was.
///
/// A write every 100 ms, sent at its number and acknowledged 5 ms later; a look takes 2 ms.
@Suite struct StalenessTests {
    private static let ledger = Ledger(
        postgres: "postgresql://shop@main/shop",
        readFrom: ["postgresql://shop@replica/shop"]
    )

    private static func write(
        _ at: Int,
        _ answer: LedgerWrite.Answer = .acknowledged,
        there: Int? = 1
    ) -> LedgerWrite {
        var write = LossTests.write(Int64(at), answer)
        write.copiesElsewhere = [there]
        return write
    }

    private static func look(_ at: Int64, asked: [Int], missing: [Int]?) -> LedgerRead {
        LedgerRead(
            number: Int(at),
            place: 1,
            due: ms(at),
            sent: ms(at),
            done: ms(at + 2),
            asked: .init(numbers: asked),
            missing: missing.map { .init(numbers: $0) },
            failure: missing == nil ? "connection refused" : nil
        )
    }

    private func judged(
        _ writes: [LedgerWrite],
        _ reads: [LedgerRead],
        readBack: String? = nil,
        budgets: [Budget] = []
    ) -> Judgement {
        var probe = probe("orders", .data)
        probe.kind = .ledger(Self.ledger)
        let events = whole([
            at(7000, .placeReadBack(probe: "orders", place: 1, failure: readBack)),
            at(7000, .readBack(probe: "orders", failure: nil)),
        ])
        return Judge.judge(
            plan([probe], budgets: budgets),
            Timeline(events: events, ledgers: ["orders": writes], reads: ["orders": reads])
        )
    }

    private func figure(_ judgement: Judgement) throws -> Figure {
        let figure = try #require(judgement.figure(.staleness, "orders"))
        #expect(figure.place == "replica/shop")
        return figure
    }

    @Test func aReplicaThatKeepsUp() throws {
        let figure = try figure(
            judged(
                [Self.write(100), Self.write(200), Self.write(300)],
                [
                    Self.look(150, asked: [100], missing: []),
                    Self.look(250, asked: [200], missing: []),
                    Self.look(350, asked: [300], missing: []),
                ]
            )
        )
        // Seen by 52 ms after they were sent: it wasn't behind by more.
        #expect(figure.amount.inMilliseconds == "[0, 52]")
        #expect(figure.note == "p99 0–52 ms, 0 of 3 looks were stale")
    }

    /// Write 100, acknowledged at 105, is missing at 350 and there at 450.
    @Test func aReplicaThatLags() throws {
        let judgement = judged(
            [Self.write(100), Self.write(200), Self.write(300), Self.write(400)],
            [
                Self.look(150, asked: [100], missing: [100]),
                Self.look(250, asked: [100, 200], missing: [100, 200]),
                Self.look(350, asked: [100, 200, 300], missing: [100, 200, 300]),
                Self.look(450, asked: [100, 200, 300, 400], missing: [300, 400]),
                Self.look(550, asked: [300, 400], missing: []),
            ]
        )
        let figure = try figure(judgement)
        #expect(figure.amount.inMilliseconds == "[245, 352]")
        #expect(figure.note == "p99 245–352 ms, 4 of 5 looks were stale")
        let place = try #require(judgement.ledgers.first?.places.last)
        #expect(place.kept == 4)
        #expect(place.staleness?.staleReads == 4)
    }

    @Test func whatNeverCameIsLostThereAndNotStale() throws {
        let judgement = judged(
            [Self.write(100, there: 0), Self.write(200)],
            [
                Self.look(150, asked: [100], missing: [100]),
                Self.look(250, asked: [100, 200], missing: [100]),
                Self.look(900, asked: [100, 200], missing: [100]),
            ]
        )
        let figure = try figure(judgement)
        #expect(figure.amount.inMilliseconds == "[0, 52]")
        #expect(figure.note?.hasSuffix("1 acknowledged writes never came") ?? false)
        let count = try #require(judgement.ledgers.first)
        #expect(count.lost == 0)
        #expect(count.places.map(\.lost) == [0, 1])
    }

    /// No look found it, the read-back at 7000 did.
    @Test func whatOnlyTheReadBackFound() throws {
        let figure = try figure(
            judged([Self.write(100)], [Self.look(150, asked: [100], missing: [100])])
        )
        #expect(figure.amount.inMilliseconds == "[45, 6900]")
    }

    @Test func aPlaceThatIsNeverReadBackMayHaveLostItAll() throws {
        let judgement = judged(
            [Self.write(100), Self.write(200, there: nil)],
            [
                Self.look(150, asked: [100], missing: []),
                Self.look(250, asked: [200], missing: [200]),
                Self.look(350, asked: [200], missing: nil),
            ],
            readBack: "connection refused",
            budgets: [budget(.staleness, 5000)]
        )
        let figure = try figure(judgement)
        #expect(figure.amount.inMilliseconds == "[0, ?]")
        #expect(figure.verdict == .inconclusive)
        #expect(figure.note?.contains("1 had no answer") ?? false)
        #expect(judgement.ledgers.first?.unread == nil)
        #expect(judgement.ledgers.first?.places.last?.unread == "connection refused")
    }

    @Test func aBudgetIsJudgedAtEachPlace() throws {
        let writes = [Self.write(100), Self.write(200)]
        let looks = [
            Self.look(150, asked: [100], missing: [100]),
            Self.look(5000, asked: [100, 200], missing: [100]),
            Self.look(5100, asked: [100, 200], missing: []),
        ]
        let judgement = judged(writes, looks, budgets: [budget(.staleness, 1000)])
        #expect(
            judgement.reasons == [
                "failed: replica/shop, a place of orders, was 4.89–5.01 s behind at worst, budget 1s"
            ]
        )
    }

    @Test func aPartOfTheRunIsOfTheWritesAcknowledgedThen() throws {
        var orders = probe("orders", .data)
        orders.kind = .ledger(Self.ledger)
        let events = whole(
            breaking("f", on: "a", from: 1000, to: 1010),
            mending("f", on: "a", from: 2000, to: 2010),
            [
                at(7000, .placeReadBack(probe: "orders", place: 1, failure: nil)),
                at(7000, .readBack(probe: "orders", failure: nil)),
            ]
        )
        let looks = [
            Self.look(450, asked: [400], missing: []),
            Self.look(1550, asked: [1500], missing: [1500]),
            Self.look(1900, asked: [1500], missing: []),
            Self.look(2550, asked: [2500], missing: [2500]),
            Self.look(5000, asked: [2500], missing: []),
        ]
        let judgement = Judge.judge(
            plan(
                [orders],
                [fault("f", on: "a")],
                budgets: [
                    Budget(figure: .staleness, limit: .atMost(span(500)), during: .fault),
                    Budget(figure: .staleness, limit: .atMost(span(40)), during: .after),
                    budget(.staleness, 5000),
                ]
            ),
            Timeline(
                events: events,
                ledgers: ["orders": [Self.write(400), Self.write(1500), Self.write(2500)]],
                reads: ["orders": looks]
            )
        )
        let figures = judgement.figures.filter { $0.name == .staleness }
        #expect(figures.map(\.during) == [nil, .fault, .after])
        #expect(figures.map(\.amount.inMilliseconds) == ["[45, 2502]", "[45, 402]", "[45, 2502]"])
        #expect(figures.map(\.verdict) == [.passed, .passed, .failed])
    }

    @Test func ofWritesInAStretchAlone() {
        let staleness = Staleness(
            of: {
                var probe = probe("orders", .data)
                probe.kind = .ledger(Self.ledger)
                return probe
            }(),
            place: 1,
            Timeline(
                ledgers: ["orders": [Self.write(100), Self.write(200), Self.write(300)]],
                reads: [
                    "orders": [
                        Self.look(150, asked: [100], missing: []),
                        Self.look(250, asked: [200], missing: [200]),
                        Self.look(900, asked: [200, 300], missing: []),
                    ]
                ]
            )
        )
        #expect(staleness.amount(where: (ms(0)...ms(150)).contains).inMilliseconds == "[0, 52]")
        #expect(staleness.amount().inMilliseconds == "[45, 702]")
        // Two of three writes: by nearest rank the second of the lows and of the highs.
        #expect(staleness.amount(at: 0.5).inMilliseconds == "[0, 602]")
        #expect(staleness.amount(where: (ms(1000)...ms(2000)).contains).inMilliseconds == "[?, ?]")
    }
}
