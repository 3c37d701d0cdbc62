import Testing

@testable import DrillModel

/// What libpq says of an address is a problem of the file.
@Suite struct PostgresAddressTests {
    @Test func whoConnectsIsAskedWithAWordForEachOpenPart() {
        let text = """
            experiment: x
            probes:
              db: { sql: { url: "postgresql://shop:${env:WORD}@db/shop?sslmod=on", query: select 1 } }
            method: [{ wait: 1s }]
            """
        let reader = Reader(
            postgresMistake: { $0.contains("sslmod=") ? "invalid parameter, in \($0)" : nil },
            load: { _ throws(LoadError) in LoadedFile(Array(text.utf8)) }
        )
        let error = #expect(throws: Problems.self) { try reader.experiment("x.yaml") }
        #expect(
            error?.list.map(\.line) == [
                "x.yaml:3:21: \"postgresql://shop:${env:WORD}@db/shop?sslmod=on\" can't be used as "
                    + "a PostgreSQL address: invalid parameter, in postgresql://shop:x@db/shop?sslmod=on"
            ]
        )
    }
}
