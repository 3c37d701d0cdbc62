import DrillEngine
import DrillHistory
import DrillModel
import Foundation
import Synchronization
import Testing

/// The state folder: what is open, who is at work, what can't be read.
@Suite struct StoreTests {
    let store: RunStore
    let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/drill-store-\(UUID().uuidString)"
        store = RunStore(folder)
    }

    static func wound(_ fault: String, on host: String) -> Wound {
        Wound(
            run: "r",
            fault: fault,
            procedure: Procedure(
                target: host,
                inject: [],
                effective: [],
                undo: [Action("start it", .container("box-\(host)", .start))],
                settled: [],
                healing: .controller(why: "a test")
            ),
            lease: nil,
            hosts: [],
            knownHosts: nil
        )
    }

    private func journal(_ entries: [JournalEntry], of run: String = "r") async throws {
        try await store.create(run).append(entries)
    }

    @Test("a file that is written again is never seen torn")
    func rewritten() async throws {
        let kept = try store.create("r")
        let texts = ["a", "b"].map { String(repeating: $0, count: 1 << 20) }
        try await kept.write("report.md", texts[0])
        let isOver = Mutex(false)
        let path = "\(kept.path)/report.md"
        let reading = Task.detached {
            var seen: Set<String> = []
            while !isOver.withLock(\.self) {
                seen.insert(try String(contentsOfFile: path, encoding: .utf8))
            }
            return seen
        }
        for number in 1...60 { try await kept.write("report.md", texts[number % 2]) }
        isOver.withLock { $0 = true }
        let seen = try await reading.value
        #expect(!seen.isEmpty && seen.isSubset(of: texts))
    }

    private func append(_ text: String, to name: String, of run: String = "r") throws {
        let handle = try #require(FileHandle(forWritingAtPath: "\(store.folder(of: run))/\(name)"))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    /// As `ls -l` shows it: what others may do is none of it.
    private func modes(under folder: String) throws -> [String: Int] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
        return try Dictionary(
            uniqueKeysWithValues: names.map { name in
                let found = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
                return (name, try #require(found[.posixPermissions] as? Int))
            }
        )
    }

    @Test func nobodyElseMayLookEvenWhereTheFoldersWereThere() async throws {
        // Made by hand, wider than drill would: the state folder itself may be anybody's.
        for name in ["", "/runs", "/runs/r"] {
            try FileManager.default.createDirectory(
                atPath: folder + name,
                withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o777]
            )
        }
        let run = try store.create("r")
        try await run.append([.broken(Self.wound("dark", on: "a"))])
        run.record(Event(at: Instant(ns: 1), .steadyHeld))
        run.record(
            Sample(number: 0, due: Instant(ns: 1), sent: nil, done: nil, outcome: .unsent),
            of: "shop"
        )
        try await run.write("report.html", "<p>")
        #expect(await run.finish() == nil)
        let modes = try modes(under: folder)
        #expect(modes["runs"] == 0o700 && modes["runs/r"] == 0o700)
        #expect(modes["runs/r/samples"] == 0o700)
        for name in [
            "lock", "journal.jsonl", "timeline.jsonl", "samples/shop.jsonl", "report.html",
        ] {
            #expect(modes["runs/r/\(name)"] == 0o600, "\(name)")
        }
    }

    @Test func whatIsHealedIsNoLongerOpen() async throws {
        try await journal([
            .broken(Self.wound("dark", on: "a")), .broken(Self.wound("dark", on: "b")),
            .healed(fault: "dark", host: "a"),
        ])
        #expect(try store.open("r").wounds.map(\.procedure.target) == ["b"])
    }

    @Test func aTornLastLineIsAFaultThatNeverBegan() async throws {
        try await journal([.broken(Self.wound("dark", on: "a"))])
        try append(#"{"broken":{"_0":{"run":"#, to: "journal.jsonl")
        let open = try store.open("r")
        #expect(open.wounds.count == 1)
        #expect(open.damage.isEmpty)
    }

    @Test func aLastLineThatLacksOnlyItsEndIsRead() async throws {
        let lines = try [Self.wound("dark", on: "a"), Self.wound("link", on: "b")].map {
            String(decoding: try JSONEncoder().encode(JournalEntry.broken($0)), as: UTF8.self)
        }
        try await journal([.begun])
        try append(lines[0] + "\n" + lines[0] + "\n" + lines[1], to: "journal.jsonl")
        #expect(try store.open("r").wounds.map(\.fault) == ["dark", "link"])
        // What is appended then begins a line of its own.
        try await journal([.healed(fault: "link", host: "b")])
        let open = try store.open("r")
        #expect(open.wounds.map(\.fault) == ["dark"] && open.damage.isEmpty, "\(open)")
    }

    @Test func nothingNewIsBrokenOnceTheJournalIsGone() async throws {
        let run = try store.create("r")
        try await run.append([.begun, .broken(Self.wound("dark", on: "a"))])
        let held = try store.hold("r")
        #expect(held.isInPlace)
        try FileManager.default.removeItem(atPath: run.path)
        #expect(!held.isInPlace)
        let error = await #expect(throws: JournalError.self) {
            try await run.append([.broken(Self.wound("link", on: "b"))])
        }
        #expect(error?.message.contains("was removed, moved away or replaced") ?? false)
        #expect(try store.open("r").isNothing)
        #expect(try store.open("r", held: held).wounds.map(\.fault) == ["dark"])
        // Reports without their journal would look like a run that left nothing.
        try await run.write("report.md", "x")
        #expect(try store.open("r").wounds.map(\.fault) == ["dark"])
    }

    /// What a file that is emptied says is no longer known.
    @Test func aRunWhoseFilesAreEmptyCantBeTold() async throws {
        let folder = try store.create("r")
        try await folder.append([.begun])
        let kill = PlannedFault(
            id: "kill",
            fault: "kill-container",
            procedures: [Scenario.container("alpha", .kill)],
            lease: .seconds(30)
        )
        let plan = Plan(run: "r", experiment: Experiment(name: "e"), seed: 1, faults: [kill])
        try await folder.write("plan.json", json: plan)
        #expect(try store.open("r").isNothing)
        for damage in ["", nil] {
            try FileManager.default.removeItem(atPath: "\(folder.path)/journal.jsonl")
            if damage != nil { try Data().write(to: URL(filePath: "\(folder.path)/journal.jsonl")) }
            let open = try store.open("r")
            #expect(open.lost == ["kill"] && open.isUntold, "\(open)")
        }
        // Its end is known: the timeline tells all then.
        folder.record(Event(at: Instant(ns: 1), .ended))
        _ = await folder.finish()
        #expect(try store.open("r").isNothing)
    }

    /// /dev/null takes every byte, and refuses to be brought to the disk: EINVAL, fsync(2).
    @Test func whatIsNotOnTheDiskIsNotInTheJournal() async throws {
        let folder = store.folder(of: "r")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder)/journal.jsonl",
            withDestinationPath: "/dev/null"
        )
        let run = try store.create("r")
        let error = await #expect(throws: JournalError.self) {
            try await run.append([.broken(Self.wound("dark", on: "a"))])
        }
        #expect(error?.message.contains("fsync failed") ?? false, "\(error?.message ?? "")")
    }

    @Test func aLineThatCantBeReadHidesNoOther() async throws {
        try await journal([.broken(Self.wound("dark", on: "a"))])
        try append("garbage\n", to: "journal.jsonl")
        try await journal([.broken(Self.wound("link", on: "b"))])
        let open = try store.open("r")
        #expect(open.wounds.map(\.fault) == ["dark", "link"])
        #expect(open.damage.count == 1)
        #expect(open.damage.first?.contains("journal.jsonl:2: ") ?? false, "\(open.damage)")
    }

    @Test func whatWasForgottenIsNoLongerOpenNorDamage() async throws {
        try await journal([.broken(Self.wound("dark", on: "a"))])
        try append("garbage\n", to: "journal.jsonl")
        try await journal([
            .forgotten(who: "me", wallNs: 1), .broken(Self.wound("link", on: "b")),
        ])
        let open = try store.open("r")
        #expect(open.wounds.map(\.fault) == ["link"])
        #expect(open.damage.isEmpty)
    }

    @Test func aLostJournalIsSeenInTheTimeline() async throws {
        let folder = try store.create("r")
        folder.record(Event(at: Instant(ns: 1), .injecting(fault: "dark")))
        folder.record(Event(at: Instant(ns: 2), .injecting(fault: "link")))
        try await folder.append([.broken(Self.wound("link", on: "b"))])
        _ = await folder.finish()
        #expect(try store.open("r").lost == ["dark"])
        // With a record it came to its end: only who asks for it reads the timeline.
        try await folder.write("record.json", "{}")
        #expect(try store.open("r").lost == [])
        #expect(try store.open("r", isThorough: true).lost == ["dark"])
    }

    /// What a crash of the machine, or somebody, cut off.
    @Test func aJournalThatLacksItsLastLineIsSeenInTheTimeline() async throws {
        let folder = try store.create("r")
        folder.record(Event(at: Instant(ns: 1), .injecting(fault: "dark")))
        try await folder.append([.broken(Self.wound("dark", on: "a"))])
        _ = await folder.finish()
        let path = "\(store.folder(of: "r"))/journal.jsonl"
        let lines = try Data(contentsOf: URL(filePath: path))
        try lines.dropLast(30).write(to: URL(filePath: path))
        #expect(try store.open("r").lost == ["dark"])
    }

    @Test func aStateFolderThatIsNoneIsToldApartFromAnEmptyOne() throws {
        #expect(!store.isThere)
        #expect(try store.runs().isEmpty)
        try Data().write(to: URL(filePath: folder))
        #expect(throws: HistoryError.self) { try store.runs() }
    }

    @Test func theProcessAtWorkIsKnownForAsLongAsItIs() throws {
        var run: RunFolder? = try store.create("r")
        let process = "\(ProcessInfo.processInfo.processIdentifier)"
        #expect(try store.worker(on: "r")?.process == process)
        #expect(throws: HistoryError.self) { try store.create("r") }
        withExtendedLifetime(run) {}
        run = nil
        #expect(try store.worker(on: "r") == nil)
        #expect(try store.worker(on: "never") == nil)
    }

    /// A lock that was refused once closed its file twice, and with it whatever had got its number.
    @Test func aLockStaysHeldHoweverManyOthersAreRefused() async throws {
        let store = store
        let lost = await withTaskGroup(of: Int.self) { group in
            for task in 0..<8 {
                group.addTask {
                    var lost = 0
                    for number in 0..<100 {
                        let run = "r-\(task)-\(number)"
                        guard let held = try? store.create(run) else { return lost + 1 }
                        for _ in 0..<5 where (try? store.create(run)) != nil { lost += 1 }
                        withExtendedLifetime(held) {}
                    }
                    return lost
                }
            }
            return await group.reduce(0, +)
        }
        #expect(lost == 0)
    }

    @Test func oneRunAtATimeHasATarget() throws {
        let a = Host(name: "a", address: "192.0.2.1", container: "box-a")
        let b = Host(name: "b", address: "192.0.2.2")
        // The same machine under another inventory's name.
        let alias = Host(name: "other", address: "192.0.2.2", port: 22)
        var first: Claims?
        (first, _) = try store.claim([a, b], for: "first")
        let taken = try store.claim([alias], for: "second").taken
        #expect(taken == [.init(host: "other", run: "first", home: store.path)])
        #expect(try store.claimed([a, b]).map(\.run) == ["first", "first"])
        withExtendedLifetime(first) {}
        first = nil
        #expect(try store.claimed([a, b]).isEmpty)
        #expect(try store.claim([alias], for: "second").taken.isEmpty)
    }

    @Test func oneMachineUnderTwoNamesOfOneInventoryIsClaimed() throws {
        let names = ["db", "web"].map { Host(name: $0, address: "192.0.2.1") }
        let first = try store.claim(names, for: "first")
        #expect(first.taken.isEmpty)
        #expect(try store.claim([names[1]], for: "second").taken.map(\.run) == ["first"])
        withExtendedLifetime(first) {}
    }

    @Test("of many claims that meet, each has all its targets to itself or is told of another")
    func claimsThatMeet() async throws {
        let hosts = ["a", "b", "c"].map { Host(name: $0, container: "box-\($0)") }
        let holders = Holders()
        let store = store
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    for turn in 0..<20 {
                        let wanted = number.isMultiple(of: 2) ? hosts : [hosts[(number + turn) % 3]]
                        let (claims, taken) = try store.claim(wanted, for: "r\(number)-\(turn)")
                        guard let claims else {
                            #expect(taken.allSatisfy { $0.run != "r\(number)-\(turn)" })
                            continue
                        }
                        #expect(holders.add(1, to: wanted.map(\.name)) == 1)
                        await Task.yield()
                        _ = holders.add(-1, to: wanted.map(\.name))
                        withExtendedLifetime(claims) {}
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func twoStateFoldersOfOneMachineKnowOfEachOther() throws {
        let machine = "\(store.path)/machine"
        let stores = ["one", "other"].map {
            RunStore("\(store.path)/\($0)", machineClaims: machine)
        }
        let host = Host(name: "a", container: "box-a")
        let first = try stores[0].claim([host], for: "first")
        let second = try stores[1].claim([host], for: "second")
        #expect(second.taken == [.init(host: "a", run: "first", home: stores[0].path)])
        withExtendedLifetime(first) {}
    }

    @Test("who claims first and looks afterwards sees the other, and which hosts it may break")
    func othersAreSeenAfterTheClaim() throws {
        let machine = "\(store.path)/machine"
        let stores = ["one folder", "other"].map {
            RunStore("\(store.path)/\($0)", machineClaims: machine)
        }
        let hosts = ["a", "b", "c"].map { Host(name: $0, container: "box-\($0)") }
        let first = try stores[0].claim([hosts[0], hosts[1]], lookers: ["b"], for: "first")
        let second = try stores[1].claim([hosts[2]], for: "second")
        let home = stores[0].path
        #expect(
            try Set(stores[1].claimed(hosts)) == [
                .init(host: "a", run: "first", home: home),
                .init(host: "b", run: "first", home: home, isTouched: false),
                .init(host: "c", run: "second", home: stores[1].path),
            ]
        )
        #expect(try Set(stores[0].claimed(hosts)).count == 3)
        withExtendedLifetime((first, second)) {}
    }

    @Test func oneMachineIsKnownUnderTwoNames() {
        let ours = Host(name: "app", address: "192.0.2.1", container: "box")
        #expect(ours.isSame(as: Host(name: "shop", container: "box")))
        #expect(ours.isSame(as: Host(name: "shop", address: "192.0.2.1", port: 22)))
        #expect(!ours.isSame(as: Host(name: "app", address: "192.0.2.1", port: 2222)))
        #expect(!ours.isSame(as: Host(name: "app", container: "other")))
        #expect(Host(name: "here", isLocal: true).isSame(as: Host(name: "here")))
    }

    @Test func aRefusedClaimKeepsNothing() throws {
        let a = Host(name: "a", address: "192.0.2.1")
        let b = Host(name: "b", address: "192.0.2.2")
        let first = try store.claim([b], for: "first")
        let second = try store.claim([a, b], for: "second")
        #expect(second.taken == [.init(host: "b", run: "first", home: store.path)])
        let third = try store.claim([a], for: "third")
        #expect(third.taken.isEmpty)
        withExtendedLifetime((first, second, third)) {}
    }
}

/// How many have each of some things now.
private final class Holders: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    /// - Returns: the greatest count of those that were changed.
    func add(_ count: Int, to names: [String]) -> Int {
        counts.withLock { counts in
            for name in names { counts[name, default: 0] += count }
            return names.compactMap { counts[$0] }.max() ?? 0
        }
    }
}
