import ArgumentParser
import DrillEngine
import DrillField
import DrillModel
import DrillWire

/// `drill lab up|down|status`: a small, real, highly available system to break.
struct LabCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab",
        abstract: "A small, real, highly available system in containers, to be broken.",
        subcommands: [Up.self, Down.self, Status.self]
    )

    struct Options: ParsableArguments {
        @Option(name: .customLong("in"), help: "The folder that describes the lab.")
        var folder = "Experiments/lab"
    }

    struct Up: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring the lab up and wait until it serves; mends what is there of it."
        )

        @OptionGroup var options: Options

        @Option(help: "How many seconds to wait until it serves.")
        var within = 90

        func run() async throws {
            try await LabCommand.doing { engine, clock in
                let begun = clock.now()
                let say: @Sendable (String) -> Void = { Terminal.write("lab: \($0)\n") }
                let product = try await engine.version(deadline: clock.after(.seconds(10)))
                let folder = try LabFolder(options.folder)
                let image = try folder.image()
                let plan = try LabPlan(
                    folder.inventory(),
                    image: image,
                    key: try await folder.publicKey()
                )
                if try await !engine.hasImage(image, deadline: clock.after(.seconds(10))) {
                    say("building the image \(image) for \(product); this takes a minute, once")
                    try await folder.build(image)
                }
                let making = LabMaking(plan: plan, engine: engine, clock: clock, say: say)
                try await making.reconcile()
                let status = try await making.settle(within: .seconds(Int64(within)))
                guard status.lacks.isEmpty else {
                    throw LabFailure(
                        "the lab isn't whole after \(within) s:\n  "
                            + status.lacks.joined(separator: "\n  ")
                            + "\nlook at `docker logs CONTAINER`, or begin anew: drill lab down"
                    )
                }
                try folder.write(knownHosts: await making.hostKeys(within: .seconds(20)))
                // What it was made of before is half a gigabyte each.
                let images = try await engine.images(
                    label: "drill.lab=image",
                    deadline: clock.after(.seconds(10))
                )
                for old in images where old != image {
                    try await engine.removeImage(old, deadline: clock.after(.seconds(30)))
                }
                let took = (clock.now() - begun).inSeconds
                say(
                    "whole after \(Int(took.rounded())) s: \(plan.containers.count) hosts, "
                        + "\(plan.leader.name) leads, \(status.shop.url) serves"
                )
            }
        }
    }

    struct Down: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove the lab: all that has its label, also after a crash."
        )

        func run() async throws {
            try await LabCommand.doing { engine, clock in
                let gone = try await LabRemoval(engine: engine, clock: clock).remove()
                let found = [
                    gone.containers > 0 ? counted(gone.containers, "container") : nil,
                    gone.networks > 0 ? counted(gone.networks, "network") : nil,
                ].compactMap(\.self)
                Terminal.write(
                    found.isEmpty ? "lab: there was none\n" : "lab: removed \(found.listed)\n"
                )
            }
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Who leads, who follows with what lag, which back ends are up.",
            discussion: "Exit code 0 if the lab is whole, 1 if something is missing."
        )

        @OptionGroup var options: Options

        @Flag(help: "As JSON.")
        var json = false

        func run() async throws {
            try await LabCommand.doing { engine, clock in
                let folder = try LabFolder(options.folder)
                let plan = try LabPlan(folder.inventory(), image: "", key: "")
                let look = LabLook(plan: plan, engine: engine, clock: clock)
                let status = try await look.status()
                if json {
                    Terminal.write(try JSONText.of(status))
                } else if status.containers.allSatisfy({ $0.state == "missing" }) {
                    Terminal.write("There is no lab. `drill lab up` makes it.\n")
                } else {
                    Terminal.write(status.table() + "\n")
                }
                if !status.lacks.isEmpty { throw ExitCode(1) }
            }
        }
    }

    /// Runs with an engine that is closed afterwards, and turns failures into a message and an exit code.
    private static func doing(
        _ work: (EngineClient, LabClock) async throws -> Void
    ) async throws {
        let failure: (message: String, exit: Int32)
        do {
            let address = try EngineAddress(environment: Wiring.environment)
            let engine = EngineClient(address)
            do {
                try await work(engine, .real)
                await engine.close()
                return
            } catch {
                await engine.close()
                throw error
            }
        } catch let exit as ExitCode {
            throw exit
        } catch let failure as Failure {
            throw failure
        } catch let error as LabFailure {
            failure = (error.message, 1)
        } catch let error as EngineError {
            let cause = error.code == .unexpectedAnswer ? error.cause.map { " (\($0))" } ?? "" : ""
            failure = (error.message + cause, 70)
        } catch {
            failure = ("\(error)", 70)
        }
        Terminal.writeError("drill lab: \(failure.message)\n")
        throw ExitCode(failure.exit)
    }
}

/// The clock that waiting for the lab goes by.
struct LabClock: Sendable {
    var now: @Sendable () -> Instant
    var sleep: @Sendable (_ until: Instant) async -> Void

    func after(_ span: Span) -> Instant { now() + span }

    static let real = LabClock(now: Wiring.now, sleep: Wiring.sleep)
}
