import DrillEngine
import DrillField
import DrillModel
import Foundation
import Testing

/// Real Prometheus and Alertmanager, as Debian has them: a target goes down, and both notice.
@Suite("Monitors", .serialized, .timeLimit(.minutes(3)))
struct MonitorTests {
    /// Both of them with one target, looked at five times a second, and a rule on it.
    private final class Monitors: Sendable {
        let prometheus: Int
        let alertmanager: Int
        private let folder: String
        private let target: Int
        private let servers: [Background]

        init() async throws {
            (prometheus, alertmanager, target) = (try freePort(), try freePort(), try freePort())
            folder = try await Background.run("mktemp -d").trimmingCharacters(in: .newlines)
            _ = try await Background.run(
                """
                cd \(folder) && mkdir target && echo 'shop_orders 7' >target/metrics
                cat >prometheus.yml <<'END'
                global: { scrape_interval: 200ms, scrape_timeout: 200ms, evaluation_interval: 200ms }
                alerting: { alertmanagers: [{ static_configs: [{ targets: ["127.0.0.1:\(alertmanager)"] }] }] }
                rule_files: [rules.yml]
                scrape_configs:
                  - { job_name: shop, static_configs: [{ targets: ["127.0.0.1:\(target)"] }] }
                END
                cat >rules.yml <<'END'
                groups:
                  - name: shop
                    rules: [{ alert: ShopDown, expr: 'up{job="shop"} == 0', labels: { severity: page } }]
                END
                echo '{ route: { receiver: nobody }, receivers: [{ name: nobody }] }' >alertmanager.yml
                """
            )
            servers = [
                Background(
                    "exec prometheus --config.file=\(folder)/prometheus.yml --storage.tsdb.path=\(folder)/data"
                        + " --web.listen-address=127.0.0.1:\(prometheus) --log.level=error"
                ),
                Background(
                    "exec prometheus-alertmanager --config.file=\(folder)/alertmanager.yml"
                        + " --storage.path=\(folder)/alerts --cluster.listen-address="
                        + " --web.listen-address=127.0.0.1:\(alertmanager) --log.level=error"
                ),
            ]
        }

        /// What Prometheus scrapes.
        func shop() -> Background {
            Background(
                "cd \(folder)/target && exec python3 -m http.server --bind 127.0.0.1 \(target)"
                    + " >/dev/null 2>&1"
            )
        }

        func end() async throws {
            for server in servers { await server.stop() }
            _ = try await Background.run("rm -r \(folder)")
        }
    }

    /// Looks until one is as wanted, for so long that a busy machine gets it done.
    private func look(
        _ prober: any Prober,
        until isWanted: (Look) -> Bool
    ) async -> Look {
        let end = now() + .seconds(40)
        while true {
            let look = await prober.look(deadline: now() + .seconds(2))
            if isWanted(look) || now() > end { return look }
            _ = await shell("sleep 0.05")
        }
    }

    private func server(_ port: Int) -> HTTPLook {
        HTTPLook(url: Text("http://127.0.0.1:\(port)"), keepsConnection: true)
    }

