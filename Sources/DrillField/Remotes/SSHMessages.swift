internal import DrillEngine
internal import DrillModel
internal import DrillWire

/// The words for what can go wrong on the way to a host: what happened, then what to do.
enum SSHMessages {
    static func error(for failure: SSHFailure, _ endpoint: SSHEndpoint) -> RemoteError {
        var error = error(code(of: failure), endpoint, running: failure.stage == .running)
        error.cause = failure.cause
        error.nothingStarted = failure.nothingStarted
        if failure.code == .timedOut { error.message = timeout(failure, endpoint) }
        if failure.code == .lineTooLong {
            error.message =
                "The command line for \(endpoint.shown) has \(failure.cause), which is too long to "
                + "send (the limit is \(SSHOrder.lineLimitBytes)). Give the long part on standard "
                + "input, or copy a script there first."
        }
        if failure.code == .noLibrary {
            error.message =
                "\(endpoint.shown) can't be reached, since libssh2 can't be loaded on this machine. "
                + "Install it (Debian: apt install libssh2-1), or say transport: openssh for the host."
        }
        return error
    }

    private static func code(of failure: SSHFailure) -> RemoteError.Code {
        switch failure.code {
        case .unresolvable: .unresolvable
        case .unreachable: .unreachable
        case .refused: .refused
        case .timedOut: .timedOut
        case .disconnected: .disconnected
        case .cancelled: .cancelled
        case .notSSH, .failed, .channelRefused: .protocolError
        case .keyExchange: .unsupported
        case .hostKeyRefused: .hostKeyUnknown
        case .notAuthorised: .notAuthorised
        case .lineTooLong, .noLibrary: .configuration
        }
    }

    /// The message for a kind of failure, whichever transport it came from.
    static func error(
        _ code: RemoteError.Code,
        _ endpoint: SSHEndpoint,
        running: Bool = false
    ) -> RemoteError {
        RemoteError(code, host: endpoint.host, message(code, endpoint, running))
    }

    private static func message(
        _ code: RemoteError.Code,
        _ endpoint: SSHEndpoint,
        _ running: Bool
    ) -> String {
        let name = endpoint.shown
        switch code {
        case .unresolvable:
            return
                "The address of \(name) has no entry in DNS or /etc/hosts. Correct `address:` in "
                + "the inventory, or the name service."
        case .unreachable:
            return "There is no route to \(name). Is the host up, and the network between?"
        case .refused:
            return
                "Nothing listens at the SSH port of \(name). Is sshd running there, on that port?"
        case .timedOut:
            return "\(name) did not answer in time. Is the host up, and does a firewall let SSH "
                + "through?"
        case .disconnected where running:
            return "The connection to \(name) was lost while the command ran; how it ended is not "
                + "known."
        case .disconnected:
            return "The connection to \(name) was lost before the command was sent."
        case .cancelled:
            return "The command on \(name) was given up because the run is stopping."
        case .notAuthorised:
            return notAuthorised(endpoint)
        case .unsupported:
            return
                "libssh2 and \(name) have no algorithm in common. Say transport: auto or openssh "
                + "for the host."
        case .protocolError:
            return "\(name) answers, but the SSH session could not be used. See sshd's log there "
                + "(MaxStartups, MaxSessions), and whether that port is SSH at all."
        default:
            return "\(name) can't be used."
        }
    }

    private static func notAuthorised(_ endpoint: SSHEndpoint) -> String {
        let keys = endpoint.keys
        let refused =
            keys.isEmpty ? "accepts none of the keys that were tried" : "refuses \(keys.listed)"
        let option = keys.first.map { "-i \(Shell.quoted($0)) " } ?? ""
        return
            "\(endpoint.shown) \(refused). Is \(endpoint.user) the right user there, and the public "
            + "key in its authorized_keys? Try: ssh \(option)-p \(endpoint.port) "
            + "\(endpoint.user)@\(endpoint.address)"
    }

    private static func timeout(_ failure: SSHFailure, _ endpoint: SSHEndpoint) -> String {
        let name = endpoint.shown
        switch failure.stage {
        case .resolving:
            return
                "The name service did not tell the address of \(name) in time. Give an address in "
                + "the inventory, or look after DNS."
        case .connecting:
            return message(.timedOut, endpoint, false)
        case .greeting, .authenticating:
            return
                "\(name) accepted the connection but did not finish the SSH login in time. Is the "
                + "host overloaded, paused or swapping?"
        case .opening, .executing:
            return
                "\(name) did not take the command by its deadline. Is the host overloaded, paused "
                + "or cut off?"
        case .running:
            return
                "The command on \(name) had not ended by its deadline; the host was told to kill "
                + "it. Give it more time, or look why it hangs (a background process that keeps "
                + "its output open counts as running: redirect all three)."
        }
    }
}
