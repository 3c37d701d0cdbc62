// swift-tools-version: 6.2
import PackageDescription

// Each third-party part and why it is here:
//   swift-argument-parser  the command line and its completions
//   Yams                   YAML composed to nodes that carry line and column
//   swift-nio, -ssl        the http and tcp probes: the instant of sending must be known
//   async-http-client      the container engine's API, where that instant needn't be known
//   swift-crypto           the hash chain of the timeline, the lab's image, hashed known_hosts
//   swift-subprocess       commands on the controller, OpenSSH's ssh as a transport
//   hdrhistogram-swift     latencies of any number of looks in a few kilobytes, each within 0.1 %
// C: libssh2 (the first SSH transport), libpq (sql probes and the ledger). Both stay in DrillWire, and are
// loaded when they are first asked for: with what they bring along they took most of a short command's start.

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "drill",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "drill", targets: ["drill"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        .target(name: "CSSH", cSettings: [.treatAllWarnings(as: .error)]),
        .target(name: "CPostgres", cSettings: [.treatAllWarnings(as: .error)]),
        .target(
            name: "DrillModel",
            dependencies: [
                .product(name: "Yams", package: "Yams"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            swiftSettings: strict
        ),
        .target(name: "DrillEngine", dependencies: ["DrillModel"], swiftSettings: strict),
        .target(
            name: "DrillWire",
            dependencies: ["CSSH", "CPostgres"],
            swiftSettings: strict
        ),
        .target(
            name: "DrillField",
            dependencies: [
                "DrillModel", "DrillEngine", "DrillWire",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "DrillHistory",
            dependencies: [
                "DrillModel", "DrillEngine", "DrillWire",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "DrillReport",
            dependencies: ["DrillModel"],
            swiftSettings: strict
        ),
        .target(
            name: "DrillTesting",
            dependencies: ["DrillModel", "DrillEngine"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "drill",
            dependencies: [
                "DrillModel", "DrillEngine", "DrillWire", "DrillField", "DrillHistory",
                "DrillReport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: strict,
            linkerSettings: [
                // Starts sooner and in less memory. Names that no library asks for are left out; what a short
                // command runs lies side by side (scripts/start-order); and the program lies at a fixed
                // address, so that 130,000 places needn't be filled in at each start: a seventh of its time.
                // Libraries, stack and heap still lie anywhere.
                .unsafeFlags(
                    [
                        "-use-ld=lld", "-Xlinker", "--icf=safe", "-Xlinker", "--no-export-dynamic",
                        "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs",
                        "-Xlinker", "--symbol-ordering-file",
                        "-Xlinker", "\(Context.packageDirectory)/scripts/start.order",
                        "-Xlinker", "--no-warn-symbol-ordering",
                        "-Xclang-linker", "-no-pie",
                    ],
                    .when(platforms: [.linux], configuration: .release)
                )
            ]
        ),
        .testTarget(
            name: "DrillModelTests",
            dependencies: ["DrillModel", "DrillTesting"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DrillEngineTests",
            dependencies: ["DrillModel", "DrillEngine", "DrillHistory", "DrillTesting"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DrillFieldTests",
            dependencies: [
                "DrillModel", "DrillEngine", "DrillWire", "DrillField", "DrillReport",
                "DrillTesting",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DrillReportTests",
            dependencies: ["DrillModel", "DrillReport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CommandTests",
            dependencies: ["DrillModel", "DrillEngine", "DrillHistory", "DrillWire"],
            swiftSettings: strict
        ),
        .testTarget(name: "HouseTests", dependencies: ["DrillModel"], swiftSettings: strict),
        .testTarget(
            name: "LabTests",
            dependencies: [
                "DrillModel"
            ],
            swiftSettings: strict
        ),
    ]
)
