"""The report of a run with a million samples.

The run is a real one, so that its folder is what drill writes, whatever that is: ten probes every 2 ms until there
are that many.
"""

import os
import time

import load
from bench import median

SAMPLES = 1_000_000
PROBES = 10


def run(bench):
    servers = bench.servers(PROBES)
    seconds = SAMPLES // (PROBES * 500)
    try:
        it = bench.run_of(load.experiment(servers, PROBES, "2ms", seconds))
        it.wait_for("method")
        # An outage of each kind, so that there is something to be drawn.
        for index, kind in enumerate(["refuse", "reset", "500", "hang"]):
            time.sleep(5)
            servers.tell(f"down {index} {kind}")
            time.sleep(3)
            servers.tell(f"up {index}")
        it.end()
    finally:
        servers.end()
    name = it.folder.name
    env = {**os.environ, "DRILL_HOME": str(it.home)}
    report = it.folder / "report.html"
    report.unlink()  # the run wrote one, too
    found = [bench.measure([bench.drill, "report", name], env=env) for _ in range(3)]
    size = report.stat().st_size / 1e6
    wall, cpu, peak = (median([getattr(usage, what) for usage in found]) for what in ("wall", "cpu", "peak_mb"))
    bench.row(f"run of {SAMPLES:,} samples, memory", it.usage.peak_mb, unit="MB")
    bench.row(f"report of {SAMPLES:,} samples", wall, unit="s", goal="≤ 2 s", met=wall <= 2)
    bench.row("report, processor", cpu, unit="s")
    bench.row("report, memory", peak, unit="MB", goal="≤ 200 MB", met=peak <= 200)
    bench.row("report, size of the HTML", size, unit="MB", goal="≤ 3 MB", met=size <= 3)
