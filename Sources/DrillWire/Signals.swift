package import Dispatch
import Glibc

/// Signals as calls on a queue of their own, instead of the system's default.
package enum Signals {
    /// Calls `handle` with the signal's name for each of `signals` from now on.
    ///
    /// - Returns: what must be kept for as long as they are to be heard.
    package static func listen(
        to signals: [(Int32, String)],
        _ handle: @escaping @Sendable (String) -> Void
    ) -> [any DispatchSourceSignal] {
        let queue = DispatchQueue(label: "drill.signals")
        return signals.map { number, name in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { handle(name) }
            source.resume()
            return source
        }
    }

    /// Those that end a run in good order.
    package static let ending: [(Int32, String)] = [
        (SIGINT, "SIGINT"), (SIGTERM, "SIGTERM"), (SIGHUP, "SIGHUP"), (SIGQUIT, "SIGQUIT"),
    ]

    /// A reader that went away is an error of the write, not the end of drill.
    package static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }
}
