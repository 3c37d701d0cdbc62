import Testing

@testable import DrillModel

/// What may notice a disaster, as the file has it.
@Suite struct SourceTests {
    private func kind(_ name: String) throws -> Probe.Kind {
        let experiment = try Fixture.reader().experiment("sources.yaml")
        return try #require(experiment.probe(name)?.kind)
    }

    private func text(_ parts: Text.Part...) -> Text { Text(parts: parts) }

    @Test func prometheus() throws {
        let server = HTTPLook(
            url: text(.literal("http://"), .value("10.77.9.10"), .literal(":9090/prom/")),
            headers: ["Authorization": text(.literal("Bearer "), .environment("TOKEN"))],
            keepsConnection: true
        )
        #expect(
            try kind("series")
                == .prometheus(
                    PrometheusLook(
                        server: server,
                        query: "rate(errors[1m])",
                        threshold: .above(0.5)
                    )
                )
        )
        guard case .prometheus(let any) = try kind("any-series") else { throw Wrong() }
        #expect(any.threshold == .anySeries && !any.server.verifiesCertificate)
    }

    @Test func alertmanager() throws {
        guard case .alertmanager(let look) = try kind("alert") else { throw Wrong() }
        #expect(look.alert == "ShopDown" && look.match == ["severity": "page"])
        #expect(look.countsSuppressed && look.clock == "edge")
    }

    @Test func logs() throws {
        #expect(
            try kind("app-log")
                == .log(
                    LogLook(
                        host: "app-east-a",
                        source: .file(
                            text(
                                .literal("/var/log/shop/"),
                                .value("shop.example"),
                                .literal(".log")
                            )
                        ),
                        match: "lost .* leader",
                        sudo: true,
                        quietAfter: .seconds(10)
                    )
                )
        )
        #expect(
            try kind("unit")
                == .log(LogLook(source: .journal("patroni.service"), match: "promoted"))
        )
    }

    @Test func loadBalancers() throws {
        #expect(
            try kind("backend")
                == .loadBalancer(
                    LoadBalancerLook(
                        way: .socket(path: "/run/haproxy.sock", host: "edge", sudo: true),
                        backend: "shop"
                    )
                )
        )
        guard case .loadBalancer(let server) = try kind("server"),
            case .page(let page) = server.way,
            case .loadBalancer(let servers) = try kind("servers")
        else { throw Wrong() }
        #expect(page.url.shown == "http://10.77.9.10:8404/stats")
        #expect(server.servers == .named("app-1") && server.state == .maint)
        #expect(servers.servers == .like("app-east-.*") && servers.state == .down)
    }

    @Test func nameServers() throws {
        #expect(
            try kind("moved")
                == .dns(DNSLook(name: text(.value("shop.example")), resolver: "192.0.2.53:5353"))
        )
        guard case .dns(let points) = try kind("points") else { throw Wrong() }
        #expect(points.type == .aaaa)
        #expect(points.condition == .equals(["2001:db8::1", "2001:db8::2"]))
    }

    @Test func databases() throws {
        guard case .postgresRole(let writer) = try kind("writer"),
            case .postgresRole(let another) = try kind("another")
        else { throw Wrong() }
        #expect(writer.urls.count == 2 && writer.writers == ["db-west"])
        #expect(another.urls.count == 1 && another.writers.isEmpty)
        #expect(try kind("another").texts.flatMap(\.parts).contains(.environment("PASSWORD")))
    }

    @Test func whatIsUsual() throws {
        let experiment = try Fixture.reader().experiment("sources.yaml")
        for probe in experiment.probes where probe.name != "any-series" {
            #expect(probe.measure == .detection, "\(probe.name)")
            #expect(probe.every == .milliseconds(200) && probe.inFlightMax == 20, "\(probe.name)")
        }
        #expect(experiment.probe("any-series")?.measure == .service)
        #expect(experiment.probe("any-series")?.every == .seconds(1))
        #expect(experiment.probe("app-log")?.timeout == .seconds(5))
        #expect(experiment.probe("alert")?.timeout == .seconds(1))
        #expect(experiment.probe("app-log")?.lookers == ["app-east-a"])
        #expect(experiment.probe("backend")?.lookers == ["edge"])
    }

    @Test(arguments: [
        ("series", "prometheus rate(errors[1m]) > 0.5"), ("any-series", "prometheus up == 0"),
        ("alert", #"alert ShopDown{severity="page"}, even suppressed"#),
        ("app-log", "log /var/log/shop/shop.example.log holds lost .* leader"),
        ("unit", "journal of patroni.service holds promoted"), ("backend", "haproxy shop is down"),
        ("server", "haproxy shop/app-1 is maint"), ("servers", "haproxy shop/app-east-.* is down"),
        ("moved", "dns A shop.example at 192.0.2.53:5353 has changed"),
        ("points", "dns AAAA a.example at 192.0.2.53 is 2001:db8::1 and 2001:db8::2"),
        (
            "another",
            "postgres-role postgresql://a:${env:PASSWORD}@10.0.0.1,10.0.0.2/x has another writer"
        ),
    ])
    func shown(_ name: String, _ words: String) throws { #expect(try kind(name).shown == words) }

    /// What needs root on a host, or is run there at all, is known before a run.
    @Test func commandsOnHostsAreInThePlan() throws {
        let experiment = try Fixture.reader().experiment("sources.yaml")
        let plan = try Planner.plan(experiment, facts: nil, seed: 1, run: "RUN")
        let request = try Planner.survey(of: experiment, seed: 1)
        #expect(Set(request.hosts.map(\.name)).isSuperset(of: ["app-east-a", "edge"]))
        #expect(plan.refusals.isEmpty, "\(plan.refusals)")
    }

    private struct Wrong: Error {}
}
