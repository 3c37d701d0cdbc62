import DrillModel
import Testing

@testable import DrillReport

/// A runbook as a page, in both of its forms.
@Suite struct RunbookPageTests {
    private static let hand = Handwork(
        ways: ["db": Handwork.Way(login: ["ssh", "--", "10.0.0.9"], user: "ops")],
        user: "ann"
    )

    private static func page(_ steps: [RunbookStep], inputs: [String] = []) -> RunbookPage {
        let runbook = Runbook(
            name: "mend",
            about: "<b>Now</b> & *fast*",
            inventory: Inventory(name: "shop", hosts: [Host(name: "db", address: "10.0.0.9")]),
            budget: .minutes(5),
            inputs: inputs,
            steps: steps
        )
        let origin = RunbookPage.Origin(
            files: [.init(path: "mend.yaml", hash: "sha256:00")],
            version: "1.2",
            wallNs: 1_795_788_000_000_000_000
        )
        return RunbookPage(runbook, hand: hand, origin: origin)
    }

    private static func saved(_ name: String) -> Text { Text(parts: [.saved(name)]) }

    private static let inner = Runbook(
        name: "inner",
        inputs: ["to"],
        outputs: ["done"],
        steps: [
            RunbookStep(
                title: "reach it",
                deed: .command(host: nil, Command(.list(["reach", saved("to")]))),
                saves: [Save("done"), Save("lsn", .match("a"))]
            )
        ]
    )

    private static let all = page(
        [
            RunbookStep(
                title: "look <script>alert(1)</script>",
                when: .value(saved("target"), .isNot("x")),
                deed: .command(host: "db", .shell("show | cat")),
                budget: .seconds(30),
                expect: Expect(exit: 3),
                saves: [Save("lsn")],
                verify: RunbookStep.Verify(look: .tcp(TCPLook(address: "10.0.0.9", port: 1))),
                retry: Retry(times: 3),
                undo: .command(host: "db", Command(.list(["back", "``` x", saved("lsn")]))),
                onFailure: .undo,
                isOptional: true,
                isIdempotent: true
            ),
            RunbookStep(
                title: "go on?",
                deed: .approve(Approval("Go to `x`?", by: ["ann", "bob"], timeout: .minutes(2)))
            ),
            RunbookStep(
                title: "inside",
                deed: .include(Include(inner, with: ["to": saved("lsn")]))
            ),
            RunbookStep(
                title: "both",
                deed: .parallel([
                    RunbookStep(
                        title: "one",
                        deed: .container(ContainerDeed(.restart, container: "lb"))
                    ),
                    RunbookStep(
                        title: "two",
                        deed: .command(
                            host: nil,
                            Command(
                                .list([
                                    "tell", saved("done"), Text(parts: [.environment("TOKEN")]),
                                ])
                            )
                        )
                    ),
                ])
            ),
            RunbookStep(
                title: "wait",
                deed: .wait(
                    RunbookWait(
                        until: .look(
                            .http(HTTPLook(url: "http://a", statuses: [200])),
                            name: "shop",
                            every: .seconds(1)
                        ),
                        state: .down,
                        holds: .seconds(5)
                    )
                )
            ),
        ],
        inputs: ["target"]
    )

    @Test(
        "everything that a person needs stands on it",
        arguments: [
            "# mend", "&lt;b&gt;Now&lt;/b&gt; &amp; \\*fast\\*",
            "Budget 5m for all of it, 5 steps, 1 done by people.",
            "- step 2, go on?: ann or bob", "- [ ] `target` = ____", "the variable TOKEN",
            "quoted() {", "| db | 10.0.0.9 |  | `ssh -- 10.0.0.9` |",
            "### 1. look &lt;script&gt;alert(1)&lt;/script&gt;",
            "30s at most; optional: failing doesn't fail the whole; tried 3 times at most",
            "**Only if**: ${target} is not \"x\"; else leave this step out",
            "**Run on db, as ops**:\n\n```sh\nlsn=$(ssh -- 10.0.0.9 'show | cat' </dev/null)\n"
                + #"printf 'exit code %s: %s\n' "$?" "$lsn""# + "\n```",
            "**Expect**: exit 3", "nc -z -w 2 10.0.0.9 1", "lets somebody in; within 30s",
            "take back what was done",
            // A fence inside of a fence.
            "**To take it back on db, as ops**:\n\n````sh\n",
            "**Ask**: Go to \\`x\\`?", "ann or bob; no answer within 2m is a no",
            "### 3. inside", "**Runbook**: inner", "#### 3.1. reach it",
            // The inner `lsn` isn't the outer one, which was given to it as `to`.
            "done=$(reach \"${lsn?}\")", "`lsn_2` = ____", "#### 4.1. one", "docker restart lb",
            "tell \"${done?}\" \"${TOKEN?}\"", "**At once**: the 2 steps below",
            "**Look every 1s (shop)**",
            "until it is anything but status 200, and stays so for 5s; within 1m",
            "- It needs `curl`, `docker", " on this machine.",
            "Made by drill 1.2 on 2026-11-27 14:00:00 UTC of:\n\n- `mend.yaml` sha256:00",
            "- [ ] 4.2 done, at ____",
        ]
    )
    func markdown(_ text: String) {
        #expect(Self.all.markdown.contains(text), "\(Self.all.markdown)")
    }

    @Test("as HTML: whole, escaped, without scripts or anything from elsewhere")
    func html() {
        let html = Self.all.html
        #expect(TagBalance.problem(in: html) == nil)
        #expect(html.contains("look &lt;script&gt;alert(1)&lt;/script&gt;"))
        #expect(!html.contains("<script") && !html.contains("http-equiv") && !html.contains("src="))
        #expect(html.contains("&lt;b&gt;Now&lt;/b&gt;"))
        #expect(html.contains("<span class=\"way\">ssh -- 10.0.0.9</span> &#39;show | cat&#39;"))
        #expect(html.contains("<input type=\"checkbox\"> <span class=\"number\">4.2</span> two"))
        #expect(html.contains("@media print") && html.contains("prefers-color-scheme:dark"))
        #expect(html.contains("<code>target</code> = <span class=\"line\">"))
    }

    @Test("what no page can show, and what was guessed, is told")
    func warnings() {
        let steps = [
            RunbookStep(title: "ring", deed: .command(host: "x", .list(["echo", "\u{7}"])))
        ]
        let page = RunbookPage(
            Runbook(name: "mend", steps: steps),
            hand: Self.hand,
            origin: RunbookPage.Origin(files: [], version: "1", wallNs: 0)
        )
        #expect(page.markdown.contains("Some commands hold control characters"))
        #expect(page.markdown.contains("No inventory was given"))
        #expect(page.markdown.contains("ssh -- x"))
        #expect(!page.markdown.unicodeScalars.contains("\u{7}"))
    }
}