    @Test func aTargetThatGoesDownIsNoticed() async throws {
        let monitors = try await Monitors()
        let shop = monitors.shop()
        let probers = fieldProbers()
        func prober(_ kind: Probe.Kind) async throws -> any Prober {
            try await probers.prober(for: probe(kind))
        }
        func alert(suppressed: Bool = false, severity: String = "page") async throws -> any Prober {
            try await prober(
                .alertmanager(
                    AlertmanagerLook(
                        server: server(monitors.alertmanager),
                        alert: "ShopDown",
                        match: ["severity": severity],
                        countsSuppressed: suppressed
                    )
                )
            )
        }
        func query(_ query: Text, _ threshold: PrometheusLook.Threshold) async throws -> any Prober
        {
            try await prober(
                .prometheus(
                    PrometheusLook(
                        server: server(monitors.prometheus),
                        query: query,
                        threshold: threshold
                    )
                )
            )
        }

        let down = try await query(#"up{job="shop"}"#, .below(1))
        let firing = try await alert()
        let (suppressed, other) = (
            try await alert(suppressed: true), try await alert(severity: "x")
        )
        // Until it is scraped there is no series, and until then nothing is known of it.
        let up = await look(down) { $0.outcome.words.hasPrefix("of 1 series none is < 1: 1") }
        #expect(up.outcome == .bad(.body, "of 1 series none is < 1: 1"))
        let quiet = await look(firing) { $0.outcome.failure == .body }
        #expect(quiet.outcome == .bad(.body, "no such alert"))
        let orders = await look(try await query("shop_orders", .above(6.5))) { $0.outcome.isGood }
        #expect(orders.sightings.first?.words.hasSuffix(" is 7 > 6.5") == true, "\(orders)")

        let before = (now(), Int64(Date().timeIntervalSince1970 * 1e9))
        await shop.stop()
        let fired = await look(down) { $0.outcome.isGood }
        #expect(fired.outcome == .good)
        #expect(fired.sightings.count == 1 && fired.sightings[0].words.hasSuffix(" is 0 < 1"))
        #expect(await down.look(deadline: now() + .seconds(2)).sightings.isEmpty, "told once")

        let alerted = await look(firing) { $0.outcome.isGood }
        #expect(alerted.outcome == .good)
        let sighting = try #require(alerted.sightings.first)
        #expect(sighting.words.hasPrefix(#"ShopDown{instance="127.0.0.1:"#), "\(sighting)")
        // Its own stamp lies between the end of the target and the look that saw it.
        let start = ClockPair(low: before.0, high: before.0, wallNs: before.1)
        let placed = try #require(sighting.placed(by: OwnClock(start), []))
        #expect(before.0 <= placed.high && placed.low <= alerted.done, "\(placed)")
        #expect(
            await other.look(deadline: now() + .seconds(2)).outcome == .bad(.body, "no such alert")
        )

        // Silenced by an operator: it doesn't count, unless the file says that it does.
        let silence = """
            {"matchers":[{"name":"alertname","value":"ShopDown","isRegex":false}],"createdBy":"a","comment":"b",
            "startsAt":"2020-01-01T00:00:00Z","endsAt":"2100-01-01T00:00:00Z"}
            """
        _ = try await Background.run(
            "curl -fsS -H 'Content-Type: application/json' -d '\(silence)' "
                + "http://127.0.0.1:\(monitors.alertmanager)/api/v2/silences"
        )
        let silenced = await look(firing) { $0.outcome.words.hasSuffix("is silenced") }
        #expect(silenced.outcome.failure == .body)
        #expect(await look(suppressed) { $0.outcome.isGood }.outcome == .good)

        let wrong = await (try await query("up{", .anySeries)).look(deadline: now() + .seconds(2))
        #expect(wrong.outcome.failure == .blind)
        #expect(wrong.outcome.words.contains("bad_data: invalid parameter"), "\(wrong)")
        let nobody = await look(
            try await prober(
                .prometheus(PrometheusLook(server: server(try freePort()), query: "up"))
            )
        ) { _ in true }
        #expect(nobody.outcome == .bad(.blind, "Prometheus can't be asked: connection refused"))
        let confused = await look(
            try await prober(
                .prometheus(PrometheusLook(server: server(monitors.alertmanager), query: "up"))
            )
        ) { _ in true }
        #expect(confused.outcome.words.contains("none of Prometheus's API"), "\(confused)")
        await probers.close()
        try await monitors.end()
    }
}

