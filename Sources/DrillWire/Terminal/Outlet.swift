internal import Dispatch
internal import Glibc
internal import Synchronization

/// A descriptor with a queue of its own behind it: whoever says something waits for its reader for a
/// moment at most.
///
/// ```
///  put ──▶ waiting ──▶ queue's thread ── write(2) ──▶ a terminal that ^S stopped, a pager, a pipe
/// ```
/// A drill must undo what it broke also while nobody reads what it says.
package final class Outlet: Sendable {
    private struct State {
        var waiting: [UInt8] = []
        var isWriting = false
        /// Somebody waited in vain; nobody waits again until all is written.
        var isStuck = false
        var droppedLines = 0
        var failure: Int32?

        /// In the place of the lines for which there was no room.
        mutating func tellDropped() {
            guard droppedLines > 0 else { return }
            let lines = droppedLines == 1 ? "1 line was" : "\(droppedLines) lines were"
            waiting += "… \(lines) not shown, the output was stuck\n".utf8
            droppedLines = 0
        }
    }

    /// What may wait in all before lines are dropped: some ten thousand of them.
    private static let waitingBytesMax = 1 << 20

    private let descriptor: Int32
    private let state = Mutex(State())
    private let queue: DispatchQueue
    /// Entered while something is to be written.
    private let writing = DispatchGroup()

    package init(_ descriptor: Int32) {
        self.descriptor = descriptor
        queue = DispatchQueue(label: "drill.output.\(descriptor)")
    }

    /// Errno of the first write that failed.
    var failure: Int32? { state.withLock { $0.failure } }

    /// Whether something is still to be written.
    var isBusy: Bool { state.withLock { $0.isWriting } }

    /// Hands a text over and waits for nothing; where too much waits already, lines are counted instead.
    package func put(_ text: String, isDroppable: Bool) {
        guard !text.isEmpty else { return }
        state.withLock { state in
            if isDroppable, state.waiting.count >= Self.waitingBytesMax {
                state.droppedLines += text.utf8.count { $0 == UInt8(ascii: "\n") }
                return
            }
            state.tellDropped()
            state.waiting += text.utf8
            guard !state.isWriting else { return }
            state.isWriting = true
            writing.enter()
            queue.async { self.drain() }
        }
    }

    /// Waits until all is written, in milliseconds; without a limit where nil.
    ///
    /// - Returns: false where something still waits for its reader.
    @discardableResult
    package func settle(withinMs limit: Int?) -> Bool {
        guard let limit else {
            writing.wait()
            return true
        }
        if state.withLock({ $0.isWriting && $0.isStuck }) { return false }
        if writing.wait(timeout: .now() + .milliseconds(limit)) == .success { return true }
        state.withLock { $0.isStuck = $0.isWriting }
        return false
    }

    private func drain() {
        while let batch = next() {
            let code = write(batch)
            if code != 0 { state.withLock { $0.failure = $0.failure ?? code } }
        }
    }

    /// All that waits; nil, and nobody is writing any more, where nothing does.
    private func next() -> [UInt8]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isWriting = false
                state.isStuck = false
                writing.leave()
                return nil
            }
            state.tellDropped()
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    /// - Returns: 0, or errno of the write that failed.
    private func write(_ bytes: [UInt8]) -> Int32 {
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
            } else if errno == EAGAIN {
                // Whoever shares the terminal made it non-blocking.
                var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&wanted, 1, 1000)
            } else if errno != EINTR {
                return errno
            }
        }
        return 0
    }
}
