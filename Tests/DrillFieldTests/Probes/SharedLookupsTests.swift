import DrillWire
import Foundation
import Synchronization
import Testing

/// Look-ups of names that hang, beside one that doesn't.
@Suite(.timeLimit(.minutes(1)))
struct SharedLookupsTests {
    /// Names that hang until they are let go; all others are answered at once.
    private final class Resolver: Sendable {
        private let held = DispatchSemaphore(value: 0)
        private let begun = Mutex<[String]>([])

        var names: [String] { begun.withLock { $0 } }

        func resolve(_ name: String) -> SharedLookups.Answer {
            let number = begun.withLock { begun in
                begun.append(name)
                return begun.count
            }
            if name.hasPrefix("dead") { held.wait() }
            return .success(["\(number)"])
        }

        func letGo(_ count: Int) { for _ in 0..<count { held.signal() } }
    }

    /// Answers as they come.
    private final class Answers: Sendable {
        private let all = Mutex<[SharedLookups.Answer]>([])

        var count: Int { all.withLock { $0.count } }
        var last: SharedLookups.Answer? { all.withLock { $0.last } }

        func add(_ answer: SharedLookups.Answer) { all.withLock { $0.append(answer) } }
    }

    private final class Clock: Sendable {
        private let ns = Mutex<Int64>(0)

        func now() -> Int64 { ns.withLock { $0 } }

        func goOn(_ milliseconds: Int64) { ns.withLock { $0 += milliseconds * 1_000_000 } }
    }

    /// A look every 20 ms at a name whose resolver is silent, for as long as that one hangs.
    @Test func aNameThatHangsLeavesRoomForOthers() async throws {
        let (resolver, clock, answers, well) = (Resolver(), Clock(), Answers(), Answers())
        let lookups = SharedLookups(nowNs: clock.now, resolve: resolver.resolve)
        for _ in 0..<1500 {
            lookups.look(up: "dead.example", answers.add)
            clock.goOn(20)
        }
        let limits = SharedLookups.Limits()
        #expect(try await eventually { resolver.names.count == limits.eachMax })
        lookups.look(up: "localhost", well.add)
        #expect(try await eventually { well.count == 1 })
        #expect(answers.count == 0)
        // Once it answers, whoever waited is answered by look-ups that began since.
        resolver.letGo(1500)
        #expect(try await eventually { answers.count == 1500 })
        #expect(resolver.names.count < limits.eachMax * 2 + 2)
    }

    @Test func whoWaitsGetsAnAnswerThatIsNewerThanTheQuestion() async throws {
        let (resolver, clock, first, second) = (Resolver(), Clock(), Answers(), Answers())
        var limits = SharedLookups.Limits()
        limits.eachAtOnce = 1
        let lookups = SharedLookups(limits: limits, nowNs: clock.now, resolve: resolver.resolve)
        lookups.look(up: "dead.example", first.add)
        lookups.look(up: "dead.example", second.add)
        #expect(try await eventually { resolver.names.count == 1 })
        resolver.letGo(1)
        #expect(try await eventually { first.count == 1 && resolver.names.count == 2 })
        #expect(second.count == 0)
        resolver.letGo(1)
        #expect(try await eventually { second.last == .success(["2"]) })

        // After a while one begins beside the one that hangs, for all who wait.
        lookups.look(up: "dead.example", first.add)
        lookups.look(up: "dead.example", second.add)
        clock.goOn(200)
        lookups.look(up: "dead.example", second.add)
        #expect(try await eventually { resolver.names.count == 4 })
        resolver.letGo(2)
        #expect(try await eventually { first.count == 2 && second.count == 3 })
    }

    /// That there is no room for a name is no finding about it.
    @Test func beyondAllRoomItIsSaid() async throws {
        let (resolver, clock, dead, other) = (Resolver(), Clock(), Answers(), Answers())
        var limits = SharedLookups.Limits()
        limits.most = 2
        let lookups = SharedLookups(limits: limits, nowNs: clock.now, resolve: resolver.resolve)
        for name in ["dead.a", "dead.b"] { lookups.look(up: name, dead.add) }
        lookups.look(up: "localhost", other.add)
        #expect(
            other.last
                == .failure(
                    .notAsked(
                        "too many look-ups of names hang: localhost can't be looked up"
                    )
                )
        )
        resolver.letGo(2)
        #expect(try await eventually { dead.count == 2 })
        #expect(
            try await eventually {
                lookups.look(up: "localhost", other.add)
                return if case .success? = other.last { true } else { false }
            }
        )
    }
}