/// A real HAProxy: its page and its socket say when it took a server out.
@Suite("Load balancer", .serialized, .timeLimit(.minutes(2)))
struct LoadBalancerTests {
    @Test func aServerThatGoesDownIsNoticed() async throws {
        let (east, west) = (try TruthServer(), try TruthServer())
        defer {
            east.stop()
            west.stop()
        }
        let page = try freePort()
        let folder = try await Background.run("mktemp -d").trimmingCharacters(in: .newlines)
        try """
        global
          stats socket \(folder)/sock mode 600 level admin
        defaults
          mode http
          timeout connect 1s
          timeout client 5s
          timeout server 5s
        frontend stats
          bind 127.0.0.1:\(page)
          stats enable
          stats uri /stats
          stats auth ops:s3cret
        backend shop
          option httpchk GET /
          default-server check inter 100 fall 2 rise 2
          server east-1 127.0.0.1:\(east.port)
          server west-1 127.0.0.1:\(west.port)

        """.write(toFile: "\(folder)/haproxy.cfg", atomically: true, encoding: .utf8)
        let haproxy = Background("exec haproxy -db -f \(folder)/haproxy.cfg")
        let probers = fieldProbers(secrets: ["STATS": "s3cret"])
        let ways: [LoadBalancerLook.Way] = [
            .page(
                HTTPLook(
                    url: Text(parts: [
                        .literal("http://ops:"), .environment("STATS"),
                        .literal("@127.0.0.1:\(page)/stats"),
                    ]),
                    keepsConnection: true
                )
            ),
            .socket(path: Text("\(folder)/sock"), host: nil, sudo: false),
        ]
        func prober(
            _ way: LoadBalancerLook.Way,
            _ servers: LoadBalancerLook.Servers,
            backend: String = "shop"
        ) async throws -> any Prober {
            try await probers.prober(
                for: probe(
                    .loadBalancer(
                        LoadBalancerLook(way: way, backend: backend, servers: servers)
                    )
                )
            )
        }
        func look(_ prober: any Prober, until isWanted: (Look) -> Bool) async -> Look {
            let end = now() + .seconds(20)
            while true {
                let look = await prober.look(deadline: now() + .seconds(3))
                if isWanted(look) || now() > end { return look }
                _ = await shell("sleep 0.03")
            }
        }
        for way in ways {
            let one = try await prober(way, .named("east-1"))
            let all = try await prober(way, .like("(east|west)-.*"))
            let whole = try await prober(way, .backend)
            let healthy = await look(all) {
                $0.outcome.words == "shop/east-1 is UP, shop/west-1 is UP"
            }
            #expect(healthy.outcome.failure == .body, "\(healthy)")
            #expect(await look(one) { _ in true }.outcome == .bad(.body, "shop/east-1 is UP"))
            let before = now()
            east.down(.refuse)
            let fired = await look(one) { $0.outcome.isGood }
            #expect(fired.outcome == .good)
            let sighting = try #require(fired.sightings.first)
            #expect(sighting.words == "shop/east-1 is DOWN, by L4CON")
            // Within the second that HAProxy counts by.
            let start = ClockPair(low: before, high: before, wallNs: 0)
            let placed = try #require(sighting.placed(by: OwnClock(start), []))
            #expect(placed.low <= fired.done && before <= placed.high, "\(placed) after \(before)")
            let half = await look(all) { _ in true }
            #expect(half.outcome == .bad(.body, "shop/east-1 is DOWN, shop/west-1 is UP"))
            west.down(.error(500))
            #expect(await look(all) { $0.outcome.isGood }.outcome == .good)
            #expect(await look(whole) { $0.outcome.isGood }.outcome == .good)
            east.up()
            west.up()
            #expect(await look(whole) { $0.outcome.failure == .body }.outcome.words == "shop is UP")
            let nowhere = await look(try await prober(way, .backend, backend: "shp")) { _ in true }
            #expect(
                nowhere.outcome == .bad(.blind, "HAProxy has no backend shp; it has shop")
            )
        }
        await haproxy.stop()
        for (way, words) in zip(ways, ["connection refused", "Connection refused"]) {
            let gone = await look(try await prober(way, .backend)) { _ in true }
            #expect(gone.outcome.failure == .blind, "\(gone)")
            // Told to end, it may still have taken the connection.
            let ends = [words, "No such file", "was reset"]
            #expect(ends.contains { gone.outcome.words.contains($0) }, "\(gone)")
            #expect(!gone.outcome.words.contains("s3cret"))
        }
        await probers.close()
        _ = try await Background.run("rm -r \(folder)")
    }
}
