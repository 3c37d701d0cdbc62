import DrillModel
import Testing

/// What the lease's answers mean; `Tests/DrillFieldTests/Lease` runs its scripts.
struct LeaseTextTests {
    private let noise = "Welcome to db-west!\n"

    static let armed: [(String, Lease.Armed)] = [
        (
            "drill-lease armed pid=12 start=34 place=/run/drill/x on=tmpfs\n",
            .armed(pid: 12, place: "/run/drill/x", isInMemory: true)
        ),
        (
            "drill-lease armed pid=12 start=34 place=/x on=ext2/ext3\n",
            .armed(pid: 12, place: "/x", isInMemory: false)
        ),
        ("drill-lease exists armed\n", .exists(state: "armed")),
        ("drill-lease locked a%20run me%40here\n", .locked(run: "a run", who: "me@here")),
        ("drill-lease failed no setsid on this host\n", .failed("no setsid on this host")),
        ("drill-lease armed pid=x\n", .failed("not understood: drill-lease armed pid=x\n")),
        (
            "sudo: a password is required\n",
            .failed("not understood: sudo: a password is required\n")
        ),
        ("", .failed("no answer")),
    ]

    @Test("arm", arguments: 0..<8)
    func arm(index: Int) {
        let (output, answer) = Self.armed[index]
        #expect(Lease.Armed(output) == answer)
        if output.hasPrefix("drill-lease"), !output.contains("pid=x") {
            #expect(Lease.Armed(noise + output) == answer)
        }
    }

    @Test("extend, heal, clean and state")
    func others() {
        #expect(Lease.Extended("drill-lease extended\n") == .extended(isRevived: false))
        #expect(Lease.Extended("drill-lease extended again\n") == .extended(isRevived: true))
        #expect(Lease.Extended("drill-lease too-late healing\n") == .tooLate(state: "healing"))
        #expect(Lease.Extended("drill-lease gone\n") == .gone)
        #expect(Lease.Extended("drill-lease none\n") == .none)
        #expect(Lease.Extended("") == .unclear("no answer"))
        #expect(
            Lease.Healed(noise + "drill-lease healed\nlog\nmore\n") == .healed(log: "log\nmore\n")
        )
        #expect(Lease.Healed("drill-lease healed lapsed\n") == .healed(log: "", isLapse: true))
        #expect(
            Lease.Healed("drill-lease locked a%20run me%40here\n")
                == .locked(run: "a run", who: "me@here")
        )
        #expect(Lease.Healed("drill-lease failed\nwhy\n") == .failed(log: "why\n"))
        #expect(
            Lease.Healed("drill-lease healing firing\n")
                == .healing(state: "firing", tries: nil, log: "")
        )
        #expect(
            Lease.Healed("drill-lease healing firing try=2 failed=1 for=150\nwhy\n")
                == .healing(
                    state: "firing",
                    tries: Lease.Tries(failed: 1, goingOn: .milliseconds(1500)),
                    log: "why\n"
                )
        )
        #expect(
            Lease.Healed("drill-lease healing firing try=1 failed=1 for=150\n")
                == .healing(state: "firing", tries: Lease.Tries(failed: 1), log: "")
        )
        #expect(Lease.Healed("drill-lease frozen /run/x\n") == .frozen(place: "/run/x"))
        #expect(Lease.Extended("drill-lease frozen /run/x\n") == .frozen(place: "/run/x"))
        #expect(Lease.Healed("drill-lease none\n") == .none)
        #expect(Lease.Healed("healed\n") == .unclear("not understood: healed\n"))
        #expect(Lease.Cleaned("drill-lease cleaned\n") == .cleaned)
        #expect(Lease.Cleaned("drill-lease not-healed armed\n") == .notHealed(state: "armed"))
        let state = Lease.State("drill-lease armed alive left=-12\n")
        #expect(state.phase == .armed && state.isAlive && state.left == .milliseconds(-120))
        #expect(Lease.State("drill-lease something gone left=0\n").phase == .unclear)
        #expect(Lease.State("").phase == .unclear)
    }

    @Test(
        "keys are unique, and harmless to shells and file systems",
        arguments: [
            "db-west", "../../etc", "a b", "-rf", ".", "..", "", "ü/☃", "a+b", "a%b", "'\"$(x)`\n",
            String(repeating: "long", count: 100),
        ]
    )
    func keys(name: String) {
        let key = Lease(run: "r", fault: name, host: name).key
        let allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.%+~"
        #expect(key.allSatisfy { allowed.contains($0) })
        #expect(key.utf8.count <= 200 && !key.hasPrefix(".") && !key.hasPrefix("-"))
        #expect(key != Lease(run: "r", fault: name, host: name + "x").key)
        #expect(key != Lease(run: "r" + name + "x", fault: name, host: name).key)
    }

    @Test("the undo goes by standard input, whole, and as root")
    func arming() {
        let lease = Lease(run: "r", fault: "f", host: "h")
        let command = lease.arm(undo: "echo ü\n", lasts: .milliseconds(1001), who: "me & you")
        #expect(command.sudo)
        #expect(command.input?.shown == "echo ü\n")
        #expect(!command.shown.contains("echo ü"))
        guard case .list(let words) = command.body else { return }
        #expect(words.suffix(3).map(\.shown) == ["me%20%26%20you", "101", "8"])
    }
}
