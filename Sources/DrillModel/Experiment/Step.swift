/// One step of `prepare` or `method`; steps run one after another.
package struct Step: Hashable, Codable, Sendable {
    package indirect enum Kind: Hashable, Codable, Sendable {
        case fault(FaultStep)
        /// Undoes the fault of this id; the first one after T0 starts `restore`.
        case undo(String)
        case wait(Wait)
        case runbook(Runbook)
        case parallel([Step])
        /// `disaster: declared`: T0 is now, though nothing was injected.
        case disaster
        /// `repaired: declared`: `restore` counts from now, though nothing was undone.
        case repaired
    }

    package var kind: Kind
    package var position: Position?

    package init(_ kind: Kind, at position: Position? = nil) {
        self.kind = kind
        self.position = position
    }

    /// The step for people, in a few words.
    package var title: String {
        switch kind {
        case .fault(let fault):
            fault.id == fault.fault ? fault.fault : "\(fault.fault) (\(fault.id))"
        case .undo(let id): "undo \(id)"
        case .wait(let wait): wait.title
        case .runbook(let runbook): "runbook \(runbook.name)"
        case .parallel(let steps): "at once: " + steps.map(\.title).joined(separator: ", ")
        case .disaster: "disaster declared"
        case .repaired: "repair declared"
        }
    }
}

/// A fault, its targets and its own keys.
package struct FaultStep: Hashable, Codable, Sendable {
    /// Unique in the file; defaults to the fault's name.
    package var id: String
    /// The name in the catalogue.
    package var fault: String
    package var target: Selector
    /// What the fault's own keys say, checked against its shape.
    package var values: Values
    /// The file's `for`: undone after this long, without holding up the next step.
    package var lasts: Span?
    package var includesControl: Bool

    package init(
        id: String,
        fault: String,
        target: Selector,
        values: Values = Values(),
        lasts: Span? = nil,
        includesControl: Bool = false
    ) {
        self.id = id
        self.fault = fault
        self.target = target
        self.values = values
        self.lasts = lasts
        self.includesControl = includesControl
    }
}

/// Waits for a probe, looking only at samples sent after the step began; or just for some time.
package struct Wait: Hashable, Codable, Sendable {
    /// Nil waits for `holds`, whatever probes say (`wait: 5s`).
    package var until: String?
    package var state: ProbeState
    /// The file's `for`: how long the state must hold.
    package var holds: Span
    package var within: Span
    /// `else: continue` goes on when `within` runs out; otherwise the method ends and the run failed.
    package var continues: Bool

    package init(
        until: String?,
        state: ProbeState = .up,
        holds: Span = .zero,
        within: Span = .seconds(60),
        continues: Bool = false
    ) {
        self.until = until
        self.state = state
        self.holds = holds
        self.within = within
        self.continues = continues
    }

    package var title: String {
        guard let until else { return "wait \(holds)" }
        let wanted = state == .down ? " is down" : ""
        let length = holds == .zero ? "" : " for \(holds)"
        let otherwise = continues ? ", else continue" : ""
        return "wait until \(until)\(wanted)\(length), within \(within)\(otherwise)"
    }
}

/// Chooses hosts; what is named is joined by *and*, names in one list by *or*.
package struct Selector: Hashable, Codable, Sendable {
    package enum Pick: Hashable, Codable, Sendable {
        case all, minority, majority
        case count(Int)
        /// From 0 to 1.
        case share(Double)
    }

    package var regions: [String]
    /// As `region/zone`.
    package var zones: [String]
    package var roles: [String]
    package var hosts: [String]
    /// A name under `who:`, found out when the step runs.
    package var who: String?
    package var except: [Selector]
    package var pick: Pick
    package var position: Position?

    package init(
        regions: [String] = [],
        zones: [String] = [],
        roles: [String] = [],
        hosts: [String] = [],
        who: String? = nil,
        except: [Selector] = [],
        pick: Pick = .all,
        position: Position? = nil
    ) {
        self.regions = regions
        self.zones = zones
        self.roles = roles
        self.hosts = hosts
        self.who = who
        self.except = except
        self.pick = pick
        self.position = position
    }
}
