package import DrillModel
import DrillWire

/// What a run has to itself while it goes on: a lock for each of its targets, which ends with it.
///
/// The locks lie in the state folder and, for all state folders and users of this machine, beside the
/// system's own. Runs of other machines are kept apart by the leases on the targets.
package struct Claims: Sendable {
    private let locks: [FileLock]

    /// A target that another run has.
    package struct Taken: Hashable, Sendable {
        package var host: String
        package var run: String
        /// The state folder that the run is kept in.
        package var home: String

        package init(host: String, run: String, home: String) {
            self.host = host
            self.run = run
            self.home = home
        }
    }

    /// - Parameter locks: held for as long as this value, or a copy of it, lives.
    fileprivate init(_ locks: [FileLock]) { self.locks = locks }
}

extension RunStore {
    /// Claims every target for a run: all of them, or none where another run has one.
    package func claim(
        _ targets: [Host],
        for run: String
    ) throws(HistoryError) -> (claims: Claims, taken: [Claims.Taken]) {
        var locks: [FileLock] = []
        do throws(FileError) {
            if !targets.isEmpty {
                try Files.makeFolder(ownClaims)
                if let machineClaims { try Files.makeSharedFolder(machineClaims) }
            }
            // In one order for everybody, so that of two runs one gets all it wants.
            for place in places(of: targets) {
                guard let lock = try FileLock(place.path, note: "\(run) \(path)", isShared: true)
                else {
                    return (Claims([]), try taken(targets).filter { $0.run != run })
                }
                locks.append(lock)
            }
        } catch {
            throw HistoryError("the targets can't be claimed: \(error.message)")
        }
        return (Claims(locks), [])
    }

    /// Which of the targets another run has now.
    package func claimed(_ targets: [Host]) throws(HistoryError) -> [Claims.Taken] {
        do throws(FileError) {
            return try taken(targets)
        } catch {
            throw HistoryError("nobody knows who has claimed the targets: \(error.message)")
        }
    }

    private func taken(_ targets: [Host]) throws(FileError) -> [Claims.Taken] {
        var taken: [Claims.Taken] = []
        for place in places(of: targets) {
            guard let note = try FileLock.holder(of: place.path) else { continue }
            let words = note.split(separator: " ", maxSplits: 1).map(String.init)
            let found = Claims.Taken(
                host: place.host,
                run: words.first ?? "?",
                home: words.last ?? path
            )
            if !taken.contains(found) { taken.append(found) }
        }
        return taken
    }

    private var ownClaims: String { "\(path)/claims" }

    /// Where a target's locks lie: by its container and by its address, since two inventories may give
    /// one machine two names.
    private func places(of targets: [Host]) -> [(path: String, host: String)] {
        [machineClaims, ownClaims].compactMap(\.self).flatMap { folder in
            targets.flatMap { host in
                host.identities.map { ("\(folder)/\(Self.fileName($0))", host.name) }
            }
        }
        .sorted { $0.path < $1.path }
    }

    /// The key as a file's name: whatever isn't plain is written as its bytes.
    private static func fileName(_ key: String) -> String {
        key.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"):
                String(UnicodeScalar(byte))
            default: "_\(String(byte, radix: 16))"
            }
        }.joined()
    }
}
