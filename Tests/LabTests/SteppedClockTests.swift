import Foundation
import Glibc
import Testing

extension LabTests {
    /// Somebody sets the clock in the middle of a run.
    @Suite struct SteppedClock {
        /// Between drill and the system: what tells the time of day tells it off by what a file says.
        private static let shim = """
            #define _GNU_SOURCE
            #include <dlfcn.h>
            #include <fcntl.h>
            #include <stdlib.h>
            #include <sys/time.h>
            #include <time.h>
            #include <unistd.h>

            static long off(void) {
                char text[32] = {0};
                int file = open(getenv("CLOCK_OFF"), O_RDONLY | O_CLOEXEC);
                if (file < 0) return 0;
                long count = read(file, text, sizeof text - 1);
                close(file);
                return count > 0 ? atol(text) : 0;
            }

            int clock_gettime(clockid_t clock, struct timespec *now) {
                static int (*real)(clockid_t, struct timespec *);
                if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
                int failure = real(clock, now);
                if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) now->tv_sec += off();
                return failure;
            }

            int gettimeofday(struct timeval *now, void *zone) {
                struct timespec exact;
                clock_gettime(CLOCK_REALTIME, &exact);
                now->tv_sec = exact.tv_sec;
                now->tv_usec = exact.tv_nsec / 1000;
                return 0;
            }

            time_t time(time_t *into) {
                struct timespec exact;
                clock_gettime(CLOCK_REALTIME, &exact);
                if (into) *into = exact.tv_sec;
                return exact.tv_sec;
            }
            """

        @Test(
            "stepped an hour forward and two back during an outage: no figure and no lease changes"
        )
        func steps() async throws {
            let drill = try DrillCommand()
            let (source, library) = ("\(drill.home)/step.c", "\(drill.home)/step.so")
            try Self.shim.write(toFile: source, atomically: true, encoding: .utf8)
            // It comes with Swift.
            let built = try await drill.start(
                ["clang", "-shared", "-fPIC", "-o", library, source, "-ldl"],
                program: "/usr/bin/env"
            ).end()
            try #require(built.exit == 0, "\(built.all)")

            let port = Int.random(in: 20_000...29_999)
            func serve() throws -> DrillCommand.Running {
                try drill.start(
                    ["TCP-LISTEN:\(port),bind=127.0.0.1,fork,reuseaddr", "SYSTEM:true"],
                    program: "/usr/bin/socat"
                )
            }
            let off = "\(drill.home)/off"
            func step(by seconds: Int) throws {
                try "\(seconds)".write(toFile: off, atomically: true, encoding: .utf8)
            }
            try step(by: 0)
            let file = try drill.experiment(
                """
                experiment: watch
                inventory: lab/inventory.yaml
                probes:
                  shop: { measures: service, tcp: "127.0.0.1:\(port)" }
                steady: { for: 1s, within: 30s }
                method:
                  - { fault: partition, id: cut, target: { host: app-west }, from: { host: lb-west } }
                  - wait: 6s
                lease: 3s
                """
            )
            var server = try serve()
            let running = try drill.start(
                ["run", file],
                environment: ["LD_PRELOAD": library, "CLOCK_OFF": off]
            )
            // The disaster comes a second later at least, and is over once the wait begins.
            #expect(try await running.says("-- steady"))
            let before = ContinuousClock.now
            #expect(try await running.says("step: wait"))
            let down = ContinuousClock.now
            server.signal(SIGKILL)
            let dead = ContinuousClock.now
            try step(by: 3600)
            try await Task.sleep(for: .milliseconds(700))
            try step(by: -3600)
            try await Task.sleep(for: .milliseconds(700))
            let coming = ContinuousClock.now
            server = try serve()
            // Up once it answers; by then drill may have seen it for some looks.
            var up = coming
            for _ in 0..<200 {
                let look = try await drill.start(
                    ["-u", "/dev/null", "TCP:127.0.0.1:\(port)"],
                    program: "/usr/bin/socat"
                ).end()
                up = ContinuousClock.now
                if look.exit == 0 { break }
            }
            try step(by: 0)
            let ended = try await running.end(within: 60)
            server.signal(SIGKILL)
            _ = try await server.end()
            #expect(ended.exit == 0, "\(ended.all)")

            let figures = try #require(try drill.record()["figures"] as? [[String: Any]])
            // The truth lies between what surely was an outage, or after the disaster, and what surely
            // wasn't any more.
            for (name, longest, shortest) in [
                ("downtime", up - down, coming - dead), ("failover", up - before, coming - down),
            ] {
                let figure = try #require(
                    figures.first { $0["name"] as? String == name },
                    "\(name)"
                )
                let low = try #require(figure["low_ns"] as? Int, "\(figure)")
                let high = try #require(figure["high_ns"] as? Int, "\(figure)")
                #expect(low <= ns(longest), "\(figure)")
                #expect(high >= ns(shortest), "\(figure)")
                // An hour would be seen anywhere: no longer than the run, and no shorter than nothing.
                #expect(high < 20_000_000_000, "\(figure)")
            }
            // The lease was renewed all the same, twice as long as it lasts, and the host's own clock
            // counted: it neither lapsed nor outlived the run.
            #expect(!ended.all.contains("lapsed"), "\(ended.all)")
            let rules = try await Lab.ssh("10.77.2.41", "sudo -n iptables-save | grep -c DRILL-")
            #expect(rules.output.hasPrefix("0"), "\(rules.all)")
            #expect(!ended.all.contains("3600") && !ended.all.contains("1 h"), "\(ended.all)")
        }

        private func ns(_ duration: Duration) -> Int {
            Int(duration.components.seconds) * 1_000_000_000
                + Int(duration.components.attoseconds / 1_000_000_000)
        }
    }
}
