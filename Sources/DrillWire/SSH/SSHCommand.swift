internal import CSSH
internal import Glibc

/// A command line on its way through a session: waits for a channel, is executed, read and closed.
///
/// ```
/// waiting ─▶ executing ─▶ running ─▶ ending ─▶ (closing)
///    │           └────────────┴── deadline: the caller is answered, the host told to kill it
///    └── deadline: nothing has started
/// ```
/// One that is held says in *running* that it is ready, and has its input kept back until it is fired. One
/// that is asked has it kept back, too, a question at a time.
final class SSHCommand: SSHWork {
    enum Stage { case waiting, executing, running, ending }

    /// What the host's shell prints first: its process id, which is also that of its process group
    /// (sshd makes it a session leader), so that a command past its deadline can be ended there.
    private static let announcement = Array("drill-pid:".utf8)

    let id: Int
    var deadlineNs: Int64
    /// Called when it has said that it is ready.
    var ready: (() -> Void)?
    /// Goes over the limit of commands at a time: it makes room.
    let isUrgent: Bool
    let queuedNs = BootClock.nowNs()
    var timer: Int?
    private(set) var stage = Stage.waiting
    private(set) var isAnswered = false

    private let line: [CChar]
    private var input: ArraySlice<UInt8>
    private var isInputClosed = false
    private var channel: OpaquePointer?
    private var answer: ((Result<SSHOutcome, SSHFailure>) -> Void)?
    private var output: BoundedBytes
    private var errors: BoundedBytes
    /// The beginning of standard output until it is known whether it is the announcement.
    private var opening: [UInt8]? = []
    private var processGroup: Int?
    private var sentNs: Int64?
    /// What it says when it is ready; nil once it has, and for what isn't held.
    private var readyLine: [UInt8]?
    private let isShot: Bool
    private var isHeld: Bool
    private var talk: SSHTalk?
    private var firedNs: Int64?
    /// Which of the calls of `running` was cut short.
    private var held = 0
    /// When a command that nobody waits for is closed although its process group isn't known.
    private(set) var patienceNs: Int64 = 0

