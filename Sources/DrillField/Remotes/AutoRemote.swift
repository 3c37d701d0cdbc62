internal import DrillEngine
internal import DrillModel

/// libssh2 as long as it can, OpenSSH from then on where libssh2 said that it can't.
actor AutoRemote: Loading, LossTelling {
    nonisolated let host: String
    private let first: LibSSH2Remote
    /// Why OpenSSH may know more than libssh2, when the host refuses the keys.
    private let otherKeys: String?
    private let makeSecond: @Sendable (_ why: String) -> OpenSSHRemote
    private var second: OpenSSHRemote?

    init(
        _ first: LibSSH2Remote,
        otherKeys: String?,
        second: @escaping @Sendable (_ why: String) -> OpenSSHRemote
    ) {
        host = first.host
        self.first = first
        self.otherKeys = otherKeys
        makeSecond = second
    }

    func run(
        _ line: String,
        input: [UInt8],
        deadline: Instant,
        outputLimitBytes: Int
    ) async throws(RemoteError) -> CommandResult {
        try await through { remote throws(RemoteError) in
            try await remote.run(
                line,
                input: input,
                deadline: deadline,
                outputLimitBytes: outputLimitBytes
            )
        }
    }

    func run(
        _ line: String,
        input: [UInt8],
        then questions: [String],
        deadline: Instant,
        outputLimitBytes: Int
    ) async throws(RemoteError) -> (result: CommandResult, answers: [CommandAnswer]) {
        try await through { remote throws(RemoteError) in
            try await remote.run(
                line,
                input: input,
                then: questions,
                deadline: deadline,
                outputLimitBytes: outputLimitBytes
            )
        }
    }

    func ask(
        _ questions: [String],
        of line: String,
        deadline: Instant
    ) async throws(RemoteError) -> [CommandAnswer] {
        try await through { remote throws(RemoteError) in
            try await remote.ask(questions, of: line, deadline: deadline)
        }
    }

    func load(
        _ line: String,
        input: [UInt8],
        deadline: Instant,
        outputLimitBytes: Int
    ) async throws(RemoteError) -> any Shot {
        try await through { remote throws(RemoteError) in
            try await remote.load(
                line,
                input: input,
                deadline: deadline,
                outputLimitBytes: outputLimitBytes
            )
        }
    }

    func way() async throws(RemoteError) -> Way {
        try await through { remote throws(RemoteError) in try await remote.way() }
    }

    func forward(to address: String, port: Int) async throws(RemoteError) -> LocalEndpoint {
        try await through { remote throws(RemoteError) in
            try await remote.forward(to: address, port: port)
        }
    }

    func lastLoss() async -> Instant? {
        if let second { return await second.lastLoss() }
        return await first.lastLoss()
    }

    func check(deadline: Instant) async throws(RemoteError) {
        try await through { remote throws(RemoteError) in
            try await (remote as? any LossTelling)?.check(deadline: deadline)
        }
    }

    func close() async {
        await first.close()
        await second?.close()
    }

    private func through<Value>(
        _ body: (any Loading) async throws(RemoteError) -> Value
    ) async throws(RemoteError) -> Value {
        if let second { return try await body(second) }
        do {
            return try await body(first)
        } catch {
            guard let why = reason(for: error) else { throw error }
            if second == nil { second = makeSecond(why) }
            guard let second else { throw error }
            return try await body(second)
        }
    }

    /// What libssh2 failed at and OpenSSH may not; nil for what would fail either way.
    private func reason(for error: RemoteError) -> String? {
        guard error.nothingStarted else { return nil }
        switch error.code {
        case .unsupported:
            return "libssh2 and the host have no algorithm in common (\(error.cause ?? ""))"
        case .notAuthorised:
            // -19: the agent or the library could not make the signature.
            if error.cause?.contains("(libssh2 -19)") == true {
                return "libssh2 could not sign with the key (\(error.cause ?? ""))"
            }
            return otherKeys.map { "the host refused the keys that libssh2 can use, and \($0)" }
        default:
            return nil
        }
    }
}
