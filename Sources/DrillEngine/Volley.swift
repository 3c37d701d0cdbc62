import DrillModel

/// What one fault does first on each of its hosts, held ready there, so that all begin at one moment.
///
/// ```
///  load: every host has looked that its lease is armed, and waits for one word ─▶ fire ─▶ outcomes
/// ```
/// Commands behind a lease only, over ways that can hold one; all else is sent when the volley is fired.
struct Volley: Sendable {
    /// By wound, in the order of the wounds, which a seed's history holds to.
    private let shots: [(wound: String, shot: any Shot)]

    /// How long a host may take until it holds a command ready.
    private static let patience = Span.seconds(15)

    /// - Returns: what is held ready, and on which hosts that failed, in words.
    static func load(
        _ wounds: [Wound],
        _ actor: Actor,
        _ world: World
    ) async -> (volley: Volley, failures: [String]) {
        let loaded = await together(wounds) { wound -> Result<(any Shot)?, RemoteError> in
            guard wound.lease != nil, let first = wound.procedure.inject.first,
                wound.procedure.isBehindLease(first)
            else { return .success(nil) }
            do throws(RemoteError) {
                return .success(
                    try await actor.load(
                        first,
                        of: wound.fault,
                        behind: wound.leaseOnTarget,
                        deadline: world.now() + patience
                    )
                )
            } catch {
                return .failure(error)
            }
        }
        var shots: [(wound: String, shot: any Shot)] = []
        var failures: [String] = []
        for (wound, result) in loaded {
            switch result {
            case .success(let shot?): shots.append((wound.key, shot))
            case .success(nil): break
            case .failure(let error):
                failures.append("\(wound.procedure.target): \(error.message)")
            }
        }
        return (Volley(shots: shots), failures)
    }

    /// What is held ready of a wound's first action; nil where that is simply sent.
    func shot(at wound: Wound) -> (any Shot)? {
        shots.first { $0.wound == wound.key }?.shot
    }

    func fire(_ hosts: any Hosts) async {
        if !shots.isEmpty { await hosts.fire(shots.map(\.shot)) }
    }

    func unload() async { for (_, shot) in shots { await shot.unload() } }
}
