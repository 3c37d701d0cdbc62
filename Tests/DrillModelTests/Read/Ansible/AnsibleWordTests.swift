import Testing

@testable import DrillModel

@Suite struct AnsibleWordTests {
    @Test(arguments: [
        ("web1 a=b", ["web1", "a=b"]),
        (#"web1 a="b c" d='e "f"'"#, ["web1", "a=b c", #"d=e "f""#]),
        (#"web1 a="b \"c\" \d" e=f\ g"#, ["web1", #"a=b "c" \d"#, "e=f g"]),
        ("web1 a=b#c d", ["web1", "a=b"]),
        (#"web1 a="b#c" # d"#, ["web1", "a=b#c"]),
        ("web1 a=''", ["web1", "a="]),
        ("  web1\ta=b ", ["web1", "a=b"]),
    ])
    func linesAreSplitAsAShellWould(line: String, words: [String]) throws {
        #expect(try AnsibleWords.split(line).map(\.text) == words)
    }

    @Test func wordsKnowTheirColumns() throws {
        #expect(try AnsibleWords.split(#"é "b c"  d"#).map(\.column) == [1, 3, 10])
    }

    @Test(arguments: [#"web1 a="b"#, "web1 a='b", #"web1 a=b\"#])
    func openEndsAreMistakes(line: String) {
        #expect(throws: Misfit.self) { try AnsibleWords.split(line) }
    }

    @Test(arguments: [
        ("a", ["a"]),
        ("web[1:3]", ["web1", "web2", "web3"]),
        (
            "web[08:10].example.com",
            ["web08.example.com", "web09.example.com", "web10.example.com"]
        ),
        ("db-[a:c]", ["db-a", "db-b", "db-c"]),
        ("db-[y:B]", ["db-y", "db-z", "db-A", "db-B"]),
        ("r[1:9:4]", ["r1", "r5", "r9"]),
        ("r[:2]", ["r0", "r1", "r2"]),
        ("r[1:2]-[a:b]", ["r1-a", "r1-b", "r2-a", "r2-b"]),
    ])
    func rangesAreManyHosts(pattern: String, hosts: [String]) throws {
        #expect(try AnsibleWords.expanded(pattern) == hosts)
    }

    @Test(arguments: [
        "web[1]", "web[1:]", "web[3:1]", "web[01:100]", "web[1:3:0]", "web[a:3]", "web[1:2",
        "web[1:99999999]", "web[1:1000][1:1000]", "web[1:2:3:4]",
    ])
    func otherRangesAreMistakes(pattern: String) {
        #expect(throws: Misfit.self) { try AnsibleWords.expanded(pattern) }
    }

    @Test(arguments: [
        ("web", "web", nil), ("web:22", "web", 22), ("web[1:2]:22", "web[1:2]", 22),
        ("web[1:2]", "web[1:2]", nil), ("::1", "::1", nil), ("[fd00::1]:22", "fd00::1", 22),
        ("web:", "web:", nil), ("web:ssh", "web:ssh", nil),
    ])
    func portsStandBehindNames(pattern: String, name: String, port: Int?) {
        let place = AnsibleWords.place(pattern)
        #expect(place.name == name)
        #expect(place.port == port)
    }

    @Test(arguments: [
        ("22", "22"), ("22 # the port", "22"), ("0x16", "22"), ("022", "022"), ("'a b'", "a b"),
        (#""a" # b"#, "a"), (#""a" b"#, #""a" b"#), (#"'it\'s'"#, "it's"), ("a # b", "a # b"),
        ("True", "True"), ("true", "true"), (" a ", "a"), ("1.10", "1.10"),
    ])
    func valuesAreLiteralsWhereTheyLookSo(text: String, value: String) {
        #expect(AnsibleWords.literal(text) == .word(value))
    }

    @Test func noneIsNothing() { #expect(AnsibleWords.literal("None") == .nothing) }

    @Test(arguments: [
        ("-o ProxyJump=ops@b:2222 -o StrictHostKeyChecking=no", "ops@b:2222"),
        ("-J b.example.com", "b.example.com"),
        ("-vJb.example.com", "b.example.com"),
        ("-oProxyJump=a.x,b.x", "a.x,b.x"),
        (#"-o "ProxyJump b.x""#, "b.x"),
        (#"-o ProxyCommand="ssh -W %h:%p -q ops@b.x""#, "ops@b.x"),
        (#"-o ProxyCommand="ssh -q -p 2222 -l ops b.x -W [%h]:%p""#, "ops@b.x:2222"),
        (#"-o ProxyCommand="ssh -o StrictHostKeyChecking=no -W %h:%p b.x""#, "b.x"),
        ("-J a.x -J b.x", "a.x"),
        ("-o ControlMaster=auto -C", nil),
        ("-J none", "none"),
    ])
    func jumpsStandInWordsOfSSH(arguments: String, jump: String?) throws {
        #expect(try AnsibleWay(arguments).jump == jump)
    }

    @Test func wordsOfSSHMayNameUserPortAndKey() throws {
        let way = try AnsibleWay("-l ops -p 2222 -i keys/a -o User=other")
        #expect(way.user == "ops")
        #expect(way.port == "2222")
        #expect(way.key == "keys/a")
    }

    @Test(arguments: [
        #"-o ProxyCommand="nc %h %p""#, #"-o ProxyCommand="ssh -i key -W %h:%p b""#,
        #"-o ProxyCommand="ssh b nc %h %p""#, "-F other", "-o HostName=x", "-J", "b", "-W a:1",
    ])
    func whatCannotBeFollowedIsSaid(arguments: String) {
        #expect(throws: Misfit.self) { try AnsibleWay(arguments) }
    }

    @Test(arguments: [
        ("a ansible_password=b c=d", "a ansible_password=* ***"),
        ("ansible_become_pass: 'b c'", "ansible_become_pass: ** **"),
        ("api_TOKEN = x", "api_TOKEN = *"),
        ("a ansible_host=b", "a ansible_host=b"),
        ("passenger", "passenger"),
    ])
    func secretsAreStarsInMessages(line: String, shown: String) {
        #expect(OpenedFile.masked(line: line) == shown)
    }
}