    init(
        id: Int,
        _ order: SSHOrder,
        deadlineNs: Int64,
        isUrgent: Bool = false,
        answer: @escaping (Result<SSHOutcome, SSHFailure>) -> Void
    ) {
        self.id = id
        self.deadlineNs = deadlineNs
        self.isUrgent = isUrgent
        self.answer = answer
        line = (#"echo "drill-pid:$$""# + "\n" + order.line).utf8CString.dropLast()
        input = order.input[...]
        if let ready = order.readyLine, !order.questions.isEmpty {
            talk = SSHTalk(order.questions, readyLine: ready)
        } else {
            readyLine = order.readyLine
        }
        isShot = readyLine != nil
        isHeld = isShot
        output = BoundedBytes(limit: order.outputLimitBytes)
        errors = BoundedBytes(limit: order.outputLimitBytes)
    }

    func begin(on channel: OpaquePointer) {
        self.channel = channel
        stage = .executing
    }

    /// Lets go of its input; whoever calls this pumps the session.
    func fire() { isHeld = false }

    /// When what it is to do may have begun.
    private var begunNs: Int64? { isShot ? firedNs : sentNs }

    /// Whether the host has taken the command.
    var hasBegun: Bool { stage == .running || stage == .ending }

    /// Answers the caller without an outcome; what runs on the host is ended once it is known.
    func fail(_ code: SSHFailure.Code, _ reason: SSHFailure) {
        var failure = reason
        failure.code = code
        failure.nothingStarted = begunNs == nil
        if stage == .executing { failure.stage = .executing }
        if hasBegun { failure.stage = .running }
        if !errors.bytes.isEmpty {
            failure.cause = String(decoding: errors.bytes.suffix(300), as: UTF8.self)
        }
        failure.answers = talk?.answers ?? []
        deliver(.failure(failure))
        patienceNs = BootClock.nowNs() + 5_000_000_000
    }

    func step(_ session: SSHSession) -> SSHStep {
        guard let channel else { return .finished }
        let isKnown = sentNs == nil || processGroup != nil || BootClock.nowNs() > patienceNs
        if isAnswered, isKnown, session.held !== self {
            // What is ready and was never fired ends by itself, since its input does.
            let endsByItself = isShot && readyLine == nil && firedNs == nil
            if let processGroup, !endsByItself { session.kill(processGroup) }
            return close(channel, session)
        }
        switch stage {
        case .waiting: return .idle
        case .executing: return execute(channel, session)
        case .running: return exchange(channel, session)
        case .ending: return end(channel, session)
        }
    }

    private func execute(_ channel: OpaquePointer, _ session: SSHSession) -> SSHStep {
        let isFirst = sentNs == nil
        if isFirst { sentNs = BootClock.nowNs() }
        let code = libssh2_channel_process_startup(
            channel,
            "exec",
            4,
            line,
            UInt32(line.count)
        )
        switch session.sort(Int(code)) {
        case .waiting: return isFirst ? .moved : .idle
        case .halfSent: return .halfSent
        case .done:
            stage = .running
            return .moved
        case .failed(let code, let text):
            guard code == LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED else {
                session.die(SSHFailure(.disconnected, .executing, text))
                return .finished
            }
            sentNs = nil
            deliver(.failure(SSHFailure(.channelRefused, .executing, text)))
            return close(channel, session)
        }
    }

    /// Reads both streams and writes the input, once round.
    private func exchange(_ channel: OpaquePointer, _ session: SSHSession) -> SSHStep {
        var hasMoved = false
        for turn in held..<3 {
            held = turn
            let step =
                switch turn {
                case 0, 1: read(channel, stream: Int32(turn), session)
                default: write(channel, session)
                }
            switch step {
            case .halfSent, .finished: return step
            case .moved: hasMoved = true
            case .idle: break
            }
        }
        held = 0
        if libssh2_channel_eof(channel) == 1 {
            stage = .ending
            hasMoved = true
        }
        return hasMoved ? .moved : .idle
    }

    private func read(_ channel: OpaquePointer, stream: Int32, _ session: SSHSession) -> SSHStep {
        var hasMoved = false
        // Bounded, so that one chatty command can't keep the others from their deadlines.
        for _ in 0..<64 {
            let count = session.buffer.withUnsafeMutableBytes { bytes in
                libssh2_channel_read_ex(
                    channel,
                    stream,
                    bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                    bytes.count
                )
            }
            switch session.sort(count) {
            case .done(0), .waiting: return hasMoved ? .moved : .idle
            case .halfSent: return .halfSent
            case .done(let count):
                hasMoved = true
                let new = session.buffer[..<count]
                if stream == 0 { take(new) } else { errors.append(new) }
            case .failed(_, let text):
                session.die(SSHFailure(.disconnected, .running, text))
                return .finished
            }
        }
        return .moved
    }

    private func write(_ channel: OpaquePointer, _ session: SSHSession) -> SSHStep {
        guard !isHeld, !isInputClosed else { return .idle }
        if isShot, firedNs == nil { firedNs = BootClock.nowNs() }
        if input.isEmpty, let question = talk?.ask(BootClock.nowNs()) { input = question[...] }
        guard !input.isEmpty else {
            return talk?.isOver == false ? .idle : closeInput(channel, session)
        }
        let count = input.withUnsafeBytes { bytes in
            libssh2_channel_write_ex(
                channel,
                0,
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                bytes.count
            )
        }
        switch session.sort(count) {
        case .waiting, .done(0): return .idle
        case .halfSent: return .halfSent
        case .done(let count):
            input = input.dropFirst(count)
            return .moved
        case .failed(let code, let text):
            guard SSHSession.isOfChannel(code) else {
                session.die(SSHFailure(.disconnected, .running, text))
                return .finished
            }
            // The command has closed its input: its own affair, not a failure.
            isInputClosed = true
            return .moved
        }
    }

    private func closeInput(_ channel: OpaquePointer, _ session: SSHSession) -> SSHStep {
        switch session.sort(Int(libssh2_channel_send_eof(channel))) {
        case .halfSent: return .halfSent
        case .waiting: return .idle
        case .done, .failed:
            isInputClosed = true
            return .moved
        }
    }

    /// Waits for the host's close, which comes after the exit status (RFC 4254 6.10), then reads it.
    private func end(_ channel: OpaquePointer, _ session: SSHSession) -> SSHStep {
        switch session.sort(Int(libssh2_channel_wait_closed(channel))) {
        case .waiting: return .idle
        case .halfSent: return .halfSent
        case .failed(_, let text):
            session.die(SSHFailure(.disconnected, .running, text))
            return .finished
        case .done: break
        }
        if let opening { output.append(opening) }
        deliver(
            .success(
                SSHOutcome(
                    exit: exit(of: channel, session),
                    output: output.bytes,
                    errors: errors.bytes,
                    isTruncated: output.isTruncated || errors.isTruncated,
                    answers: talk?.answers ?? [],
                    sentNs: begunNs ?? sentNs ?? 0,
                    doneNs: BootClock.nowNs()
                )
            )
        )
        processGroup = nil
        return close(channel, session)
    }

    /// The signal comes first: for a command that one has killed, libssh2's exit status says 0.
    private func exit(of channel: OpaquePointer, _ session: SSHSession) -> SSHOutcome.Exit {
        var name: UnsafeMutablePointer<CChar>?
        libssh2_channel_get_exit_signal(channel, &name, nil, nil, nil, nil, nil)
        if let name {
            defer { libssh2_free(session.raw, name) }
            return .signal(String(cString: name))
        }
        return .code(Int(libssh2_channel_get_exit_status(channel)))
    }

    private func close(_ channel: OpaquePointer, _ session: SSHSession) -> SSHStep {
        self.channel = nil
        session.add(SSHClosing(channel))
        return .finished
    }

    private func deliver(_ result: Result<SSHOutcome, SSHFailure>) {
        guard !isAnswered else { return }
        isAnswered = true
        answer?(result)
        answer = nil
    }

    /// Keeps standard output without the announcement.
    ///
    /// What doesn't begin with it (a forced command,
    /// a shell that isn't POSIX) is kept as it is.
    private func take(_ new: ArraySlice<UInt8>) {
        talk?.hear(new, BootClock.nowNs())
        keep(new)
        guard let readyLine, output.remove(line: readyLine) else { return }
        self.readyLine = nil
        ready?()
        ready = nil
    }

    private func keep(_ new: ArraySlice<UInt8>) {
        guard var start = opening else { return output.append(new) }
        start += new
        let known = start.prefix(Self.announcement.count)
        guard Self.announcement.starts(with: known) else {
            opening = nil
            return output.append(start)
        }
        guard let end = start.firstIndex(of: UInt8(ascii: "\n")) else {
            opening = start
            if start.count > 40 {
                opening = nil
                output.append(start)
            }
            return
        }
        opening = nil
        let digits = start[known.count..<end]
        processGroup = Int(String(decoding: digits, as: UTF8.self))
        output.append(processGroup == nil ? start[...] : start[(end + 1)...])
    }
}
