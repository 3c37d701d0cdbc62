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

    /// Writes to standard output; a reader that is gone is no error.
    ///
    /// Where the reader is stuck (^S, a pager), it is waited for a second at most, once: what is said goes
    /// on to it as it reads, see `waitForReaders`. Another failure is remembered in `lost`: a run goes on
    /// though nobody sees it.
    package static func write(_ text: String) {
        output.put(text, isDroppable: false)
        output.settle(withinMs: patienceMs)
    }

    /// Writes to standard error, as patiently.
    package static func writeError(_ text: String) {
        errors.put(text, isDroppable: false)
        errors.settle(withinMs: patienceMs)
        errorsSaid.withLock { $0 += 1 }
    }

    /// Hands lines or a frame to standard output and waits for nothing; lines that a stuck reader leaves
    /// no room for are counted, and their number told in their place.
    package static func tell(_ text: String) { output.put(text, isDroppable: true) }

    /// Whether standard output's reader has yet to read something.
    package static var isBusy: Bool { output.isBusy }

    /// How often something was said on standard error, which may stand on the same terminal.
    package static var errorCount: Int { errorsSaid.withLock { $0 } }

    /// Waits until all that was said is read, for so long at most; without end where nil.
    ///
    /// - Returns: false where something still isn't.
    @discardableResult
    package static func waitForReaders(withinMs limit: Int?) -> Bool {
        let isRead = output.settle(withinMs: limit)
        return errors.settle(withinMs: limit) && isRead
    }

    private static let patienceMs = 1000
    private static let output = Outlet(STDOUT_FILENO)
    private static let errors = Outlet(STDERR_FILENO)
    private static let errorsSaid = Mutex(0)

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
        // A reader that went away, or a terminal that was closed (EIO), is no error.
        guard let code = output.failure, code != EPIPE, code != EIO else { return nil }
        return String(cString: strerror(code))
    }
}
