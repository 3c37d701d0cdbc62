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
        /// Whether it may be broken there, and isn't only looked from.
        package var isTouched: Bool

        package init(host: String, run: String, home: String, isTouched: Bool = true) {
            self.host = host
            self.run = run
            self.home = home
            self.isTouched = isTouched
        }
    }

    /// - Parameter locks: held for as long as this value, or a copy of it, lives.
    fileprivate init(_ locks: [FileLock]) { self.locks = locks }
}

extension RunStore {
    /// Claims every target for a run: all of them, or none where another run has one.
    ///
    /// `lookers` are the names of those that the run won't touch, but looks from.
    ///
    /// Nil claims and nothing taken: whoever had one has let go of it meanwhile (a run that was refused
    /// itself, say); ask again.
    package func claim(
        _ targets: [Host],
        lookers: Set<String> = [],
        for run: String
    ) throws(HistoryError) -> (claims: Claims?, taken: [Claims.Taken]) {
        guard !targets.isEmpty else { return (Claims([]), []) }
        do throws(FileError) {
            try Files.makeFolder(ownClaims)
            if let machineClaims { try Files.makeSharedFolder(machineClaims) }
            if let locks = try locks(of: targets, lookers, for: run) { return (Claims(locks), []) }
            return (nil, try taken(targets))
        } catch {
            let isTaken = error.path == machineClaims && error.isPresence
            throw HistoryError(
                "the targets can't be claimed: "
                    + (isTaken
                        ? "\(error.path) is there and isn't a folder for everybody (mode 1777): its owner"
                            + " or root must remove it, so that runs of all users know of each other"
                        : error.message)
            )
        }
    }

    /// A lock for each of the targets; nil, and none, where somebody else has one.
    private func locks(
        of targets: [Host],
        _ lookers: Set<String>,
        for run: String
    ) throws(FileError) -> [FileLock]? {
        var locks: [FileLock] = []
        // In one order for everybody, so that of two runs one gets all it wants.
        for place in places(of: targets) {
            let use = lookers.contains(place.host) ? Self.looking : Self.touching
            let note = "\(run) \(use) \(path)"
            guard let lock = try FileLock(place.path, note: note, isShared: true) else {
                return nil
            }
            locks.append(lock)
        }
        return locks
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
            let found = self.taken(place.host, note)
            if !taken.contains(found) { taken.append(found) }
        }
        return taken
    }

    private func taken(_ host: String, _ note: String) -> Claims.Taken {
        let words = note.split(separator: " ", maxSplits: 2).map(String.init)
        // A note that a full disk kept from being written says nothing: the worst is assumed.
        return Claims.Taken(
            host: host,
            run: words.first ?? "another run",
            home: words.count > 2 ? words[2] : path,
            isTouched: words.count < 3 || words[1] != Self.looking
        )
    }

    /// The runs that have hosts of this machine's other state folders to themselves now, by run.
    ///
    /// - Returns: the state folder of each.
    package func elsewhere() throws(HistoryError) -> [String: String] {
        guard let machineClaims else { return [:] }
        var homes: [String: String] = [:]
        for name in try Self.names(in: machineClaims) {
            // What can't be looked at is no claim of drill's: those are everybody's to read.
            guard let note = try? FileLock.holder(of: "\(machineClaims)/\(name)") else { continue }
            let found = taken(name, note)
            if found.home != path { homes[found.run] = found.home }
        }
        return homes
    }

    private static let touching = "touches"
    private static let looking = "looks-from"

    private var ownClaims: String { "\(path)/claims" }

    /// Where a target's locks lie: by its container and by its address, since two inventories may give
    /// one machine two names.
    ///
    /// Each place once, though one inventory may give one machine two names, too.
    private func places(of targets: [Host]) -> [(path: String, host: String)] {
        var names: [String: String] = [:]
        for folder in [machineClaims, ownClaims].compactMap(\.self) {
            for host in targets {
                for identity in host.identities {
                    let place = "\(folder)/\(Self.fileName(identity))"
                    names[place] = names[place] ?? host.name
                }
            }
        }
        return names.map { (path: $0.key, host: $0.value) }.sorted { $0.path < $1.path }
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
