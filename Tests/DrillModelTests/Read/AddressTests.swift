import Testing

@testable import DrillModel

/// One machine is one, however its address is spelt.
@Suite struct AddressTests {
    @Test(
        "one spelling of all",
        arguments: [
            ("10.99.0.14", "10.99.0.14"), ("10.99.14", "10.99.0.14"), ("10.6488078", "10.99.0.14"),
            ("174260238", "10.99.0.14"), ("0x0a.0143.0.0xE", "10.99.0.14"),
            ("::ffff:10.99.0.14", "10.99.0.14"), ("::FFFF:a63:e", "10.99.0.14"),
            ("127.1", "127.0.0.1"), ("0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
            ("::1", "0:0:0:0:0:0:0:1"), ("0:0::0:1", "0:0:0:0:0:0:0:1"), ("::", "0:0:0:0:0:0:0:0"),
            ("2001:DB8::00a1", "2001:db8:0:0:0:0:0:a1"),
            ("2001:db8:0:0:0:0:0:a1", "2001:db8:0:0:0:0:0:a1"),
            ("64:ff9b::10.0.0.1", "64:ff9b:0:0:0:0:a00:1"),
            ("fe80::1%ETH0", "fe80:0:0:0:0:0:0:1%eth0"),
            // Names, and what only resembles an address.
            ("DB-west.Example", "db-west.example"), ("10.99.0.256", "10.99.0.256"),
            ("10.256.0.1", "10.256.0.1"), ("1.2.3.4.5", "1.2.3.4.5"), ("4294967296", "4294967296"),
            ("10..1", "10..1"), ("10.09.0.1", "10.09.0.1"), ("0x", "0x"), ("1:2:3", "1:2:3"),
            ("1::2::3", "1::2::3"), ("1:2:3:4:5:6:7::8", "1:2:3:4:5:6:7::8"), ("", ""),
            ("-1", "-1"),
        ]
    )
    func canonical(_ written: String, _ one: String) {
        #expect(Address.canonical(written) == one)
    }

    @Test("hosts, loopback and what a policy protects are compared by it")
    func compared() {
        let host = Host(name: "a", address: "10.99.0.14")
        #expect(host.isSame(as: Host(name: "b", address: "10.99.14")))
        #expect(!host.isSame(as: Host(name: "b", address: "10.99.14", port: 2222)))
        #expect(!host.isSame(as: Host(name: "b", address: "10.99.0.15")))
        #expect(Policy.Protected(addresses: ["10.99.14"]).names(host))
        #expect(Address.isLoopback("2130706433") && Address.isLoopback("0::1"))
        #expect(!Address.isLoopback("128.0.0.1"))
    }
}
