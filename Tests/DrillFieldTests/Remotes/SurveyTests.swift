import DrillEngine
import DrillField
import DrillModel
import DrillWire
import Foundation
import Testing

/// The survey over real ways to hosts: a real sshd, and the controller itself.
@Suite("Survey", .serialized)
struct SurveyTests {
    static func survey(_ hosts: any Hosts) -> Survey {
        Survey(
            hosts: hosts,
            containers: NoContainers(),
            now: { Instant(ns: BootClock.nowNs()) },
            wallNs: { Int64(Date().timeIntervalSince1970 * 1e9) }
        )
    }

    @Test(arguments: [DrillModel.Host.Transport.libssh2, .openssh])
    func findsOutAboutAHost(_ transport: DrillModel.Host.Transport) async throws {
        try await withServer { server in
            let host = server.host(transport)
            let here = DrillModel.Host(name: "here", isLocal: true)
            let hosts = server.hosts([host, here])
            let facts = await Self.survey(hosts).look(
                SurveyRequest(hosts: [host, here], tools: ["db": ["sh", "no-such-tool"]])
            )
            let found = try #require(facts.hosts["db"])
            #expect(found.unreachable == nil)
            let line = await shell("ssh-keygen -lf \(server.folder)/host.pub")
            let key = try #require(found.hostKey)
            #expect(line.split(separator: " ")[1] == key.fingerprint, "\(line)")
            #expect(key.type == "ssh-ed25519")
            #expect(key.knownFrom == "\(server.knownHosts):1")
            #expect(found.transport == transport.rawValue)
            #expect(found.user == NSUserName())
            #expect(found.tools.keys.sorted() == ["sh"])
            #expect(found.sshConnection.count == 4)
            #expect(found.sshConnection.dropFirst(2) == [server.address, "\(server.port)"])
            #expect(found.uptime.map { $0 > .zero } == true)
            // It is this machine: the same clock, and so found out.
            let (offset, bound) = (
                try #require(found.clockOffset), try #require(found.clockOffsetBound)
            )
            // A microsecond for Date's own rounding.
            #expect(abs(offset.ns) <= bound.ns + 1000)
            #expect(bound < .seconds(5))
            #expect(found.boot == facts.controller?.boot)
            #expect(found.network == facts.controller?.network)
            #expect(facts.hosts["here"]?.transport == "local")
            #expect(facts.hosts["here"]?.clockOffset == .zero)
            await hosts.close()
        }
    }

    /// Where each look is a command of its own, half of its start is in the bound: a tenth of a second here.
    @Test(arguments: [(DrillModel.Host.Transport.libssh2, true), (.openssh, false)])
    func theStartOfAShellIsInNoConversation(
        _ transport: DrillModel.Host.Transport,
        _ isTight: Bool
    ) async throws {
        // In place of a heavy start-up file, which belongs to the login shell.
        let start = "ForceCommand sleep 0.2; sh -c \"$SSH_ORIGINAL_COMMAND\""
        try await withServer(options: [start]) { server in
            let host = server.host(transport)
            let hosts = server.hosts([host])
            let facts = await Self.survey(hosts).look(SurveyRequest(hosts: [host]))
            let bound = try #require(facts.hosts["db"]?.clockOffsetBound)
            #expect((bound < .milliseconds(100)) == isTight, "\(bound)")
            await hosts.close()
        }
    }

    @Test func aHostThatHangsHoldsUpNobodyForLongerThanItsTime() async throws {
        try await withServer { server in
            let hanging = server.host(.libssh2, name: "hanging")
            let well = DrillModel.Host(name: "here", isLocal: true)
            let hosts = server.hosts([hanging, well])
            // It logs in and then stands still: what hangs is the survey's own command.
            _ = try await hosts.remote(to: hanging).way()
            await server.signalAll("STOP")
            var survey = Self.survey(hosts)
            survey.within = .seconds(2)
            let begun = BootClock.nowNs()
            let facts = await survey.look(SurveyRequest(hosts: [hanging, well]))
            let took = Span(ns: BootClock.nowNs() - begun)
            await server.signalAll("CONT")
            // Script and clock share the two seconds; the rest is a busy machine's.
            #expect(took < .seconds(4), "\(took)")
            #expect(facts.hosts["hanging"]?.unreachableCode == "timedOut")
            #expect(facts.hosts["here"]?.unreachable == nil)
            await hosts.close()
        }
    }

    @Test func saysWhyAHostCantBeReachedAndWhatToDo() async throws {
        try await withServer { server in
            let silent = server.host(.libssh2, name: "silent", port: LocalPort.free())
            let stranger = server.host(.libssh2, name: "stranger", user: "nobody-of-that-name")
            let well = server.host(.libssh2, name: "well")
            let hosts = server.hosts([silent, stranger, well])
            let facts = await Self.survey(hosts).look(
                SurveyRequest(hosts: [silent, stranger, well])
            )
            for name in ["silent", "stranger"] {
                let why = facts.hosts[name]?.unreachable ?? ""
                #expect(why.contains(name) && why.count > 40, "\(name): \(why)")
            }
            #expect(facts.hosts["well"]?.unreachable == nil)
            await hosts.close()
        }
    }
}
