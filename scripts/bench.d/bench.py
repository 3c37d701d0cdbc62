"""What all parts share: the table, processes with what they cost, the peers, the servers and runs of drill."""

import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def boot_ns():
    """The clock that drill stamps by."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def shown(value, unit, digits=None):
    """A figure with three digits that mean something, or as many behind the point as are asked for."""
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    if digits is None:
        digits = 0 if abs(value) >= 100 or value == int(value) else 1 if abs(value) >= 10 else 2
    return f"{value:.{digits}f} {unit}".rstrip()


class Usage:
    """What a process cost: wall and processor time in seconds, its peak memory in MB."""

    def __init__(self, wall, usage, status, output):
        self.wall = wall
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak_mb = usage.ru_maxrss / 1024
        self.exit = os.waitstatus_to_exitcode(status)
        self.output = output


class Child:
    """A process whose cost is known once it has ended; output goes to a file."""

    def __init__(self, command, folder, env=None, cwd=None):
        self.log = tempfile.NamedTemporaryFile(dir=folder, prefix="log.", delete=False)
        self.begun = time.monotonic()
        # In a group of its own: what a signal at the terminal ends is the bench, which then ends these.
        self.process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=subprocess.STDOUT, env=env, cwd=cwd)

    def wait(self):
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - self.begun
        return Usage(wall, usage, status, pathlib.Path(self.log.name).read_text(errors="replace"))

    def end(self):
        if self.process.returncode is None:
            self.process.terminate()
            self.wait()


class Servers:
    """HTTP servers of one process that go down and up when told, and say when that was."""

    def __init__(self, program, count):
        self.process = subprocess.Popen(
            [program, str(count)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.ports = [int(word) for word in self.process.stdout.readline().split()]
        self.lock = threading.Lock()

    def tell(self, words):
        """Returns the instant in nanoseconds."""
        with self.lock:
            self.process.stdin.write(words + "\n")
            return int(self.process.stdout.readline().split()[2])

    def url(self, index):
        return f"http://127.0.0.1:{self.ports[index]}/"

    def end(self):
        self.process.terminate()
        self.process.wait()


class Run:
    """A run of drill that goes on, and what it left once it has ended."""

    def __init__(self, bench, experiment, env=None):
        self.home = pathlib.Path(tempfile.mkdtemp(dir=bench.folder, prefix="home."))
        self.file = self.home / "experiment.yaml"
        self.file.write_text(experiment)
        self.child = Child(
            [bench.drill, "run", self.file, "--seed", "1"], bench.folder,
            env={**os.environ, "DRILL_HOME": str(self.home), **(env or {})})
        self.memory = []  # (instant of time.monotonic, MB) a few times a second

    def wait_for(self, phase, within=90):
        """Until drill says that it has come so far."""
        end = time.monotonic() + within
        while time.monotonic() < end and self.child.process.poll() is None:
            for timeline in self.home.glob("runs/*/timeline.jsonl"):
                if f'"phase":{{"_0":"{phase}"}}' in timeline.read_text():
                    return
            time.sleep(0.02)
        raise Failed(f"drill didn't come to its phase {phase}: {pathlib.Path(self.child.log.name).read_text()}")

    def watch_memory(self):
        """Notes all the time how much memory it has, until it has ended."""
        pid = self.child.process.pid

        def look():
            while True:
                try:
                    pages = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
                except (OSError, IndexError):
                    return
                self.memory.append((time.monotonic(), pages * os.sysconf("SC_PAGESIZE") / 2**20))
                time.sleep(0.25)

        threading.Thread(target=look, daemon=True).start()

    def end(self):
        self.usage = self.child.wait()
        folders = list(self.home.glob("runs/*"))
        if not folders:
            raise Failed(f"drill kept no run: {self.usage.output}")
        self.folder = folders[0]
        self.record = json.loads((self.folder / "record.json").read_text())
        return self

    def samples(self, probe):
        with open(self.folder / "samples" / f"{probe}.jsonl") as lines:
            return [json.loads(line) for line in lines]


class Failed(Exception):
    """Something couldn't be measured, and why."""


