internal import CSSH
internal import Glibc

/// A signature that libssh2 has asked for and that an agent makes meanwhile.
///
/// libssh2's sign callback may say EAGAIN (userauth.c, state sent1): it is called again with the same
/// data when the login is stepped the next time.
final class SSHSigning {
    fileprivate(set) var data: [UInt8]?
    var signature: [UInt8]?
    var hasFailed = false
}

extension SSHSession {
    /// One step of a login by an agent's key.
    func authenticate(by key: SSHAgentKey) -> Int32 {
        let signing = signing ?? SSHSigning()
        self.signing = signing
        var abstract: UnsafeMutableRawPointer? = Unmanaged.passUnretained(signing).toOpaque()
        let code = libssh2_userauth_publickey(
            raw,
            target.user,
            key.key,
            key.key.count,
            { _, signature, count, data, dataCount, abstract in
                // Unsafe: `abstract` is the SSHSigning that the session keeps alive for this call.
                guard let raw = abstract?.pointee, let data else { return -1 }
                let signing = Unmanaged<SSHSigning>.fromOpaque(raw).takeUnretainedValue()
                if signing.hasFailed { return -1 }
                guard let made = signing.signature else {
                    signing.data = Array(UnsafeBufferPointer(start: data, count: dataCount))
                    return LIBSSH2_ERROR_EAGAIN
                }
                // libssh2 frees it with free(3), as the session was made without own allocators.
                guard let copy = malloc(made.count) else { return -1 }
                copy.copyMemory(from: made, byteCount: made.count)
                signature?.pointee = copy.assumingMemoryBound(to: UInt8.self)
                count?.pointee = made.count
                return 0
            },
            &abstract
        )
        if code == LIBSSH2_ERROR_EAGAIN, let data = signing.data, question == nil,
            signing.signature == nil
        {
            ask(key, toSign: data, for: signing)
        }
        return code
    }

    private func ask(_ key: SSHAgentKey, toSign data: [UInt8], for signing: SSHSigning) {
        do {
            question = try SSHAgentQuestion(
                socket: key.socket,
                .sign(key: key.key, data: data),
                loop: loop,
                watch: { descriptor in
                    let ready = handlers.agentIsReady
                    loop.watch(descriptor, [.read, .write]) { _ in ready() }
                },
                done: { [weak self] result in
                    guard let self else { return }
                    question = nil
                    if case .success(let body) = result {
                        signing.signature = SSHAgentQuestion.signature(in: body)
                    }
                    signing.hasFailed = signing.signature == nil
                }
            )
        } catch {
            signing.hasFailed = true
            loop.perform(handlers.wake)
        }
    }
}
