import DrillModel
import Testing

struct FilledTests {
    private func action(_ when: Action.When?) -> Action {
        Action("x", .command(host: "h", .list(["true"])), when: when)
    }

    @Test(
        "an action is left out where its condition doesn't hold, kept where that isn't known",
        arguments: [
            (Action.When.saved("s", isOneOf: ["a", "b"]), "a", true),
            (.saved("s", isOneOf: ["a", "b"]), "c", false),
            (.savedNot("s", isOneOf: [""]), "", false),
            (.savedNot("s", isOneOf: [""]), "a", true),
        ]
    )
    func conditions(when: Action.When, saved: String, isKept: Bool) {
        let filled = action(when).filled(saved: ["s": saved])
        #expect((filled != nil) == isKept)
        if isKept { #expect(filled?.when == nil) }
        #expect(action(when).filled(saved: [:]) == action(when))
    }

    @Test(
        "saved values are quoted in a shell string, bare in a list, and what is unknown stays open"
    )
    func texts() {
        let text = Text(parts: [.literal("echo "), .saved("a"), .literal(" "), .saved("b")])
        let filled = Command(.shell(text), input: text).filled(saved: ["a": "x; y"])
        #expect(filled.shown == "echo 'x; y' ${b}")
        #expect(
            text.filled(saved: ["a": "x; y", "b": "z"]).resolved(quoting: Shell.quoted) {
                (_: Text.Part) throws(Never) in ""
            } == "echo 'x; y' z"
        )
        #expect(filled.input == filled.input?.filled(saved: ["a": "other"]))
    }

    @Test("filling twice changes nothing")
    func twice() throws {
        let inventory = Bench.inventory(Host(name: "db", address: "10.0.0.1", container: "db"))
        let plan = try Bench.compile(FailZone.self, inventory: inventory)
        let once = plan.filled(saved: ["state": "running"])
        #expect(once.filled(saved: ["state": "exited"]) == once)
    }

    @Test(
        "the undo script attempts all, hands back what needs no root, and shows secrets to no process list"
    )
    func undoScript() {
        let secret = Text(parts: [.literal("use "), .environment("TOKEN")])
        let procedure = Procedure(
            target: "h",
            inject: [],
            effective: [],
            undo: [
                Action("a", .command(host: "h", .list(["first", "it's"], sudo: true))),
                Action(
                    "b",
                    .command(host: "h", Command(.shell(secret), input: "in\nput")),
                    timeout: .milliseconds(1500)
                ),
                Action("c", .command(host: "other", .list(["elsewhere"]))),
                Action("d", .command(host: "h", .list(["maybe"], sudo: true)), expect: .anything),
                Action(
                    "e",
                    .command(host: "h", .list(["never"])),
                    when: .saved("s", isOneOf: ["on"])
                ),
            ],
            settled: [],
            healing: .lease
        )
        let script = procedure.undoScript(saved: ["s": "off"]) { (part: Text.Part) throws(Never) in
            part == .environment("TOKEN") ? "$(id)" : ""
        }
        #expect(
            script.hasSuffix(
                #"""
                ${limit:+$limit 10} first 'it'\''s' || failed $? 10 a
                printf %s 'use '\''$(id)'\''
                .
                in
                put' | as_login ${limit:+$limit 2} sh -c 'drill_s=; while IFS= read -r drill_l && [ "$drill_l" != . ]; do drill_s="$drill_s$drill_l
                "; done; eval "$drill_s"' || failed $? 2 b
                ${limit:+$limit 10} maybe || true
                exit $status

                """#
            )
        )
    }

    @Test("what a host said stands quoted in the command that a person is to paste")
    func shownQuoted() {
        let said = Text(parts: [.literal("echo "), .value("a'b $(touch x)"), .literal(" > f")])
        #expect(Command(.shell(said)).shown == #"echo 'a'\''b $(touch x)' > f"#)
        #expect(Command(.list([Text("echo"), said])).shown.hasPrefix("echo 'echo a"))
    }
}
