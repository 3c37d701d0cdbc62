import DrillEngine
import DrillField
import DrillModel
import Foundation
import Testing

/// The lease's scripts, run for real by the shells that are here.
@Suite(.serialized)
struct LeaseTests {
    /// dash, and busybox's ash where it is installed.
    static let shells: [[String]] =
        FileManager.default.fileExists(atPath: "/bin/busybox")
        ? [["sh"], ["busybox", "sh"]] : [["sh"]]

    let scratch: Scratch
    let lease: Lease
    let undo: String

    init() throws {
        scratch = try Scratch()
        lease = Lease(
            run: "20261123T141500Z-test-7f3a",
            fault: "cut",
            host: "db-west",
            places: [scratch.path + "/leases"]
        )
        undo = "echo undone >>\(scratch.path)/undone\n"
    }

    private func arm(
        _ sh: Sh,
        _ lease: Lease? = nil,
        lasts: Span = .seconds(30),
        undo: String? = nil
    )
        async throws -> Lease.Armed
    {
        let lease = lease ?? self.lease
        return Lease.Armed(
            try await sh(lease.arm(undo: undo ?? self.undo, lasts: lasts, who: "me@here")).output
        )
    }

    private var folder: String { "leases/\(lease.key)" }
    private var undone: Int { scratch.lines("undone").count }

    private func deadMan() throws -> Int {
        let words = scratch.lines("\(folder)/pid").first?.split(separator: " ") ?? []
        return try #require(words.first.flatMap { Int($0) })
    }

    /// On a busy machine a process is still seen for a while after its SIGKILL.
    private func killDeadMan(_ sh: Sh) async throws {
        let pid = try deadMan()
        _ = try await sh("kill -KILL \(pid)")
        let isThere = "grep -q '^[0-9]* (.*) [^ZX]' /proc/\(pid)/stat 2>/dev/null"
        while try await sh(isThere).exit == 0 { try await Task.sleep(for: .milliseconds(5)) }
    }

    /// No file, no lock, no process.
    private func expectNothingLeft(_ sh: Sh) async throws {
        #expect(!scratch.has("leases"))
        try await Task.sleep(for: .milliseconds(600))
        let processes = try await sh("ps -eo args | grep '[d]rill-lease' | grep -F \(scratch.path)")
        #expect(processes.output == "")
    }

