import Testing

@testable import DrillModel

/// What drill takes from Ansible inventories, each a text and the hosts in one line each.
@Suite struct AnsibleInventoryTests {
    private static func inventory(
        _ text: String,
        file: String = "hosts.ini",
        files: [String: String] = [:]
    ) throws -> Inventory {
        try Fixture.reader(files: files.merging([file: text]) { _, new in new }).inventory(file)
    }

    /// `NAME [user@]ADDRESS[:PORT] in ZONE as ROLES`, and what is special.
    private static func line(_ host: Host) -> String {
        var words = [host.name]
        if let address = host.address {
            words.append(
                (host.user.map { "\($0)@" } ?? "") + address + (host.port.map { ":\($0)" } ?? "")
            )
        }
        if host.isLocal { words.append("local") }
        if let container = host.container { words.append("container \(container)") }
        if let key = host.key { words.append("key \(key)") }
        if let jump = host.jump { words.append("jump \(jump)") }
        if let zone = host.zone { words.append("in \(zone)") }
        if !host.roles.isEmpty { words.append("as " + host.roles.joined(separator: " ")) }
        if host.isProtected { words.append("protected") }
        return words.joined(separator: " ")
    }

    private static func lines(
        _ text: String,
        file: String = "hosts.ini",
        files: [String: String] = [:]
    ) throws -> [String] {
        try inventory(text, file: file, files: files).hosts.map(line)
    }

    // MARK: INI

    static let ini: [(text: String, hosts: [String])] = [
        ("a\nb\n", ["a a", "b b"]),
        ("; c\n[web]\na # c\n\n[db]\nb\na\n", ["a a as web db", "b b as db"]),
        (
            "[web]\na:2222\nb ansible_port=22 ansible_host=x\n",
            ["a a:2222 as web", "b x:22 as web"]
        ),
        (
            "[web]\na[1:2] ansible_user=u\n[web:vars]\nansible_user=v\nansible_port=7 # c\n",
            ["a1 u@a1:7 as web", "a2 u@a2:7 as web"]
        ),
        ("[all:vars]\nansible_user='u'\n[web]\na\n", ["a u@a as web"]),
        ("[site:children]\nweb\n[web]\na\n", ["a a as site web"]),
        ("a ansible_connection=local\n", ["a local"]),
        ("a ansible_connection=docker\n", ["a container a"]),
        ("a drill_container='lab-{{ inventory_hostname }}'\n", ["a a container lab-a"]),
        (
            "a drill_region=r drill_zone=z\nb drill_region=r\nc drill_protect=True\n",
            ["a a in r/z", "b b in r/r", "c c protected"]
        ),
        (
            "[all:vars]\nansible_ssh_common_args='-J ops@b.x -p 7'\nansible_ssh_private_key_file=k\n[w]\na\n",
            ["a a:7 key k jump ops@b.x as w"]
        ),
        // A port beside the name counts only where the host is first named.
        ("[x]\na:1\n[y]\na:2\n", ["a a:1 as x y"]),
        ("a ansible_host=None\n", ["a a"]),
        ("a ansible_host=b ansible_ssh_host=c\n", ["a c"]),
        ("[web]\na\n[ungrouped]\na\n", ["a a as web"]),
    ]

    @Test(arguments: ini) func anINIFileHasHosts(text: String, hosts: [String]) throws {
        #expect(try Self.lines(text) == hosts)
    }

    // MARK: YAML

