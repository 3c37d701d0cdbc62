internal import CPostgres
internal import Dispatch

/// Asks a server, over a connection of its own, to end the statement that another connection is at.
///
/// Source: PostgreSQL's documentation, libpq, "Canceling Queries in Progress".
struct PostgresStatementEnd: Sendable {
    /// The bits of a `PGcancel *`, which any one thread may use.
    private let bits: Int

    init(_ cancel: OpaquePointer) { bits = Int(bitPattern: cancel) }

    /// Blocks a thread of its own: libpq connects and waits for the server to take it.
    func send() async {
        await withCheckedContinuation { waiter in
            DispatchQueue.global().async { [bits] in
                let cancel = OpaquePointer(bitPattern: bits)
                var said = [CChar](repeating: 0, count: 256)
                // Whether it came in time nobody can tell: the statement may have ended by itself.
                _ = PQcancel(cancel, &said, Int32(said.count))
                PQfreeCancel(cancel)
                waiter.resume()
            }
        }
    }
}
