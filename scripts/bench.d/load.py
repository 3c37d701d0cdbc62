"""5,000 samples a second over 50 probes on kept connections, with the server on the same processors."""

import os
import time

from bench import Child, Run, quantile

PROBES = 50
SECONDS = 60
HANGING = 2

EXPERIMENT = """\
experiment: bench-load
probes:
{probes}
steady: {{ for: 2s, within: 60s }}
method:
  - disaster: declared
  - wait: {seconds}s
"""


def experiment(servers, count, every, seconds):
    probes = "\n".join(
        f'  p{index}: {{ http: {{ url: "{servers.url(index)}", keep-connection: true }}, every: {every} }}'
        for index in range(count))
    return EXPERIMENT.format(probes=probes, seconds=seconds)


def lateness(run, probes, begun=0, ended=1 << 62):
    """How late samples were sent, in ms; one that never was counts as for ever."""
    late = []
    for probe in probes:
        for one in run.samples(f"p{probe}"):
            if begun <= one["due"] < ended:
                sent = one.get("sent")
                late.append((sent - one["due"]) / 1e6 if sent else float("inf"))
    return late


def run(bench):
    servers = bench.servers(PROBES)
    # Two processors, however many there are.
    two = sorted(os.sched_getaffinity(0))[:2]
    os.sched_setaffinity(servers.process.pid, two)
    mine = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, two)
        it = bench.run_of(experiment(servers, PROBES, "10ms", SECONDS))
        os.sched_setaffinity(0, mine)
        it.wait_for("method")
        it.watch_memory()
        pace = Child([bench.compiled("pace"), 10_000_000, SECONDS - 4], bench.folder)
        cpu_begun, begun = processor_seconds(it), time.monotonic()
        time.sleep(SECONDS - 2)
        cpu = (processor_seconds(it) - cpu_begun) / (time.monotonic() - begun)
        bare = [float(word) for word in pace.wait().output.split()]
        it.end()
        late = lateness(it, range(PROBES))
        sent = [one for one in late if one != float("inf")]
        within = sum(one <= 2 for one in late) / len(late) * 100
        rate = len(sent) / (SECONDS + 2)
        bench.row(f"load: {PROBES} probes, samples sent a second", rate, unit="/s", goal="≥ 5,000", met=rate >= 4975)
        # How late a loop in C that does nothing else is woken, every 10 ms, at the same time.
        bench.row("load: sent within 2 ms of due", within, "bare loop", bare[0], "%", "≥ 99.9 %", within >= 99.9)
        bench.row("load: lateness, p99.9", quantile(late, 0.999), "bare loop", bare[1], "ms")
        bench.row("load: processor, of one", cpu * 100, unit="%", goal="< 100 %", met=cpu < 1)
        settled = [megabytes for second, megabytes in it.memory if second >= 10]
        growth = (settled[-1] - settled[0]) / (len(settled) / 60)
        bench.row("load: memory at the end", settled[-1], unit="MB")
        bench.row("load: memory, growth a minute", growth, unit="MB", goal="≤ 10 MB", met=growth <= 10)

        os.sched_setaffinity(0, two)
        it = bench.run_of(experiment(servers, PROBES, "10ms", 20))
        os.sched_setaffinity(0, mine)
        it.wait_for("method")
        time.sleep(5)
        for index in range(HANGING):
            begun = servers.tell(f"down {index} hang")
        time.sleep(10)
        for index in range(HANGING):
            ended = servers.tell(f"up {index}")
        it.end()
        others = range(HANGING, PROBES)
        before = quantile(lateness(it, others, begun - 5_000_000_000, begun), 0.99)
        meanwhile = quantile(lateness(it, others, begun, ended), 0.99)
        bench.row(
            f"load: lateness of {PROBES - HANGING} while {HANGING} hang (p99; {before:.2f} ms before)", meanwhile,
            unit="ms", goal="≤ before + 1 ms", met=meanwhile <= before + 1)
    finally:
        os.sched_setaffinity(0, mine)
        servers.end()


def processor_seconds(run: Run):
    words = open(f"/proc/{run.child.process.pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
