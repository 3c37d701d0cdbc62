internal import CSSH
internal import Glibc
internal import Synchronization

/// One thread that waits on descriptors and timers, and the executor of the actors that use them.
///
/// An actor with this executor runs on the thread, so its state needs no lock and its C calls never
/// block Swift's own pool. Descriptors and timers call back on the thread too: a handler enters its
/// actor by `assumeIsolated`.
///
/// ```
///  any thread ── enqueue, perform ──▶ eventfd ─┐
///  sockets, pipes, pidfds ─────────────────────┼─▶ epoll_wait ─▶ jobs, timers, handlers
///  timers (CLOCK_BOOTTIME) ────────────────────┘
/// ```
// @unchecked: `shared` is behind a Mutex, all else is touched by the loop's thread alone, which
// every method that touches it asserts.
package final class IOLoop: SerialExecutor, @unchecked Sendable {
    /// The one loop of the program; its thread starts with the first use and lasts as long as it.
    package static let shared = IOLoop()
    /// Another one for databases: libpq computes log-in keys in its calls, which takes milliseconds
    /// that SSH shouldn't wait for.
    package static let database = IOLoop()

    private enum Work {
        case job(UnownedJob)
        case closure(@Sendable () -> Void)
    }

    private struct Watch {
        var generation: UInt32
        var handler: @Sendable (IOEvents) -> Void
    }

    private struct Timer {
        var id: Int
        var deadlineNs: Int64
        var handler: @Sendable () -> Void
    }

    private let work = Mutex<[Work]>([])
    private let epoll: Int32
    private let wake: Int32
    private var thread = pthread_t()
    private var watches: [Int32: Watch] = [:]
    /// By deadline, the next one last.
    private var timers: [Timer] = []
    private var generation: UInt32 = 0
    private var lastTimer = 0

    private init() {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        wake = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        precondition(epoll >= 0 && wake >= 0, "no descriptor is left for the input/output thread")
        var event = epoll_event(
            events: EPOLLIN.rawValue,
            data: epoll_data_t(u64: UInt64(UInt32(bitPattern: wake)))
        )
        epoll_ctl(epoll, EPOLL_CTL_ADD, wake, &event)
        start()
    }

    /// Signals are for the program's other threads; a write to a closed pipe is an error code here.
    private func start() {
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, &before)
        let failure = pthread_create(
            &thread,
            nil,
            { raw in
                guard let raw else { return nil }
                Unmanaged<IOLoop>.fromOpaque(raw).takeUnretainedValue().runForEver()
                return nil
            },
            Unmanaged.passRetained(self).toOpaque()
        )
        pthread_sigmask(SIG_SETMASK, &before, nil)
        precondition(failure == 0, "no thread can be started for input and output")
        pthread_setname_np(thread, "drill-io")
    }

    package var isCurrent: Bool { pthread_equal(pthread_self(), thread) != 0 }
}

/// What a descriptor is ready for (epoll_ctl(2)).
package struct IOEvents: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let read = IOEvents(rawValue: EPOLLIN.rawValue)
    package static let write = IOEvents(rawValue: EPOLLOUT.rawValue)
    /// The peer has closed its side; reported even while unread bytes are waiting.
    package static let peerClosed = IOEvents(rawValue: EPOLLRDHUP.rawValue)
    package static let hangUp = IOEvents(rawValue: EPOLLHUP.rawValue)
    package static let error = IOEvents(rawValue: EPOLLERR.rawValue)
}

// MARK: - From any thread

extension IOLoop {
    package func enqueue(_ job: consuming ExecutorJob) { add(.job(UnownedJob(job))) }

    /// Runs `body` on the loop's thread, after what is already queued.
    package func perform(_ body: @escaping @Sendable () -> Void) { add(.closure(body)) }

    package func isIsolatingCurrentContext() -> Bool? { isCurrent }

    package func checkIsolated() {
        precondition(isCurrent, "called from outside of the input/output thread")
    }

    private func add(_ new: Work) {
        let wasEmpty = work.withLock { work in
            work.append(new)
            return work.count == 1
        }
        if wasEmpty { eventfd_write(wake, 1) }
    }
}

// MARK: - On the loop's thread

extension IOLoop {
    /// Calls `handler` whenever `descriptor` is ready for what `events` says (level-triggered).
    func watch(
        _ descriptor: Int32,
        _ events: IOEvents,
        _ handler: @escaping @Sendable (IOEvents) -> Void
    ) {
        checkIsolated()
        generation &+= 1
        let isNew =
            watches.updateValue(
                Watch(generation: generation, handler: handler),
                forKey: descriptor
            ) == nil
        control(descriptor, isNew ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, events)
    }

    func change(_ descriptor: Int32, _ events: IOEvents) {
        checkIsolated()
        control(descriptor, EPOLL_CTL_MOD, events)
    }

    /// Must be called before the descriptor is closed, since its number is soon another's.
    func unwatch(_ descriptor: Int32) {
        checkIsolated()
        guard watches.removeValue(forKey: descriptor) != nil else { return }
        control(descriptor, EPOLL_CTL_DEL, [])
    }

    /// Calls `handler` once, at `deadlineNs` or up to a millisecond later.
    @discardableResult
    func at(_ deadlineNs: Int64, _ handler: @escaping @Sendable () -> Void) -> Int {
        checkIsolated()
        lastTimer += 1
        let new = Timer(id: lastTimer, deadlineNs: deadlineNs, handler: handler)
        var low = 0
        var high = timers.count
        while low < high {
            let middle = (low + high) / 2
            if timers[middle].deadlineNs > deadlineNs { low = middle + 1 } else { high = middle }
        }
        timers.insert(new, at: low)
        return lastTimer
    }

    func cancel(timer id: Int) {
        checkIsolated()
        timers.removeAll { $0.id == id }
    }

    private func control(_ descriptor: Int32, _ operation: Int32, _ events: IOEvents) {
        let token =
            UInt64(watches[descriptor]?.generation ?? 0) << 32
            | UInt64(UInt32(bitPattern: descriptor))
        var event = epoll_event(events: events.rawValue, data: epoll_data_t(u64: token))
        epoll_ctl(epoll, operation, descriptor, &event)
    }

    private func runForEver() {
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        while true {
            runWork()
            runTimers()
            let count = epoll_wait(epoll, &events, Int32(events.count), patienceMs())
            for event in events.prefix(Int(max(0, count))) { deliver(event) }
        }
    }

    private func runWork() {
        let waiting = work.withLock { work in
            defer { work = [] }
            return work
        }
        for item in waiting {
            switch item {
            case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
            case .closure(let body): body()
            }
        }
    }

    private func runTimers() {
        while let next = timers.last, next.deadlineNs <= BootClock.nowNs() {
            timers.removeLast()
            next.handler()
        }
    }

    private func patienceMs() -> Int32 {
        guard let next = timers.last else { return -1 }
        let leftNs = max(0, next.deadlineNs - BootClock.nowNs())
        return Int32(min((leftNs + 999_999) / 1_000_000, 60_000))
    }

    private func deliver(_ event: epoll_event) {
        let descriptor = Int32(truncatingIfNeeded: event.data.u64)
        if descriptor == wake {
            var count: eventfd_t = 0
            eventfd_read(wake, &count)
            return
        }
        // An earlier handler of this round may have closed the descriptor and opened another.
        guard let watch = watches[descriptor],
            watch.generation == UInt32(truncatingIfNeeded: event.data.u64 >> 32)
        else { return }
        watch.handler(IOEvents(rawValue: event.events))
    }
}
