// Built as a whole the module has `sigset_t` from the C header that libssh2.h draws in.
internal import CSSH
package import Dispatch
import Glibc

/// Signals as calls on a queue of their own, instead of the system's default.
package enum Signals {
    /// Calls `handle` with the signal's name for each of `signals` from now on.
    ///
    /// Whoever ends in good order must not be suspended either, while something is broken: from now on a
    /// terminal's ^Z only says so, and its SIGTTIN and SIGTTOU do nothing (credentials(7), sessions).
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
        } + [hearSuspending(on: queue)]
    }

    private static func hearSuspending(on queue: DispatchQueue) -> any DispatchSourceSignal {
        for number in [SIGTSTP, SIGTTIN, SIGTTOU] { signal(number, SIG_IGN) }
        let source = DispatchSource.makeSignalSource(signal: SIGTSTP, queue: queue)
        source.setEventHandler {
            Terminal.writeError(
                "\ndrill: ^Z does nothing here, while something may be broken; ^C ends in good order\n"
            )
        }
        source.resume()
        return source
    }

    /// Lets the system do again what it does by default, from the calling thread on.
    package static func restore(_ signals: [(Int32, String)]) {
        // Not `sigset_t()`: that is Glibc's or the first C library's that was seen, by the kind of build.
        let all = UnsafeMutablePointer<sigset_t>.allocate(capacity: 1)
        defer { all.deallocate() }
        sigemptyset(all)
        for (number, _) in signals {
            signal(number, SIG_DFL)
            sigaddset(all, number)
        }
        // Dispatch blocks a signal that it hears in whichever thread it came to.
        pthread_sigmask(SIG_UNBLOCK, all, nil)
    }

    /// Those that end a run in good order.
    package static let ending: [(Int32, String)] = [
        (SIGINT, "SIGINT"), (SIGTERM, "SIGTERM"), (SIGHUP, "SIGHUP"), (SIGQUIT, "SIGQUIT"),
    ]

    /// Whoever started drill may have had its own children forgotten at their end, and that is handed on:
    /// then nobody could wait for one (signal(7), SIGCHLD ignored).
    package static func hearChildren() { signal(SIGCHLD, SIG_DFL) }

    /// A reader that went away is an error of the write, not the end of drill.
    package static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }
}
