import DrillEngine
import DrillModel
import DrillWire
import Synchronization

/// Asks whoever sits at the terminal to do manual steps and to approve; what was answered beforehand isn't
/// asked.
///
/// One question at a time: the next waits until that one is answered.
final class Asking: People {
    private let answers: [RunbookOptions.Answer]
    private let skipsPeople: Bool
    private let screen: Screen?
    private let isBusy = Mutex(false)
    /// The terminal went away.
    private let isGone = Mutex(false)

    init(_ choice: RunbookChoice, screen: Screen?) {
        answers = choice.answers
        skipsPeople = choice.skipsPeople
        self.screen = screen
    }

    func ask(_ request: PersonRequest) async -> PersonAnswer {
        let given =
            answers.first { $0.step == request.id } ?? answers.first { $0.step == request.step }
        if let given {
            let who = "\(given.by) (--answer)"
            return given.isYes ? .yes(by: who) : .no(by: who)
        }
        if skipsPeople { return .skipped("--skip-people") }
        guard Terminal.canAsk, !isGone.withLock({ $0 }) else { return .absent }
        while !take() {
            guard Wiring.now() < request.deadline, !Task.isCancelled else { return .late }
            await Wiring.sleep(Wiring.now() + .milliseconds(50))
        }
        defer { isBusy.withLock { $0 = false } }
        screen?.hold()
        defer { screen?.goOn() }
        return await put(request)
    }

    private func take() -> Bool {
        isBusy.withLock { isBusy in
            defer { isBusy = true }
            return !isBusy
        }
    }

    private func put(_ request: PersonRequest) async -> PersonAnswer {
        Terminal.forgetTyped()
        Terminal.writeError(Self.question(request, left: request.deadline - Wiring.now()))
        while Wiring.now() < request.deadline, !Task.isCancelled {
            switch Terminal.typed() {
            case .nothing: await Wiring.sleep(Wiring.now() + .milliseconds(50))
            case .end:
                isGone.withLock { $0 = true }
                return .absent
            case .line(let line):
                if let answer = Self.answer(line, to: request, user: Wiring.user) { return answer }
                Terminal.writeError(Self.misunderstood(line, request) + Self.prompt(request))
            }
        }
        Terminal.writeError("\n")
        return .late
    }

    static func question(_ request: PersonRequest, left: Span) -> String {
        let asks = request.isApproval ? "asks whether it may go on" : "has something for you to do"
        let text = Plain.block(request.text).split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        .map { "  \($0)\n" }.joined()
        return """

            \(Plain.oneLine(request.runbook)) \(asks), within \(left.inWords): \(Plain.oneLine(request.step))
            \(text)\(prompt(request))
            """
    }

    private static func prompt(_ request: PersonRequest) -> String {
        if !request.isApproval { return "Type done once it is, or no and why it can't be: " }
        guard !request.by.isEmpty else { return "Type yes to go on, or no and why not: " }
        return "Type your name, \(alternatives(request.by)), to approve it, or no and why not: "
    }

    /// Why what was typed is no answer; nothing where nothing was.
    static func misunderstood(_ line: String, _ request: PersonRequest) -> String {
        let said = Plain.oneLine(line, max: 60)
        guard !said.isEmpty else { return "" }
        return request.by.isEmpty
            ? "\"\(said)\" is no answer.\n"
            : "\"\(said)\" may not approve it: only \(alternatives(request.by)) may.\n"
    }

    /// Nil where what was typed is no answer.
    static func answer(_ line: String, to request: PersonRequest, user: String) -> PersonAnswer? {
        let words = Plain.oneLine(line, max: 400).split(separator: " ")
        guard let first = words.first else { return nil }
        // However it is said: what isn't understood would be asked again, and the next line could be a yes.
        if ["n", "no", "nope", "not", "never"].contains(first.lowercased().filter(\.isLetter)),
            !request.by.contains(String(first))
        {
            let rest = words.dropFirst().joined(separator: " ")
            return .no(by: user, why: rest.isEmpty ? nil : rest)
        }
        guard words.count == 1 else { return nil }
        if !request.by.isEmpty {
            return request.by.contains(String(first)) ? .yes(by: String(first)) : nil
        }
        let wanted = request.isApproval ? ["yes"] : ["done", "yes"]
        return wanted.contains(first.lowercased()) ? .yes(by: user) : nil
    }
}
