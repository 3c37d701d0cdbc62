import DrillEngine
import DrillModel
import Synchronization

/// A command that a simulated host holds ready.
final class SimulatedShot: Shot {
    private let number: Int
    private let line: String
    private let remote: SimulatedRemote
    private let sent = Mutex<(message: Message, at: Instant)?>(nil)

    init(_ number: Int, _ line: String, _ remote: SimulatedRemote) {
        self.number = number
        self.line = line
        self.remote = remote
    }

    func fire() {
        let at = remote.process.clock.now
        var command = SpelledCommand(line)
        command.hold = .fired(number)
        let message = remote.process.world.send(command, input: [], to: remote.host)
        sent.withLock { $0 = (message, at) }
    }

    func outcome(by deadline: Instant) async throws(RemoteError) -> CommandResult {
        guard let sent = sent.withLock({ $0 }) else {
            throw RemoteError(.cancelled, host: remote.host, "it was never fired")
        }
        return try await remote.answer(to: sent.message, sent.at, deadline)
    }

    /// The shell's input ends.
    func unload() async { remote.process.world.letGo(number) }
}

extension SimulatedRemote: Loading {
    func load(
        _ line: String,
        input: [UInt8],
        deadline: Instant,
        outputLimitBytes: Int
    ) async throws(RemoteError) -> any Shot {
        await process.cross()
        let sent = process.clock.now
        let number = process.world.newShot(on: host)
        var command = SpelledCommand(line)
        command.hold = .loaded(number)
        let message = process.world.send(command, input: input, to: host)
        let result: CommandResult
        do throws(RemoteError) {
            result = try await answer(to: message, sent, deadline)
        } catch {
            // The connection is lost, or closed since nobody waits any more.
            process.world.letGo(number)
            throw error
        }
        guard result.isSuccess else { throw .notReady(host, result) }
        return SimulatedShot(number, line, self)
    }
}

/// A shell that holds a command ready.
struct SimulatedHold {
    enum Stage { case expected, waiting, gone }

    var host: String
    var stage = Stage.expected
}

extension SimulatedWorld {
    func newShot(on host: String) -> Int {
        state.withLock { state in
            state.holds.append(SimulatedHold(host: host))
            return state.holds.count - 1
        }
    }

    func letGo(_ number: Int) { state.withLock { $0.holds[number].stage = .gone } }
}

extension SimulatedWorld.State {
    /// What a shell that holds a command answers; nil where the command begins.
    mutating func answer(_ hold: SpelledCommand.Hold) -> Message.Answer? {
        switch hold {
        case .loaded(let number):
            guard holds[number].stage == .expected else { return (Message.unreachable, "") }
            holds[number].stage = .waiting
            return (0, "")
        case .fired(let number):
            guard holds[number].stage == .waiting else { return (Message.unreachable, "") }
            holds[number].stage = .gone
            return nil
        }
    }
}
