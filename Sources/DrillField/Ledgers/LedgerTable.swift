/// The ledger's table and the statements about it.
struct LedgerTable: Sendable {
    /// `name` or `schema.name`, as the file has it.
    let name: String

    /// Each part as an identifier that stands for exactly these characters.
    var quoted: String {
        name.split(separator: ".").map { Self.identifier($0) }.joined(separator: ".")
    }

    /// Whether the table is there, who asks, and whether this server only reads.
    var survey: String {
        "select to_regclass(\(Self.literal(quoted))) is not null, current_user, "
            + "pg_is_in_recovery() or current_setting('transaction_read_only')::boolean"
    }

    /// No key, on purpose: what is written twice must be seen twice.
    var create: String {
        "create table if not exists \(quoted) (run text not null, number bigint not null, "
            + "at timestamptz not null default clock_timestamp())"
    }

    func grant(to user: String) -> String {
        "grant select, insert, delete on \(quoted) to \(Self.identifier(user))"
    }

    var privileges: String {
        let table = Self.literal(quoted)
        return ["select", "insert", "delete"]
            .map { "has_table_privilege(\(table), '\($0)')" }
            .joined(separator: " and ").prefixed("select ")
    }

    /// Fails where the table isn't there or isn't a ledger.
    var columns: String { "select run, number, at from \(quoted) limit 0" }

    func insert(_ number: Int, of owner: String) -> String {
        "insert into \(quoted) (run, number) values (\(Self.literal(owner)), \(number))"
    }

    /// Of these numbers, or of all.
    func count(_ numbers: [Int]?, of owner: String) -> String {
        let among = numbers.map { numbers in
            " and number in (\(numbers.map(String.init).joined(separator: ",")))"
        }
        return "select number, count(*) from \(quoted) where run = \(Self.literal(owner))"
            + "\(among ?? "") group by number"
    }

    /// The same, with a first row of nothing where the server that answers is a standby.
    func countAtPrimary(_ numbers: [Int]?, of owner: String) -> String {
        "select null::bigint, null::bigint where pg_is_in_recovery() union all "
            + count(numbers, of: owner)
    }

    func delete(of owner: String) -> String {
        "delete from \(quoted) where run = \(Self.literal(owner))"
    }

    /// Another run may be writing to it.
    var dropIfEmpty: String {
        """
        begin; set local lock_timeout = '2s'; do $drill$ begin \
        lock table \(quoted) in access exclusive mode; \
        if not exists (select from \(quoted)) then drop table \(quoted); end if; end $drill$; commit
        """
    }

    private static func identifier(_ text: some StringProtocol) -> String {
        "\""
            + text.split(separator: "\"", omittingEmptySubsequences: false)
            .joined(separator: "\"\"") + "\""
    }

    private static func literal(_ text: String) -> String {
        "'"
            + text.split(separator: "'", omittingEmptySubsequences: false)
            .joined(separator: "''") + "'"
    }
}

extension String {
    fileprivate func prefixed(_ prefix: String) -> String { prefix + self }
}
