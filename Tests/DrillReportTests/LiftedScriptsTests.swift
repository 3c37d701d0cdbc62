import DrillModel
import Testing

@testable import DrillReport

@Suite struct LiftedScriptsTests {
    @Test("what is lifted, put in again as a shell does, is the command")
    func roundTrip() {
        let look = "for at in $*; do\n  echo 'it'\"'\"'s' $at\ndone"
        let other = "a\nb"
        let commands = [
            "[a] sh -c \(Shell.quoted(look)) drill-look open 192.0.2.1,22",
            "[b] sudo -n sh -c \(Shell.quoted(other)) x \(Shell.quoted(look))",
            "[c] echo 'one line' it's",
            "[d] sh -c \(Shell.quoted(look)) again",
        ]
        var lifted = LiftedScripts()
        let shown = commands.map { lifted.lift($0) }
        #expect(lifted.scripts == [look, other])
        #expect(shown[0] == #"[a] sh -c "$S1" drill-look open 192.0.2.1,22"#)
        #expect(shown[2] == commands[2])
        for (command, shown) in zip(commands, shown) {
            let again = lifted.scripts.enumerated().reduce(shown) { text, script in
                text.replacing("\"$S\(script.offset + 1)\"", with: Shell.quoted(script.element))
            }
            #expect(again == command)
        }
    }
}
