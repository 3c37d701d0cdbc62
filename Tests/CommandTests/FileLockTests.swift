import DrillWire
import Foundation
import Glibc
import Synchronization
import Testing

@Suite struct FileLockTests {
    @Test("a lock on a file that was removed before it was locked keeps nobody in")
    func removed() async throws {
        let path = try Command().folder + "/lock"
        let holders = Holders()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<2000 {
                        guard let lock = try FileLock(path) else { continue }
                        #expect(holders.add(1) == 1)
                        _ = holders.add(-1)
                        // Whoever has opened it by now mustn't take it for the one that comes next.
                        try FileManager.default.removeItem(atPath: path)
                        withExtendedLifetime(lock) {}
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test(
        "a lock that was let go is free, though a child that is being started has its file open yet"
    )
    func inherited() throws {
        let path = try Command().folder + "/lock"
        var lock = try FileLock(path)
        try #require(lock != nil)
        // What a fork leaves with the child until its exec.
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap(
            Int32.init
        )
        let number = try #require(
            open.first {
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)"))
                    == path
            }
        )
        let child = dup(number)
        defer { close(child) }
        lock = nil
        #expect(try FileLock(path) != nil)
    }

    @Test("who holds a lock isn't looked up through a link")
    func link() throws {
        let folder = try Command().folder
        let lock = try FileLock("\(folder)/lock", note: "somebody")
        #expect(try FileLock.holder(of: "\(folder)/lock") == "somebody")
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder)/link",
            withDestinationPath: "\(folder)/lock"
        )
        #expect(throws: FileError.self) { try FileLock.holder(of: "\(folder)/link") }
        withExtendedLifetime(lock) {}
    }
}

/// How many have the lock now.
private final class Holders: Sendable {
    private let count = Mutex(0)

    func add(_ number: Int) -> Int {
        count.withLock { count in
            count += number
            return count
        }
    }
}
