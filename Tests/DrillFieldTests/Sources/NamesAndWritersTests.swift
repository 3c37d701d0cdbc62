import DrillEngine
import DrillField
import DrillModel
import Foundation
import Testing

/// A real name server, whose answers change.
@Suite("DNS source", .serialized, .timeLimit(.minutes(1)))
struct DNSSourceTests {
    /// Both look until one is as wanted.
    static func look(_ prober: any Prober, until isWanted: (Look) -> Bool) async -> Look {
        let end = now() + .seconds(20)
        while true {
            let look = await prober.look(deadline: now() + .seconds(1))
            if isWanted(look) || now() > end { return look }
            _ = await shell("sleep 0.03")
        }
    }

    @Test func anAnswerThatChangesIsNoticed() async throws {
        let port = try freePort()
        let folder = try await Background.run("mktemp -d").trimmingCharacters(in: .newlines)
        func says(_ lines: String) throws {
            try lines.write(toFile: "\(folder)/hosts", atomically: true, encoding: .utf8)
        }
        try says("10.0.0.1 shop.example\n10.0.0.2 shop.example\nfd00::1 shop.example\n")
        // As root it would give up its rights, and with them the folder.
        let dnsmasq = Background(
            "exec dnsmasq -k -p \(port) --listen-address=127.0.0.1 --bind-interfaces --no-resolv --no-hosts"
                + " --conf-file=/dev/null --user=$(id -un) --pid-file=\(folder)/pid --local-ttl=7"
                + " --addn-hosts=\(folder)/hosts --local=/example/ --cname=www.example,shop.example,3600"
        )
        let probers = fieldProbers()
        func prober(
            _ type: DNSLook.RecordType,
            _ condition: DNSLook.Condition,
            name: Text = "shop.example",
            measure: Probe.Measure = .detection,
            resolver: Int? = nil
        ) async throws -> any Prober {
            var probe = probe(
                .dns(
                    DNSLook(
                        name: name,
                        resolver: "127.0.0.1:\(resolver ?? port)",
                        type: type,
                        condition: condition
                    )
                )
            )
            probe.measure = measure
            return try await probers.prober(for: probe)
        }
        let changed = try await prober(.a, .changed)
        let moved = try await prober(.a, .equals(["10.0.0.9"]))
        let quiet = await Self.look(changed) { $0.outcome.failure == .body }
        #expect(quiet.outcome == .bad(.body, "10.0.0.1 and 10.0.0.2, TTL 7 s, as at first"))
        #expect(await Self.look(moved) { _ in true }.outcome.failure == .body)
        let six = await Self.look(try await prober(.aaaa, .equals(["FD00:0::1"]))) { _ in true }
        #expect(six.outcome == .good && six.sightings.count == 1, "\(six)")
        let alias = try await prober(.cname, .equals(["shop.example."]), name: "www.example")
        #expect(await Self.look(alias) { _ in true }.outcome == .good)
        // Whoever took the CNAME keeps to the old name for as long as it is good.
        let through = try await prober(.a, .changed, name: "www.example")
        let words = "10.0.0.1 and 10.0.0.2, TTL 7 s, of its CNAME 3600 s, as at first"
        #expect(await Self.look(through) { _ in true }.outcome == .bad(.body, words))
        let none = try await prober(.a, .changed, name: "nothing.example")
        #expect(await Self.look(none) { _ in true }.outcome.words == "no such name, as at first")

        // Another order is no other answer.
        try says("10.0.0.2 shop.example\n10.0.0.1 shop.example\n")
        _ = try await Background.run("kill -HUP $(cat \(folder)/pid)")
        for _ in 0..<5 {
            #expect(await Self.look(changed) { _ in true }.outcome.failure == .body)
        }
        try says("10.0.0.9 shop.example\n")
        _ = try await Background.run("kill -HUP $(cat \(folder)/pid)")
        let fired = await Self.look(changed) { $0.outcome.isGood }
        #expect(fired.outcome == .good)
        #expect(
            fired.sightings.map(\.words)
                == ["A shop.example at 127.0.0.1:\(port) is 10.0.0.9, TTL 7 s"]
        )
        #expect(await Self.look(moved) { _ in true }.outcome == .good)
        #expect(await Self.look(changed) { _ in true }.sightings.isEmpty, "told once")
        // A zone that is broken sends nobody anywhere.
        try says("")
        _ = try await Background.run("kill -HUP $(cat \(folder)/pid)")
        let broken = await Self.look(changed) { $0.outcome.failure == .body }
        #expect(
            broken.outcome == .bad(.body, "no such name, and at first 10.0.0.1 and 10.0.0.2")
                || broken.outcome == .bad(.body, "nothing, and at first 10.0.0.1 and 10.0.0.2"),
            "\(broken)"
        )

        await dnsmasq.stop()
        // To a probe of detection its own source's end says nothing; of the service itself it is a finding.
        let gone = await Self.look(moved) { _ in true }
        #expect(gone.outcome.failure == .blind, "\(gone)")
        let finding = try await prober(.a, .equals(["10.0.0.9"]), measure: .service)
        #expect(await Self.look(finding) { _ in true }.outcome.failure == .refused)
        await probers.close()
        _ = try await Background.run("rm -r \(folder)")
    }
}

