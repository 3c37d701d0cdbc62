import Glibc

extension Files {
    /// How long a pipe, a socket or a terminal may take to say all that it has to say.
    package static let patienceMs: Int64 = 10_000

    /// Reads a whole file, refusing one that is larger than `limitBytes`.
    ///
    /// What is no file on a disk (a named pipe, a shell's `<(...)`) is waited for, not for ever:
    /// ETIMEDOUT when its end hasn't come after `patienceMs`.
    package static func read(
        _ path: String,
        limitBytes: Int = .max,
        patienceMs: Int64 = patienceMs
    ) throws(FileError) -> [UInt8] {
        try readPlaced(path, limitBytes: limitBytes, patienceMs: patienceMs).bytes
    }

    /// The same, and where the very file that was opened lies, without links and `..`; of a pipe the
    /// kernel's name, which is no path (proc_pid_fd(5)).
    package static func readPlaced(
        _ path: String,
        limitBytes: Int = .max,
        patienceMs: Int64 = patienceMs
    ) throws(FileError) -> (bytes: [UInt8], realPath: String) {
        // Without O_NONBLOCK the opening of a pipe waits for somebody who writes to it (fifo(7)).
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileError(path, "open") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError(path, "fstat") }
        let realPath = try place(of: descriptor, path)
        let kind = status.st_mode & S_IFMT
        let mustWait = kind != S_IFREG && kind != S_IFDIR
        let latestMs = BootClock.nowNs() / 1_000_000 + patienceMs
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            if mustWait { try wait(for: descriptor, of: path, latestMs: latestMs) }
            let count = chunk.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 {
                if errno == EINTR || (mustWait && errno == EAGAIN) { continue }
                throw FileError(path, "read")
            }
            if count == 0 { return (content, realPath) }
            content += chunk[..<count]
            if content.count > limitBytes {
                errno = EFBIG
                throw FileError(path, "read")
            }
        }
    }

    private static func place(
        of descriptor: Int32,
        _ path: String
    ) throws(FileError) -> String {
        var name = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/fd/\(descriptor)", &name, name.count)
        guard count >= 0 else { throw FileError(path, "readlink") }
        return String(decoding: name[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Until there is something to read, or the other side is gone.
    ///
    /// A pipe that nobody has opened for writing yet isn't at its end: Linux says POLLHUP only when
    /// somebody had it open (fs/pipe.c, pipe_poll).
    private static func wait(
        for descriptor: Int32,
        of path: String,
        latestMs: Int64
    ) throws(FileError) {
        while true {
            let leftMs = latestMs - BootClock.nowNs() / 1_000_000
            guard leftMs > 0 else {
                errno = ETIMEDOUT
                throw FileError(path, "read")
            }
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let count = poll(&wanted, 1, Int32(min(leftMs, 1000)))
            if count > 0 { return }
            if count < 0, errno != EINTR { throw FileError(path, "poll") }
        }
    }
}
