internal import DrillEngine
internal import DrillModel

// Sources that are asked over HTTP or by a command, and answer with what they know of others.
extension FieldProbers {
    func prometheus(_ look: PrometheusLook, via: Host?) throws(ProbeMistake) -> any Prober {
        var text = ProbeText(secret: secret)
        let query = try text.filled(look.query)
        let firing = Firing()
        return try monitor(
            "Prometheus",
            look.server,
            "/api/v1/query?query=\(WebAddress.encoded(query))",
            &text,
            via: via
        ) { status, body, sent, done, text in
            do throws(PrometheusAnswer.Refused) {
                let answer = try PrometheusAnswer(status: status, body: body)
                let met = answer.met(look.threshold)
                var seen = Look(sent: sent, done: done, outcome: .good)
                if let unknown = answer.unknown(look.threshold) {
                    seen.outcome = .bad(.blind, text.shown("Prometheus has \(unknown)"))
                } else if met.isEmpty {
                    seen.outcome = .bad(.body, text.shown(answer.quiet(look.threshold)))
                }
                seen.warnings = answer.warnings.map { "Prometheus warns: \(text.shown($0))" }
                let begun = firing.begun(Set(met.map(\.name)))
                seen.sightings = met.filter { begun.contains($0.name) }.map { series in
                    let words = "\(series.name) is \(series.value.brief)\(look.threshold.shown)"
                    return Sighting(text.shown(words, most: 400), sent: sent, done: done)
                }
                return seen
            } catch {
                let words = text.shown("Prometheus answers \(error.words)", most: 400)
                return Look(sent: sent, done: done, outcome: .bad(.blind, words))
            }
        }
    }

    func alertmanager(_ look: AlertmanagerLook, via: Host?) throws(ProbeMistake) -> any Prober {
        var text = ProbeText(secret: secret)
        let clock = look.clock.map { inventory?.host($0)?.isLocal == true ? Action.controller : $0 }
        let filters = [("alertname", look.alert)] + look.match.sorted { $0.key < $1.key }
        let query = filters.map { name, value in
            "filter=" + WebAddress.encoded("\(name)=\(Self.quoted(value))")
        }
        let firing = Firing()
        return try monitor(
            "Alertmanager",
            look.server,
            "/api/v2/alerts?\(query.joined(separator: "&"))",
            &text,
            via: via
        ) { status, body, sent, done, text in
            guard status == 200, let all = AlertmanagerAlert.read(body) else {
                let start = String(decoding: body.prefix(200), as: UTF8.self)
                let words = "Alertmanager answers status \(status): \(start)"
                return Look(sent: sent, done: done, outcome: .bad(.blind, text.shown(words)))
            }
            // It is asked for these alone; what an older one makes of a filter is looked at all the same.
            let meant = all.filter { $0.isMeant(by: look) }
            let found = meant.filter { $0.isFiring(look) }
            var seen = Look(sent: sent, done: done, outcome: .good)
            if found.isEmpty {
                let others = meant.map { "\($0.shown) is \($0.excuse)" }
                seen.outcome = .bad(
                    .body,
                    text.shown(others.isEmpty ? "no such alert" : others.joined(separator: "; "))
                )
            }
            let begun = firing.begun(Set(found.map { $0.fingerprint + $0.startsAt }))
            seen.sightings = found.filter { begun.contains($0.fingerprint + $0.startsAt) }
                .map { alert in
                    Sighting(
                        text.shown(alert.shown, most: 400),
                        sent: sent,
                        done: done,
                        stamp: Timestamp.ns(alert.startsAt).map {
                            // It is written to the millisecond.
                            .wall(ns: $0, resolution: .milliseconds(1), host: clock)
                        }
                    )
                }
            return seen
        }
    }

