import Glibc

/// Standard output and the terminal behind it.
package enum Terminal {
    package static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Columns and rows; 80 by 24 where there is no terminal (ioctl_tty(2), TIOCGWINSZ).
    package static var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Writes to standard output in as few writes as it takes; a reader that is gone is no error.
    package static func write(_ text: String) { write(text, to: STDOUT_FILENO) }

    package static func writeError(_ text: String) { write(text, to: STDERR_FILENO) }

    private static func write(_ text: String, to descriptor: Int32) {
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
                return
            }
        }
    }
}
