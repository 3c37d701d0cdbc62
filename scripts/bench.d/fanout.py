"""One command on a hundred hosts over SSH: how far apart the first and the last begin, and how long all take.

A hundred real sshd, each at an address of its own in a network namespace, since drill breaks nothing on the machine
that it runs on. Every host notes when it begins, by the one clock that they all share here.

Cold, drill's smallest command that opens new connections is `doctor`, which sends each host a script. One more sshd
keeps what it is sent, and the peers run that very script; drill looks three times at each host's clock besides.
"""

import os
import pathlib
import subprocess
import textwrap
import time

from bench import Failed, median

HOSTS = 100
ROUNDS = 5
PORT = 22022
NETWORK = "10.203.113"  # .1 is this machine, .2 keeps what it is sent
LISTENER = f"{NETWORK}.2"
# A hundred new connections at once take the peers longer than they wait by themselves on a busy machine, in seconds.
PATIENCE = "120"


class Hosts:
    def __init__(self, bench):
        self.folder = folder = bench.folder / "hosts"
        folder.mkdir()
        os.makedirs("/run/sshd", exist_ok=True)  # as sshd's own start script does
        self.key = folder / "key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key], check=True)
        self.addresses = [f"{NETWORK}.{number}" for number in range(11, HOSTS + 11)]
        self.known = folder / "known_hosts"
        self.servers = []
        self.namespace = f"drill-bench-{os.getpid()}"
        self.join()
        # Without the start-up files of whoever runs this: bash reads them at every command, and some take 0.3 s.
        home = folder / "home"
        home.mkdir()
        known = []
        for address in [*self.addresses, LISTENER]:
            own = folder / address
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", own], check=True)
            forced = f"ForceCommand {self.recorder()}" if address == LISTENER else ""
            config = folder / f"{address}.conf"
            config.write_text(textwrap.dedent(f"""\
                Port {PORT}
                ListenAddress {address}
                HostKey {own}
                PidFile none
                AuthorizedKeysFile {self.key}.pub
                UsePAM no
                PasswordAuthentication no
                KbdInteractiveAuthentication no
                PermitRootLogin prohibit-password
                StrictModes no
                UseDNS no
                PrintMotd no
                PrintLastLog no
                MaxStartups 1000:30:2000
                LogLevel ERROR
                SetEnv HOME={home}
                {forced}
                """))
            self.servers.append(subprocess.Popen(
                ["ip", "netns", "exec", self.namespace, "/usr/sbin/sshd", "-D", "-f", config], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            public = pathlib.Path(f"{own}.pub").read_text().split()
            known.append(f"[{address}]:{PORT} {public[0]} {public[1]}\n")
        self.known.write_text("".join(known))
        time.sleep(2)
        if any(server.poll() is not None for server in self.servers):
            self.end()
            raise Failed("an sshd ended at once; is its port taken?")
        # As the peers' ssh finds them, without anything of this machine's own configuration.
        config = textwrap.dedent(f"""\
            Host *
              Port {PORT}
              User {os.environ.get('USER', 'root')}
              IdentityFile {self.key}
              IdentitiesOnly yes
              UserKnownHostsFile {self.known}
              LogLevel ERROR
            """)
        # Warm: connections are kept from one command to the next.
        warm = f"  ControlMaster auto\n  ControlPath {folder}/%h.control\n  ControlPersist 120\n"
        for name, text in (("cold", config), ("warm", config + warm)):
            (folder / f"{name}.conf").write_text(text)

    def join(self):
        """The namespace, with all addresses, at the other end of a pair of interfaces of this machine."""
        near, far = "drill-bench0", "drill-bench1"
        addresses = "".join(f"addr add {address}/24 dev {far}\n" for address in [LISTENER, *self.addresses])
        try:
            for command, input in (
                (f"ip netns add {self.namespace}", ""),
                (f"ip link add {near} type veth peer name {far} netns {self.namespace}", ""),
                (f"ip addr add {NETWORK}.1/24 dev {near}", ""),
                (f"ip link set {near} up", ""),
                (f"ip -n {self.namespace} -batch -", f"{addresses}link set lo up\nlink set {far} up\n"),
            ):
                subprocess.run(command.split(), input=input, text=True, check=True, capture_output=True)
        except subprocess.CalledProcessError as failure:
            self.part()
            raise Failed(f"no network for the hosts: {' '.join(failure.cmd)}: {failure.stderr.strip()}")

    def part(self):
        """Both interfaces go with the namespace."""
        subprocess.run(["ip", "netns", "del", self.namespace], capture_output=True)

    def recorder(self):
        """A program that keeps what it is to run with its input, where it has one, and then runs it."""
        program = self.folder / "recorder"
        program.write_text(textwrap.dedent(f"""\
            #!/bin/sh
            case $SSH_ORIGINAL_COMMAND in
            *"sh -s"*) printf '%s' "$SSH_ORIGINAL_COMMAND" >{self.folder}/survey
                tee {self.folder}/survey.input | sh -c "$SSH_ORIGINAL_COMMAND"
                exit;;
            esac
            exec sh -c "$SSH_ORIGINAL_COMMAND"
            """))
        program.chmod(0o755)
        return program

    def keep_script(self):
        """Leaves of what `doctor` sent the script alone, without the questions that it asked behind it."""
        if not (self.folder / "survey").exists():
            raise Failed("drill doctor sent its host no script")
        input = self.folder / "survey.input"
        lines = input.read_text().splitlines(keepends=True)
        input.write_text("".join(line for line in lines if not line.startswith("drill-clock-")))

    @property
    def survey(self):
        """What `doctor` runs on each host, for those that have no `doctor`."""
        return f"sh {self.folder}/survey <{self.folder}/survey.input >/dev/null"

    @property
    def inventory(self): return self.inventory_of(self.addresses)

    def inventory_of(self, addresses):
        hosts = "".join(f"  h{number}: {{ address: {address}, roles: [it] }}\n"
                        for number, address in enumerate(addresses, 1))
        ssh = f"ssh: {{ port: {PORT}, user: {os.environ.get('USER', 'root')}, key: {self.key}," \
              f" known-hosts: {self.known} }}"
        return f"inventory: bench\n{ssh}\nhosts:\n{hosts}"

    def stamps(self):
        """When each host began, in ms, and none left for the next."""
        stamps = []
        for address in self.addresses:
            file = self.folder / f"{address}.at"
            stamps.append(int(file.read_text()) / 1e6)
            file.unlink()
        return stamps

    @property
    def command(self):
        """Notes when it begins, in a file named by the address that it was reached at."""
        return f"set -- $SSH_CONNECTION; date +%s%N > {self.folder}/$3.at"

    def end(self):
        for server in self.servers:
            server.terminate()
        for server in self.servers:
            server.wait()
        self.part()


def spread(stamps):
    return max(stamps) - min(stamps)


def experiment(hosts):
    return f"""\
experiment: bench-fanout
inventory: inventory.yaml
probes:
  it: {{ tcp: "{hosts.addresses[0]}:{PORT}", every: 1s }}
steady: {{ for: 1s, within: 30s }}
method:
  - fault: run
    id: stamp
    target: {{ role: it, except: {{ host: h{HOSTS + 1} }} }}
    inject: "{hosts.command}"
    effective: "true"
    undo: "true"
  - wait: 1s
guards: {{ blast-radius: 100% }}
"""


def drill(bench, hosts):
    """One fault on all hosts, whose sessions the survey has opened; spread, wall and drill's own spread, in ms."""
    # One more, since drill never touches the last host of a role.
    (bench.folder / "inventory.yaml").write_text(hosts.inventory_of([*hosts.addresses, LISTENER]))
    run = bench.run_of(experiment(hosts).replace("inventory.yaml", str(bench.folder / "inventory.yaml"))).end()
    if not all((hosts.folder / f"{address}.at").exists() for address in hosts.addresses):
        raise Failed(f"drill didn't reach all hosts: {run.usage.output[-2000:]}")
    wall = (run.record["disaster_done_at_ns"] - run.record["disaster_at_ns"]) / 1e6
    told = run.record["faults"][0]["spread_sent_ns"] / 1e6
    return spread(hosts.stamps()), wall, told


def floor(hosts):
    """How far apart a hundred shells of this machine run the command when a loop tells them through pipes, in ms.

    What is left of a fan-out without SSH, network and drill.
    """
    shells = []
    for address in hosts.addresses:
        shells.append(subprocess.Popen(
            ["sh", "-c", f"echo ready; read word; {hosts.command}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, "SSH_CONNECTION": f"- - {address} -"}))
    for shell in shells:
        shell.stdout.readline()
    for shell in shells:
        os.write(shell.stdin.fileno(), b"fire\n")
    for shell in shells:
        shell.communicate()
    return spread(hosts.stamps())


# The peers, each as a command that runs ours everywhere; `warm` where connections are kept between two of them.

def ssh_options(hosts, warm):
    return ["-F", str(hosts.folder / ("warm.conf" if warm else "cold.conf"))]


def clush(bin, hosts, warm, command):
    return [bin / "clush", "-S", "-t", PATIENCE, "-f", str(HOSTS), "-o", " ".join(ssh_options(hosts, warm)), "-w",
            ",".join(hosts.addresses), command]


def ansible(bin, hosts, warm, command):
    listing = hosts.folder / "ansible.hosts"
    listing.write_text("\n".join(hosts.addresses) + "\n")
    return [bin / "ansible", "-i", listing, "all", "-T", PATIENCE, "-f", str(HOSTS), "-m", "raw", "-a", command,
            "--ssh-common-args", " ".join(ssh_options(hosts, warm))]


PARALLEL_SSH = """\
import sys, time
from pssh.clients import ParallelSSHClient
hosts, port, key, user, command, rounds = sys.argv[1].split(","), int(sys.argv[2]), *sys.argv[3:6], int(sys.argv[6])
client = ParallelSSHClient(hosts, port=port, pkey=key, user=user, pool_size=len(hosts))
for _ in range(rounds):
    begun = time.monotonic()
    output = client.run_command(command)
    client.join(output)
    assert all(one.exit_code == 0 for one in output), [one.exception for one in output if one.exception]
    print((time.monotonic() - begun) * 1000, flush=True)
    if rounds > 1: sys.stdin.readline()
"""


class ParallelSSH:
    """parallel-ssh keeps its connections within one process."""

    def __init__(self, bin, hosts, rounds, command):
        self.process = subprocess.Popen(
            [bin / "python", "-c", PARALLEL_SSH, ",".join(hosts.addresses), str(PORT), str(hosts.key),
             os.environ.get("USER", "root"), command, str(rounds)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def once(self):
        return float(self.process.stdout.readline())

    def go_on(self):
        self.process.stdin.write("\n")

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def run(bench):
    bin = bench.python("clustershell", "parallel-ssh", "ansible-core")
    hosts = Hosts(bench)
    warm = {"drill": [], "clush": [], "ansible": [], "parallel-ssh": []}
    cold = {name: [] for name in warm}
    peer_cpu = {"clush": [], "ansible": []}
    cpu, kept, floors = [], None, []
    env = {**os.environ, "ANSIBLE_HOST_KEY_CHECKING": "True", "ANSIBLE_SSH_ARGS": "", "HOME": str(hosts.folder)}
    inventory = bench.folder / "inventory.yaml"
    doctor = [bench.drill, "doctor", "-i", inventory]
    try:
        inventory.write_text(hosts.inventory_of([LISTENER]))
        bench.measure(doctor, ok=None)
        hosts.keep_script()
        inventory.write_text(hosts.inventory)
        kept = ParallelSSH(bin, hosts, ROUNDS + 1, hosts.command)
        kept.once()
        for make in (clush, ansible):
            bench.measure(make(bin, hosts, True, hosts.command), env=env)
        hosts.stamps()
        for _ in range(ROUNDS):
            warm["drill"].append(drill(bench, hosts))
            floors.append(floor(hosts))
            for make in (clush, ansible):
                usage = bench.measure(make(bin, hosts, True, hosts.command), env=env)
                warm[make.__name__].append((spread(hosts.stamps()), usage.wall * 1000))
            kept.go_on()
            wall = kept.once()
            warm["parallel-ssh"].append((spread(hosts.stamps()), wall))
        for _ in range(3):
            inventory.write_text(hosts.inventory)
            usage = bench.measure(doctor, ok=None)
            cold["drill"].append(usage.wall * 1000)
            cpu.append(usage.cpu * 1000 / HOSTS)
            for make in (clush, ansible):
                usage = bench.measure(make(bin, hosts, False, hosts.survey), env=env)
                cold[make.__name__].append(usage.wall * 1000)
                peer_cpu[make.__name__].append(usage.cpu * 1000 / HOSTS)
            begun = time.monotonic()
            fresh = ParallelSSH(bin, hosts, 1, hosts.survey)
            fresh.once()
            cold["parallel-ssh"].append((time.monotonic() - begun) * 1000)
            fresh.end()
    finally:
        if kept:
            kept.end()
        for address in hosts.addresses:
            subprocess.run(["ssh", *ssh_options(hosts, True), "-O", "exit", address], capture_output=True)
        hosts.end()
    ours = [median([pair[index] for pair in warm["drill"]]) for index in (0, 1)]
    for name, least in (("clush", 20), ("ansible", 20), ("parallel-ssh", 4)):
        theirs = [median([pair[index] for pair in warm[name]]) for index in (0, 1)]
        met = ours[0] * least <= theirs[0]
        if not met and median(floors) * least > theirs[0]:
            met = "can't be told: shells told through pipes miss it too"
        bench.row(f"fan-out to {HOSTS}, warm: first to last", ours[0], name, theirs[0], "ms", f"≤ 1/{least}", met)
        # drill's is from the disaster's declaration to its last confirmation; a peer's is its whole process.
        bench.row(f"fan-out to {HOSTS}, warm: wall", ours[1], name, theirs[1], "ms")
    told = median([one[2] for one in warm["drill"]])
    bench.row(f"fan-out to {HOSTS}, warm: first to last", ours[0], "pipes", median(floors), "ms")
    bench.row(f"fan-out to {HOSTS}, warm: first to last told", told, unit="ms")
    mine = median(cold["drill"])
    for name in ("clush", "ansible", "parallel-ssh"):
        bench.row(f"fan-out to {HOSTS}, cold: wall (drill: doctor)", mine, name, median(cold[name]), "ms",
                  "not slower", mine <= median(cold[name]))
    for name, theirs in peer_cpu.items():
        bench.row("fan-out, cold: processor a host", median(cpu), name, median(theirs), "ms", "≤ 2.5 ms",
                  median(cpu) <= 2.5)
