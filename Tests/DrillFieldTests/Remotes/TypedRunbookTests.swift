import DrillField
import DrillModel
import DrillReport
import Foundation
import Testing

/// What a runbook's page says to type does the same as drill would, over a real sshd.
@Suite("TypedRunbook", .serialized)
struct TypedRunbookTests {
    private static let lsn = Text(parts: [.saved("lsn")])
    private static let token = Text.Part.environment("TOKEN")
    private static let awkward = #"a 'b' "c" $d \ * & it's"#

    @Test("words, shells, values of earlier steps and secrets arrive as they are")
    func typed() async throws {
        try await withServer { server in
            let host = server.host(.auto)
            let hosts = server.hosts([host])
            let way = Handwork.Way(
                login: try hosts.typedLogin(to: host),
                user: hosts.login(of: host)
            )
            let commands: [Command] = [
                Command(.list(["printf", "<%s>", Self.lsn, "it's"])),
                Command(
                    .shell(
                        Text(parts: [
                            .literal("printf '<%s>' "), .saved("lsn"), .literal(" | cat; exit 0"),
                        ])
                    )
                ),
                Command(.list(["printf", "<%s>", Text(parts: [.literal("--t="), Self.token])])),
                Command(
                    .shell(
                        Text(parts: [
                            .literal("printf '<%s>' "), Self.token, .literal("; cat; id -u"),
                        ])
                    ),
                    sudo: true
                ),
                Command(.list(["cat"]), input: "from here"),
            ]
            let steps =
                [
                    RunbookStep(
                        title: "keep",
                        deed: .command(
                            host: host.name,
                            Command(.list(["printf", "%s\\n", Text(Self.awkward)]))
                        ),
                        saves: [Save("lsn")]
                    )
                ]
                + commands.map {
                    RunbookStep(title: "do it", deed: .command(host: host.name, $0))
                }
            let page = RunbookPage(
                Runbook(
                    name: "typed",
                    inventory: Inventory(name: "x", hosts: [host]),
                    steps: steps
                ),
                hand: Handwork(ways: [host.name: way], user: NSUserName()),
                origin: RunbookPage.Origin(files: [], version: "1", wallNs: 0)
            )
            let blocks = page.markdown.components(separatedBy: "\n\n```sh\n").dropFirst()
                .compactMap { $0.components(separatedBy: "\n```").first }
            #expect(blocks.count == 2 + commands.count, "\(page.markdown)")
            let script = (["set -e", "TOKEN=\"s'e; $(cret)\""] + blocks).joined(separator: "\n")
            let answer = try await Sh()(script.replacing("$(cret)", with: "\\$(cret)"))
            let secret = "s'e; $(cret)"
            #expect(answer.exit == 0, "\(answer)")
            #expect(
                answer.output == "exit code 0: \(Self.awkward)\n<\(Self.awkward)><it's>"
                    + "<\(Self.awkward)><--t=\(secret)><\(secret)>0\nfrom here",
                "\(answer) \(script)"
            )
            await hosts.close()
        }
    }
}
