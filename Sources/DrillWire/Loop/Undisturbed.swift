internal import CSSH
internal import Glibc

/// Keeps the processor while `body` lasts, for moments only (SCHED_FIFO, sched(7)).
///
/// A hundred hosts told to begin answer at once, and whatever works for that here, ssh's children or the
/// system's own, would take its turn between the first and the last. Where drill may not ask for that
/// (CAP_SYS_NICE or RLIMIT_RTPRIO), `body` runs as it would have: what it takes is measured all the same.
func undisturbed<Result>(_ body: () -> Result) -> Result {
    let thread = pthread_self()
    var policy: Int32 = 0
    var before = sched_param()
    var first = sched_param()
    first.sched_priority = sched_get_priority_min(SCHED_FIFO)
    guard pthread_getschedparam(thread, &policy, &before) == 0,
        pthread_setschedparam(thread, SCHED_FIFO, &first) == 0
    else { return body() }
    defer { pthread_setschedparam(thread, policy, &before) }
    return body()
}
