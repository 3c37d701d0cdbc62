/// Where and when a plan is made, as far as that decides what may run.
package struct Site: Sendable {
    /// One moment by both of the controller's clocks.
    package struct Moment: Hashable, Sendable {
        package var at: Instant
        /// Nanoseconds since 1970.
        package var wallNs: Int64

        package init(at: Instant, wallNs: Int64) {
            self.at = at
            self.wallNs = wallNs
        }
    }

    package var policy: Policy?
    /// `sha256:…` of the policy's file.
    package var policyHash: String?
    /// What keeps every plan from being run: a policy that can't be relied on.
    package var refusals: [Refusal]
    /// Nil where windows aren't looked at.
    package var now: Moment?
    package var timeZones: TimeZones
    /// Runs that go on on this machine meanwhile.
    package var others: [OtherRun]
    /// A path without links and `..`, so that a file has one name.
    package var realPath: @Sendable (String) -> String

    package init(
        policy: Policy? = nil,
        policyHash: String? = nil,
        refusals: [Refusal] = [],
        now: Moment? = nil,
        timeZones: TimeZones = .utc,
        others: [OtherRun] = [],
        realPath: @escaping @Sendable (String) -> String = { $0 }
    ) {
        self.policy = policy
        self.policyHash = policyHash
        self.refusals = refusals
        self.now = now
        self.timeZones = timeZones
        self.others = others
        self.realPath = realPath
    }

    var policyInForce: PolicyInForce? {
        policy.map {
            PolicyInForce(
                name: $0.name,
                file: $0.file,
                hash: policyHash,
                protected: $0.protected
            )
        }
    }
}

/// The site's policy that held when a plan was made.
package struct PolicyInForce: Hashable, Codable, Sendable {
    package var name: String
    package var file: String
    /// Of the file's bytes: `sha256:…`.
    package var hash: String?
    /// Whom no fault may touch; nil, as in plans of before, where it names nobody.
    package var protected: [Policy.Protected]?

    package init(
        name: String,
        file: String,
        hash: String?,
        protected: [Policy.Protected] = []
    ) {
        self.name = name
        self.file = file
        self.hash = hash
        self.protected = protected.isEmpty ? nil : protected
    }
}

/// When the windows of a run close, found once when it is planned.
package struct Closing: Hashable, Codable, Sendable {
    /// By the clock that counts on whatever is done to the wall clock.
    package var at: Instant
    /// As the zone's clock shows it: `Thu 2026-11-26 16:00 Europe/Berlin`.
    package var shown: String
    /// Where the windows stand that close.
    package var position: Position?

    package init(at: Instant, shown: String, position: Position?) {
        self.at = at
        self.shown = shown
        self.position = position
    }
}

/// That a person, or the command line, must say that a run is meant.
package struct Confirmation: Hashable, Codable, Sendable {
    /// What asks for it: `the inventory shop says environment: production`.
    package var why: String
    /// How it was given; nil where it wasn't yet.
    package var given: String?

    package init(why: String, given: String? = nil) {
        self.why = why
        self.given = given
    }
}