class Bench:
    def __init__(self):
        self.drill = os.environ.get("DRILL", str(ROOT / ".build/release/drill"))
        self.rows = []
        self.exit = 0

    def __enter__(self):
        if not os.access(self.drill, os.X_OK):
            sys.exit(f"bench: there is no drill at {self.drill}; `make bench` builds it, DRILL names another")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="drill-bench."))
        self.load_before = os.getloadavg()[0]
        self.begun = time.monotonic()
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    @staticmethod
    def say(words):
        print(f"bench: {words}", file=sys.stderr, flush=True)

    # The table

    def row(self, what, drill, peer="", theirs=None, unit="", goal="", met=None, digits=None):
        """One line: a figure of drill's, one of a peer's (or None), what was promised, and whether it is so.

        `met` in words says why that can't be told here.
        """
        ratio = ""
        if theirs is not None and not isinstance(theirs, str) and not isinstance(drill, str):
            ratio = f"{theirs / drill:.1f}" if drill else "∞"
        state = met if isinstance(met, str) else "" if met is None else "met" if met else "MISSED"
        if isinstance(met, str):
            self.exit = 2
        elif met is False:
            self.exit = max(self.exit, 1)
        row = [what, shown(drill, unit, digits), peer, shown(theirs, unit, digits) if peer else "", ratio, goal, state]
        self.rows.append(row)
        self.say("  " + " | ".join(cell for cell in row if cell))

    def unmeasured(self, what, why):
        self.exit = 2
        self.rows.append([what, "not measured", "", "", "", str(why).strip().splitlines()[-1][:100], ""])
        self.say(f"  {what}: not measured: {why}")

    def table(self):
        head = ["", "drill", "peer", "its", "ratio", "goal", ""]
        rows = [head] + self.rows
        widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
        right = {1, 3, 4}
        lines = []
        for row in rows:
            cells = [
                cell.rjust(width) if column in right else cell.ljust(width)
                for column, (cell, width) in enumerate(zip(row, widths))]
            lines.append("  ".join(cells).rstrip())
        lines.insert(1, "  ".join("─" * width for width in widths))
        lines.append("")
        lines.append(
            f"{os.cpu_count()} processors ({processor()}), {platform.system()} {platform.release()}; load"
            f" {self.load_before:.1f} before, {os.getloadavg()[0]:.1f} after;"
            f" {time.monotonic() - self.begun:.0f} s. Ratio: the peer's figure over drill's.")
        return "\n".join(lines)

    # What is measured

    def measure(self, command, env=None, cwd=None, ok=(0,)):
        """Runs a command to its end; what it cost."""
        usage = Child(command, self.folder, env, cwd).wait()
        if ok is not None and usage.exit not in ok:
            raise Failed(f"{pathlib.Path(str(command[0])).name} ended with {usage.exit}: {usage.output[-2000:]}")
        return usage

    def interleaved(self, commands, tries):
        """Each command `tries` times, in turn, after one try that counts for nothing."""
        found = [[] for _ in commands]
        for attempt in range(tries + 1):
            for index, command in enumerate(commands):
                usage = self.measure(command)
                if attempt:
                    found[index].append(usage)
        return found

    def run_of(self, experiment, env=None):
        return Run(self, experiment, env)

    def compiled(self, name):
        program = self.folder / name
        if not program.exists():
            self.measure(["cc", "-O2", "-o", program, HERE / f"{name}.c"])
        return program

    def servers(self, count):
        return Servers(self.compiled("server"), count)

    # Peers

    def python(self, *packages):
        """A folder of programs with these packages of PyPI."""
        venv = self.folder / "venv"
        if not venv.exists():
            self.measure([sys.executable, "-m", "venv", venv])
        self.measure([venv / "bin/pip", "install", "--quiet", *packages])
        return venv / "bin"

    def debian(self, package, program):
        """A program out of a package of Debian's that isn't installed by this."""
        there = shutil.which(program)
        if there:
            return pathlib.Path(there)
        target = self.folder / package
        if not target.exists():
            target.mkdir()
            self.measure(["apt-get", "download", package], cwd=target)
            archive = next(target.glob("*.deb"))
            self.measure(["dpkg-deb", "-x", archive, target])
        return target / "usr/bin" / program


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "?"


def median(values):
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


def quantile(values, share):
    """The smallest value that at least this share of all are not above."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * share // 1).__int__() - 1))]
