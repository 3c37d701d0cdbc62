internal import Glibc

/// A running process and what it has said so far; lives on the loop's thread inside `Children`.
final class Child {
    let spawned: Spawned
    private(set) var startedNs = BootClock.nowNs()
    var output: BoundedBytes
    var errors: BoundedBytes
    var exit: ChildOutcome.Exit?
    var doneNs: Int64 = 0
    var waiter: CheckedContinuation<Result<ChildOutcome, ChildFailure>, Never>?
    var listeners: [CheckedContinuation<Void, Never>] = []
    var timer: Int?
    /// Nobody waits any more; only the reaping is left.
    var isAbandoned = false

    let outlivesItsDeadline: Bool
    private var input: ArraySlice<UInt8>
    private var keepsInputOpen: Bool
    /// Whether it was given all that it was to be given.
    private(set) var isFed: Bool
    private var open: Set<Int32>

    init(_ spawned: Spawned, order: ChildOrder) {
        self.spawned = spawned
        input = order.input[...]
        keepsInputOpen = order.keepsInputOpen
        isFed = !order.keepsInputOpen
        outlivesItsDeadline = order.outlivesItsDeadline
        output = BoundedBytes(limit: order.outputLimitBytes)
        errors = BoundedBytes(limit: order.outputLimitBytes)
        open = [spawned.input, spawned.output, spawned.errors, spawned.pidfd]
    }

    var hasEnded: Bool { exit != nil }
    var isDry: Bool { open.isDisjoint(with: [spawned.output, spawned.errors]) }

    func hasSpoken(on stream: ChildStream) -> Bool {
        switch stream {
        case .output: !output.isEmpty
        case .errors: !errors.isEmpty
        }
    }

    func outcome(_ exit: ChildOutcome.Exit) -> ChildOutcome {
        ChildOutcome(
            exit: exit,
            output: output.bytes,
            errors: errors.bytes,
            lastErrors: errors.last,
            isTruncated: output.isTruncated || errors.isTruncated,
            startedNs: startedNs,
            doneNs: doneNs,
            isFed: isFed
        )
    }

    /// Gives it input that it was to wait for, and closes that behind it.
    ///
    /// - Returns: false where it takes none any more.
    func feed(_ bytes: [UInt8], _ loop: IOLoop) -> Bool {
        guard keepsInputOpen, open.contains(spawned.input) else { return false }
        startedNs = BootClock.nowNs()
        isFed = true
        keepsInputOpen = false
        input += bytes
        write(loop)
        return true
    }

    /// Whether its input waits for room in the pipe.
    var isWriting: Bool { open.contains(spawned.input) && !keepsInputOpen }

    func wakeListeners() {
        for listener in listeners { listener.resume() }
        listeners = []
    }

    /// Reads until the pipe is empty or at its end, a bounded amount at a time.
    func read(_ descriptor: Int32, _ loop: IOLoop) {
        guard open.contains(descriptor) else { return }
        var buffer = [UInt8](repeating: 0, count: 65536)
        // Bounded, so that a child that never stops talking can't keep the loop from its deadlines.
        for _ in 0..<16 {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count > 0 {
                if descriptor == spawned.output {
                    output.append(buffer[..<count])
                } else {
                    errors.append(buffer[..<count])
                }
                wakeListeners()
            } else if count < 0 && (errno == EAGAIN || errno == EINTR) {
                return
            } else {
                return shut(descriptor, loop)
            }
        }
    }

    func write(_ loop: IOLoop) {
        guard open.contains(spawned.input) else { return }
        while !input.isEmpty {
            let count = input.withUnsafeBytes {
                Glibc.write(spawned.input, $0.baseAddress, $0.count)
            }
            if count > 0 {
                input = input.dropFirst(count)
            } else if count < 0 && (errno == EAGAIN || errno == EINTR) {
                return
            } else {
                // It doesn't want to read: that is its own affair, not a failure.
                return closeInput(loop)
            }
        }
        if keepsInputOpen { loop.unwatch(spawned.input) } else { closeInput(loop) }
    }

    func closeInput(_ loop: IOLoop) { shut(spawned.input, loop) }
    func closePidfd(_ loop: IOLoop) { shut(spawned.pidfd, loop) }

    func closePipes(_ loop: IOLoop) {
        for descriptor in [spawned.input, spawned.output, spawned.errors] { shut(descriptor, loop) }
    }

    private func shut(_ descriptor: Int32, _ loop: IOLoop) {
        guard open.remove(descriptor) != nil else { return }
        loop.unwatch(descriptor)
        close(descriptor)
    }
}

/// Bytes up to a limit; the rest is dropped and remembered as dropped.
struct BoundedBytes {
    static let lastLimitBytes = 256

    private(set) var bytes: [UInt8] = []
    private(set) var isTruncated = false
    /// The last of all that came, kept or dropped.
    private(set) var last: [UInt8] = []
    let limit: Int

    init(limit: Int) { self.limit = max(0, limit) }

    var isEmpty: Bool { bytes.isEmpty && !isTruncated }

    mutating func append(_ new: some Collection<UInt8>) {
        let room = limit - bytes.count
        bytes.append(contentsOf: new.prefix(room))
        last = Array((last + new.suffix(Self.lastLimitBytes)).suffix(Self.lastLimitBytes))
        if new.count > room { isTruncated = true }
    }

    /// Takes out the first line that reads so.
    ///
    /// - Returns: false where there is none.
    mutating func remove(line: [UInt8]) -> Bool {
        let newline = UInt8(ascii: "\n")
        let line = line + [newline]
        let places = bytes.indices.filter { $0 == 0 || bytes[$0 - 1] == newline }
        guard let start = places.first(where: { bytes[$0...].starts(with: line) }) else {
            return false
        }
        bytes.removeSubrange(start..<start + line.count)
        return true
    }
}
