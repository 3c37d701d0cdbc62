import Glibc

/// How many descriptors this process may have open (getrlimit(2), RLIMIT_NOFILE).
package enum OpenFiles {
    /// Enough for a thousand hosts and probes; more would only slow those who close them one by one.
    private static let enough: rlim_t = 65_536

    /// With fewer the runtime itself ends the process, without a word, in the middle of anything.
    package static let fewest = 64

    /// Opens /dev/null for each of the three standard streams that whoever started drill has closed: else
    /// the next file got its number, and what is said went into that file.
    package static func fillGaps() {
        for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 {
            _ = open("/dev/null", O_RDWR)
        }
    }

    /// Takes as many as the system allows without asking: the usual 1024 are few for many hosts.
    ///
    /// - Returns: how many it may have open now.
    package static func allowMany() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return fewest
        }
        let wanted = min(limit.rlim_max, enough)
        if wanted > limit.rlim_cur {
            let given = limit.rlim_cur
            limit.rlim_cur = wanted
            let isSet = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
            if !isSet { limit.rlim_cur = given }
        }
        return Int(clamping: limit.rlim_cur)
    }
}
