"""Start-up, and how fast a file is validated, against Chaos Toolkit."""

import json

from bench import median

TRIES = 15
STEPS = 20_000

ONE_STEP = """\
experiment: one-step
probes:
  it: {{ http: "http://127.0.0.1:{port}/" }}
method:
  - wait: 1s
"""

CHAOS_ONE_STEP = {
    "title": "one step", "description": "one step",
    "steady-state-hypothesis": {"title": "it is up", "probes": [
        {"type": "probe", "name": "it", "tolerance": 200,
         "provider": {"type": "http", "url": "http://127.0.0.1:9/"}}]},
    "method": [{"type": "action", "name": "wait", "provider": {"type": "process", "path": "true"}}],
}


def steps(count):
    """A runbook with as many steps as Chaos Toolkit's experiment has actions, each with a name and a command."""
    return "runbook: long\nsteps:\n" + "".join(
        f"  - step: step {number}\n    run: [\"true\", \"{number}\"]\n" for number in range(count))


def chaos_steps(count):
    return "title: long\ndescription: long\nmethod:\n" + "".join(
        f"  - type: action\n    name: step {number}\n    provider:\n      type: process\n      path: \"true\"\n"
        f"      arguments: \"{number}\"\n" for number in range(count))


def run(bench):
    bin = bench.python("chaostoolkit")
    chaos = [bin / "chaos", "--no-version-check", "--log-file", bench.folder / "chaos.log"]
    small, small_chaos = bench.folder / "one.yaml", bench.folder / "one.json"
    small.write_text(ONE_STEP.format(port=9))
    small_chaos.write_text(json.dumps(CHAOS_ONE_STEP))
    commands = [
        [bench.drill, "--version"], [bin / "chaos", "--version"],
        [bench.drill, "validate", small], [*chaos, "validate", small_chaos],
    ]
    found = bench.interleaved(commands, TRIES)
    for name, ours, theirs in [("--version", found[0], found[1]), ("validate, one step", found[2], found[3])]:
        wall = [median([usage.wall * 1000 for usage in side]) for side in (ours, theirs)]
        memory = [median([usage.peak_mb for usage in side]) for side in (ours, theirs)]
        bench.row(f"start: {name}", wall[0], "chaos", wall[1], "ms", "≥ 20 × faster", wall[1] >= 20 * wall[0])
        bench.row(f"start: {name}, memory", memory[0], "chaos", memory[1], "MB", "≤ half", memory[0] * 2 <= memory[1])

    cpu = {}
    for count in (STEPS // 4, STEPS // 2, STEPS):
        file = bench.folder / f"{count}.yaml"
        file.write_text(steps(count))
        cpu[count] = median([bench.measure([bench.drill, "validate", file]).cpu for _ in range(3)])
        peak = bench.measure([bench.drill, "validate", file]).peak_mb
    file = bench.folder / "chaos-long.yaml"
    file.write_text(chaos_steps(STEPS))
    theirs = bench.measure([*chaos, "validate", file])
    bench.row(
        f"validate, {STEPS} steps of YAML, processor", cpu[STEPS], "chaos", theirs.cpu, "s", "≥ 20 × less",
        theirs.cpu >= 20 * cpu[STEPS])
    bench.row(f"validate, {STEPS} steps of YAML, memory", peak, "chaos", theirs.peak_mb, "MB")
    # Four times the steps may take at most four times as long, and a tenth for what is noise.
    growth = cpu[STEPS] / cpu[STEPS // 4]
    bench.row(f"validate, {STEPS} steps over {STEPS // 4}", growth, unit="×", goal="linear: ≤ 4.4 ×", met=growth <= 4.4)
