import DrillModel

/// What breaks something by a command on the controller, so that whoever undoes it can find it.
///
/// ```
///  drill ── sh -c "… # mark" ── power off …       drill dies: the command goes on
///  guardian: waits until no process carries the mark, ends it after ten seconds ── power on
/// ```
/// Else a slow command of a drill that died would land behind its undo. On a target the lease does this.
package struct GoingIn: Sendable {
    /// Harmless to any shell; `Lease.key` is unique to run, fault and target.
    private let key: String

    package init(_ wound: Wound) { key = wound.leaseOnTarget.key }

    fileprivate var mark: String { "drill-going-in=\(key)=" }

    /// Waits until nothing that carries the mark runs any more.
    ///
    /// What still does after ten seconds is ended with its process group. Prints `waited` or `ended`, or
    /// nothing where nothing ran.
    var wait: Command {
        .script(Text(Self.script), name: "drill-wait", [Text(key)], sudo: false)
    }

    /// The brackets keep the pattern from finding itself.
    private static let script = #"""
        now() { read -r up _ </proc/uptime; now=${up%.*}; }
        now
        latest=$((now + 10)) waited=
        while found=$(grep -la "[d]rill-going-in=$1=" /proc/[0-9]*/cmdline 2>/dev/null); [ -n "$found" ]; do
            waited=yes
            if [ $now -ge $latest ]; then
                for file in $found; do
                    leader=${file#/proc/}
                    kill -KILL "-${leader%/cmdline}" 2>/dev/null
                done
                echo ended
                exit 0
            fi
            sleep 0.1
            now
        done
        [ -z "$waited" ] || echo waited
        """#
}

extension CommandLine {
    /// Its shell carries the mark for as long as it lasts: one more around it, which no `exec` replaces.
    package mutating func carry(_ goingIn: GoingIn) {
        line = "sh -c \(Shell.quoted(line))\nexit $? # \(goingIn.mark)"
    }
}
