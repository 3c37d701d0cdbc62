import Glibc

/// What the system ends when memory runs out (proc_pid_oom_score_adj(5)).
package enum OutOfMemory {
    /// Has this process be among the last; only root may, and nobody depends on it.
    package static func spareThisProcess() {
        let descriptor = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        _ = write(descriptor, "-900", 4)
    }
}
