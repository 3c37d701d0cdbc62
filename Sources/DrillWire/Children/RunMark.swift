internal import Glibc

/// What tells the processes that a run has begun on this machine from all others: a variable of their
/// environment.
package enum RunMark {
    /// Holds the run's id.
    package static let name = "DRILL_RUN"

    /// Every process that is started from now on has it.
    package static func set(_ run: String) { setenv(name, run, 1) }

    /// The commands of a run that are still under way, as far as this user may see.
    ///
    /// Each command is the leader of a session of its own; what it left in the background isn't.
    /// Source: proc(5).
    package static func leaders(of run: String) -> [Int] {
        let wanted = Array("\(name)=\(run)".utf8)
        let own = Int(getpid())
        // Without /proc, of a process that just ended, or of another user nobody can tell.
        return ((try? Files.list("/proc")) ?? []).compactMap { Int($0) }.filter { process in
            guard process != own, getsid(pid_t(process)) == pid_t(process),
                let bytes = try? Files.read("/proc/\(process)/environ")
            else { return false }
            return bytes.split(separator: 0).contains { $0.elementsEqual(wanted) }
        }
    }
}
