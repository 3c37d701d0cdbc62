import DrillEngine
import DrillModel
import DrillWire
import NIOCore
import NIOPosix
import Testing

@testable import DrillField

/// Runs with a client of a fake engine, which answers `GET /version` as 1.41 unless the answer says otherwise.
private func withEngine<Result>(
    _ answer: @escaping @Sendable (FakeEngine.Question) -> FakeEngine.Reply?,
    _ body: (EngineClient, FakeEngine) async throws -> Result
) async throws -> Result {
    let fake = try await FakeEngine.serving { question in
        question.uri == "/version" ? answer(question) ?? FakeEngine.version : answer(question)
    }
    let client = EngineClient(.socket(path: fake.path))
    do {
        let result = try await body(client, fake)
        await client.close()
        try await fake.stop()
        return result
    } catch {
        await client.close()
        try await fake.stop()
        throw error
    }
}

private func soon(_ span: Span = .seconds(5)) -> Instant { Instant(ns: BootClock.nowNs()) + span }

private func inspected(
    _ status: String,
    networks: String = "{}"
) -> FakeEngine.Reply {
    FakeEngine.Reply(
        200,
        """
        {"Id":"0123456789abcdef","State":{"Status":"\(status)","StartedAt":"2026-01-02T03:04:05Z"},
        "HostConfig":{"AutoRemove":true},"NetworkSettings":{"Networks":\(networks)}}
        """
    )
}

/// The error that an attempt ends with; nil when it succeeds.
private func failure(of attempt: () async throws -> Void) async -> EngineError? {
    do {
        try await attempt()
        return nil
    } catch {
        return error as? EngineError
    }
}

@Suite struct EngineClientTests {
    enum Verb: String, CaseIterable {
        case start, stop, restart, kill, pause, unpause, disconnect, connect

        func act(on client: EngineClient) async throws {
            switch self {
            case .start: try await client.start("db", deadline: soon())
            case .stop: try await client.stop("db", deadline: soon())
            case .restart: try await client.restart("db", deadline: soon())
            case .kill: try await client.kill("db", signal: "KILL", deadline: soon())
            case .pause: try await client.pause("db", deadline: soon())
            case .unpause: try await client.unpause("db", deadline: soon())
            case .disconnect: try await client.disconnect("db", network: "n", deadline: soon())
            case .connect:
                try await client.connect(
                    "db",
                    attachment: NetworkAttachment(network: "n", address: "10.1.2.3"),
                    deadline: soon()
                )
            }
        }
    }

    static let onNetwork = #"{"n":{"IPAMConfig":{"IPv4Address":"10.1.2.3"},"Aliases":["db"]}}"#
    static let elsewhere = #"{"n":{"IPAMConfig":{"IPv4Address":"10.1.2.4"},"Aliases":["db"]}}"#

    /// What a verb makes of the engine's answer, and of the look that follows where it refuses.
    static let outcomes: [(verb: Verb, answer: Int, look: FakeEngine.Reply, succeeds: Bool)] = [
        (.start, 204, inspected("running"), true),
        (.start, 304, inspected("running"), true),
        (.start, 500, inspected("exited"), false),
        (.stop, 204, inspected("exited"), true),
        (.stop, 304, inspected("exited"), true),
        (.stop, 500, inspected("running"), false),
        (.restart, 204, inspected("running"), true),
        (.restart, 500, inspected("exited"), false),
        (.kill, 204, inspected("exited"), true),
        (.kill, 409, inspected("exited"), true),
        (.kill, 409, inspected("running"), false),
        (.kill, 500, inspected("paused"), false),
        (.pause, 204, inspected("paused"), true),
        (.pause, 409, inspected("paused"), true),
        (.pause, 409, inspected("exited"), false),
        (.unpause, 500, inspected("running"), true),
        (.unpause, 500, inspected("paused"), false),
        (.disconnect, 200, inspected("running"), true),
        (.disconnect, 403, inspected("running"), true),
        (.disconnect, 403, inspected("running", networks: onNetwork), false),
        (.connect, 200, inspected("running", networks: onNetwork), true),
        (.connect, 403, inspected("running", networks: onNetwork), true),
        (.connect, 403, inspected("running", networks: elsewhere), false),
        (.connect, 403, inspected("running"), false),
    ]

