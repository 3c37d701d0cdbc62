import Glibc
import Synchronization

/// Standard output and the terminal behind it.
package enum Terminal {
    package static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Whether somebody can be asked on standard input.
    package static var canAsk: Bool { isatty(STDIN_FILENO) == 1 }

    /// Columns and rows; 80 by 24 where there is no terminal (ioctl_tty(2), TIOCGWINSZ).
    package static var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Writes to standard output in as few writes as it takes; a reader that is gone is no error.
    ///
    /// Any other failure is remembered in `lost`: a run goes on though nobody sees it.
    package static func write(_ text: String) {
        let code = write(text, to: STDOUT_FILENO)
        // A reader that went away, or a terminal that was closed (EIO), is no error.
        if code != 0 && code != EPIPE && code != EIO { failure.withLock { $0 = $0 ?? code } }
    }

    package static func writeError(_ text: String) { _ = write(text, to: STDERR_FILENO) }

    /// The path of the terminal behind standard error; nil where there is none (ttyname(3)).
    package static var errorName: String? {
        guard let name = ttyname(STDERR_FILENO) else { return nil }
        return String(cString: name)
    }

    /// Writes to a terminal without making it this session's own; one that is gone is no error.
    package static func write(_ text: String, toTerminal path: String) {
        let descriptor = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        _ = Glibc.write(descriptor, text, text.utf8.count)
    }

    /// Why not all that was to go to standard output got there; nil where it did.
    package static var lost: String? {
        failure.withLock { $0 }.map { String(cString: strerror($0)) }
    }

    private static let failure = Mutex<Int32?>(nil)

    /// - Returns: 0, or errno of the write that failed.
    private static func write(_ text: String, to descriptor: Int32) -> Int32 {
        let bytes = Array(text.utf8)
        var offset = 0
        while offset < bytes.count {
            let written = bytes.withUnsafeBytes { buffer in
                Glibc.write(
                    descriptor,
                    buffer.baseAddress?.advanced(by: offset),
                    bytes.count - offset
                )
            }
            if written > 0 {
                offset += written
            } else if errno != EINTR && errno != EAGAIN {
                return errno
            }
        }
        return 0
    }
}
