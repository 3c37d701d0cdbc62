import Foundation
import Glibc
import Synchronization

/// An HTTP server on a port of its own that keeps what it is posted.
final class WebhookServer: Sendable {
    let port: Int
    private let listener: Int32
    private let kept = Mutex<[String]>([])

    var bodies: [String] { kept.withLock { $0 } }

    /// Answers `statuses` one after another, the last again and again, once `asked` has been called.
    init(_ statuses: [Int] = [200], asked: @escaping @Sendable () -> Void = {}) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                precondition(bind(listener, pointer, length) == 0)
                precondition(getsockname(listener, pointer, &length) == 0)
            }
        }
        precondition(listen(listener, 8) == 0)
        port = Int(UInt16(bigEndian: address.sin_port))
        self.listener = listener
        let serve: @Sendable () -> Void = { [self] in
            var count = 0
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                let status = statuses[min(count, statuses.count - 1)]
                count += 1
                let body = Self.body(of: client)
                kept.withLock { $0.append(body) }
                asked()
                let answer =
                    "HTTP/1.1 \(status) X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                _ = answer.withCString { write(client, $0, strlen($0)) }
                Glibc.close(client)
            }
        }
        Thread.detachNewThread(serve)
    }

    func close() { shutdown(listener, Int32(SHUT_RDWR)) }

    private static func body(of client: Int32) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let end = text.range(of: "\r\n\r\n") {
                let length =
                    text[..<end.lowerBound].lowercased().split(separator: "\r\n")
                    .first { $0.hasPrefix("content-length:") }
                    .flatMap { Int($0.dropFirst(15).filter(\.isNumber)) } ?? 0
                let body = text[end.upperBound...]
                if body.utf8.count >= length { return String(body) }
            }
            let count = read(client, &buffer, buffer.count)
            guard count > 0 else { return "" }
            bytes += buffer[..<count]
        }
    }
}
