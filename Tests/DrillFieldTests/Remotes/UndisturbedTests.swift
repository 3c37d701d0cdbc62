import Foundation
import Glibc
import Synchronization
import Testing

@testable import DrillWire

/// Who tells many hosts at once isn't interrupted meanwhile, and has its own rank again afterwards.
@Suite struct UndisturbedTests {
    @Test(.enabled(if: geteuid() == 0, "another user may not ask for it"))
    func rank() {
        let before = Self.policy
        let child = Mutex<Int32?>(nil)
        let isOver = DispatchSemaphore(value: 0)
        let meanwhile = undisturbed {
            Thread.detachNewThread {
                child.withLock { $0 = Self.policy }
                isOver.signal()
            }
            return Self.policy
        }
        isOver.wait()
        #expect(meanwhile == SCHED_FIFO)
        #expect(Self.policy == before)
        #expect(child.withLock(\.self) == SCHED_OTHER, "what is started meanwhile has no such rank")
    }

    /// Without the flag that a thread keeps.
    private static var policy: Int32 { sched_getscheduler(0) & 0xFF }
}
