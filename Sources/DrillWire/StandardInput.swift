import Glibc

/// What stands on descriptor 0.
package enum StandardInput {
    /// Returns once everything was read and every writing end is closed (pipe(7)).
    package static func end() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isStarted = DetachedThread.start {
                readToEnd()
                continuation.resume()
            }
            if !isStarted {
                // Without a thread to wait on, this one waits.
                readToEnd()
                continuation.resume()
            }
        }
    }

    private static func readToEnd() {
        var buffer = [UInt8](repeating: 0, count: 512)
        while true {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count > 0 || (count < 0 && errno == EINTR) { continue }
            return
        }
    }
}
