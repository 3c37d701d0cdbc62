package import DrillModel

/// What `drill doctor` prints: the controller, a line a host, what each fault lacks, and the findings.
package enum CheckupText {
    /// Lines are folded to `width`, names that are there to be copied excepted; tables take 100 columns
    /// at most, and go below the names where they don't fit beside them.
    package static func render(_ checkup: Checkup, width: Int = 100, colour: Bool = false) -> String
    {
        var lines = head(checkup)
        if !checkup.hosts.isEmpty {
            let width = min(width, 100)
            lines += [TerminalLine()] + hosts(checkup, width: width)
            lines += [TerminalLine()] + faults(checkup, width: width)
        }
        lines += [TerminalLine()] + findings(checkup)
        return lines.flatMap { $0.wrapped(width: width, hanging: 12, colour: colour) }
            .joined(separator: "\n") + "\n"
    }

    private static func head(_ checkup: Checkup) -> [TerminalLine] {
        let own = checkup.controller
        let facts = checkup.facts.controller
        let system = [facts?.system, facts?.kernel].compactMap(\.self).joined(separator: ", ")
        var lines = [
            row(
                "controller",
                "drill \(own.version) on \(own.name) as \(facts?.user ?? "?"); \(system)"
            ),
            row(
                "state",
                own.stateFolder + ": "
                    + [
                        own.unwritable == nil ? "writable" : "NOT WRITABLE",
                        own.room.map { "\(size($0.freeBytes)) of \(size($0.totalBytes)) free" },
                        healed(own),
                    ].compactMap(\.self).joined(separator: ", ")
            ),
        ]
        lines += own.running.map { row("running", $0) }
        lines += [
            row("halt", own.refusal(.halted) ?? "none"),
            row("policy", policy(own)),
            row("engine", engine(checkup)),
        ]
        guard !checkup.hosts.isEmpty else { return lines }
        let count = Shown.plural(checkup.hosts.count, "host")
        lines.append(
            row("inventory", "\(checkup.inventory.name) (\(checkup.inventory.file)), \(count)")
        )
        if !checkup.experiments.isEmpty {
            lines.append(row("marked *", "what \(checkup.experiments.listed) needs"))
        }
        return lines
    }

    private static func healed(_ own: Checkup.Controller) -> String {
        guard own.isOpenKnown else { return "WHAT RUNS LEFT CAN'T BE TOLD" }
        guard own.open.isEmpty else { return "\(Shown.plural(own.open.count, "RUN")) NOT HEALED" }
        return own.running.isEmpty ? "every run is healed" : "every run that is over is healed"
    }

    private static func policy(_ own: Checkup.Controller) -> String {
        guard let policy = own.policy else {
            return own.refusal(.policy) == nil
                ? "none" : "CAN'T BE RELIED ON, so every run is refused"
        }
        let limits = policy.limits.isEmpty ? "no limits" : policy.limits.joined(separator: "; ")
        return "\(policy.name) (\(policy.file)): \(limits)"
    }

    private static func engine(_ checkup: Checkup) -> String {
        guard let engine = checkup.facts.engine else { return "not looked at" }
        let names = checkup.hosts.compactMap(\.host.container)
        if engine.unusable != nil {
            return names.isEmpty ? "none, and none is needed" : "CAN'T BE USED"
        }
        let version = engine.version ?? "?"
        guard !names.isEmpty else { return version }
        let states = names.map { engine.containers[$0]?.status ?? "unknown" }
        let counts = states.unique.map { state in "\(states.count { $0 == state }) \(state)" }
        return
            "\(version); of \(Shown.plural(names.count, "container")) \(counts.joined(separator: ", "))"
    }

    private static func row(_ name: String, _ text: String) -> TerminalLine {
        var line = TerminalLine()
        line.column(name, 11, .faint)
        line.add(Plain.oneLine(text))
        return line
    }
}

// A line a host.
extension CheckupText {
    private static func hosts(_ checkup: Checkup, width: Int) -> [TerminalLine] {
        let titles = [
            "HOST", "BY", "KEY", "LOGIN", "CLOCK", "FIREWALL", "SERVICES", "/ FREE", "SYSTEM",
        ]
        let found: [[String]] = checkup.hosts.map { check in
            check.facts.flatMap { Self.cells($0) } ?? []
        }
        // The last takes what is left.
        let widths = titles.indices.dropFirst().dropLast().map { column in
            ([titles[column]] + found.compactMap { $0.isEmpty ? nil : $0[column - 1] })
                .map(Plain.width).max() ?? 0
        }
        let names = checkup.hosts.map { mark($0.host.name, $0.isPlanned) }
        let systemMin = "Debian 12".count
        let inside = widths.reduce(systemMin) { $0 + $1 + 1 }
        let place = Place([titles[0]] + names, inside: inside, width: width)
        let system = max(systemMin, place.room - inside + systemMin)
        var head = TerminalLine()
        for (title, width) in zip(titles.dropFirst(), widths) { head.column(title, width, .faint) }
        head.add("SYSTEM", .faint)
        return place.heads(titles[0], [head])
            + zip(names, zip(checkup.hosts, found)).flatMap { name, host in
                place.lines(name, line(host.0, host.1, widths, system: system))
            }
    }

    private static func line(
        _ check: Checkup.HostCheck,
        _ cells: [String],
        _ widths: [Int],
        system: Int
    ) -> TerminalLine {
        var line = TerminalLine()
        guard let last = cells.last else {
            if check.facts == nil {
                line.add("no address: only its container can be worked on", .faint)
            } else {
                line.add(unreached(check.facts), .red)
            }
            return line
        }
        for (cell, width) in zip(cells, widths) {
            line.column(cell, width, cell.hasSuffix(noPrivilege) ? .yellow : nil)
        }
        line.add(Plain.truncated(last, system))
        return line
    }

