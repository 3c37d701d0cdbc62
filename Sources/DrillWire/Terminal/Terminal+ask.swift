import Glibc

extension Terminal {
    /// What came of a look whether somebody has typed a line.
    package enum Typed: Sendable {
        case nothing
        case line(String)
        /// The terminal is gone, or its end was typed (^D).
        case end
    }

    /// Forgets what was typed before anything was asked (tcflush(3)).
    package static func forgetTyped() { tcflush(STDIN_FILENO, TCIFLUSH) }

    /// Looks whether a line was typed, without waiting: a terminal gives whole lines only.
    package static func typed() -> Typed {
        var wanted = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard poll(&wanted, 1, 0) > 0 else { return .nothing }
        // No line of a terminal is longer (termios(3), canonical mode).
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = bytes.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR || errno == EAGAIN { return .nothing }
        guard count > 0 else { return .end }
        let line = bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }
        return .line(String(decoding: line, as: UTF8.self))
    }
}
