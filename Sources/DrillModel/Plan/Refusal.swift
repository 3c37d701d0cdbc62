/// Why a run must not start: a guard that it would break or something that the survey found missing.
///
/// The three ways in which a plan goes wrong stay apart: what the file alone shows is thrown as
/// `Problems` (exit 64); what a guard or the survey refuses is in `Plan.refusals` (exit 3, nothing
/// was touched); machinery that failed is neither.
package struct Refusal: Hashable, Codable, Sendable {
    package var cause: Cause
    /// The hosts that it is about; empty when it is about the whole.
    package var hosts: [String]
    /// What is refused or missing, with the value that was found.
    package var message: String
    /// What was found and what is allowed, where the guard compares two.
    package var value: String?
    package var limit: String?
    /// What to do about it.
    package var change: String

    package init(
        _ cause: Cause,
        hosts: [String] = [],
        _ message: String,
        value: String? = nil,
        limit: String? = nil,
        change: String
    ) {
        self.cause = cause
        self.hosts = hosts
        self.message = message
        self.value = value
        self.limit = limit
        self.change = change
    }

    /// In one line: what is refused, then what to do.
    package var line: String {
        (message.hasSuffix(".") ? String(message.dropLast()) : message) + "; " + change
    }

    package enum Cause: String, Codable, Sendable, CaseIterable {
        /// More hosts in regions would be touched than the file allows.
        case blastRadius = "blast-radius"
        /// No zone would be left alone.
        case everyZone = "every-zone"
        /// Nobody of a role would be left alone.
        case lastOfRole = "last-of-role"
        case protect
        /// The machine that drill runs on.
        case controller
        /// A host that drill goes through to reach another.
        case jumpHost = "jump-host"
        /// Outside of the windows in which runs may go on.
        case windows
        /// The site's policy forbids it, or can't be relied on.
        case policy
        /// Nobody confirmed a run that must be confirmed.
        case confirmation
        /// Somebody halted all runs of this state folder.
        case halted
        /// Nobody is there to say what a runbook needs somebody to say.
        case people

        case unreachable
        case noSudo = "no-sudo"
        case missingTool = "missing-tool"
        case engine
        case container
        /// An earlier run left something on the host.
        case unhealed
        /// Another run is at work on the host.
        case claimed
        /// The survey found that the fault can't be done there.
        case cannot

        /// Whether it is a guard of the run, rather than something that the survey found.
        package var isGuard: Bool {
            switch self {
            case .blastRadius, .everyZone, .lastOfRole, .protect, .controller, .jumpHost, .windows,
                .policy, .confirmation, .halted, .people:
                true
            default: false
            }
        }
    }
}
