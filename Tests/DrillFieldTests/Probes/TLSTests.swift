import DrillEngine
import DrillField
import DrillModel
import Foundation
import Testing

@Suite(.serialized, .timeLimit(.minutes(1)))
struct TLSTests {
    @Test func trustNamesAndSilence() async throws {
        let server = try await TLSServer()
        let probers = fieldProbers()
        func look(
            _ host: String,
            trusts: Bool = true,
            verifies: Bool = true
        ) async throws -> Outcome {
            try await probers.once(
                probe(
                    .http(
                        HTTPLook(
                            url: Text("https://\(host):\(server.port)/"),
                            statuses: [200],
                            authority: trusts ? server.certificate : nil,
                            verifiesCertificate: verifies
                        )
                    ),
                    timeout: .seconds(3)
                )
            ).outcome
        }
        #expect(try await look("localhost") == .good)
        // A name of the certificate is also its address.
        #expect(try await look("127.0.0.1") == .good)
        #expect(try await look("localhost", trusts: false).failure == .tls)
        #expect(try await look("localhost", trusts: false).words == "the certificate isn't trusted")
        #expect(try await look("localhost", trusts: false, verifies: false) == .good)
        let other = try await look("127.0.0.2")
        #expect(other.failure == .tls, "\(other)")
        await #expect(throws: ProberError.self) {
            try await probers.once(
                probe(.http(HTTPLook(url: "https://localhost/", authority: "/nowhere.pem")))
            )
        }
        await probers.close()
        try await server.stop()
    }

    /// Through a host the socket's address is the relay's; the certificate must be for the URL's.
    @Test func throughAHostTheUrlsAddressCounts() async throws {
        // NIOSSL takes the socket's own address for a name too, which here is the relay's.
        let server = try await TLSServer(names: "DNS:localhost,IP:10.9.8.7")
        let inventory = Inventory(name: "shop", hosts: [Host(name: "edge", address: "10.0.0.1")])
        let probers = fieldProbers(inventory: inventory, hosts: FakeHosts())
        func look(_ host: String) async throws -> Outcome {
            try await probers.once(
                probe(
                    .http(
                        HTTPLook(
                            url: Text("https://\(host):\(server.port)/"),
                            authority: server.certificate
                        )
                    ),
                    timeout: .seconds(3),
                    via: "edge"
                )
            ).outcome
        }
        #expect(try await look("localhost") == .good)
        #expect(try await look("10.9.8.7") == .good)
        #expect(try await look("10.9.8.6") == .bad(.tls, "the certificate is for another name"))
        let other = try await look("elsewhere.example")
        #expect(other.failure == .tls, "\(other)")
        await probers.close()
        try await server.stop()
    }

    @Test func silenceAndEndWhileAgreeing() async throws {
        let server = try TruthServer()
        defer { server.stop() }
        let probers = fieldProbers()
        let it = probe(
            .http(HTTPLook(url: Text("https://127.0.0.1:\(server.port)/"))),
            timeout: .milliseconds(300)
        )
        let late = try await probers.once(it)
        #expect(late.outcome == .bad(.timeout, "connected, but no agreement on TLS in time"))
        #expect(try await eventually { server.connections == 0 })
        server.down(.refuse)
        #expect(try await probers.once(it).outcome.failure == .refused)
        await probers.close()
    }
}

/// `openssl s_server` with a certificate of its own.
private final class TLSServer {
    let port: Int
    let certificate: String
    private let folder: String
    private let server: Background

    init(names: String = "DNS:localhost,IP:127.0.0.1") async throws {
        folder = try await Background.run("mktemp -d").trimmingCharacters(in: .newlines)
        certificate = folder + "/cert.pem"
        let key = folder + "/key.pem"
        _ = try await Background.run(
            """
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
            -subj /CN=localhost -addext subjectAltName=\(names) \
            -keyout \(key) -out \(certificate) 2>&1
            """
        )
        port = try freePort()
        server = Background(
            "exec openssl s_server -accept \(port) -cert \(certificate) -key \(key) -www -quiet"
        )
        let probers = fieldProbers()
        let up = probe(.tcp(TCPLook(address: "127.0.0.1", port: port)))
        for _ in 0..<200 where try await probers.once(up).outcome != .good {
            try await Task.sleep(for: .milliseconds(20))
        }
        await probers.close()
    }

    func stop() async throws {
        await server.stop()
        _ = try await Background.run("rm -r \(folder)")
    }
}
