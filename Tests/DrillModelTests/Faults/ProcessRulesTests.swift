import DrillModel
import Testing

struct ProcessRulesTests {
    @Test("chosen one way, saved with start times, and acted on as saved")
    func kill() throws {
        let plan = try Bench.compile(
            KillProcess.self,
            ["name": .word("post gres"), "signal": .word("TERM")]
        )
        #expect(plan.capture[0].words.suffix(4) == ["drill-find", "find", "name", "post gres"])
        #expect(plan.capture[0].saves == "processes")
        let filled = plan.filled(saved: ["processes": "12:345 67:890"])
        #expect(filled.inject[0].words.suffix(3) == ["signal", "TERM", "12:345 67:890"])
        #expect(filled.effective[0].words.suffix(3) == ["gone", "", "12:345 67:890"])
        #expect(filled.settled[0].words.suffix(3) == ["there", "name", "post gres"])
        #expect(filled.undo.isEmpty)
        #expect(filled.healing != .lease)
    }

    @Test("pause heals by lease: what was stopped is woken")
    func pause() throws {
        let plan = try Bench.compile(PauseProcess.self, ["port": .integer(8080)])
        #expect(plan.capture[0].words.suffix(3) == ["running", "port", "8080"])
        let filled = plan.filled(saved: ["processes": "12:345"])
        #expect(filled.inject[0].words.suffix(3) == ["signal", "STOP", "12:345"])
        #expect(filled.undo[0].words.suffix(3) == ["resume", "CONT", "12:345"])
        #expect(filled.healing == .lease)
    }

    static let refused: [([String: Values.Value], String)] = [
        ([:], "nothing says which processes | give one of `name:`"),
        (["name": .word("a"), "port": .integer(1)], "`name:` and `port:` at once"),
        (["name": .word("")], "`name:` is empty"),
        (["name": .word("sshd")], "drill never touches sshd"),
        (["name": .word("init")], "drill never touches init"),
        (["name": .word("drill")], "drill never touches drill"),
        (["pattern": .word(".*")], "drill never touches /usr/sbin/sshd -D, which this matches"),
        (["pattern": .word("ss?hd")], "which this matches"),
        (["port": .integer(22)], "drill never touches sshd's port"),
        (["service": .word("ssh.service")], "drill never touches ssh.service"),
        (["service": .word("sshd@1")], "drill never touches sshd@1"),
        (["service": .word("a;b")], "is no name of a service"),
        (["service": .word("-H")], "is no name of a service"),
    ]

    @Test("refused by name, before anything is touched", arguments: 0..<13)
    func refusals(index: Int) {
        let (values, message) = Self.refused[index]
        for fault in [KillProcess.self, PauseProcess.self] as [any Fault.Type] {
            let problem = Bench.problem(fault, values)
            #expect(problem?.contains(message) == true, "\(problem ?? "nothing")")
        }
    }

    @Test("sshd's port is the one that drill came in by")
    func sshPort() {
        let facts = Bench.facts(
            HostFacts(sshConnection: ["10.9.9.9", "40000", "10.0.0.1", "2022"])
        )
        #expect(Bench.problem(PauseProcess.self, ["port": .integer(2022)], facts: facts) != nil)
        #expect(Bench.problem(PauseProcess.self, ["port": .integer(22)], facts: facts) == nil)
    }

    static let managers: [(String, [String], [String])] = [
        ("systemd", ["systemctl", "stop", "--", "web"], ["systemctl", "start", "--", "web"]),
        ("runit", ["sv", "-w", "20", "stop", "web"], ["sv", "-w", "20", "start", "web"]),
        ("sysv", ["service", "web", "stop"], ["service", "web", "start"]),
    ]

    @Test("a service is stopped by what manages it", arguments: 0..<3)
    func service(index: Int) throws {
        let (manager, stop, start) = Self.managers[index]
        let facts = Bench.facts(HostFacts(serviceManager: manager))
        let plan = try Bench.compile(StopService.self, ["service": .word("web")], facts: facts)
        let ran = plan.filled(saved: ["state": "active", "process": "12:345"])
        #expect(ran.inject.map(\.words) == [stop])
        #expect(ran.undo.map(\.words) == [start])
        #expect(ran.effective.count == 2)
        #expect(ran.settled.map(\.expect) == [.output(["active"])])
        let didNot = plan.filled(saved: ["state": "inactive", "process": ""])
        #expect(didNot.inject.isEmpty && didNot.undo.isEmpty)
        #expect(didNot.effective.count == 1)
    }

    @Test("where nothing manages services, it says what to use instead")
    func noManager() {
        let problem = Bench.problem(
            StopService.self,
            ["service": .word("web")],
            facts: Bench.facts(HostFacts())
        )
        #expect(problem?.contains("with `kill-process` or `pause-process`") == true)
        #expect(Bench.problem(StopService.self, ["service": .word("web")], facts: nil) == nil)
    }

    @Test("run: five commands of the user's, what is captured goes into the others")
    func run() throws {
        let undo = Command(
            .shell(Text(parts: [.literal("mend "), .saved("captured")])),
            sudo: true
        )
        let plan = try Bench.compile(
            RunFault.self,
            [
                "capture": .command(.shell("look")), "inject": .command(.list(["break", "it"])),
                "effective": .command(.shell("broken?")), "undo": .command(undo),
                "timeout": .span(.seconds(5)),
            ]
        )
        #expect(plan.capture.map(\.saves) == ["captured"])
        #expect(plan.undo.map(\.timeout) == [.seconds(5)])
        #expect(plan.healing == .lease)
        let script = plan.undoScript(saved: ["captured": "it's; reboot"]) {
            part throws(Never) in
            part == .environment("X") ? "" : ""
        }
        let line = script.split(separator: "\n").first { $0.contains("mend") }
        #expect(
            line
                == #"${limit:+$limit 5} sh -c 'mend '\''it'\''\'\'''\''s; reboot'\''' || failed $? 5 'undo of run on db'"#
        )
        let bare = try Bench.compile(
            RunFault.self,
            ["inject": .command(.shell("break")), "effective": .command(.shell("look"))]
        )
        #expect(bare.healing == .controller(why: "run says no `undo:`"))
    }
}
