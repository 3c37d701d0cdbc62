internal import CSSH
internal import Glibc

/// Keeps the processor while `body` lasts, for moments only (SCHED_FIFO, sched(7)).
///
/// A hundred hosts told to begin answer at once, and whatever works for that here, ssh's children or the
/// system's own, would take its turn between the first and the last. Where drill may not ask for that
/// (CAP_SYS_NICE or RLIMIT_RTPRIO), `body` runs as it would have: what it takes is measured all the same.
func undisturbed<Result>(_ body: () -> Result) -> Result {
    let policy = sched_getscheduler(0)
    var before = sched_param()
    var first = sched_param()
    first.sched_priority = sched_get_priority_min(SCHED_FIFO)
    // Nothing that is started meanwhile, a thread or a process, is to have this rank: SCHED_RESET_ON_FORK
    // of sched.h, which needs _GNU_SOURCE.
    let resetOnFork: Int32 = 0x4000_0000
    guard policy >= 0, sched_getparam(0, &before) == 0,
        sched_setscheduler(0, SCHED_FIFO | resetOnFork, &first) == 0
    else { return body() }
    defer { sched_setscheduler(0, policy | resetOnFork, &before) }
    return body()
}