    @Test("armed, extended, healed once, cleaned: nothing is left", arguments: shells)
    func wholeLife(shell: [String]) async throws {
        defer { scratch.remove() }
        let sh = Sh(shell: shell)
        guard case .armed(let pid, let place, _) = try await arm(sh) else {
            Issue.record("not armed")
            return
        }
        #expect(place == "\(scratch.path)/\(folder)")
        #expect(try deadMan() == pid)
        var state = Lease.State(try await sh(lease.state).output)
        #expect(state.phase == .armed && state.isAlive)
        // Ten seconds for a very busy machine.
        #expect(state.left > .seconds(20) && state.left <= .seconds(30))
        #expect(
            Lease.Extended(try await sh(lease.extend(.seconds(60))).output)
                == .extended(isRevived: false)
        )
        state = Lease.State(try await sh(lease.state).output)
        #expect(state.left > .seconds(50))
        #expect(undone == 0)
        #expect(
            Lease.Cleaned(try await sh(lease.clean).output) == .notHealed(state: "armed")
        )
        for _ in 1...2 {
            let healed = Lease.Healed(try await sh(lease.heal(patience: .seconds(10))).output)
            #expect(healed == .healed(log: ""))
        }
        #expect(undone == 1)
        #expect(
            Lease.Extended(try await sh(lease.extend(.seconds(60))).output)
                == .tooLate(state: "healed")
        )
        #expect(Lease.State(try await sh(lease.state).output).phase == .healed)
        // What held secrets is gone, whether or not anybody ever cleans: the dead-man's last deed.
        var looks = 0
        while scratch.has("\(folder)/undo"), looks < 100 {
            looks += 1
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(!scratch.has("\(folder)/undo") && !scratch.has("\(folder)/drill-lease"))
        #expect(Lease.Cleaned(try await sh(lease.clean).output) == .cleaned)
        #expect(Lease.Healed(try await sh(lease.heal(patience: .seconds(1))).output) == .none)
        #expect(Lease.Extended(try await sh(lease.extend(.seconds(1))).output) == .none)
        try await expectNothingLeft(sh)
    }

    @Test("left alone it heals at its deadline, not before", arguments: shells)
    func lapses(shell: [String]) async throws {
        defer { scratch.remove() }
        let sh = Sh(shell: shell)
        let undo = "read -r up _ </proc/uptime; echo $up >>\(scratch.path)/undone; echo said"
        _ = try await arm(sh, lasts: .milliseconds(1500), undo: undo)
        let armedAt = try await uptime(sh)
        try await Task.sleep(for: .seconds(3))
        let at = try #require(scratch.lines("undone").first.flatMap(Double.init))
        #expect(at >= armedAt + 1.5 - 0.4)
        #expect(at <= armedAt + 1.5 + 0.7)
        #expect(scratch.lines("undone").count == 1)
        let answer = try await sh(lease.heal(patience: .seconds(5)))
        #expect(Lease.Healed(answer.output) == .healed(log: "said\n", isLapse: true))
    }

    private func uptime(_ sh: Sh) async throws -> Double {
        let text = try await sh("cut -d' ' -f1 /proc/uptime").output
        return try #require(Double(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    @Test("a heal can't be undone by an extend that was under way", arguments: shells)
    func healIsOneWay(shell: [String]) async throws {
        defer { scratch.remove() }
        let sh = Sh(shell: shell)
        _ = try await arm(sh)
        // The dead-man held still, and a heal's marker: it is there, the claim isn't yet.
        let pid = try deadMan()
        _ = try await sh("kill -STOP \(pid)")
        _ = try await sh("echo >\(scratch.path)/\(folder)/armed/heal")
        #expect(
            Lease.Extended(try await sh(lease.extend(.seconds(60))).output)
                == .tooLate(state: "healing")
        )
        // Even one that slipped past that look and renamed its deadline into place.
        _ = try await sh("echo 99999999999 >\(scratch.path)/\(folder)/armed/deadline")
        // Whoever heals wakes a dead-man that somebody has stopped.
        let healed = try await sh(lease.heal(patience: .seconds(10)))
        #expect(Lease.Healed(healed.output) == .healed(log: ""))
        #expect(undone == 1)
    }

    @Test("a dead-man that was killed: heal undoes all the same", arguments: shells)
    func deadManKilled(shell: [String]) async throws {
        defer { scratch.remove() }
        let sh = Sh(shell: shell)
        _ = try await arm(sh)
        try await killDeadMan(sh)
        #expect(!Lease.State(try await sh(lease.state).output).isAlive)
        async let first = sh(lease.heal(patience: .seconds(10)))
        async let second = sh(lease.heal(patience: .seconds(10)))
        #expect(Lease.Healed(try await first.output) == .healed(log: ""))
        #expect(Lease.Healed(try await second.output) == .healed(log: ""))
        #expect(undone == 1)
        #expect(Lease.Cleaned(try await sh(lease.clean).output) == .cleaned)
        try await expectNothingLeft(sh)
    }

    @Test(
        "a dead-man that was killed is started again by an extend, and undoes in time",
        arguments: shells
    )
    func revived(shell: [String]) async throws {
        defer { scratch.remove() }
        let sh = Sh(shell: shell)
        _ = try await arm(sh, lasts: .milliseconds(300))
        try await killDeadMan(sh)
        // The old deadline passes: only the new one may count.
        try await Task.sleep(for: .milliseconds(400))
        async let first = sh(lease.extend(.seconds(2)))
        async let second = sh(lease.extend(.seconds(2)))
        let answers = [
            Lease.Extended(try await first.output), Lease.Extended(try await second.output),
        ]
        #expect(answers.contains(.extended(isRevived: true)), "\(answers)")
        #expect(Lease.State(try await sh(lease.state).output).isAlive)
        #expect(undone == 0)
        // Two seconds, and as much as a lapse may be late.
        try await Task.sleep(for: .milliseconds(3500))
        #expect(undone == 1)
        #expect(
            Lease.Healed(try await sh(lease.heal(patience: .seconds(10))).output)
                == .healed(log: "", isLapse: true)
        )
        #expect(Lease.Cleaned(try await sh(lease.clean).output) == .cleaned)
        try await expectNothingLeft(sh)
    }

    @Test(
        "a folder that is somebody else's is passed over: nothing in it is run",
        arguments: shells
    )
    func planted(shell: [String]) async throws {
        let sh = Sh(shell: shell)
        let theirs = "\(scratch.path)/planted"
        let lease = Lease(
            run: self.lease.run,
            fault: "cut",
            host: "db-west",
            places: [theirs, scratch.path + "/leases"]
        )
        _ = try await sh(
            """
            mkdir -p \(theirs)/\(lease.key)/armed && cd \(theirs)/\(lease.key) &&
            echo "echo >\(scratch.path)/owned" >drill-lease && echo 9999999999 >armed/deadline &&
            { read -r boot </proc/sys/kernel/random/boot_id
              echo "$boot $(cut -d' ' -f22 /proc/1/stat)"; } >boot && echo r f h w >name
            cd \(scratch.path)
            for mode in 775 707; do cp -r planted open-$mode && chmod $mode open-$mode; done
            """
        )
        _ = try await Sh.root("chown -R 65534 \(theirs) && chmod -R a+rX \(theirs)")
        let open = ["775", "707"].map { "\(scratch.path)/open-\($0)" }
        for places in [lease.places, [scratch.path + "/link"], open] {
            var lease = lease
            lease.places = places
            let list = try await sh(Lease.list(places: places)).output
            #expect(Lease.Listed.leases(list).leases.isEmpty, "\(list)")
            #expect(
                Lease.Healed(try await sh(lease.heal(patience: .seconds(2))).output) == .none
            )
            let isOver = try await sh(lease.isArmed).exit
            #expect(isOver != 0)
            // Once more, by a symbolic link to what is our own.
            _ = try await sh("cd \(scratch.path) && mkdir -p own && ln -sfn own link")
        }
        guard case .armed(_, let place, _) = try await arm(sh, lease) else {
            Issue.record("it stands in the way of arming")
            return
        }
        #expect(place.hasPrefix(scratch.path + "/leases"))
        for (places, what) in [([scratch.path + "/link"], "behind a link"), (open, "in the open")] {
            var elsewhere = lease
            elsewhere.places = places
            guard case .failed(let why) = try await arm(sh, elsewhere) else {
                Issue.record("armed \(what)")
                return
            }
            #expect(why.contains("nowhere"))
        }
        #expect(
            Lease.Healed(try await sh(lease.heal(patience: .seconds(10))).output)
                == .healed(log: "")
        )
        #expect(undone == 1)
        #expect(Lease.Cleaned(try await sh(lease.clean).output) == .cleaned)
        #expect(!scratch.has("owned"), "what somebody else had written was run")
        try await expectNothingLeft(sh)
        _ = try await Sh.root("rm -rf \(scratch.path)")
    }

    @Test("of a long log only whole lines are told: half a secret would not be known as one")
    func longLog() async throws {
        defer { scratch.remove() }
        let sh = Sh()
        let line = String(repeating: "s", count: 99)
        // With a short line at its end the 4,000 bytes that are told begin inside one.
        let undo = "n=0; while [ $n -lt 100 ]; do echo \(line); n=$((n + 1)); done; echo end"
        _ = try await arm(sh, undo: undo)
        let healed = Lease.Healed(try await sh(lease.heal(patience: .seconds(10))).output)
        guard case .healed(let log, _) = healed else {
            Issue.record("\(healed)")
            return
        }
        let lines = log.split(separator: "\n")
        #expect(lines.last == "end")
        #expect(lines.count == 40 && lines.dropLast().allSatisfy { $0 == line }, "\(lines)")
    }

    @Test("an undo waits for what is still going in, so that this doesn't outlast it")
    func underWay() async throws {
        defer { scratch.remove() }
        let sh = Sh(shell: ["sh"])
        _ = try await arm(sh, undo: "rm -f \(scratch.path)/hurt")
        var sent = try CommandLine(.shell("sleep 1.5; echo >\(scratch.path)/hurt")) {
            part throws(SecretError) in throw SecretError("there are no secrets here")
        }
        sent.goBehind(lease)
        async let exit = sh("sh -c \(Shell.quoted(sent.line))").exit
        // Until it has signed in.
        try await Task.sleep(for: .milliseconds(500))
        #expect(
            Lease.Healed(try await sh(lease.heal(patience: .seconds(10))).output)
                == .healed(log: "")
        )
        #expect(try await exit == 0)
        #expect(!scratch.has("hurt"), "it went in behind its undo")
        #expect(Lease.Cleaned(try await sh(lease.clean).output) == .cleaned)
        try await expectNothingLeft(sh)
    }

    @Test("a fault behind its lease goes in while that is armed, and never else", arguments: shells)
    func guarded(shell: [String]) async throws {
        defer { scratch.remove() }
        let sh = Sh(shell: shell)
        let file = "\(scratch.path)/it's $HOME"
        /// As a run sends it.
        func send(_ command: Command) async throws -> Int {
            var sent = try CommandLine(command) { part throws(SecretError) in
                throw SecretError("there are no secrets here")
            }
            sent.goBehind(lease)
            let input = String(decoding: sent.input, as: UTF8.self)
            let feed = input.isEmpty ? "" : "printf %s \(Shell.quoted(input)) | "
            let isArmed = try await sh(lease.isArmed).exit == 0
            let exit = try await sh("\(feed)sh -c \(Shell.quoted(sent.line))").exit
            #expect(isArmed == (exit != 75))
            return exit
        }
        let list = Command.list(["touch", file])
        var text = Command(.shell(Text("cat >") + Text(parts: [.value(file)]) + "; exit 3"))
        text.input = "hurt"
        #expect(try await send(list) == 75, "it was never armed")
        #expect(!scratch.has("it's $HOME"))

        _ = try await arm(sh)
        #expect(try await send(list) == 0)
        #expect(try await send(text) == 3, "its own exit counts")
        #expect(scratch.lines("it's $HOME") == ["hurt"])

        try await killDeadMan(sh)
        #expect(try await send(list) == 75, "nobody would undo it by itself")
        #expect(
            Lease.Healed(try await sh(lease.heal(patience: .seconds(10))).output)
                == .healed(log: "")
        )
        #expect(try await send(text) == 75, "it is undone")
        #expect(Lease.Cleaned(try await sh(lease.clean).output) == .cleaned)
        #expect(try await send(text) == 75, "it is gone")
        try await expectNothingLeft(sh)
    }

    @Test("a dead-man killed in the middle of the undo: heal begins it again", arguments: shells)
    func deadManKilledFiring(shell: [String]) async throws {
        defer { scratch.remove() }
        let sh = Sh(shell: shell)
        let undo = """
            echo begun >>\(scratch.path)/begun
            [ $(wc -l <\(scratch.path)/begun) -gt 1 ] || sleep 5
            echo undone >>\(scratch.path)/undone
            """
        _ = try await arm(sh, lasts: .milliseconds(100), undo: undo)
        while !scratch.has("begun") { try await Task.sleep(for: .milliseconds(10)) }
        #expect(Lease.State(try await sh(lease.state).output).phase == .firing)
        let inner = try await sh("pgrep -P \(try deadMan())").output.split(separator: "\n")
        _ = try await sh("kill -KILL \(try deadMan()) \(inner.joined(separator: " "))")
        let healed = Lease.Healed(try await sh(lease.heal(patience: .seconds(10))).output)
        #expect(healed == .healed(log: ""))
        #expect(undone == 1)
    }

    @Test("an undo that keeps failing is tried five times, then heal says so")
    func undoFails() async throws {
        defer { scratch.remove() }
        let sh = Sh()
        let undo = """
            echo tried >>\(scratch.path)/tried
            [ -e \(scratch.path)/mended ] || { echo no such luck; exit 3; }
            echo undone >>\(scratch.path)/undone
            """
        _ = try await arm(sh, lasts: .milliseconds(100), undo: undo)
        try await Task.sleep(for: .seconds(17))
        #expect(scratch.lines("tried").count == 5)
        #expect(Lease.State(try await sh(lease.state).output).phase == .failed)
        #expect(
            Lease.Extended(try await sh(lease.extend(.seconds(9))).output)
                == .tooLate(state: "failed")
        )
        let impatient = Lease.Healed(try await sh(lease.heal(patience: .seconds(1))).output)
        guard case .healing("firing", let tries?, let told) = impatient else {
            Issue.record("\(impatient)")
            return
        }
        #expect(tries.failed >= 1 && told.contains("no such luck"), "\(impatient)")
        let failed = Lease.Healed(try await sh(lease.heal(patience: .seconds(30))).output)
        guard case .failed(let log) = failed else {
            Issue.record("\(failed)")
            return
        }
        #expect(log.contains("no such luck"))
        _ = try await sh("touch \(scratch.path)/mended")
        let healed = Lease.Healed(try await sh(lease.heal(patience: .seconds(10))).output)
        guard case .healed = healed else {
            Issue.record("\(healed)")
            return
        }
        #expect(undone == 1)
    }

    @Test("an undo begins where the commands of the login begin")
    func begins() async throws {
        defer { scratch.remove() }
        let home = "\(scratch.path)/home"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        let login = Sh(before: ["sh", "-c", "cd \(home) && exec \"$@\"", "sh"])
        guard case .armed = try await arm(login, undo: "touch undone\n") else {
            Issue.record("not armed")
            return
        }
        _ = try await Sh()(lease.heal(patience: .seconds(10)))
        #expect(scratch.has("home/undone"))
        _ = try await Sh()(lease.clean)
    }

    @Test("an undo that fails in the sight of whoever asked is told at once, and tried no more")
    func failsAtOnce() async throws {
        defer { scratch.remove() }
        let sh = Sh()
        _ = try await arm(sh, undo: "echo tried >>\(scratch.path)/tried; exit 1")
        // Five tries take 15 s by their pauses; five more would take as long again.
        let failed = Lease.Healed(try await sh(lease.heal(patience: .seconds(25))).output)
        #expect(failed == .failed(log: ""))
        #expect(scratch.lines("tried").count == 5)
        #expect(Lease.Cleaned(try await sh(lease.clean).output) == .cleaned)
    }

    @Test("an undo that stays in the foreground hasn't ended, and how long it has gone on is told")
    func foreground() async throws {
        defer { scratch.remove() }
        let sh = Sh()
        _ = try await arm(sh, undo: "exec sleep 3")
        let answer = Lease.Healed(try await sh(lease.heal(patience: .milliseconds(1500))).output)
        guard case .healing("firing", let tries?, "") = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(tries.failed == 0)
        let span = try #require(tries.goingOn)
        #expect(span > .milliseconds(500) && span < .milliseconds(2500), "\(span)")
        let healed = Lease.Healed(try await sh(lease.heal(patience: .seconds(10))).output)
        #expect(healed == .healed(log: ""))
        #expect(Lease.Cleaned(try await sh(lease.clean).output) == .cleaned)
    }

    @Test(
        "a dead-man that was stopped is woken by an extend, and undoes in time",
        arguments: shells
    )
    func stopped(shell: [String]) async throws {
        defer { scratch.remove() }
        let sh = Sh(shell: shell)
        _ = try await arm(sh)
        let pid = try deadMan()
        _ = try await sh(
            "kill -STOP \(pid); until grep -q '^[0-9]* (.*) T' /proc/\(pid)/stat; do sleep 0.01; done"
        )
        #expect(
            Lease.Extended(try await sh(lease.extend(.milliseconds(500))).output)
                == .extended(isRevived: true)
        )
        // Half a second, and as much as a lapse may be late on a busy machine.
        for _ in 0..<100 where undone == 0 { try await Task.sleep(for: .milliseconds(50)) }
        #expect(undone == 1)
        _ = try await sh(lease.heal(patience: .seconds(10)))
        #expect(Lease.Cleaned(try await sh(lease.clean).output) == .cleaned)
    }

    @Test(
        "where its place became read-only the deadline undoes all the same; whoever heals is told"
    )
    func frozen() async throws {
        let root = Sh.root
        let place = "\(scratch.path)/memory"
        let lease = Lease(run: "r", fault: "cut", host: "h", places: [place + "/leases"])
        let mounted = try await root("mkdir \(place) && mount -t tmpfs none \(place)")
        #expect(mounted.exit == 0, "\(mounted)")
        _ = try await arm(root, lease, lasts: .seconds(1))
        let remounted = try await root("mount -o remount,ro \(place)")
        #expect(remounted.exit == 0, "\(remounted)")
        let own = "\(place)/leases/\(lease.key)"
        let extended = Lease.Extended(try await root(lease.extend(.seconds(9))).output)
        #expect(extended == .frozen(place: own))
        let healed = Lease.Healed(try await root(lease.heal(patience: .seconds(9))).output)
        #expect(healed == .frozen(place: own))
        for _ in 0..<100 where undone == 0 { try await Task.sleep(for: .milliseconds(50)) }
        // It is tried every second; what worked isn't repeated.
        try await Task.sleep(for: .milliseconds(2500))
        #expect(undone == 1)
        _ = try await root("mount -o remount,rw \(place)")
        _ = try await root(lease.heal(patience: .seconds(9)))
        #expect(undone == 2, "once more, now that it can be told")
        #expect(Lease.Cleaned(try await root(lease.clean).output) == .cleaned)
        _ = try await root("umount -l \(place)")
        scratch.remove()
    }

    @Test("a lease whose undo failed is let go once all is as before, and so is its host")
    func letGo() async throws {
        defer { scratch.remove() }
        let here = DrillModel.Host(name: "here", isLocal: true)
        let lease = Lease(run: UUID().uuidString, fault: "cut", host: here.name)
        let wound = Wound(
            run: lease.run,
            fault: lease.fault,
            procedure: Procedure(
                target: here.name,
                inject: [],
                effective: [],
                undo: [],
                settled: [],
                healing: .lease
            ),
            lease: .seconds(30),
            hosts: [here],
            knownHosts: nil
        )
        let world = SmallWorld().world(
            FieldHosts(inventory: Inventory(name: "here", hosts: [here]), environment: [:])
        )
        let healer = Healer(world, log: Log(world))
        let other = Lease(run: "other", fault: "cut", host: here.name)
        let root = Sh.root
        func armOther() async throws -> Lease.Armed {
            let arm = other.arm(undo: "true", lasts: .seconds(30), who: "me@here")
            return Lease.Armed(try await root(arm).output)
        }
        let armed = try await root(lease.arm(undo: undo, lasts: .seconds(30), who: "me")).output
        guard case .armed(_, let place, _) = Lease.Armed(armed) else {
            Issue.record("not armed: \(armed)")
            return
        }
        // What still is to undo it stays.
        #expect(await healer.release(wound) == "its undo may still run there (armed)")
        #expect(try await healer.held([wound]).map { try $0.phase.get() } == ["armed"])
        // As after five tries, without waiting for them.
        let moved = try await root("mv \(place)/armed \(place)/failed")
        #expect(moved.exit == 0, "\(moved)")
        guard case .locked = try await armOther() else {
            Issue.record("a failed lease holds nobody up")
            return
        }
        #expect(try await healer.held([wound]).map { try $0.phase.get() } == ["failed"])
        #expect(await healer.release(wound) == nil)
        #expect(await healer.held([wound]).isEmpty)
        guard case .armed = try await armOther() else {
            Issue.record("the host is still held")
            return
        }
        _ = try await root(other.heal(patience: .seconds(10)))
        _ = try await root(other.clean)
    }

    @Test("a lease of an earlier boot: healed on demand, taken over by arm", arguments: shells)
    func earlierBoot(shell: [String]) async throws {
        defer { scratch.remove() }
        let sh = Sh(shell: shell)
        for take in ["heal", "arm"] {
            _ = try await arm(sh)
            try await killDeadMan(sh)
            _ = try await sh("echo earlier 1 >\(scratch.path)/\(folder)/boot")
            #expect(Lease.Extended(try await sh(lease.extend(.seconds(9))).output) == .gone)
            if take == "heal" {
                let healed = try await sh(lease.heal(patience: .seconds(10)))
                #expect(Lease.Healed(healed.output) == .healed(log: ""))
                #expect(undone == 1)
            } else {
                // Another run may take the host, and the same lease may be armed anew.
                let other = Lease(
                    run: "other",
                    fault: "cut",
                    host: "db-west",
                    places: lease.places
                )
                guard case .armed = try await arm(sh, other) else {
                    Issue.record("the earlier boot's lock still holds")
                    return
                }
                _ = try await sh(other.heal(patience: .seconds(10)))
                _ = try await sh(other.clean)
                guard case .armed = try await arm(sh) else {
                    Issue.record("not taken over")
                    return
                }
                _ = try await sh(lease.heal(patience: .seconds(10)))
            }
            #expect(Lease.Cleaned(try await sh(lease.clean).output) == .cleaned)
        }
        try await expectNothingLeft(sh)
    }

    @Test("one run at a time on a host", arguments: shells)
    func oneRun(shell: [String]) async throws {
        defer { scratch.remove() }
        let sh = Sh(shell: shell)
        _ = try await arm(sh)
        #expect(try await arm(sh) == .exists(state: "armed"))
        let second = Lease(run: lease.run, fault: "stop", host: "db-west", places: lease.places)
        guard case .armed = try await arm(sh, second) else {
            Issue.record("the same run may arm several")
            return
        }
        let other = Lease(run: "other", fault: "cut", host: "db-west", places: lease.places)
        let refused = try await arm(sh, other)
        #expect(refused == .locked(run: lease.run, who: "me@here"))
        #expect(
            Lease.Healed(try await sh(other.heal(patience: .seconds(1))).output)
                == .locked(run: lease.run, who: "me@here"),
            "an undo from elsewhere would end the fault of the run that has the host"
        )
        let listed = Lease.Listed.leases(
            try await sh(Lease.list(places: lease.places)).output
        )
        #expect(listed.holder?.run == lease.run && listed.holder?.who == "me@here")
        #expect(listed.leases.map(\.fault).sorted() == ["cut", "stop"])
        #expect(listed.leases.allSatisfy { $0.phase == .armed && $0.isAlive })
        _ = try await sh(second.heal(patience: .seconds(10)))
        _ = try await sh(second.clean)
        #expect(try await arm(sh, other) == .locked(run: lease.run, who: "me@here"))
        // Healed, though nobody has read it yet: the host is free.
        _ = try await sh(lease.heal(patience: .seconds(10)))
        guard case .armed = try await arm(sh, other) else {
            Issue.record("a healed lease holds nobody up")
            return
        }
        _ = try await sh(other.heal(patience: .seconds(10)))
        _ = try await sh(other.clean)
        _ = try await sh(lease.clean)
        try await expectNothingLeft(sh)
    }

    @Test("of many runs that arm at once exactly one gets the host", arguments: shells)
    func lockRace(shell: [String]) async throws {
        defer { scratch.remove() }
        let sh = Sh(shell: shell)
        for round in 0..<25 {
            let leases = (0..<6).map {
                Lease(run: "run-\(round)-\($0)", fault: "cut", host: "h", places: lease.places)
            }
            let armed = try await withThrowingTaskGroup(of: Lease?.self) { group in
                for lease in leases {
                    group.addTask {
                        if case .armed = try await arm(sh, lease) { lease } else { nil }
                    }
                }
                return try await group.reduce(into: [Lease]()) {
                    if let one = $1 { $0.append(one) }
                }
            }
            #expect(armed.count == 1, "round \(round)")
            for lease in armed {
                _ = try await sh(lease.heal(patience: .seconds(10)))
                _ = try await sh(lease.clean)
            }
        }
        try await expectNothingLeft(sh)
    }

    @Test("an undo cut off on its way is not armed; nothing is left of it")
    func cutOff() async throws {
        defer { scratch.remove() }
        var command = lease.arm(undo: undo, lasts: .seconds(9), who: "me")
        command.input = Text(String(undo.dropLast(3)))
        let answer = Lease.Armed(try await Sh()(command).output)
        #expect(answer == .failed("the undo arrived cut off"))
        try await expectNothingLeft(Sh())
    }

    @Test("where no place can be written it says so")
    func nowhere() async throws {
        defer { scratch.remove() }
        let lease = Lease(run: "r", fault: "f", host: "h", places: ["/proc/drill", "/sys/drill"])
        guard case .failed(let why) = try await arm(Sh(), lease) else {
            Issue.record("armed in /proc")
            return
        }
        #expect(why.contains("nowhere"))
        let second = Lease(
            run: "r",
            fault: "f",
            host: "h",
            places: ["/proc/drill", scratch.path + "/leases"]
        )
        guard case .armed(_, let place, _) = try await arm(Sh(), second) else {
            Issue.record("the second place was not taken")
            return
        }
        #expect(place.hasPrefix(scratch.path))
        _ = try await Sh()(second.heal(patience: .seconds(10)))
    }

    @Test("an interrupted arm is no lease: heal clears it away")
    func interruptedArm() async throws {
        defer { scratch.remove() }
        _ = try await arm(Sh())
        try await killDeadMan(Sh())
        _ = try await Sh()("cd \(scratch.path)/\(folder) && mv armed arming && rm pid")
        #expect(Lease.Healed(try await Sh()(lease.heal(patience: .seconds(20))).output) == .none)
        #expect(undone == 0)
        try await expectNothingLeft(Sh())
    }

    @Test("names that mean something to a shell are only names", arguments: shells)
    func hostileNames(shell: [String]) async throws {
        defer { scratch.remove() }
        let sh = Sh(shell: shell)
        let evil = "$(touch \(scratch.path)/owned)`id`;'\"\n../..//*"
        let hostile = Lease(run: evil, fault: "-rf .", host: evil, places: lease.places)
        guard case .armed = try await arm(sh, hostile) else {
            Issue.record("not armed")
            return
        }
        let listed = Lease.Listed.leases(
            try await sh(Lease.list(places: lease.places)).output
        )
        #expect(listed.leases.first?.run == evil)
        #expect(listed.leases.first?.host == evil)
        #expect(listed.leases.first?.fault == "-rf .")
        _ = try await sh(hostile.heal(patience: .seconds(10)))
        #expect(undone == 1)
        #expect(Lease.Cleaned(try await sh(hostile.clean).output) == .cleaned)
        #expect(!scratch.has("owned"))
        try await expectNothingLeft(sh)
    }

    @Test("what the undo starts can be stopped by TERM and keeps a normal OOM score")
    func inheritsNothing() async throws {
        defer { scratch.remove() }
        let undo = """
            setsid sleep 60 >/dev/null 2>&1 & echo $! >\(scratch.path)/started
            cat /proc/self/oom_score_adj >\(scratch.path)/oom
            """
        _ = try await arm(Sh(), undo: undo)
        _ = try await Sh()(lease.heal(patience: .seconds(10)))
        let pid = try #require(scratch.lines("started").first)
        let own = try await Sh()("cat /proc/self/oom_score_adj").output
        #expect(scratch.lines("oom").first == own.split(separator: "\n").first.map(String.init))
        _ = try await Sh()("kill -TERM \(pid)")
        try await Task.sleep(for: .milliseconds(300))
        let gone = try await Sh()("grep -q sleep /proc/\(pid)/cmdline 2>/dev/null")
        #expect(gone.exit != 0)
    }
}
