internal import DrillEngine
internal import DrillModel

/// Sees, before anything is broken, that a record that is written can be read: a wrong address to read
/// from would otherwise count all as lost.
struct LedgerTrial {
    /// The number of the record that is tried, which no run reaches; among names in order it is the last.
    static let number = 999_999_999

    private let keeper: any LedgerKeeper
    private let places: [String]
    private let loop: ProbeLoop

    init(of keeper: any LedgerKeeper, places: [String], loop: ProbeLoop) {
        self.keeper = keeper
        self.places = places
        self.loop = loop
    }

    /// At the store's own address the record must be found; further places may be behind, and must
    /// answer.
    func carryOut(until deadline: Instant) async throws(LedgerError) {
        let answer = await keeper.write(Self.number, deadline: deadline)
        guard answer.answer == .acknowledged else {
            let why = answer.detail.map { ": \($0)" } ?? ""
            throw LedgerError(
                "a first record can't be written at \(places[0])\(why)",
                isUntouched: [.refused, .unsent].contains(answer.answer)
            )
        }
        for place in places.indices {
            var wasAnswered = false
            while true {
                do throws(LedgerError) {
                    if try await isFound(at: place, until: deadline) { break }
                    wasAnswered = true
                } catch {
                    // A look that the deadline cut short says less than those that lacked the record.
                    guard wasAnswered, loop.now() >= deadline else { throw error }
                }
                guard loop.now() + .milliseconds(200) < deadline else {
                    throw LedgerError(
                        "a first record was written and acknowledged, and can't be seen at "
                            + "\(places[place]): what is read must be what is written"
                    )
                }
                await loop.pause(until: loop.now() + .milliseconds(200))
            }
        }
    }

    private func isFound(at place: Int, until deadline: Instant) async throws(LedgerError) -> Bool {
        let find = try await keeper.read([Self.number], at: place, deadline: deadline)
        let copies = find.copies[Self.number]
        guard copies ?? 1 == 1 else {
            throw LedgerError(
                "a first record was written once, and \(places[place]) shows it \(copies ?? 0) times: "
                    + "each record must be shown once, or all would count as duplicated"
            )
        }
        return place > 0 || copies != nil
    }
}
