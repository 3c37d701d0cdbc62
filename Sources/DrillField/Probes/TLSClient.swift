internal import NIOCore
internal import NIOSSL

/// How a probe agrees on TLS: whom it trusts, and whom it expects.
///
/// NIOSSL also takes a certificate for the socket's own address; through a host that is a loopback
/// address, which no certificate but a test's names.
struct TLSClient: Sendable {
    private let context: NIOSSLContext
    /// For SNI and for the certificate; nil where the address has no name.
    private let serverName: String?
    /// What the certificate must be for, where it can't be the address of the socket (through a host).
    private let expectedAddress: SocketAddress?

    /// - Parameters:
    ///   - host: of the URL.
    ///   - authority: a PEM file; else the system's authorities.
    ///   - verifies: false accepts any certificate.
    ///   - isRelayed: whether the socket's peer is a relay.
    /// - Throws: what NIOSSL says of the file.
    init(host: String, authority: String?, verifies: Bool, isRelayed: Bool) throws {
        // Not an address: a name, which goes into SNI and is what the certificate must say.
        let address = try? SocketAddress(ipAddress: host, port: 0)
        serverName = address == nil ? host : nil
        expectedAddress = isRelayed && verifies ? address : nil
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.applicationProtocols = ["http/1.1"]
        if !verifies {
            configuration.certificateVerification = .none
        } else if expectedAddress != nil {
            configuration.certificateVerification = .noHostnameVerification
        }
        if let authority {
            configuration.trustRoots = .certificates(
                try NIOSSLCertificate.fromPEMFile(authority)
            )
        }
        context = try NIOSSLContext(configuration: configuration)
    }

    func handler() throws -> NIOSSLClientHandler {
        guard let expectedAddress else {
            return try NIOSSLClientHandler(context: context, serverHostname: serverName)
        }
        return try NIOSSLClientHandler._makeSSLClientHandler(
            context: context,
            serverHostname: nil
        ) { certificate, channel in
            // Bytes that are no address can't be the one that is expected.
            let isFor = certificate._subjectAlternativeNames().contains { name in
                name.nameType == .ipAddress
                    && (try? SocketAddress(
                        packedIPAddress: ByteBuffer(bytes: name.contents),
                        port: 0
                    ))
                        == expectedAddress
            }
            return isFor
                ? channel.eventLoop.makeSucceededVoidFuture()
                : channel.eventLoop.makeFailedFuture(NIOSSLExtraError.failedToValidateHostname)
        }
    }
}