    private static let noPrivilege = "NO SUDO"

    private static func unreached(_ facts: HostFacts?) -> String {
        switch facts?.unreachableCode {
        case "hostKeyChanged": "HOST KEY CHANGED, so nothing was asked of it"
        case "hostKeyUnknown": "HOST KEY UNKNOWN, so nothing was asked of it"
        case "hostKeyRevoked": "HOST KEY REVOKED, so nothing was asked of it"
        default: "UNREACHABLE"
        }
    }

    /// Nil where it wasn't reached.
    private static func cells(_ facts: HostFacts) -> [String]? {
        guard facts.unreachable == nil else { return nil }
        let user = facts.user ?? "?"
        let login =
            facts.isRoot ? "root" : facts.hasSudo ? "\(user), sudo" : "\(user), \(noPrivilege)"
        return [
            facts.transport ?? "?", key(facts), Plain.truncated(Plain.oneLine(login), 18),
            clock(facts), firewall(facts), facts.serviceManager ?? "?",
            (facts.rooms?["/"]?.freeBytes).map(size) ?? "?",
            system(facts),
        ]
    }

    /// `Debian 12`: the first words of what it calls itself.
    private static func system(_ facts: HostFacts) -> String {
        let name = Plain.oneLine(facts.system ?? facts.kernel ?? "?")
        let short = name.replacing("GNU/Linux ", with: "").split(separator: " (").first
        return short.map(String.init) ?? name
    }

    private static func key(_ facts: HostFacts) -> String {
        guard let type = facts.hostKey?.type else {
            return facts.transport == "local" ? "–" : "known"
        }
        return type.hasPrefix("ssh-")
            ? String(type.dropFirst(4)) : type.hasPrefix("ecdsa") ? "ecdsa" : type
    }

    private static func clock(_ facts: HostFacts) -> String {
        guard let offset = facts.clockOffset, let bound = facts.clockOffsetBound else {
            return "UNKNOWN"
        }
        guard facts.transport != "local" else { return "own" }
        let sign = offset.ns < 0 ? "-" : "+"
        return "\(sign)\(length(abs(offset.ns))) ±\(length(bound.ns, .up))"
    }

    /// `0.31 ms`, `42 ms`, `3.2 s`.
    private static func length(
        _ ns: Int64,
        _ rounding: FloatingPointRoundingRule = .toNearestOrAwayFromZero
    ) -> String {
        let (ms, seconds) = (Double(ns) / 1e6, Double(ns) / 1e9)
        if ns < 10_000_000 { return Shown.decimal(ms, places: 2, rounding) + " ms" }
        if ns < 1_000_000_000 { return Shown.decimal(ms, places: 0, rounding) + " ms" }
        return Shown.decimal(seconds, places: 1, rounding) + " s"
    }

    private static func firewall(_ facts: HostFacts) -> String {
        switch (facts.iptables, facts.ip6tables) {
        case (nil, nil): facts.tools["iptables"] == nil ? "none" : "none works"
        case (let four?, nil): "\(four), no IPv6"
        case (nil, let six?): six
        // The two are nearly always of one kind: `ip6tables-nft` says no more than `iptables-nft`.
        case (let four?, _): four
        }
    }

    private static func size(_ bytes: Int64) -> String {
        let units = [("G", 1_000_000_000.0), ("M", 1_000_000.0)]
        for (unit, size) in units where Double(bytes) >= size {
            let value = Double(bytes) / size
            return Shown.decimal(value, places: value < 100 ? 1 : 0) + " \(unit)B"
        }
        return "\(bytes / 1000) kB"
    }

    /// Where the cells of a table stand: beside the names, or below them where there is no room.
    struct Place {
        private let names: Int
        private let isBeside: Bool
        /// Columns that a row of cells may take.
        let room: Int

        /// `inside` is how many the cells take.
        init(_ names: [String], inside: Int, width: Int) {
            self.names = names.map(Plain.width).max() ?? 0
            isBeside = self.names + 1 + inside <= width
            room = isBeside ? width - self.names - 1 : width - 2
        }

        func heads(_ title: String, _ cells: [TerminalLine]) -> [TerminalLine] {
            cells.enumerated().flatMap { lines($0 == 0 ? title : "", $1, .faint) }
        }

        func lines(
            _ name: String,
            _ cells: TerminalLine,
            _ style: TerminalLine.Style? = nil
        ) -> [TerminalLine] {
            var line = TerminalLine()
            guard !isBeside else {
                line.column(name, names, style)
                line.add(cells)
                return [line]
            }
            line.add(name, style)
            var below = TerminalLine("  ")
            below.add(cells)
            return name.isEmpty ? [below] : [line, below]
        }
    }

    static func mark(_ name: String, _ isPlanned: Bool) -> String {
        Plain.oneLine(name) + (isPlanned ? " *" : "")
    }
}

extension CheckupText {
    private static func findings(_ checkup: Checkup) -> [TerminalLine] {
        guard !checkup.findings.isEmpty else {
            var line = TerminalLine()
            line.add("nothing to see to", .green)
            return [line]
        }
        var head = TerminalLine()
        head.add("\(Shown.plural(checkup.findings.count, "thing")) to see to", .red)
        return [head]
            + checkup.findings.map { finding in
                var line = TerminalLine()
                line.add("  \(Plain.oneLine(finding.host ?? "controller")): ", .bold)
                line.add(Plain.oneLine(finding.message))
                if let change = finding.change { line.add("; \(Plain.oneLine(change))") }
                return line
            }
    }
}