    @Test(arguments: outcomes)
    func aVerbSucceedsWhenWhatItWantsIsSo(
        outcome: (verb: Verb, answer: Int, look: FakeEngine.Reply, succeeds: Bool)
    ) async throws {
        try await withEngine { question in
            if question.uri == "/version" { return nil }
            return question.uri.hasSuffix("/json")
                ? outcome.look : FakeEngine.Reply(outcome.answer, #"{"message":"no"}"#)
        } _: { client, _ in
            let failure = await failure { try await outcome.verb.act(on: client) }
            #expect((failure == nil) == outcome.succeeds, "\(outcome) ended with \(failure as Any)")
        }
    }

    @Test(arguments: Verb.allCases)
    func aMissingContainerIsSaidToBeMissing(verb: Verb) async throws {
        try await withEngine { question in
            question.uri == "/version"
                ? nil : FakeEngine.Reply(404, #"{"message":"No such container: db"}"#)
        } _: { client, _ in
            let failure = await failure { try await verb.act(on: client) }
            #expect(failure?.code == .noSuchContainer)
            #expect(failure?.container == "db")
            #expect(failure?.message.contains("has no container db") == true)
        }
    }

    @Test(arguments: [Verb.disconnect, .connect])
    func aMissingNetworkIsSaidToBeMissing(verb: Verb) async throws {
        try await withEngine { question in
            question.uri == "/version"
                ? nil : FakeEngine.Reply(404, #"{"message":"network n not found"}"#)
        } _: { client, _ in
            let failure = await failure { try await verb.act(on: client) }
            #expect(failure?.code == .noSuchNetwork)
        }
    }

    @Test func whatHungOnANetworkIsAskedForAgain() async throws {
        try await withEngine { question in
            question.uri == "/version" ? nil : FakeEngine.Reply(200)
        } _: { client, fake in
            let attachment = NetworkAttachment(
                network: "n",
                links: ["cache:c"],
                driverOptions: ["x": "1"]
            )
            try await client.connect("db", attachment: attachment, deadline: soon())
            let end = #"{"DriverOpts":{"x":"1"},"Links":["cache:c"]}"#
            #expect(fake.questions.last?.body == #"{"Container":"db","EndpointConfig":\#(end)}"#)
        }
    }

    @Test func itAsksWhatTheAPISays() async throws {
        try await withEngine { question in
            question.uri == "/version" ? nil : FakeEngine.Reply(204)
        } _: { client, fake in
            for verb in Verb.allCases { try await verb.act(on: client) }
            let connect =
                #"{"Container":"db","EndpointConfig":{"IPAMConfig":{"IPv4Address":"10.1.2.3"}}}"#
            #expect(
                fake.questions == [
                    .init(method: "GET", uri: "/version", body: ""),
                    .init(method: "POST", uri: "/v1.41/containers/db/start", body: ""),
                    .init(method: "POST", uri: "/v1.41/containers/db/stop", body: ""),
                    .init(method: "POST", uri: "/v1.41/containers/db/restart", body: ""),
                    .init(method: "POST", uri: "/v1.41/containers/db/kill?signal=KILL", body: ""),
                    .init(method: "POST", uri: "/v1.41/containers/db/pause", body: ""),
                    .init(method: "POST", uri: "/v1.41/containers/db/unpause", body: ""),
                    .init(
                        method: "POST",
                        uri: "/v1.41/networks/n/disconnect",
                        body: #"{"Container":"db"}"#
                    ),
                    .init(method: "POST", uri: "/v1.41/networks/n/connect", body: connect),
                ]
            )
        }
    }

    @Test(arguments: [
        "", ".", "..", "a/b", "a b", "-a", "../info", "a?force=1", "a%2Fb", "ä", "a\n",
    ])
    func nothingElseIsReachedThroughAName(name: String) async throws {
        try await withEngine { _ in
            nil
        } _: { client, fake in
            let failure = await failure { try await client.start(name, deadline: soon()) }
            #expect(failure?.code == .noSuchContainer)
            #expect(fake.questions.isEmpty)
        }
    }

    @Test func whatANetworkGaveIsKept() async throws {
        let networks = """
            {"b":{"IPAMConfig":null,"Aliases":null,"Links":["cache:c"],"DriverOpts":{"x":"1"}},
            "a":{"IPAMConfig":{"IPv4Address":"10.1.2.3","IPv6Address":"fd00::3"},
            "Aliases":["db","0123456789ab"],"IPAddress":""}}
            """
        try await withEngine { question in
            question.uri == "/version" ? nil : inspected("exited", networks: networks)
        } _: { client, _ in
            let state = try await client.inspect("db", deadline: soon())
            #expect(state.status == "exited")
            #expect(state.startedAt == "2026-01-02T03:04:05Z")
            #expect(
                state.attachments == [
                    NetworkAttachment(
                        network: "a",
                        address: "10.1.2.3",
                        address6: "fd00::3",
                        aliases: ["db"]
                    ),
                    NetworkAttachment(
                        network: "b",
                        links: ["cache:c"],
                        driverOptions: ["x": "1"]
                    ),
                ]
            )
            #expect(state.isRemovedAtEnd == true)
            #expect(
                state.attachments[1].words(connecting: "db")
                    == ["--link", "cache:c", "--driver-opt", "x=1", "b", "db"]
            )
        }
    }
}

@Suite struct EngineVersionTests {
    /// What an engine says it speaks, and the version that is then used; nil is a refusal.
    static let agreements: [(newest: String, least: String, used: String?)] = [
        ("1.41", "1.12", "1.41"), ("1.47", "1.24", "1.47"), ("1.60", "1.24", "1.47"),
        ("1.40", "1.12", "1.40"), ("1.39", "1.12", nil), ("1.60", "1.50", nil), ("1.9", "1.1", nil),
        ("two", "1.12", nil),
    ]

    @Test(arguments: agreements)
    func theNewestVersionThatBothKnowIsUsed(
        agreement: (newest: String, least: String, used: String?)
    ) async throws {
        let version =
            #"{"Version":"x","ApiVersion":"\#(agreement.newest)","MinAPIVersion":"\#(agreement.least)"}"#
        try await withEngine { question in
            question.uri == "/version" ? .init(200, version) : .init(204)
        } _: { client, fake in
            let failure = await failure { try await client.start("db", deadline: soon()) }
            #expect((failure == nil) == (agreement.used != nil))
            let used = agreement.used.map { ["/v\($0)/containers/db/start"] } ?? []
            #expect(fake.questions.dropFirst().map(\.uri) == used)
        }
    }

    @Test func versionsAreComparedAsNumbers() {
        #expect(EngineVersion(major: 1, minor: 9) < EngineVersion(major: 1, minor: 41))
        #expect(EngineVersion("1.41") == EngineVersion(major: 1, minor: 41))
        for text in ["", "1", "1.", ".1", "1.2.3", "a.b"] { #expect(EngineVersion(text) == nil) }
    }
}
