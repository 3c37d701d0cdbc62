internal import Glibc

/// The controller's CLOCK_BOOTTIME: monotonic and counting suspend (clock_gettime(2)).
package enum BootClock {
    /// Nanoseconds since the machine was started.
    package static func nowNs() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
