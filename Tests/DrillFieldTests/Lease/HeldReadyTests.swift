import DrillEngine
import DrillModel
import Foundation
import Testing

/// What a host holds ready behind a lease, by the shells that are here; root's, and another login's.
@Suite(.serialized)
struct HeldReadyTests {
    let scratch: Scratch
    let lease: Lease

    init() throws {
        scratch = try Scratch()
        lease = Lease(
            run: "20261123T141500Z-test-7f3a",
            fault: "cut",
            host: "db-west",
            places: [scratch.path + "/leases"]
        )
    }

    /// Stands for sudo, and for a login that isn't root's: the leases here are the tests' own.
    private var notRoot: String {
        "id() { echo 1000; }; sudo() { echo sudo >>\(scratch.path)/sudo; shift; \"$@\"; }\n"
    }

    private enum Then { case told, ended, healed, stopped }

    /// Holds `touch hurt` ready, does something, tells it to begin, and how it ended.
    private func hold(
        _ sh: Sh,
        isRoot: Bool,
        then: Then = .told,
        expectsReady: Bool = true
    ) async throws -> Int {
        var sent = try CommandLine(.shell("cat >\(scratch.path)/hurt")) {
            part throws(SecretError) in throw SecretError("there are no secrets here")
        }
        sent.input = Array("badly".utf8)
        sent.hold(behind: lease)
        if !isRoot { sent.line = notRoot + sent.line }
        let input = String(decoding: sent.input, as: UTF8.self)
        let middle =
            switch then {
            case .told, .ended: ""
            case .healed:
                try lease.heal(patience: .seconds(20)).words { part throws(Sh.Missing) in
                    throw Sh.Missing(part: part)
                }.map(Shell.quoted).joined(separator: " ") + " >healed &"
            case .stopped:
                """
                for file in leases/*/pid; do read -r dead since <"$file"; done
                kill -KILL $dead; sleep 0.2
                """
            }
        let feed = then == .ended ? ":" : "printf %s \(Shell.quoted(input))"
        let waits = then == .healed ? "until [ -e leases/*/*/heal ]; do sleep 0.02; done" : ""
        // Tells it only when it has said that it is ready, as a remote does.
        let answer = try await sh(
            """
            cd \(scratch.path) && rm -f said word && mkfifo word || exit 99
            sh -c \(Shell.quoted(sent.line)) <word >said 2>errors & pid=$!
            exec 3>word
            tries=0
            until grep -qx \(Ready.line) said || ! kill -0 $pid 2>/dev/null || [ $tries -gt 200 ]; do
                tries=$((tries + 1)); sleep 0.02
            done
            \(middle)
            \(waits)
            (\(feed)) >&3 2>/dev/null
            exec 3>&-
            wait $pid; code=$?
            wait
            exit $code
            """
        )
        #expect(scratch.lines("said").contains(Ready.line) == expectsReady, "\(answer)")
        return answer.exit
    }

    private func arm(_ sh: Sh, lasts: Span = .seconds(30)) async throws {
        let answer = try await sh(
            lease.arm(undo: "rm -f \(scratch.path)/hurt\n", lasts: lasts, who: "me@here")
        )
        guard case .armed = Lease.Armed(answer.output) else {
            Issue.record("not armed: \(answer)")
            return
        }
    }

    private func heal(_ sh: Sh) async throws {
        let answer = try await sh(lease.heal(patience: .seconds(20)))
        guard case .healed = Lease.Healed(answer.output) else {
            Issue.record("not healed: \(answer)")
            return
        }
        #expect(!scratch.has("hurt"))
        #expect(Lease.Cleaned(try await sh(lease.clean).output) == .cleaned)
    }

    @Test("goes in when it is told to while its lease is armed", arguments: [true, false])
    func told(isRoot: Bool) async throws {
        defer { scratch.remove() }
        let sh = Sh()
        #expect(try await hold(sh, isRoot: isRoot, expectsReady: false) == 75, "never armed")
        try await arm(sh)
        #expect(try await hold(sh, isRoot: isRoot) == 0)
        #expect(scratch.lines("hurt") == ["badly"])
        // Another login looks by sudo, before it is ready and once more before it begins.
        #expect(scratch.lines("sudo").count == (isRoot ? 0 : 3))
        try await heal(sh)
    }

    @Test("does nothing when its input ends instead, and leaves nothing", arguments: [true, false])
    func ended(isRoot: Bool) async throws {
        defer { scratch.remove() }
        let sh = Sh()
        try await arm(sh)
        #expect(try await hold(sh, isRoot: isRoot, then: .ended) == 75)
        #expect(!scratch.has("hurt"))
        try await heal(sh)
        #expect(!scratch.has("leases"))
    }

    @Test("does nothing when its lease is over by then", arguments: [true, false])
    func over(isRoot: Bool) async throws {
        defer { scratch.remove() }
        let sh = Sh()
        try await arm(sh)
        #expect(try await hold(sh, isRoot: isRoot, then: .healed) == 75)
        #expect(!scratch.has("hurt"))
        #expect(scratch.lines("errors").last?.contains("the lease on this host is over") == true)
        try await heal(sh)
    }

    @Test("does nothing when nobody would undo it by then", arguments: [true, false])
    func deadManKilled(isRoot: Bool) async throws {
        defer { scratch.remove() }
        let sh = Sh()
        try await arm(sh)
        #expect(try await hold(sh, isRoot: isRoot, then: .stopped) == 75)
        #expect(!scratch.has("hurt"))
        try await heal(sh)
    }
}
