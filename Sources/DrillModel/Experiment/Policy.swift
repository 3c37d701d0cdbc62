/// What a site lets its experiments ask for, whatever their files say; the tightest limit wins.
///
/// It lies in `/etc/drill/policy.yaml`, and is root's.
package struct Policy: Hashable, Codable, Sendable {
    /// A limit and where it stands.
    package struct Limit<Value: Hashable & Codable & Sendable>: Hashable, Codable, Sendable {
        package var value: Value
        package var position: Position?

        package init(_ value: Value, at position: Position? = nil) {
            self.value = value
            self.position = position
        }
    }

    /// What may be named: nothing of `forbidden`, and only what is in `only`, where that is there.
    package struct Choice: Hashable, Codable, Sendable {
        package var forbidden: Limit<[String]>?
        package var only: Limit<[String]>?

        package init(forbidden: Limit<[String]>? = nil, only: Limit<[String]>? = nil) {
            self.forbidden = forbidden
            self.only = only
        }
    }

    /// Hosts that no fault may touch: each key that is there must hold.
    package struct Protected: Hashable, Codable, Sendable {
        package var selector: Selector
        package var addresses: [String]
        package var containers: [String]
        package var position: Position?

        package init(
            _ selector: Selector = Selector(),
            addresses: [String] = [],
            containers: [String] = [],
            at position: Position? = nil
        ) {
            self.selector = selector
            self.addresses = addresses
            self.containers = containers
            self.position = position
        }

        package func names(_ host: Host) -> Bool {
            selector.names(host)
                && (addresses.isEmpty
                    || host.address.map { own in
                        addresses.contains { Address.canonical($0) == Address.canonical(own) }
                    } == true)
                && (containers.isEmpty || host.container.map(containers.contains) == true)
        }
    }

    /// The word of `confirm` that means every run.
    package static let confirmsAlways = "always"

    package var name: String
    package var about: String?
    package var file: String
    /// Where `run: forbidden` stands; nil where runs are allowed.
    package var forbidsRuns: Position?
    package var faults: Choice
    /// By name, or by path where there is a `/` in it.
    package var inventories: Choice
    package var blastRadius: Limit<Double>?
    package var longest: Limit<Span>?
    package var lease: Limit<Span>?
    package var windows: Windows?
    /// Environments whose runs must be confirmed; `always` is every one.
    package var confirm: Limit<[String]>?
    package var protected: [Protected]
    /// Where it says that a run with faults must have a `stop-when`.
    package var requiresStopWhen: Position?

    package init(
        name: String,
        about: String? = nil,
        file: String = "",
        forbidsRuns: Position? = nil,
        faults: Choice = Choice(),
        inventories: Choice = Choice(),
        blastRadius: Limit<Double>? = nil,
        longest: Limit<Span>? = nil,
        lease: Limit<Span>? = nil,
        windows: Windows? = nil,
        confirm: Limit<[String]>? = nil,
        protected: [Protected] = [],
        requiresStopWhen: Position? = nil
    ) {
        self.name = name
        self.about = about
        self.file = file
        self.forbidsRuns = forbidsRuns
        self.faults = faults
        self.inventories = inventories
        self.blastRadius = blastRadius
        self.longest = longest
        self.lease = lease
        self.windows = windows
        self.confirm = confirm
        self.protected = protected
        self.requiresStopWhen = requiresStopWhen
    }
}
