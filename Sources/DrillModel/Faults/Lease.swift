/// How long a target waits for the controller before it heals itself, and how it is told.
///
/// ```
///  controller ── arm(undo, 30 s) ──▶ target: a detached dead-man holds the undo
///                extend(30 s)   ──▶          and runs it when the deadline passes,
///                heal           ──▶          or now
///                clean          ──▶          once the answer was read
/// ```
/// All undoing on a host goes through its lease, so that it happens once, whoever asks. Pure: makes
/// commands and reads what they print. Armed only with the fault's undo filled in, and proven alive
/// before the fault goes in. `LeaseScript` is what runs there.
package struct Lease: Hashable, Codable, Sendable {
    /// Where leases are kept, best first: in memory, so that a full or read-only disk can't stop one.
    package static let places = ["/run/drill", "/dev/shm/drill"]

    /// Types of file systems that lie in memory, as stat(1) names them.
    package static let memoryFileSystems: Set<String> = ["tmpfs", "ramfs"]

    /// How long `heal` waits on the target until it is undone, before it is asked again.
    package static let healPatience = Span.seconds(20)

    /// What it needs on a target.
    package static let needs: [Need] = [.root, .tool("setsid")]

    package var run: String
    package var fault: String
    package var host: String
    package var places: [String]

    package init(
        run: String,
        fault: String,
        host: String,
        places: [String] = Lease.places
    ) {
        self.run = run
        self.fault = fault
        self.host = host
        self.places = places
    }

    /// Arms it; of all runs only one may hold leases on a host.
    ///
    /// The undo is a `Procedure.undoScript`, secrets filled in. It goes by standard input, so that no
    /// process list shows it: don't log the command's input. `who` is for whoever is refused because
    /// this run holds the host.
    package func arm(undo: String, lasts: Span, who: String) -> Command {
        var command = command(
            LeaseScript.arm(),
            [
                key, Self.encoded(run), Self.encoded(fault), Self.encoded(host), Self.encoded(who),
                "\(lasts.inCentiseconds)", "\(undo.utf8.count)",
            ]
        )
        command.input = Text(undo)
        return command
    }

    /// Looks, and fails unless the lease is armed and its dead-man alive.
    ///
    /// With one word more, the process whose end the undo has to wait for; then it prints the dead-man's
    /// process and the file by which that one signed in.
    ///
    /// What breaks the target is sent behind it: a fault that arrives late (a network that stalled, a
    /// controller that slept) finds its lease over, and would break what nobody undoes any more.
    package var isArmed: Command { command(LeaseScript.isArmed, [key]) }

    /// Moves the deadline to `lasts` from now; where the dead-man was killed, starts another.
    package func extend(_ lasts: Span) -> Command {
        command(LeaseScript.extend, [key, "\(lasts.inCentiseconds)"])
    }

    /// Undoes now, and waits for at most `patience` until it is undone.
    package func heal(patience: Span) -> Command {
        command(LeaseScript.heal, [key, "\(patience.inCentiseconds)", Self.encoded(run)])
    }

    /// Looks only.
    package var state: Command { command(LeaseScript.state, [key]) }

    /// Takes away what a lease left that is healed, or failed where all is known to be as before; refuses
    /// any other, whose undo may still run.
    package var clean: Command { command(LeaseScript.clean, [key, Self.encoded(run)]) }

    /// Looks at every lease on a host.
    package static func list(places: [String] = Lease.places) -> Command {
        Lease(run: "", fault: "", host: "", places: places).command(LeaseScript.list, [])
    }

    private func command(_ script: String, _ words: [String]) -> Command {
        .script(
            Text(script),
            name: "drill-lease",
            [Text(places.joined(separator: ":"))] + words.map { Text($0) },
            sudo: true
        )
    }

    /// The name of its folder: harmless to any shell and file system, unique to run, fault and host.
    package var key: String {
        let name = [run, fault, host].map(Self.encoded).joined(separator: "+")
        guard name.utf8.count > 200 else { return name }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return String(name.prefix(180)) + "~" + String(hash, radix: 16)
    }

    /// Everything but letters, digits, `_`, `-` and inner dots as `%XX` of its UTF-8.
    static func encoded(_ text: String) -> String {
        guard !text.isEmpty else { return "%" }
        var result = ""
        for (index, byte) in text.utf8.enumerated() {
            let scalar = Unicode.Scalar(byte)
            let isHarmless =
                byte < 0x80
                && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                    || scalar == "_" || (index > 0 && (scalar == "." || scalar == "-")))
            if isHarmless {
                result.unicodeScalars.append(scalar)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return result
    }

    static func decoded(_ text: String) -> String {
        guard text != "%" else { return "" }
        var bytes: [UInt8] = []
        var rest = Substring(text).utf8
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let digits = String(rest.prefix(2)),
                let value = UInt8(digits, radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Span {
    /// Rounded up, so that a lease never ends early.
    fileprivate var inCentiseconds: Int64 { (ns + 9_999_999) / 10_000_000 }
}

extension Procedure {
    /// Whether an action that breaks the target is sent behind a look that its lease is armed.
    ///
    /// One that arrives when the lease is over (the network stalled, the controller slept) breaks nothing.
    package func isBehindLease(_ action: Action) -> Bool {
        guard healing == .lease, inject.contains(action), case .command(target, _) = action.verb
        else { return false }
        return true
    }
}
