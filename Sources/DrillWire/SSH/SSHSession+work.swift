internal import CSSH

extension SSHSession {
    func add(_ work: any SSHWork) { works.append(work) }

    /// Steps every channel until a whole pass brings nothing: reading one channel queues what came in
    /// for the others, which then no readiness of the socket will announce.
    func work() {
        var hasMoved = true
        while hasMoved && isReady {
            hasMoved = false
            if let held {
                let step = held.step(self)
                guard step != .halfSent, isReady else { return }
                self.held = nil
                hasMoved = settle(held, step)
            }
            handOut()
            for work in works + [spareReading] where isReady {
                if work === spareReading && works.count > 0 { continue }
                guard work === spareReading || works.contains(where: { $0 === work }) else {
                    continue
                }
                let step = work.step(self)
                if step == .halfSent {
                    held = work
                    return
                }
                if settle(work, step) { hasMoved = true }
            }
        }
    }

    private func settle(_ work: any SSHWork, _ step: SSHStep) -> Bool {
        if step == .finished { works.removeAll { $0 === work } }
        return step == .moved || step == .finished
    }

    /// Gives the spare channel to the next command and asks for another one.
    private func handOut() {
        if spare != nil, !waiting.isEmpty, running.count < Self.commandLimit || waiting[0].isUrgent
        {
            let command = waiting.removeFirst()
            if let channel = spare { command.begin(on: channel) }
            spare = nil
            works.append(command)
        }
        guard opening == nil, !isRetired || !waiting.isEmpty else { return }
        if !relaysWaiting.isEmpty {
            open(SSHOpening(for: relaysWaiting.removeFirst()))
        } else if spare == nil, BootClock.nowNs() >= nextOpeningNs {
            open(SSHOpening())
        }
    }

    private func open(_ opening: SSHOpening) {
        self.opening = opening
        works.append(opening)
    }

    func opened(_ channel: OpaquePointer?, by opening: SSHOpening) {
        self.opening = nil
        openChannels += 1
        if let relay = opening.relay {
            relay.begin(on: channel, self)
            works.append(relay)
        } else {
            spare = channel
        }
    }

    /// The host won't give another channel: wait for one of ours to close, or for what a killed
    /// command still holds on the host; with none of ours open there is nothing to wait for.
    func openingFailed(_ opening: SSHOpening, code: Int32, _ text: String) {
        self.opening = nil
        guard Self.isOfChannel(code) else {
            return die(SSHFailure(.disconnected, .opening, text))
        }
        if let relay = opening.relay { return relay.abort() }
        nextOpeningNs = BootClock.nowNs() + 200_000_000
        loop.at(nextOpeningNs, handlers.wake)
        guard running.isEmpty else { return }
        isRetired = true
        sendElsewhere(text)
    }

    /// Ends a process group on the host, for a command that was given up; nobody waits for the end.
    ///
    /// What runs by sudo belongs to root, so it is tried again that way.
    func kill(_ processGroup: Int) {
        let kill = "kill -KILL -- -\(processGroup) 2>/dev/null"
        let command = SSHCommand(
            id: 0,
            SSHOrder(
                line: "\(kill); sudo -n \(kill) </dev/null >&2 2>/dev/null",
                outputLimitBytes: 0
            ),
            deadlineNs: BootClock.nowNs() + 10_000_000_000,
            isUrgent: true,
            answer: { _ in }
        )
        waiting.insert(command, at: 0)
    }

    /// Whether an error concerns one channel only; all others end the session.
    static func isOfChannel(_ code: Int32) -> Bool {
        [
            LIBSSH2_ERROR_CHANNEL_FAILURE, LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED,
            LIBSSH2_ERROR_CHANNEL_CLOSED, LIBSSH2_ERROR_CHANNEL_EOF_SENT,
            LIBSSH2_ERROR_CHANNEL_UNKNOWN,
        ].contains(code)
    }
}
