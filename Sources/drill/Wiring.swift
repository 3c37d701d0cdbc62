import DrillEngine
import DrillField
import DrillHistory
import DrillModel
import DrillWire
import Foundation

/// The one place that knows every concrete type: what a run's `World` is made of.
enum Wiring {
    static let environment = ProcessInfo.processInfo.environment

    static var store: RunStore { RunStore(environment: environment) }

    /// - Throws: `Failure.usage` where `DRILL_HOME` begins with a `~` that no shell has replaced.
    static func checkHome() throws {
        guard let home = environment["DRILL_HOME"], home.hasPrefix("~") else { return }
        throw Failure.usage(
            "DRILL_HOME is \(home), and only a shell knows what its ~ stands for, where it isn't quoted:"
                + " write $HOME or the whole path; nothing was done"
        )
    }

    /// Nil where it is no longer there.
    static let workingDirectory: String? = {
        let path = FileManager.default.currentDirectoryPath
        return path.hasPrefix("/") ? path : nil
    }()

    static let now: @Sendable () -> Instant = { Instant(ns: BootClock.nowNs()) }

    static let wallNs: @Sendable () -> Int64 = { WallClock.nowNs() }

    static let sleep: @Sendable (Instant) async -> Void = { until in
        let left = until - now()
        guard left > .zero else { return }
        // Cancellation is what the caller looks at next; there is nothing to do about it here.
        do { try await Task.sleep(for: .nanoseconds(left.ns)) } catch {}
    }

    /// Whether what goes to standard output may be coloured (no-color.org).
    static var hasColour: Bool {
        Terminal.isTerminal && (environment["NO_COLOR"] ?? "").isEmpty
            && !isDumb
    }

    /// Whether lines on standard output can be drawn over: a dumb terminal obeys no escape sequence.
    static var canRedraw: Bool { Terminal.isTerminal && !isDumb }

    private static var isDumb: Bool { ["dumb", ""].contains(environment["TERM"] ?? "") }

    static var user: String {
        environment["SUDO_USER"] ?? environment["USER"] ?? environment["LOGNAME"] ?? NSUserName()
    }

    /// The path of this program, also while another takes its place on the disk.
    static var program: String {
        let link = "/proc/self/exe"
        guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: link),
            FileManager.default.isExecutableFile(atPath: path)
        else { return link }
        return path
    }

    /// How many processors there are to share.
    static var processors: Int { ProcessInfo.processInfo.activeProcessorCount }

    /// A new folder that nobody else may look into, for what two processes say to each other.
    static func makeScratch() throws -> String {
        let path = FileManager.default.temporaryDirectory.path + "/drill-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        return path
    }

    static func remove(scratch path: String) {
        // Left over, it is a few bytes in a temporary folder.
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The names in a folder, in order.
    static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    /// Whether a folder is a way to another place, which may lead round in a circle.
    static func isLink(_ path: String) -> Bool {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
    }

    /// This process's number.
    static var process: Int { Int(ProcessInfo.processInfo.processIdentifier) }

    /// The account that drill's own commands run as, whoever called it.
    static var account: String { NSUserName() }

    static var controllerName: String { ProcessInfo.processInfo.hostName }
}

extension RunStore {
    /// - Throws: `Failure.usage` where `DRILL_HOME` names what isn't there: then `what`.
    func checkPlace(_ what: String) throws {
        if let misplaced { throw Failure.usage("\(what): \(misplaced)") }
    }

    /// Why there is nothing to be found, where `DRILL_HOME` names what isn't there.
    var misplaced: String? {
        guard isGiven, !isThere else { return nil }
        return
            "DRILL_HOME is \(path), which does not exist; set it to where runs are kept, or unset it"
    }
}

/// The ways into the world that one command opens, to be closed at its end.
struct Field {
    let hosts: any Hosts
    let containers: any ContainerEngine
    let probers: any Probers
    private let route: @Sendable (DrillModel.Host) -> Passage?
    private let close: @Sendable () async -> Void

