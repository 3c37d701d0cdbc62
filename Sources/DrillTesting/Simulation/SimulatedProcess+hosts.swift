import DrillEngine
import DrillModel
import Synchronization

extension SimulatedProcess: Hosts {
    func remote(to host: Host) async throws(RemoteError) -> any Remote {
        SimulatedRemote(host: host.name, process: self)
    }

    /// One after the other: it may die between two of them.
    func fire(_ shots: [any Shot]) async {
        for case let shot as SimulatedShot in shots {
            await cross()
            shot.fire()
        }
    }

    func close() async {}
}

/// A way to a simulated host; what it runs are words, not programs.
struct SimulatedRemote: Remote {
    let host: String
    let process: SimulatedProcess

    func way() async throws(RemoteError) -> Way { Way(transport: "simulated", why: "a test") }

    func forward(to address: String, port: Int) async throws(RemoteError) -> LocalEndpoint {
        throw RemoteError(.unsupported, host: host, "simulated hosts forward nothing")
    }

    func close() async {}

    func run(
        _ line: String,
        input: [UInt8],
        deadline: Instant,
        outputLimitBytes: Int
    ) async throws(RemoteError) -> CommandResult {
        await process.cross()
        let sent = process.clock.now
        let message = process.world.send(SpelledCommand(line), input: input, to: host)
        return try await answer(to: message, sent, deadline)
    }

    /// Waits for what comes back of something that was sent.
    func answer(
        to message: Message,
        _ sent: Instant,
        _ deadline: Instant
    ) async throws(RemoteError) -> CommandResult {
        let clock = process.clock
        let due = sent + message.takes
        await process.sleep(until: min(due, deadline))
        await process.cross()
        if Task.isCancelled, clock.now < min(due, deadline) {
            throw RemoteError(.cancelled, host: host, "nobody waits for it", nothingStarted: false)
        }
        if message.isLost { throw lost }
        let answer = message.answer.withLock { $0 }
        if due > deadline || answer == nil {
            await process.sleep(until: deadline)
            throw RemoteError(.timedOut, host: host, "no answer in time", nothingStarted: false)
        }
        guard let answer, answer.exit != Message.unreachable else { throw lost }
        return CommandResult(
            exit: .code(answer.exit),
            output: Array(answer.output.utf8),
            errors: [],
            sent: sent,
            done: clock.now
        )
    }

    private var lost: RemoteError {
        RemoteError(.disconnected, host: host, "the connection was lost", nothingStarted: false)
    }
}

/// A command on its way to a host, and its answer on the way back.
final class Message: Sendable {
    /// Stands for an exit code where the host isn't there.
    static let unreachable = -1

    typealias Answer = (exit: Int, output: String)

    /// From sending to the answer's coming.
    let takes: Span
    /// Either the request or the answer never comes, and the connection is seen to be lost.
    let isLost: Bool
    let answer = Mutex<Answer?>(nil)

    init(takes: Span, isLost: Bool) {
        self.takes = takes
        self.isLost = isLost
    }
}

extension SimulatedWorld {
    /// Sends a command: the network carries it on, whatever becomes of the sender.
    func send(_ spelled: SpelledCommand, input: [UInt8], to host: String) -> Message {
        let (message, arrivals): (Message, [Span]) = state.withLock { state in
            let isLost = state.generator.chance(state.weather.dropped)
            let isRequestLost = isLost && state.generator.chance(0.5)
            let delay =
                state.generator.chance(state.weather.delayed)
                ? state.generator.span(below: state.weather.delayMax) : .zero
            var arrivals: [Span] = isRequestLost ? [] : [delay + .milliseconds(1)]
            if state.generator.chance(state.weather.repeated) {
                arrivals.append(delay + state.generator.span(below: .seconds(60)))
            }
            state.underWay += arrivals.count
            let takes = delay + .milliseconds(2) + spelled.length
            return (Message(takes: takes, isLost: isLost), arrivals)
        }
        for (number, arrival) in arrivals.enumerated() {
            Task {
                await clock.sleep(arrival)
                deliver(spelled, input, to: host) { answer in
                    if number == 0 { message.answer.withLock { $0 = answer } }
                }
                state.withLock { $0.underWay -= 1 }
            }
        }
        return message
    }

    /// A paused host obeys when it goes on.
    private func deliver(
        _ command: SpelledCommand,
        _ input: [UInt8],
        to host: String,
        answered: @escaping @Sendable (Message.Answer) -> Void
    ) {
        guard !state.withLock({ $0.stalled.contains(host) }) else { return }
        let isFrozen = state.withLock { state in
            guard state.containers["box-\(host)"] == "paused" else { return false }
            state.frozen[host, default: []].append {
                self.deliver(command, input, to: host, answered: answered)
            }
            return true
        }
        if !isFrozen { answered(obey(command, input: input, on: host)) }
    }
}
