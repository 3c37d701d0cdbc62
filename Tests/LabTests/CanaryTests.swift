import Testing

extension LabTests {
    /// How the canary judges, and that it never promotes what it can't judge.
    @Suite(.serialized) struct Canary {
        private static let balancer = "10.77.1.171"

        /// Judged at a limit of 5 % once 100 requests are answered.
        ///
        /// The bounds of none and of all are known in
        /// closed form: 1 - 0.025^(1/n) and 0.025^(1/n).
        @Test(
            "the interval's place decides",
            arguments: [
                ("0, 0", "None 0.0000 1.0000"),
                ("0, 99", "None 0.0000 0.0366"),
                ("0, 100", "promoted 0.0000 0.0362"),
                ("1, 100", "inconclusive 0.0003 0.0545"),
                ("1, 200", "promoted 0.0001 0.0275"),
                ("2, 3", "rolled back 0.0943 0.9916"),
                ("1, 1", "None 0.0250 1.0000"),
                ("3, 3", "rolled back 0.2924 1.0000"),
                ("10, 100", "inconclusive 0.0490 0.1762"),
                ("11, 100", "rolled back 0.0562 0.1883"),
            ]
        )
        func judges(numbers: String, judgement: String) async throws {
            try await DrillCommand().labUp()
            let told = try await Lab.ssh(
                Self.balancer,
                """
                python3 - <<'PY'
                from importlib.machinery import SourceFileLoader
                import sys
                sys.dont_write_bytecode = True
                canary = SourceFileLoader("canary", "/usr/local/bin/lab-canary").load_module()
                low, high = canary.interval(\(numbers))
                print(canary.judge(\(numbers), 100, 0.05), "%.4f %.4f" % (low, high))
                PY
                """
            )
            #expect(told.output == judgement + "\n", "\(told.errors)")
        }

        @Test("without shoppers it is inconclusive, and nobody gets green")
        func silence() async throws {
            let drill = try DrillCommand()
            try await drill.labUp()
            let told = try await Lab.ssh(Self.balancer, "lab-canary --within 2")
            #expect(told.exit == 4, "\(told.all)")
            #expect(told.output.hasPrefix("inconclusive: 0 errors in 0 requests"), "\(told.all)")
            #expect(try await Lab.ssh(Self.balancer, "lab-release").output == "0\n")
            try await Lab.expectWhole(drill, "a canary without shoppers")
        }
    }
}
