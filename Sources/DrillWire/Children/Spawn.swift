internal import CSSH
internal import Glibc

/// A started process and this side's ends of its three pipes, all non-blocking and close-on-exec.
struct Spawned {
    var pid: pid_t
    /// Readable once the process has ended (pidfd_open(2)).
    var pidfd: Int32
    var input: Int32
    var output: Int32
    var errors: Int32

    /// Starts a process as leader of its own session, so that its whole group can be ended.
    ///
    /// It inherits nothing but its three pipes: no descriptor, no blocked and no ignored signal.
    static func start(
        _ words: [String],
        environment: [String: String]?
    ) throws(ChildFailure) -> Spawned {
        var pipes = [Int32](repeating: -1, count: 6)
        func closeAll() { for descriptor in pipes where descriptor >= 0 { close(descriptor) } }
        for pair in 0..<3 {
            var ends: [Int32] = [-1, -1]
            guard pipe2(&ends, O_CLOEXEC) == 0 else {
                closeAll()
                throw ChildFailure(code: .notStarted, cause: errorText(errno))
            }
            pipes.replaceSubrange(pair * 2..<pair * 2 + 2, with: ends)
        }
        let theirs = [pipes[0], pipes[3], pipes[5]]
        let ours = [pipes[1], pipes[2], pipes[4]]
        for descriptor in ours { setNonBlocking(descriptor) }

        var pid = pid_t()
        let failure = spawn(words, environment, theirs, &pid)
        guard failure == 0 else {
            closeAll()
            throw ChildFailure(code: .notStarted, cause: errorText(failure))
        }
        for descriptor in theirs { close(descriptor) }
        let pidfd = pidfd_open(pid, 0)
        guard pidfd >= 0 else {
            let cause = errorText(errno)
            kill(-pid, SIGKILL)
            waitpid(pid, nil, 0)
            for descriptor in ours { close(descriptor) }
            throw ChildFailure(code: .notStarted, cause: cause)
        }
        return Spawned(pid: pid, pidfd: pidfd, input: ours[0], output: ours[1], errors: ours[2])
    }

    private static func spawn(
        _ words: [String],
        _ environment: [String: String]?,
        _ streams: [Int32],
        _ pid: inout pid_t
    ) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, descriptor) in streams.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
        }
        // Other libraries' descriptors may lack close-on-exec; a child must not hold our sockets.
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes,
            Int16(Int32(DRILL_SPAWN_SETSID) | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
        )

        let variables = environment.map { $0.map { "\($0.key)=\($0.value)" } }
        return withCStrings(words) { arguments in
            guard let variables else {
                return posix_spawnp(&pid, words[0], &actions, &attributes, arguments, environ)
            }
            return withCStrings(variables) { variables in
                posix_spawnp(&pid, words[0], &actions, &attributes, arguments, variables)
            }
        }
    }

    private static func withCStrings<Result>(
        _ strings: [String],
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        // Unsafe: posix_spawn wants an array of C strings that ends with NULL; they live for the call.
        var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return body(&pointers)
    }
}

func setNonBlocking(_ descriptor: Int32) {
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
}

/// The system's words for an error number (strerror(3)).
func errorText(_ number: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 256)
    let failure = buffer.withUnsafeMutableBytes { bytes in
        bytes.baseAddress.map { strerror_r(number, $0, bytes.count) }
    }
    guard failure == 0 else { return "error \(number)" }
    return String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
}
