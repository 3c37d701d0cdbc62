internal import AsyncHTTPClient
internal import DrillEngine
internal import DrillWire
internal import FoundationEssentials
internal import Glibc
internal import NIOCore

/// What went wrong, in words that say what to do.
extension EngineClient {
    /// An answer that is a failure.
    nonisolated func refusal(_ answer: Answer, path: String, container: String?) -> EngineError {
        // A failure that isn't the engine's JSON (a proxy's page, say) is told in its own words.
        let told =
            (try? answer.decoded(FailureAnswer.self))?.message
            ?? String(answer.text.prefix(200))
        guard answer.status == 404 else {
            let whom = container.map { " about \($0)" } ?? ""
            return EngineError(
                answer.status < 500 ? .refused : .unexpectedAnswer,
                container: container,
                "the container engine refused\(whom): \(told)",
                cause: "HTTP \(answer.status)"
            )
        }
        // A network's path may miss its network or the container that the question names.
        if path.hasPrefix("/networks"), !told.lowercased().contains("container") {
            return EngineError(
                .noSuchNetwork,
                container: container,
                "the container engine at \(address.shown) has no such network: look at "
                    + "`docker network ls`",
                cause: told
            )
        }
        if let container {
            return EngineError(
                .noSuchContainer,
                container: container,
                "the container engine at \(address.shown) has no container \(container): is the "
                    + "system up (`drill lab up` for the lab), and its name right?",
                cause: told
            )
        }
        return EngineError(.refused, "the container engine refused: \(told)", cause: "HTTP 404")
    }

    /// A failure on the way there or back.
    nonisolated func translated(_ error: any Error, container: String?) -> EngineError {
        if let error = error as? EngineError { return error }
        if let error = error as? HTTPClientError {
            let late: [HTTPClientError] = [
                .deadlineExceeded, .connectTimeout, .readTimeout, .writeTimeout, .cancelled,
                .getConnectionFromPoolTimeout,
            ]
            if late.contains(error) { return timedOut(container, cause: "\(error)") }
            return EngineError(
                .unexpectedAnswer,
                container: container,
                "the container engine at \(address.shown) broke off the connection: is it being "
                    + "restarted?",
                cause: "\(error)"
            )
        }
        if error is CancellationError {
            return timedOut(container, cause: "the call was given up")
        }
        if error is NIOTooManyBytesError {
            return EngineError(
                .unexpectedAnswer,
                container: container,
                "the container engine answered with more than \(Self.answerMaxBytes >> 20) MB"
            )
        }
        return unreachable(error, container: container)
    }

    nonisolated func timedOut(_ container: String?, cause: String? = nil) -> EngineError {
        EngineError(
            .timedOut,
            container: container,
            "the container engine at \(address.shown) didn't answer in time: is it, or this "
                + "machine, overloaded?",
            cause: cause
        )
    }

    private nonisolated func unreachable(
        _ error: any Error,
        container: String?
    ) -> EngineError {
        let code = (error as? IOError)?.errnoCode
        let cause = code.map(SystemError.words) ?? "\(error)"
        guard case .socket(let path) = address else {
            return EngineError(
                .noSocket,
                container: container,
                "no container engine answers at \(address.shown), which DOCKER_HOST names: start "
                    + "it there, or unset DOCKER_HOST",
                cause: cause
            )
        }
        let start =
            "start it (`systemctl start docker`; in drill's repository scripts/engine start), or "
            + "name another by DOCKER_HOST"
        switch code {
        case EACCES, EPERM:
            return EngineError(
                .noPermission,
                container: container,
                "this user may not use the container engine's socket \(path): run drill as root, "
                    + "or join the socket's group (`sudo usermod -aG docker $USER`, then log in "
                    + "again)",
                cause: cause
            )
        case ENOENT:
            return EngineError(
                .noSocket,
                container: container,
                "there is no container engine: \(path) doesn't exist; \(start)",
                cause: cause
            )
        case ECONNREFUSED:
            return EngineError(
                .noSocket,
                container: container,
                "no container engine listens at \(path) any more; \(start)",
                cause: cause
            )
        default:
            return EngineError(
                .noSocket,
                container: container,
                "the container engine's socket \(path) can't be used; \(start)",
                cause: cause
            )
        }
    }
}
