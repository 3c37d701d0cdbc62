"""The length of outages and the moment of detection against servers that know when they were down.

Everybody waits a second for an answer, which is drill's default: without that Chaos Toolkit and curl would wait for
ever for one that never comes. drill, Chaos Toolkit and a loop of curl look at the same servers during the same outages.
"""

import datetime
import json
import random
import subprocess
import threading
import time

from bench import boot_ns, median, quantile

KINDS = ["refuse", "reset", "500", "hang"]
LENGTHS = [0.25, 0.6, 1.5, 2.7]
DETECTIONS = 12

EXPERIMENT = """\
experiment: bench-outages
probes:
{probes}
steady: {{ for: 1s, within: 60s }}
method:
  - disaster: declared
  - wait: {seconds}s
"""


class Truth:
    """Outages of some servers at random instants, each server by a thread of its own."""

    def __init__(self, servers, plan):
        self.servers = servers
        self.outages = {index: [] for index in plan}
        self.threads = [
            threading.Thread(target=self.break_it, args=(index, *plan[index])) for index in plan]
        for thread in self.threads:
            thread.start()

    def break_it(self, index, kind, lengths):
        for length in lengths:
            # At any phase of anybody's pace; apart enough that each is an outage of its own.
            time.sleep(3 + random.random())
            begun = self.servers.tell(f"down {index} {kind}")
            time.sleep(length)
            self.outages[index].append((begun, self.servers.tell(f"up {index}")))

    def end(self):
        for thread in self.threads:
            thread.join()
        return self.outages


class Errors:
    """How far off what was found is from what was, over many outages."""

    def __init__(self):
        self.off = {}  # kind → errors of the length, in ms
        self.missed = self.short = self.outside = self.count = 0
        self.words = []

    def add(self, kind, truth, found):
        """`found`: (begun, ended) in ns by the best guess."""
        for begun, ended in truth:
            self.count += 1
            is_short = ended - begun < 400_000_000
            self.short += is_short
            lengths = [there - here for here, there in found if here < ended and begun < there]
            if not lengths:
                self.missed += is_short
            length = sum(lengths)
            self.off.setdefault(kind, []).append(abs(length - (ended - begun)) / 1e6)

    def add_intervals(self, kind, truth, outages):
        """drill's own outages, whose ends are intervals: is the truth inside?"""
        best = [(one["began_best_at_ns"], one["ended_best_at_ns"] or 1 << 62) for one in outages]
        self.add(kind, truth, best)
        for begun, ended in truth:
            inside = [
                one for one in outages
                if one["began_low_at_ns"] <= begun <= one["began_high_at_ns"]
                and one["ended_low_at_ns"] is not None
                and one["ended_low_at_ns"] <= ended <= one["ended_high_at_ns"]]
            if len(inside) != 1:
                self.outside += 1
                near = [one for one in outages if one["began_low_at_ns"] < ended and begun < (one["ended_high_at_ns"] or ended)]
                self.words.append(f"{kind} {begun}–{ended}: {near}")

    @property
    def all(self):
        return [error for errors in self.off.values() for error in errors]


def probes(servers, kinds, every):
    lines = []
    for index, kind in enumerate(kinds):
        pace = f", every: {every}" if every else ""
        lines.append(f'  "{kind}-{index}": {{ http: "{servers.url(index)}", timeout: 1s{pace} }}')
    return "\n".join(lines)


# A peer that looks at one server until it is told to stop.

