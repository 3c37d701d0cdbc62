import DrillModel
import Synchronization

/// Walks through `prepare` and `method`; ends at the first step that fails, or when it is cancelled.
struct Method: Sendable {
    private let plan: Plan
    private let watch: Watch
    private let breaker: Breaker
    private let world: World
    private let log: Log

    init(_ plan: Plan, watch: Watch, breaker: Breaker, world: World, log: Log) {
        self.plan = plan
        self.watch = watch
        self.breaker = breaker
        self.world = world
        self.log = log
    }

    func run() async {
        if !plan.experiment.prepare.isEmpty {
            log.append(.phase(.prepare))
            guard await walk(plan.experiment.prepare, in: "prepare") else { return }
        }
        log.append(.phase(.method))
        _ = await walk(
            plan.experiment.method,
            in: "method",
            disaster: plan.experiment.disasterStep
        )
    }

    /// - Returns: false when the method must end.
    private func walk(_ steps: [Step], in path: String, disaster: Int? = nil) async -> Bool {
        for (index, step) in steps.enumerated() {
            if index == disaster { await holdBack() }
            guard !Task.isCancelled else { return false }
            guard await carryOut(step, as: "\(path).\(index + 1)") else { return false }
        }
        return true
    }

    /// Waits until the moment at which the disaster strikes, where that is drawn.
    private func holdBack() async {
        guard let jitter = plan.jitter, !Task.isCancelled else { return }
        log.append(.jitter(wait: jitter.wait, most: jitter.most))
        await world.sleep(world.now() + jitter.wait)
    }

    private func carryOut(_ step: Step, as id: String) async -> Bool {
        log.append(.stepStarted(step: id, title: step.title))
        var result = await result(of: step, as: id)
        if Task.isCancelled, result != .done { result = .cancelled }
        log.append(.stepEnded(step: id, result: result))
        switch result {
        case .done, .passedOver, .skipped: return true
        case .failed, .cancelled: return false
        }
    }

    private func result(of step: Step, as id: String) async -> Event.StepResult {
        switch step.kind {
        case .fault(let fault): return await inject(fault)
        case .undo(let fault):
            let left = await breaker.undo(fault, why: "the method says so")
            return left.isEmpty ? .done : .failed(left.joined(separator: "; "))
        case .wait(let wait): return await self.wait(wait)
        case .runbook(let runbook):
            return await RunbookRunner(plan, watch: watch, world: world, log: log).run(runbook)
        case .parallel(let steps):
            let results = await together(Array(steps.enumerated())) { index, step in
                await self.carryOut(step, as: "\(id).\(index + 1)")
            }
            return results.allSatisfy(\.1) ? .done : .failed("one of the steps failed")
        case .disaster:
            log.append(.disasterDeclared)
            return .done
        case .repaired:
            log.append(.repairDeclared)
            return .done
        }
    }

    private func inject(_ step: FaultStep) async -> Event.StepResult {
        guard let fault = plan.fault(step.id) else {
            return .failed("the plan has no fault \(step.id)")
        }
        if let failure = await breaker.inject(fault) { return .failed(failure) }
        return .done
    }

    private func wait(_ wait: Wait) async -> Event.StepResult {
        let begun = world.now()
        guard let until = wait.until else {
            await world.sleep(begun + wait.holds)
            return Task.isCancelled ? .cancelled : .done
        }
        let why = await watch.wait(
            until,
            is: wait.state,
            for: wait.holds,
            within: wait.within
        )
        if Task.isCancelled { return .cancelled }
        guard let why else { return .done }
        return wait.continues ? .passedOver(why) : .failed(why)
    }
}
