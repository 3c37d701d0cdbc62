extension Reading {
    /// The probes of an experiment, in the order of the file.
    mutating func probes(_ values: Values) -> [Probe] {
        guard let named = values.mapping("probes") else { return [] }
        if named.positions.isEmpty {
            report(
                "an experiment without a probe measures nothing",
                at: values.positions["probes"],
                fix: "declare one: storefront: { http: { url: ... } }"
            )
        }
        return named.inOrder.compactMap { name, value in
            checkName(name, of: "probe", at: named.positions[name])
            guard case .mapping(let values) = value else { return nil }
            return probe(name, values, at: named.positions[name])
        }
    }

    private mutating func probe(_ name: String, _ values: Values, at position: Position?) -> Probe?
    {
        let keys =
            Grammar.looks + Grammar.sources + Grammar.probe.filter { $0.name == "ledger" }
        guard let kind = look(values, among: keys, of: "the probe \(quoted(name))") else {
            return nil
        }
        let standard = Standard(of: kind, isDirect: !values.has("via"))
        let every = values.span("every") ?? standard.every
        let timeout = values.span("timeout") ?? standard.timeout
        let probe = Probe(
            name: name,
            measure: values.word("measures").flatMap(Probe.Measure.init) ?? standard.measure,
            kind: kind,
            every: every,
            timeout: timeout,
            slowerThan: values.span("slower-than"),
            upAfter: values.integer("up-after") ?? 3,
            via: values.word("via"),
            inFlightMax: values.integer("in-flight") ?? standard.inFlightMax(every, timeout),
            position: position
        )
        checkMeasure(of: probe, at: values.positions["measures"] ?? position)
        for key in ["every", "timeout", "slower-than"] where values.span(key) == .zero {
            report("\(quoted(key)) can't be 0s", at: values.positions[key], fix: "1ms is the least")
        }
        if let slow = probe.slowerThan, slow >= probe.timeout,
            values.span("timeout") != nil || !values.has("timeout")
        {
            report(
                "nothing is slower than \(slow) when a look ends after \(probe.timeout)",
                at: values.positions["slower-than"],
                fix: "make `slower-than` less than `timeout`"
            )
        }
        if probe.via != nil, let (what, key) = kind.ranAs {
            report(
                "\(what) on a host, not looked at through one",
                at: values.positions["via"],
                fix: "write `host` into the mapping of \(quoted(key))"
            )
        }
        if probe.via != nil, probe.kind.resolver != nil {
            report(
                "a probe with \"via\" can't have a \"resolver\": that host looks names up its own way",
                at: values.positions["via"],
                fix: "leave one of them out"
            )
        }
        if probe.via != nil, probe.kind.pinsName {
            report(
                "a probe with \"via\" can't have `resolve: once`: that host looks names up its own way",
                at: values.positions["via"],
                fix: "leave one of them out"
            )
        }
        return probe
    }

    private mutating func checkMeasure(of probe: Probe, at position: Position?) {
        if case .ledger = probe.kind {
            guard probe.measure != .data else { return }
            report(
                "a ledger measures data",
                at: position,
                fix: "take `measures` out, or write data"
            )
        } else if probe.measure == .data {
            report(
                "only a ledger measures data",
                at: position,
                fix:
                    "write \(alternatives(Probe.Measure.allCases.map(\.rawValue).filter { $0 != "data" }))"
            )
        }
    }

    /// What a probe is unless the file says otherwise.
    private struct Standard {
        var measure = Probe.Measure.service
        var every = Span.milliseconds(20)
        var timeout = Span.seconds(1)
        private var inFlightMax = 200
        /// Whether a look costs no more than a socket of the controller.
        private var isCheap = false

        /// Enough for all that are due until the first one of a hang has run out of time.
        ///
        /// With fewer a hang would hide its own end. The fifth more is for those that are late.
        func inFlightMax(_ every: Span, _ timeout: Span) -> Int {
            guard isCheap, every > .zero else { return inFlightMax }
            let due = timeout.ns / every.ns
            return max(inFlightMax, Int(min(2000, due + due / 5)))
        }

        init(of kind: Probe.Kind, isDirect: Bool) {
            switch kind {
            case .http, .tcp: isCheap = isDirect
            case .ledger(let ledger):
                measure = .data
                guard case .command = ledger.store else { return }
                every = .milliseconds(500)
                timeout = .seconds(5)
                inFlightMax = 20
            case .sql: every = .milliseconds(500)
            case .command:
                every = .milliseconds(500)
                timeout = .seconds(5)
                inFlightMax = 20
            case .prometheus, .alertmanager, .dns, .postgresRole:
                measure = .detection
                every = .milliseconds(200)
                inFlightMax = 20
            case .log, .loadBalancer:
                measure = .detection
                every = .milliseconds(200)
                timeout = .seconds(5)
                inFlightMax = 20
            }
        }
    }
}

extension Probe.Kind {
    /// In words, that it is done by a command on a host, and the key that says so.
    fileprivate var ranAs: (what: String, key: String)? {
        if case .ledger(let ledger) = self {
            return ledger.store.kind == "command" ? ("a ledger's commands are run", "command") : nil
        }
        guard ran != nil else { return nil }
        return switch self {
        case .log: ("a log is read", "log")
        case .loadBalancer: ("a socket is used", "load-balancer")
        default: ("a command is run", "command")
        }
    }
}