/// Two real PostgreSQL servers, one of them a standby until it is promoted.
@Suite("PostgreSQL roles", .serialized, .timeLimit(.minutes(2)))
struct PostgresRoleTests {
    @Test func anotherWriterIsNoticed() async throws {
        let (first, second) = (try await TestPostgres(), try await TestPostgres())
        try await second.becomeStandby()
        let inventory = Inventory(
            name: "shop",
            hosts: [Host(name: "west", address: "127.0.0.1:no", roles: [])]
        )
        let probers = fieldProbers(
            secrets: ["PASSWORD": TestPostgres.password.replacing(" ", with: "%20")],
            inventory: inventory
        )
        let password: Text.Part = .environment("PASSWORD")
        func prober(_ writers: [String] = []) async throws -> any Prober {
            try await probers.prober(
                for: probe(
                    .postgresRole(
                        PostgresRoleLook(
                            // One URL of two servers: each is asked for itself.
                            urls: [
                                Text(parts: [
                                    .literal("postgresql://owner:"), password,
                                    .literal(
                                        "@127.0.0.1:\(first.port),127.0.0.1:\(second.port)/postgres"
                                            + "?target_session_attrs=read-write"
                                    ),
                                ])
                            ],
                            writers: writers
                        )
                    )
                )
            )
        }
        let another = try await prober()
        let named = try await prober(["127.0.0.1:\(second.port)"])
        let quiet = await another.look(deadline: now() + .seconds(5))
        #expect(quiet.outcome == .bad(.body, "the writer is 127.0.0.1:\(first.port)"))
        #expect(await named.look(deadline: now() + .seconds(5)).outcome.failure == .body)
        try await first.stopFast()
        // The writer's end alone names no new one.
        let nobody = await DNSSourceTests.look(another) {
            $0.outcome.words == "nobody takes writes"
        }
        #expect(nobody.outcome == .bad(.body, "nobody takes writes"))
        try await second.sql("select pg_promote()")
        let fired = await DNSSourceTests.look(another) { $0.outcome.isGood }
        #expect(
            fired.sightings.map(\.words) == ["127.0.0.1:\(second.port) takes writes"],
            "\(fired)"
        )
        #expect(fired.sent < fired.done)
        #expect(await DNSSourceTests.look(named) { $0.outcome.isGood }.outcome == .good)
        // Two at once: the old one comes back and knows nothing of it.
        try await first.start()
        #expect(await another.look(deadline: now() + .seconds(5)).outcome == .good)
        // Who might write now can't be told while the only other one is silent.
        try await second.stopFast()
        let unknown = await DNSSourceTests.look(another) { $0.outcome.failure == .blind }
        #expect(unknown.outcome.words.contains("127.0.0.1:\(second.port): "), "\(unknown)")
        #expect(!unknown.outcome.words.contains("s3cret"))
        await #expect(throws: ProberError.self) { try await prober(["db-west"]) }
        await probers.close()
        try await first.remove()
        try await second.remove()
    }
}
