import Foundation
import Testing

@testable import DrillField

/// Tables for known_hosts; the hashed lines were made by `ssh-keygen -H`.
@Suite("known_hosts")
struct KnownHostsTests {
    static let ed25519 =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
    static let other =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFgAFjgzbJ2LL37i8kIchlVb7VNDRAM0FdEe67eNFRru"
    static let ecdsa =
        "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBDHohMqK"
        + "NlQY4anj+FzFTpDBgbgWTERR1KWRUGOkhT4EC18foDgtvYyN0CUVCPtMP+2BFTvlD4y8F5igYZoHiYI="

    static func blob(_ key: String) -> [UInt8] {
        Array(Data(base64Encoded: String(key.split(separator: " ")[1])) ?? Data())
    }

    func read(_ text: String) -> KnownHosts {
        var known = KnownHosts()
        known.read(text, file: "kh")
        return known
    }

    enum Expected: String, Sendable { case known, unknown, changed, revoked }

    struct Case: Sendable, CustomTestStringConvertible {
        var line: String
        var name: String
        var expected: Expected
        var testDescription: String { "\(line.prefix(40)) for \(name)" }

        init(_ line: String, _ name: String, _ expected: Expected) {
            self.line = line
            self.name = name
            self.expected = expected
        }
    }

    @Test(arguments: [
        Case("db \(ed25519)", "db", .known),
        Case("db \(ed25519) a comment", "db", .known),
        Case("  db\t\(ed25519)", "db", .known),
        Case("DB \(ed25519)", "db", .known),
        Case("a,db,10.0.0.1 \(ed25519)", "10.0.0.1", .known),
        Case("db \(ed25519)", "dbx", .unknown),
        Case("db \(ed25519)", "[db]:2222", .unknown),
        Case("[db]:2222 \(ed25519)", "[db]:2222", .known),
        Case("[db]:2222 \(ed25519)", "db", .unknown),
        Case("db \(other)", "db", .changed),
        Case("db \(ecdsa)", "db", .changed),
        Case("db \(other)\ndb \(ed25519)", "db", .known),
        Case("*.shop.example \(ed25519)", "db.shop.example", .known),
        Case("*.shop.example \(ed25519)", "shop.example", .unknown),
        Case("10.77.?.1* \(ed25519)", "10.77.1.11", .known),
        Case("10.77.?.1* \(ed25519)", "10.77.12.11", .unknown),
        Case("*,!db \(ed25519)", "db", .unknown),
        Case("!db,* \(ed25519)", "app", .known),
        Case("!db \(ed25519)", "app", .unknown),
        Case("[*]:2222 \(ed25519)", "[db]:2222", .known),
        Case("@revoked * \(ed25519)", "db", .revoked),
        Case("db \(ed25519)\n@revoked db \(ed25519)", "db", .revoked),
        Case("@revoked db \(other)\ndb \(ed25519)", "db", .known),
        Case("@revoked app \(ed25519)\ndb \(ed25519)", "db", .known),
        Case("@cert-authority * \(ed25519)", "db", .unknown),
        Case("@unheard-of db \(ed25519)", "db", .unknown),
        Case("# db \(ed25519)", "db", .unknown),
        Case("", "db", .unknown),
        Case("garbage\n\u{0}\u{1}\ndb ssh-ed25519 !!!\ndb \(ed25519)", "db", .known),
        Case("db ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAA", "db", .unknown),
        Case("db \(ed25519.replacing("ssh-ed25519 ", with: "ssh-rsa "))", "db", .unknown),
        Case("|1|c2FsdA==|bm8=|x \(ed25519)", "db", .unknown),
        Case("|2|c2FsdA==|bm8= \(ed25519)", "db", .unknown),
        Case(hashedPlain, "db.shop.example", .known),
        Case(hashedPlain, "app.shop.example", .unknown),
        Case(hashedPort, "[10.77.1.11]:2222", .known),
        Case(hashedPort, "10.77.1.11", .unknown),
        Case("db \(ed25519)\r\n", "db", .known),
    ])
    func judges(_ row: Case) {
        let found: Expected =
            switch read(row.line).verdict(on: Self.blob(Self.ed25519), of: row.name) {
            case .known: .known
            case .unknown: .unknown
            case .changed: .changed
            case .revoked: .revoked
            }
        #expect(found == row.expected)
    }

    static let hashedPlain =
        "|1|pOAlbOTOEPyFpwYlJlZknGb0nwU=|6CXMzEBMbH+BJ7I0MaV26Eh0cco= \(ed25519)"
    static let hashedPort =
        "|1|0TMH8aJOpn+cU+IstHV6BnKIdOI=|BmPtevMz2tu2kzjVjX64PSRlFao= \(ed25519)"

    @Test func saysWhichLineIsInTheWay() {
        let known = read("# first\n\ndb \(Self.other)\n")
        guard case .changed(let entries) = known.verdict(on: Self.blob(Self.ed25519), of: "db")
        else {
            Issue.record("not changed")
            return
        }
        #expect(entries.map(\.line) == [3])
        #expect(entries.map(\.file) == ["kh"])
    }

    @Test func asksForTheTypesThatAreKnown() {
        let known = read(
            "db \(Self.ecdsa)\n@revoked db \(Self.other)\ndb \(Self.ed25519)\napp \(Self.ed25519)"
        )
        #expect(known.types(for: "db") == ["ecdsa-sha2-nistp256", "ssh-ed25519"])
        #expect(known.types(for: "app") == ["ssh-ed25519"])
        #expect(known.types(for: "web").isEmpty)
    }

    @Test func keepsTheFilesOrderHoweverAHostIsNamed() {
        let known = read(
            "*b \(Self.ecdsa)\nDb,db \(Self.ed25519)\napp \(Self.other)\nd? \(Self.other)\ndb \(Self.ecdsa)"
        )
        #expect(known.entries(for: "db").map(\.line) == [1, 2, 4, 5])
    }

    @Test func namesAPortOnlyWhereItIsUnusual() {
        #expect(KnownHosts.name(of: "DB", port: 22) == "db")
        #expect(KnownHosts.name(of: "DB", port: 2222) == "[db]:2222")
        #expect(KnownHosts.name(of: "::1", port: 2222) == "[::1]:2222")
    }

    @Test func findsAnAuthority() {
        #expect(read("@cert-authority *.b \(Self.ed25519)").authority(for: "a.b")?.line == 1)
        #expect(read("a.b \(Self.ed25519)").authority(for: "a.b") == nil)
    }

    @Test func matchesHostilePatternsInTime() {
        let name = String(repeating: "a", count: 200)
        let pattern = String(repeating: "*a", count: 60) + "b"
        #expect(!HostPattern.matches(name, anyOf: [pattern]))
        #expect(HostPattern.matches(name, anyOf: [String(repeating: "*a", count: 60)]))
    }

    @Test func showsFingerprintsAsSSHDoes() {
        #expect(
            SSHKeyBlob.fingerprint(of: Self.blob(Self.ed25519))
                == "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"
        )
    }
}