    init(_ inventory: Inventory?) {
        let environment = Wiring.environment
        let fieldHosts = FieldHosts(
            inventory: inventory ?? Inventory(name: "none", hosts: []),
            environment: environment
        )
        let fieldProbers = FieldProbers(
            inventory: inventory,
            hosts: fieldHosts,
            secret: Secrets.value
        )
        hosts = fieldHosts
        route = { fieldHosts.route(to: $0) }
        probers = fieldProbers
        do throws(EngineError) {
            let client = EngineClient(try EngineAddress(environment: environment))
            containers = client
            close = {
                await fieldProbers.close()
                await fieldHosts.close()
                await client.close()
            }
        } catch {
            containers = NoEngine(error: error)
            close = {
                await fieldProbers.close()
                await fieldHosts.close()
            }
        }
    }

    func end() async { await close() }

    var survey: RunbookSurvey {
        RunbookSurvey(
            hosts: hosts,
            containers: containers,
            probers: probers,
            secret: Secrets.value,
            now: Wiring.now
        )
    }

    func world(
        journal: any Journal,
        recorder: any Recorder,
        guardian: (any Guardian)? = nil,
        people: (any People)? = nil
    ) -> World {
        World(
            now: Wiring.now,
            wallNs: Wiring.wallNs,
            sleep: Wiring.sleep,
            hosts: hosts,
            containers: containers,
            probers: probers,
            journal: journal,
            recorder: recorder,
            guardian: guardian,
            people: people,
            who: "\(Wiring.user)@\(Wiring.controllerName)",
            directory: Wiring.workingDirectory,
            secret: Secrets.value
        )
    }

    /// What a survey finds, and whom each host is reached through.
    func look(_ request: SurveyRequest) async -> Facts {
        let survey = Survey(
            hosts: hosts,
            containers: containers,
            now: Wiring.now,
            wallNs: Wiring.wallNs,
            addresses: OwnAddresses.all
        )
        var facts = await survey.look(request)
        for host in request.hosts { facts.hosts[host.name]?.route = route(host) }
        return facts
    }
}

/// What `${env:…}` and `${file:…}` stand for, at the moment of use.
enum Secrets {
    static let value: @Sendable (Text.Part) throws(SecretError) -> String = {
        part throws(SecretError) in
        switch part {
        case .environment(let name):
            guard let value = Wiring.environment[name] else {
                throw SecretError("${env:\(name)} is not set in drill's environment")
            }
            return value
        case .file(let path):
            do throws(FileError) {
                let content = try Files.read(path, limitBytes: 1 << 16)
                var text = String(decoding: content, as: UTF8.self)
                while text.last?.isNewline == true { text.removeLast() }
                return text
            } catch {
                throw SecretError("${file:\(path)} can't be read: \(error.message)")
            }
        default: throw SecretError("${…} is not a secret here")
        }
    }
}

/// Stands where `DOCKER_HOST` names nothing that drill can use: says so to whoever needs an engine.
private struct NoEngine: ContainerEngine {
    let error: EngineError

    func version(deadline: Instant) async throws(EngineError) -> String { throw error }
    func inspect(
        _ container: String,
        deadline: Instant
    ) async throws(EngineError) -> ContainerState { throw error }
    func start(_ container: String, deadline: Instant) async throws(EngineError) { throw error }
    func stop(_ container: String, deadline: Instant) async throws(EngineError) { throw error }
    func restart(_ container: String, deadline: Instant) async throws(EngineError) { throw error }
    func kill(
        _ container: String,
        signal: String,
        deadline: Instant
    ) async throws(EngineError) { throw error }
    func pause(_ container: String, deadline: Instant) async throws(EngineError) { throw error }
    func unpause(_ container: String, deadline: Instant) async throws(EngineError) { throw error }
    func disconnect(
        _ container: String,
        network: String,
        deadline: Instant
    ) async throws(EngineError) { throw error }
    func connect(
        _ container: String,
        attachment: NetworkAttachment,
        deadline: Instant
    ) async throws(EngineError) { throw error }
}