    /// HAProxy's statistics page.
    func loadBalancer(_ look: LoadBalancerLook, via: Host?) throws(ProbeMistake) -> any Prober {
        guard case .page(let page) = look.way else {
            throw ProbeMistake("a socket is used on its host")
        }
        var text = ProbeText(secret: secret)
        let reading = try reading(look)
        let url = try text.filled(page.url)
        return try monitor(
            "HAProxy",
            page,
            url.hasSuffix(";csv") ? "" : ";csv",
            &text,
            via: via
        ) { status, body, sent, done, text in
            let csv = String(decoding: body, as: UTF8.self)
            return reading(csv, status == 200 ? nil : "status \(status)", sent, done, text)
        }
    }

    /// HAProxy's statistics socket; nil is the controller's.
    func loadBalancer(_ look: LoadBalancerLook, on host: Host?) throws(ProbeMistake) -> any Prober {
        guard case .socket(let path, _, let sudo) = look.way else {
            throw ProbeMistake("a page isn't read by a command")
        }
        let reading = try reading(look)
        let command = try commandProber(
            LoadBalancerLook.command(socket: path, sudo: sudo),
            on: host
        )
        let prober = CommandSource(command: command) { result in
            reading(result.outputText, nil, result.sent, result.done, command.text)
        }
        return SourceProber(
            prober: watched(prober, by: host, isRelayed: false),
            name: "HAProxy"
        )
    }

    private typealias StatsReading =
        @Sendable (String, String?, Instant, Instant, ProbeText) -> Look

    private func reading(_ look: LoadBalancerLook) throws(ProbeMistake) -> StatsReading {
        var wanted: Pattern?
        if case .like(let source) = look.servers { wanted = try pattern("^(?:\(source))$") }
        let (pattern, firing) = (wanted, Firing())
        return { csv, refused, sent, done, text in
            do throws(ProbeMistake) {
                guard refused == nil, let stats = HAProxyStats(csv) else {
                    throw ProbeMistake(
                        "HAProxy answers \(refused ?? "no statistics"): \(csv.prefix(120))"
                    )
                }
                let rows = try stats.rows(look, pattern)
                let found = rows.filter { $0.isIn(look.state) }
                var seen = Look(sent: sent, done: done, outcome: .good)
                if found.count < rows.count {
                    let states = rows.prefix(8).map { "\($0.name) is \($0.status)" }
                    seen.outcome = .bad(.body, text.shown(states.joined(separator: ", ")))
                }
                let begun = firing.begun(Set(found.map(\.name)))
                seen.sightings = found.filter { begun.contains($0.name) }.map { row in
                    let check = row.check.isEmpty ? "" : ", by \(row.check)"
                    return Sighting(
                        text.shown("\(row.name) is \(row.status)\(check)"),
                        sent: sent,
                        done: done,
                        // Both instants were cut to the second.
                        stamp: row.changed.map { .ago(.seconds($0), resolution: .seconds(1)) }
                    )
                }
                return seen
            } catch {
                return Look(
                    sent: sent,
                    done: done,
                    outcome: .bad(.blind, text.shown(error.message, most: 400))
                )
            }
        }
    }

    /// Asks a server's API, connections kept; an answer that is too long to be kept whole says nothing.
    private func monitor(
        _ name: String,
        _ server: HTTPLook,
        _ path: String,
        _ text: inout ProbeText,
        via: Host?,
        reading: @escaping @Sendable (Int, [UInt8], Instant, Instant, ProbeText) -> Look
    ) throws(ProbeMistake) -> any Prober {
        var base = try text.filled(server.url)
        if path.hasPrefix("/") { while base.hasSuffix("/") { base.removeLast() } }
        // Its secrets are those of the URL, the query and the headers.
        for value in server.headers.values { _ = try text.filled(value) }
        let known = text
        let prober = try http(server, url: base + path, &text, via: via) {
            status,
            body,
            sent,
            done in
            guard body.count < HTTPExchange.bodyLimitBytes else {
                let words = "\(name)'s answer is longer than a look can read"
                return Look(sent: sent, done: done, outcome: .bad(.blind, words))
            }
            return reading(status, body, sent, done, known)
        }
        return SourceProber(prober: watched(prober, by: via), name: name)
    }

    /// A matcher's value, as Alertmanager reads it.
    private static func quoted(_ value: String) -> String {
        "\"" + value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
