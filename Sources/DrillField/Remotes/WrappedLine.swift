internal import DrillEngine
internal import DrillModel
internal import DrillWire

/// A command line in a shell that tells how it really ended, since ssh's own exit code can't.
///
/// ssh says 255 for a lost connection, for `exit 255` and for a signal. So the login shell runs the
/// line in a second one, which says its exit code as it leaves; when it couldn't, a signal ended it,
/// which the first shell then says. Both speak on standard error, last, behind a mark of this command.
/// Before all else the first shell says there that it has begun: from then on `killing` finds it.
struct WrappedLine: Hashable, Sendable {
    /// The most that the marks add to standard error.
    static let marksBytes = 128

    private let mark: String
    let text: String

    init(_ line: String, mark: String = String(UInt64.random(in: 0...UInt64.max), radix: 36)) {
        self.mark = mark
        let trap = "trap 'echo drill-exit:\(mark):$? >&2' EXIT\n"
        // The name of the first shell holds the mark, so that `killing` finds its process group.
        text =
            "drill_mark=\(mark); echo drill-begin:\(mark) >&2; \"${SHELL:-/bin/sh}\" -c \(Shell.quoted(trap + line)); "
            + "drill_code=$?; echo drill-end:\(mark):$drill_code >&2; exit $drill_code"
    }

    /// Ends the process group that the line runs in.
    ///
    /// sshd makes the login shell a session leader; its command line holds the mark. What runs by sudo
    /// belongs to root, so it is tried again that way.
    var killing: String {
        let start = mark.prefix(1)
        let rest = mark.dropFirst()
        return "for p in /proc/[0-9]*; do "
            + "if tr '\\0' ' ' <$p/cmdline 2>/dev/null | grep -q 'drill_mark=[\(start)]\(rest);'; then "
            + "kill -KILL -- -${p#/proc/} 2>/dev/null; "
            + "sudo -n kill -KILL -- -${p#/proc/} 2>/dev/null; fi; done"
    }

    /// Takes the marks off standard error and reads the exit from them.
    ///
    /// `lastErrors` is the last of standard error, also of what was dropped. False means that there is
    /// no mark: the line never ran or the connection was lost.
    func unwrap(_ result: inout CommandResult, lastErrors: [UInt8]) -> Bool {
        let outer = number(behind: "drill-end:\(mark):", in: lastErrors)
        let inner = number(behind: "drill-exit:\(mark):", in: lastErrors)
        strip(&result.errors)
        stripBeginning(&result.errors)
        // bash runs its exit trap also when a signal ends it, and then says 0 in it.
        if let inner, outer == nil || outer == inner {
            result.exit = .code(inner)
        } else if let outer {
            result.exit = outer > 128 ? .signal(SignalName.of(outer - 128)) : .code(outer)
        }
        return inner != nil || outer != nil
    }

    private func number(behind label: String, in bytes: [UInt8]) -> Int? {
        guard let start = Self.last(label, in: bytes) else { return nil }
        let digits = bytes[(start + label.utf8.count)...].prefix { $0 != UInt8(ascii: "\n") }
        return Int(String(decoding: digits, as: UTF8.self))
    }

    private func strip(_ errors: inout [UInt8]) {
        for label in ["drill-end:\(mark):", "drill-exit:\(mark):"] {
            guard let start = Self.last(label, in: errors) else { continue }
            let end = errors[start...].firstIndex(of: UInt8(ascii: "\n")) ?? errors.endIndex - 1
            errors.removeSubrange(start...end)
        }
    }

    /// Only what the login shell's own files say comes before it.
    private func stripBeginning(_ errors: inout [UInt8]) {
        let label = Array("drill-begin:\(mark)\n".utf8)
        let places = 0..<max(0, min(4096, errors.count - label.count + 1))
        guard let start = places.first(where: { errors[$0...].starts(with: label) }) else { return }
        errors.removeSubrange(start..<start + label.count)
    }

    /// Where a label stands last, near the end: only what a background process says comes later.
    private static func last(_ label: String, in bytes: [UInt8]) -> Int? {
        let label = Array(label.utf8)
        guard bytes.count >= label.count else { return nil }
        let start = max(0, bytes.count - 4096)
        return (start...max(start, bytes.count - label.count)).last { place in
            bytes[place...].starts(with: label)
        }
    }
}
