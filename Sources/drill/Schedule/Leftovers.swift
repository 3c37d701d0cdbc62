import DrillEngine
import DrillHistory
import DrillModel
import DrillReport
import DrillWire

/// Heals what runs of this state folder left broken when they died; what goes on heals its own.
struct Leftovers {
    let store: RunStore
    let stop: StopSwitch

    func heal() async -> GameDay.Healed {
        var healed = GameDay.Healed(runs: [], left: [])
        let runs: [String]
        do throws(HistoryError) {
            runs = try store.runs().reversed()
        } catch {
            healed.left = ["nobody can tell whether something is broken: \(error.message)"]
            return healed
        }
        let end = Wiring.now() + Healing.patience
        for run in runs where stop.reason == nil {
            do throws(HistoryError) {
                guard try await isLeft(run, until: end) else { continue }
                Terminal.write("\(run) left something broken: healing it\n")
                let healing = Healing(run: run, store: store, stop: stop) { line in
                    Terminal.write(Plain.block("  \(line)") + "\n")
                }
                if try await healing.heal(as: .healer, waitingUntil: end) == .whole {
                    healed.runs.append(run)
                } else {
                    healed.left.append(
                        "\(run) has left something that may still be broken: run `drill heal \(run)`"
                    )
                }
            } catch {
                healed.left.append("what \(run) left can't be told: \(error.message)")
            }
        }
        return healed
    }

    /// Whether something is to be healed, once whoever heals it already is done.
    private func isLeft(_ run: String, until end: Instant) async throws(HistoryError) -> Bool {
        while let worker = try store.worker(on: run) {
            guard worker.role != .runner, stop.reason == nil else { return false }
            // Somebody heals it still, and has taken longer than anybody waits: healing it says so.
            guard Wiring.now() < end else { return true }
            await Wiring.sleep(Wiring.now() + .milliseconds(100))
        }
        return try !store.open(run, isThorough: true).isNothing
    }
}
