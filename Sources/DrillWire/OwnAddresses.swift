import Glibc

/// The addresses of this machine's interfaces, as text (getifaddrs(3)).
package enum OwnAddresses {
    package static var all: [String] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        var addresses: [String] = []
        var next = first
        while let interface = next {
            if let address = interface.pointee.ifa_addr, let text = text(of: address) {
                addresses.append(text)
            }
            next = interface.pointee.ifa_next
        }
        return addresses
    }

    private static func text(of address: UnsafeMutablePointer<sockaddr>) -> String? {
        let length: Int
        switch Int32(address.pointee.sa_family) {
        case AF_INET: length = MemoryLayout<sockaddr_in>.size
        case AF_INET6: length = MemoryLayout<sockaddr_in6>.size
        default: return nil
        }
        var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard
            getnameinfo(
                address,
                socklen_t(length),
                &name,
                socklen_t(name.count),
                nil,
                0,
                NI_NUMERICHOST
            )
                == 0
        else { return nil }
        let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        // Without the interface that a link-local address carries (`fe80::1%eth0`).
        return String(decoding: bytes, as: UTF8.self).split(separator: "%").first.map(String.init)
    }
}
