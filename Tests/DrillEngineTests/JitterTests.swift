import DrillEngine
import DrillModel
import Testing

/// The random wait before the disaster, as the run keeps to it.
@Suite struct JitterTests {
    @Test("it comes just before the disaster, once, and the timeline has it")
    func before() async throws {
        let run = await Rehearsal(
            [.pause(.seconds(1)), .fault("one"), .pause(.seconds(1)), .fault("two")],
            faults: [Rehearsal.fault("one"), Rehearsal.fault("two", on: "beta")],
            jitter: .seconds(3)
        )
        let first = try #require(run.step("1"))
        let disaster = try #require(run.step("2"))
        let held = disaster.began - (first.began + first.took)
        #expect(held >= .seconds(3) && held < .milliseconds(3100), "\(held)")
        #expect(try #require(run.step("4")).began - disaster.began < .seconds(3))
        let told = run.timeline.events.filter { event in
            event.kind == .jitter(wait: .seconds(3), most: .seconds(6))
        }
        #expect(told.count == 1)
        run.expectWhole()
    }

    @Test("before a step at once with others all of them wait, and keep to one another")
    func parallel() async throws {
        let run = await Rehearsal(
            [Step(.parallel([.pause(.seconds(1)), .fault("one")]))],
            faults: [Rehearsal.fault("one")],
            jitter: .seconds(3)
        )
        let (wait, fault) = (try #require(run.step("1.1")), try #require(run.step("1.2")))
        #expect(fault.began - wait.began < .milliseconds(10))
        run.expectWhole()
    }

    @Test("a run that is stopped meanwhile strikes no more")
    func stopped() async throws {
        let run = await Rehearsal(
            [.fault("one")],
            faults: [Rehearsal.fault("one")],
            haltedAfter: .seconds(2),
            jitter: .seconds(600)
        )
        #expect(run.step("1") == nil)
        #expect(run.judgement.verdict == .stopped)
        let ended = try #require(run.at { $0 == .ended })
        #expect(ended < .seconds(5), "\(ended)")
        run.expectWhole()
    }
}