    static let yaml: [(text: String, hosts: [String])] = [
        ("all: { hosts: { a: } }", ["a a"]),
        ("web: { hosts: a }", ["a a as web"]),
        (
            """
            all:
              vars: { ansible_user: u }
              hosts: { edge: { ansible_port: 22 } }
              children:
                site:
                  children:
                    web:
                      hosts:
                        a[1:2]: ~
                      vars: { ansible_user: v }
                    db: null
            """, ["edge u@edge:22", "a1 v@a1 as site web", "a2 v@a2 as site web"]
        ),
        (
            """
            base:
              vars: &base { ansible_user: u, ansible_port: 1 }
            web:
              hosts: { a: { <<: *base, ansible_port: 2 } }
            """, ["a u@a:2 as web"]
        ),
        (
            #"{"all": {"children": ["ungrouped", "web"]}, "web": {"hosts": ["a", "b"]}, "#
                + #""_meta": {"hostvars": {"a": {"ansible_host": "x", "drill_region": "r"}}}}"#,
            ["a x in r/r as web", "b b as web"]
        ),
        (#"{"web": ["a"], "_meta": {"hostvars": {"c": {}}}}"#, ["a a as web", "c c"]),
    ]

    @Test(arguments: yaml) func aYAMLFileHasHosts(text: String, hosts: [String]) throws {
        #expect(try Self.lines(text, file: "hosts.yaml") == hosts)
    }

    @Test(arguments: [
        ("hosts", "[web]\na\n"), ("hosts", "a\n"), ("hosts", "all: { hosts: { a: } }"),
        ("hosts.cfg", "# c\na x=y\n"), ("hosts.json", #"{"all": {"hosts": {"a": {}}}}"#),
        ("hosts.yml", "inventory: { hosts: { a: } }"),
    ])
    func nameAndTextTellTheForm(file: String, text: String) throws {
        #expect(try Self.inventory(text, file: file).hosts.map(\.name) == ["a"])
    }

    // MARK: Which value counts

    static let precedence: [(text: String, files: [String: String], user: String)] = [
        // A child wins over its parent, whichever comes last.
        ("[p:children]\nc\n[c]\na\n[c:vars]\nansible_user=c\n[p:vars]\nansible_user=p", [:], "c"),
        ("[x]\na\n[y]\na\n[y:vars]\nansible_user=y\n[x:vars]\nansible_user=x", [:], "y"),
        (
            "[x]\na\n[y]\na\n[y:vars]\nansible_user=y\n"
                + "[x:vars]\nansible_user=x\nansible_group_priority=10", [:], "x"
        ),
        (
            "[x]\na ansible_user=h\n[x:vars]\nansible_user=x", ["group_vars/x": "ansible_user: g"],
            "h"
        ),
        // A file for all wins over a group in the inventory itself.
        ("[x]\na\n[x:vars]\nansible_user=x", ["group_vars/all.yml": "ansible_user: f"], "f"),
        (
            "[x]\na\n",
            ["group_vars/all.yml": "ansible_user: f", "group_vars/x.yaml": "ansible_user: g"],
            "g"
        ),
        ("a ansible_user=h\n", ["host_vars/a.yml": "ansible_user: f"], "f"),
        (
            "[x]\na\n",
            [
                "group_vars/x/1.yml": "ansible_user: one",
                "group_vars/x/2.yml": "ansible_user: two",
                "group_vars/x/3.txt": "ansible_user: three",
                "group_vars/x/.4.yml": "ansible_user: four",
            ], "two"
        ),
        (
            "[x]\na\n", ["group_vars/all": "# nothing\n---\n", "group_vars/x": "ansible_user: g"],
            "g"
        ),
    ]

    @Test(arguments: precedence)
    func theNearestValueCounts(text: String, files: [String: String], user: String) throws {
        #expect(try Self.inventory(text, files: files).host("a")?.user == user)
    }

    @Test func theListAlreadyHasTheFolders() throws {
        let inventory = try Self.inventory(
            #"{"_meta": {"hostvars": {"a": {"ansible_user": "u"}}}}"#,
            file: "hosts.json",
            files: ["host_vars/a": "ansible_user: f"]
        )
        #expect(inventory.host("a")?.user == "u")
    }

    // MARK: drill's own inventory

    private static let shop = """
        [us_east]
        web1 zone=a
        [us_west]
        web2 zone=b
        [web]
        web1
        web2
        [watch]
        edge
        [windows]
        win ansible_connection=winrm
        """

    static let choices: [(choice: String, hosts: [String])] = [
        (
            "regions: [us_east, us_west], zones: { variable: zone }, except: windows",
            [
                "web1 drill@web1 in us_east/a as web", "web2 drill@web2 in us_west/b as web",
                "edge drill@edge as watch", "here local",
            ]
        ),
        (
            "only: web, roles: [us_east], protect: web2",
            ["web1 drill@web1 as us_east", "web2 drill@web2 protected", "here local"]
        ),
        (
            "only: [web, edge], regions: web, zones: [us_east, us_west]",
            [
                "web1 drill@web1 in web/us_east", "web2 drill@web2 in web/us_west",
                "edge drill@edge as watch", "here local",
            ]
        ),
    ]

    @Test(arguments: choices)
    func drillsInventorySaysWhatBecomesOfGroups(choice: String, hosts: [String]) throws {
        let own = """
            inventory: shop
            ssh: { user: drill }
            ansible: { file: hosts.ini, \(choice) }
            hosts: { here: { local: true } }
            """
        let files = ["lab/hosts.ini": Self.shop]
        let lines = try Self.lines(own, file: "lab/inventory.yaml", files: files)
        #expect(Set(lines) == Set(hosts))
    }

    @Test func anExperimentMayNameOne() throws {
        let experiment = """
            experiment: x
            inventory: lab/hosts.ini
            probes: { p: { measures: service, http: "http://${host.web1}/" } }
            method: [{ fault: kill-process, target: { role: web, pick: 1 }, name: nginx }]
            """
        let files = ["x.yaml": experiment, "lab/hosts.ini": "[web]\nweb[1:3] drill_region=r\n"]
        let inventory = try #require(
            try Fixture.reader(files: files).experiment("x.yaml").inventory
        )
        #expect(inventory.name == "hosts")
        #expect(inventory.file == "lab/hosts.ini")
        #expect(inventory.hosts.map(\.name) == ["web1", "web2", "web3"])
        #expect(
            inventory.host("web2")?.position == Position(file: "lab/hosts.ini", line: 2, column: 1)
        )
    }

