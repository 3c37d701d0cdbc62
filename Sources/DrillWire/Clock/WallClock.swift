import Glibc

/// The controller's CLOCK_REALTIME: for stamps, never for lengths (clock_gettime(2)).
package enum WallClock {
    /// Nanoseconds since 1970.
    package static func nowNs() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
