import DrillWire
import Foundation
import Glibc
import Testing

/// The site's policy where it really lies, in a mount namespace of each test's own.
///
/// One at a time: they share the folder that is mounted over.
@Suite(.serialized, .enabled(if: getuid() == 0)) struct SitePolicyTests {
    static let policy = """
        policy: acme
        inventories: { forbid: shop }
        guards: { longest: 5m }
        """

    /// Runs with `policy` as the machine's, in a mount namespace of its own; `prepare` is a shell line first,
    /// in the policy's folder.
    static func run(
        _ drill: Command,
        _ arguments: String,
        policy: String = policy,
        prepare: String = ":"
    ) throws -> Command.Ended {
        let folder = "\(drill.folder)/etc"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        _ = try drill.write(policy, to: "etc/policy.yaml")
        return try drill.shell(
            """
            mkdir -p /etc/drill && chmod 755 \(folder) && chmod 644 \(folder)/policy.yaml && \
            unshare -m sh -c 'cd \(folder) && { \(prepare); } && mount --bind . /etc/drill && \
            exec \(Command.binary) \(arguments)'
            code=$?; rmdir --ignore-fail-on-non-empty /etc/drill 2>/dev/null; exit $code
            """
        )
    }

    @Test("the machine's policy forbids and tightens")
    func policy() throws {
        let drill = try Command()
        let file = try GuardCommandTests.write(drill, wait: "10ms")
        let refused = try Self.run(drill, "run \(file)")
        #expect(refused.exit == 3, "\(refused)")
        let why = "the policy acme (/etc/drill/policy.yaml:2:24) forbids the inventory shop"
        #expect(refused.output.contains(why), "\(refused)")
        let plan = try Self.run(
            drill,
            "plan --offline --json \(file)",
            policy: "policy: acme\nguards: { longest: 5m }"
        )
        #expect(plan.exit == 0, "\(plan)")
        #expect(plan.output.contains("\"hash\" : \"sha256:"), "\(plan)")
        #expect(plan.output.contains("`longest` is 5m, not 1h"), "\(plan)")
        let forbidden = try Self.run(drill, "run \(file)", policy: "policy: acme\nrun: forbidden")
        #expect(forbidden.exit == 3)
        #expect(forbidden.output.contains("forbids every run from this machine"), "\(forbidden)")
        // What heals isn't a run.
        #expect(try Self.run(drill, "heal", policy: "run: forbidden").exit == 0)
    }

    @Test("an inventory that is swapped once it was opened is judged as what was read")
    func swapped() throws {
        let drill = try Command()
        let file = try GuardCommandTests.write(drill, wait: "10ms")
        let allowed = try drill.write("inventory: allowed\n", to: "allowed.yaml")
        let ended = try Self.run(
            drill,
            "plan --offline \(file)",
            policy: "policy: acme\ninventories: { only: [\(allowed)] }",
            // The pipe is opened for writing once drill has opened it for reading (fifo(7)).
            prepare: """
                mv ../inventory.yaml ../mine.yaml; mkfifo ../inventory.yaml; \
                (exec 3>../inventory.yaml; rm ../inventory.yaml; \
                ln -s \(allowed) ../inventory.yaml; cat ../mine.yaml >&3) & :
                """
        )
        #expect(ended.exit == 3, "\(ended)")
        #expect(ended.output.contains("not the inventory shop"), "\(ended)")
        let link = "\(drill.folder)/link.yaml"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
        #expect(try Files.readPlaced(link).realPath == Files.realPath(file))
    }

    @Test(
        "a policy that can't be relied on refuses every run, and says why",
        arguments: [
            ("chmod g+w policy.yaml", "others than root may write to it"),
            ("chmod o+w .", "/etc/drill: others than root may write to it"),
            ("chown 65534 policy.yaml", "belongs to the user with the number 65534"),
            ("mv policy.yaml x; ln -s x policy.yaml", "it is a link"),
            ("rm policy.yaml; mkdir policy.yaml", "it is no regular file"),
            ("rm policy.yaml; mkfifo policy.yaml", "it is no regular file"),
            ("echo runs: x >>policy.yaml", "/etc/drill/policy.yaml:2:1: unknown key \"runs\""),
        ]
    )
    func distrusted(prepare: String, why: String) throws {
        let drill = try Command()
        let file = try GuardCommandTests.write(drill, wait: "10ms")
        let ended = try Self.run(drill, "run \(file)", policy: "policy: acme\n", prepare: prepare)
        #expect(ended.exit == 3, "\(ended)")
        #expect(ended.output.contains(why), "\(ended)")
    }
}