    @Test func pathsStartBesideTheFileThatNamesThem() throws {
        let files = [
            "a/inventory.yaml":
                "inventory: x\nssh: { key: k1 }\nansible: { file: ../b/hosts }\n",
            "b/hosts": "h1\nh2 ansible_ssh_private_key_file=k2\n",
            "b/host_vars/h1.yml": "ansible_user: u",
        ]
        let inventory = try Fixture.reader(files: files).inventory("a/inventory.yaml")
        #expect(inventory.hosts.map(\.key) == ["a/k1", "b/k2"])
        #expect(inventory.host("h1")?.user == "u")
    }

    @Test func theLabIsTheSameOutOfAnAnsibleInventory() throws {
        let reader = Fixture.reader(in: Fixture.repository)
        func hosts(_ file: String) throws -> [String: Host] {
            let inventory = try reader.inventory("Experiments/lab/\(file)")
            #expect(inventory.name == "lab")
            #expect(inventory.knownHosts == "Experiments/lab/state/known_hosts")
            return Dictionary(
                inventory.hosts.map { host in
                    var host = host
                    host.position = nil
                    return (host.name, host)
                },
                uniquingKeysWith: { first, _ in first }
            )
        }
        let own = try hosts("inventory.yaml")
        #expect(own.count == 14)
        #expect(try hosts("ansible.yaml") == own)
    }

    // MARK: What is refused

    static let refusals: [(file: String, text: String, message: String)] = [
        (
            "hosts", "#!/usr/bin/env python3\nprint('{}')\n",
            "this is a program; drill runs none to learn of hosts"
        ),
        (
            "hosts.yaml", "#!/bin/sh\nplugin: x\n",
            "this is a program; drill runs none to learn of hosts"
        ),
        (
            "hosts.ini", "$ANSIBLE_VAULT;1.1;AES256\n6162\n",
            "this is encrypted by ansible-vault, and drill has no key"
        ),
        ("hosts.toml", "[web.hosts]\na = {}\n", "drill reads no TOML"),
        (
            "hosts.yml", "plugin: constructed\n",
            "this asks Ansible's plugin \"constructed\" for hosts, which drill can't"
        ),
        ("hosts.ini", "# nobody\n", "the inventory has no hosts"),
    ]

    @Test(arguments: refusals)
    func whatDrillCannotReadIsRefused(file: String, text: String, message: String) {
        let error = #expect(throws: Problems.self) { try Self.inventory(text, file: file) }
        #expect(error?.list.map(\.message) == [message])
        #expect(error?.list.first?.position == Position(file: file, line: 1, column: 1))
        #expect(error?.list.first?.fix != nil)
    }

    static let brokenFiles: [(path: String, text: String, line: String)] = [
        (
            "group_vars/all.yml", "$ANSIBLE_VAULT;1.1;AES256\n6162\n",
            "group_vars/all.yml:1:1: this is encrypted by ansible-vault, and drill has no key"
        ),
        (
            "group_vars/web/x.yml", "- a\n",
            "group_vars/web/x.yml:1:1: a file of variables must be a mapping, not a list"
        ),
        ("host_vars/a.yml", "ansible_port: x\n", "host_vars/a.yml:1:15: \"x\" is no port"),
        (
            "host_vars/a", "ansible_user: a\nansible_user: b\n",
            "host_vars/a:2:1: the key \"ansible_user\" is there twice"
        ),
    ]

    @Test(arguments: brokenFiles)
    func problemsOfFilesBesideItHaveTheirPlaces(path: String, text: String, line: String) {
        let error = #expect(throws: Problems.self) {
            try Self.inventory("[web]\na\n", files: [path: text])
        }
        let lines = error?.list.map(\.line) ?? []
        #expect(lines.count == 1 && lines[0].hasPrefix(line), "\(lines)")
    }

    @Test func anAnsibleInventoryIsNoExperiment() {
        let error = #expect(throws: Problems.self) {
            try Fixture.reader(files: ["hosts.ini": "a\n"]).experiment("hosts.ini")
        }
        #expect(error?.list.map(\.message) == ["this is an Ansible inventory, not an experiment"])
    }

    // MARK: Limits

    @Test func secretsAreNotInMessages() throws {
        let text = "a ansible_password=hunter2 ansible_port=0 b\n"
        let error = #expect(throws: Problems.self) { try Self.inventory(text) }
        let told = error?.list.map(\.rendered).joined() ?? ""
        #expect(told.contains("ansible_password=") && !told.contains("hunter2"))
    }

    @Test func templatesThatGrowEndSoon() throws {
        let names = (0..<20).map { "v\($0)=\(String(repeating: "{{v\($0 + 1)}}", count: 30))" }
        let text = "a ansible_host={{v0}} \(names.joined(separator: " "))\n"
        #expect(throws: Problems.self) { try Self.inventory(text) }
    }

    @Test func manyGroupsAreReadSoon() throws {
        let groups = (0..<4_000).map { "[g\($0):children]\ng\($0 + 1)\n" }
        let text = groups.joined() + "[g4000]\na\n"
        let spent = processorTime {
            #expect(throws: Never.self) { try Self.inventory(text) }
        }
        #expect(spent < Span(ns: 60_000_000_000))
    }
}