class Chaos:
    """Chaos Toolkit, whose steady-state hypothesis looks all the time."""

    def __init__(self, bench, bin, url, seconds, frequency):
        self.folder = bench.folder / f"chaos-{random.getrandbits(40)}"
        self.folder.mkdir()
        (self.folder / "x.json").write_text(json.dumps({
            "title": "watch", "description": "watch",
            "steady-state-hypothesis": {"title": "it is up", "probes": [
                {"type": "probe", "name": "it", "tolerance": 200, "provider": {"type": "http", "url": url, "timeout": 1}}]},
            "method": [{"type": "action", "name": "wait", "provider": {
                "type": "process", "path": "sleep", "arguments": str(seconds), "timeout": seconds + 60}}],
        }))
        strategy = ["--hypothesis-strategy", "continuously", "--hypothesis-frequency", str(frequency)]
        self.process = subprocess.Popen(
            [bin / "chaos", "--no-version-check", "run", *strategy, "x.json"], cwd=self.folder,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def found(self):
        self.process.wait()
        journal = json.loads((self.folder / "journal.json").read_text())
        looks = []
        for state in journal["steady_states"]["during"]:
            for probe in state["probes"]:
                # Its stamps are UTC by the wall clock; nobody steps that meanwhile.
                stamp = datetime.datetime.fromisoformat(probe["start"].replace("Z", ""))
                seconds = stamp.replace(tzinfo=datetime.timezone.utc).timestamp()
                looks.append((int(seconds * 1e9) - wall_ahead_ns(), probe.get("tolerance_met", False)))
        return outages_of(looks), len(looks), self.process.returncode


class Curl:
    """`while curl; sleep 0.1`, as people write it."""

    def __init__(self, url):
        self.looks = []
        self.over = False
        self.thread = threading.Thread(target=self.loop, args=(url,))
        self.thread.start()

    def loop(self, url):
        while not self.over:
            at = boot_ns()
            answer = subprocess.run(
                ["curl", "-s", "-m", "1", "-o", "/dev/null", "-w", "%{http_code}", url], capture_output=True, text=True)
            self.looks.append((at, answer.stdout == "200"))
            time.sleep(0.1)

    def found(self):
        self.over = True
        self.thread.join()
        return outages_of(self.looks)


def wall_ahead_ns():
    return time.time_ns() - boot_ns()


def outages_of(looks):
    """From the first bad look to the next good one, which is what such a list says."""
    outages, begun = [], None
    for at, is_good in sorted(looks):
        if not is_good and begun is None:
            begun = at
        if is_good and begun is not None:
            outages.append((begun, at))
            begun = None
    return outages


def busy():
    """Both processors taken, by shells of the same rank as drill."""
    return [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(2)]


def batch(bench, rounds, every=None, kinds=KINDS, repeats=3, peers=None, loaded=False, detections=0):
    """Some runs of drill at servers that fail each in its way; the errors of drill and of each peer."""
    ours, theirs, seen = Errors(), {}, []
    for _ in range(rounds):
        lengths = LENGTHS * repeats
        seconds = int(sum(lengths) + 4 * len(lengths)) + 2
        servers = bench.servers(len(kinds) + detections)
        shells = busy() if loaded else []
        try:
            looks = [probes(servers, kinds, every)]
            for index in range(len(kinds), len(kinds) + detections):
                servers.tell(f"down {index} 500")
                looks.append(
                    f'  notice-{index}: {{ measures: detection, http: "{servers.url(index)}" }}')
            run = bench.run_of(EXPERIMENT.format(probes="\n".join(looks), seconds=seconds))
            run.wait_for("method")
            watchers = {}
            if peers:
                for index, kind in enumerate(kinds):
                    watchers[kind] = {name: make(servers.url(index), seconds) for name, make in peers.items()}
                time.sleep(2)  # until Chaos Toolkit has started
            truth = Truth(
                servers, {
                    index: (kind, random.sample(lengths, len(lengths)))
                    for index, kind in enumerate(kinds)})
            fired = {}
            for index in range(len(kinds), len(kinds) + detections):
                time.sleep(0.2 + random.random())
                fired[index] = servers.tell(f"up {index}")
            outages = truth.end()
            run.end()
            for index, kind in enumerate(kinds):
                found = [one for one in run.record["outages"] if one["probe"] == f"{kind}-{index}"]
                ours.add_intervals(kind, outages[index], found)
                for name, watcher in watchers.get(kind, {}).items():
                    answer = watcher.found()
                    theirs.setdefault(name, Errors()).add(
                        kind, outages[index], answer[0] if isinstance(answer, tuple) else answer)
            zero = run.record["disaster_at_ns"]
            for index, at in fired.items():
                figure = next(
                    one for one in run.record["figures"]
                    if one["name"] == "detect" and one["probe"] == f"notice-{index}")
                inside = figure["low_ns"] <= at - zero <= (figure["high_ns"] or 1 << 62)
                seen.append((abs(figure["best_ns"] - (at - zero)) / 1e6, inside))
        finally:
            for shell in shells:
                shell.kill()
                shell.wait()
            servers.end()
    return ours, theirs, seen


def rows(bench, what, ours, theirs, limit):
    for kind, errors in ours.off.items():
        error = median(errors)
        met = error <= limit
        goal = f"median ≤ {limit} ms"
        if not theirs:
            bench.row(f"{what}: error of best, {kind}", error, unit="ms", goal=goal, met=met)
        for name, found in theirs.items():
            bench.row(f"{what}: error of best, {kind}", error, name, median(found.off[kind]), "ms", goal, met)
            goal, met = "", None
    bench.row(f"{what}: error of best, worst of {ours.count}", max(ours.all), unit="ms")
    if ours.short:
        goal, met = "none", ours.missed == 0
        for name, found in theirs.items() or [("", None)]:
            bench.row(
                f"{what}: of {ours.short} outages of 0.25 s missed", ours.missed, name,
                found and found.missed, goal=goal, met=met)
            goal, met = "", None
    bench.row(
        f"{what}: truth outside of the interval, of {ours.count}", ours.outside, goal="none",
        met=ours.outside == 0)
    for words in ours.words[:5]:
        bench.say(f"  outside: {words}")


def hang_p95(bench, hey):
    """p95 over ten seconds, two of which nothing was answered in: what a user who came at any instant waited."""
    servers = bench.servers(1)
    try:
        run = bench.run_of(EXPERIMENT.format(
            probes=f'  it: {{ http: {{ url: "{servers.url(0)}", keep-connection: true }}, every: 10ms, timeout: 5s }}',
            seconds=14))
        run.wait_for("method")
        time.sleep(1)
        window = boot_ns()
        peer = subprocess.Popen(
            [hey, "-z", "10s", "-c", "10", "-q", "10", "-t", "20", servers.url(0)], stdout=subprocess.PIPE, text=True)
        time.sleep(3 + random.random())
        begun = servers.tell("down 0 hold")
        time.sleep(2)
        ended = servers.tell("up 0")
        words = peer.communicate()[0]
        run.end()
    finally:
        servers.end()
    p95 = next(float(line.split()[2]) for line in words.splitlines() if "95%" in line)
    waits = [
        (one["done"] - one["due"]) / 1e6 for one in run.samples("it")
        if window <= one["due"] < window + 10_000_000_000]
    truth = (ended - begun) / 1e6 - 0.05 * 10_000
    ours = quantile(waits, 0.95)
    bench.row(
        f"p95 of a 2 s hang in 10 s (truth {truth:.0f} ms)", ours, "hey", p95 * 1000, "ms", "within 1 %",
        abs(ours - truth) <= 0.01 * truth)


def run(bench):
    bin = bench.python("chaostoolkit")
    at_defaults = {
        "chaos": lambda url, seconds: Chaos(bench, bin, url, seconds, 1.0),
        "curl loop": lambda url, seconds: Curl(url),
    }
    ours, theirs, seen = batch(bench, rounds=4, peers=at_defaults, detections=DETECTIONS)
    rows(bench, "outage", ours, theirs, 10)
    bench.row("detection: error of best, median", median([error for error, _ in seen]), unit="ms",
              goal="≤ 10 ms", met=median([error for error, _ in seen]) <= 10)
    outside = sum(not inside for _, inside in seen)
    bench.row(f"detection: truth outside of the interval, of {len(seen)}", outside, goal="none", met=outside == 0)

    every_tenth = {"chaos, 0.1 s": lambda url, seconds: Chaos(bench, bin, url, seconds, 0.1)}
    whole, others = Errors(), {}
    for kind in KINDS:
        ours, theirs, _ = batch(bench, rounds=1, every="1ms", kinds=[kind], repeats=2, peers=every_tenth)
        whole.off.update(ours.off)
        for count in ("missed", "short", "outside", "count"):
            setattr(whole, count, getattr(whole, count) + getattr(ours, count))
        whole.words += ours.words
        for name, found in theirs.items():
            other = others.setdefault(name, Errors())
            other.off.update(found.off)
            other.missed += found.missed
    rows(bench, "outage, every: 1ms", whole, others, 2)

    ours, _, seen = batch(bench, rounds=1, loaded=True, detections=DETECTIONS)
    rows(bench, "outage, machine busy", ours, {}, 10)
    outside = sum(not inside for _, inside in seen)
    bench.row(
        f"detection, machine busy: truth outside, of {len(seen)}", outside, goal="none", met=outside == 0)
    hang_p95(bench, bench.debian("hey", "hey"))
