"""The parts that benchmarks are made of: a broker, a sandbox, a topic full of events, a worker and what it took."""
import contextlib, datetime, json, os, pathlib, signal, socket, subprocess, sys, tempfile, time, urllib.request

here = pathlib.Path(__file__).resolve().parent
build = pathlib.Path(sys.argv[1]).resolve()
program = build / "worker/cli/leadrelay"
tick = os.sysconf("SC_CLK_TCK")
longest_run = 300  # s


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / tick


def peak_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


def stop(process):
    process.send_signal(signal.SIGTERM)
    process.wait(60)


@contextlib.contextmanager
def broker():
    """Its bootstrap servers, and a folder that lasts as long as it."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        script = here.parent / "tests/integration/kafka/broker"
        subprocess.run([script, "start", folder / "kafka"], check=True, stdout=subprocess.DEVNULL)
        try:
            settings = dict(line.split("=", 1) for line in (folder / "kafka/broker.env").read_text().splitlines() if "=" in line)
            yield settings["bootstrap"], folder
        finally:
            subprocess.run([script, "stop", folder / "kafka"], check=False, stdout=subprocess.DEVNULL)


def fill(brokers, topic, partitions, events, leads, accounts=1, part="native", per_second=None, meanwhile=None):
    """The accounts are called bench-0, bench-1 and so on; each has every so-manieth lead. `part`: `native`, or `changes`, which can be merged.
    Without `per_second` as fast as it goes. `meanwhile` is called twice a second."""
    command = [build / "benchmarks/bench_load_topic", brokers, topic, *map(str, (partitions, events, leads, accounts)), part]
    loader = subprocess.Popen(command + ([str(per_second)] if per_second else []))
    while meanwhile and loader.poll() is None:
        meanwhile()
        time.sleep(0.5)
    if loader.wait() != 0:
        raise SystemExit(f"filling {topic} failed")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


@contextlib.contextmanager
def sandbox(faults=None):
    """Its address."""
    more = ["--faults", json.dumps(faults)] if faults else []
    process = subprocess.Popen([program, "sandbox", "--listen", "127.0.0.1:0", *more], stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().split()[-1]
    finally:
        stop(process)


def report(origin):
    return get(f"{origin}/_sandbox/report")["providers"]["orwel"]


@contextlib.contextmanager
def worker(brokers, folder, topic, group, accounts, more=""):
    """`accounts` by name: what is to be said of each in YAML, in braces, beside provider and credential. Its `admin` is where its pages are."""
    port = free_port()
    config = folder / f"{group}-{port}.yaml"
    lines = [f'  {name}: {{ provider: orwel, credential: {{ env: LEADRELAY_BENCH_KEY }}, {text} }}' for name, text in accounts.items()]
    config.write_text(f"""
kafka: {{ bootstrap.servers: "{brokers}", group.id: "{group}" }}
topics: {{ lead_changes: [{topic}], dead_letters: {topic}.dead }}
admin: {{ listen: 127.0.0.1:{port} }}
log: {{ level: error }}
{more}
accounts:
""" + "\n".join(lines) + "\n")
    process = subprocess.Popen([program, "run", "--config", config], env={**os.environ, "LEADRELAY_BENCH_KEY": "bench"})
    process.admin = f"http://127.0.0.1:{port}"
    try:
        yield process
    finally:
        if process.poll() is None:
            stop(process)


class travel_times:
    """Of each change from its writing to its request's arrival at a sandbox, in seconds, exact to the sandbox's millisecond. The sandbox
    keeps a thousand requests: `take` is to be called before as many more have come."""

    def __init__(self, origin):
        self.origin = origin
        self.arrived = {}  # by lead and when the change was written: when it came first

    def take(self):
        for each in get(f"{self.origin}/_sandbox/requests?limit=1000"):
            said = json.loads(each["body"])["properties"]
            came = datetime.datetime.fromisoformat(each["at"].replace("Z", "+00:00")).timestamp()
            self.arrived.setdefault((each["target"], said["sent_us"]), came)

    def since(self, time):
        """Ascending, of the changes written since then."""
        return sorted(came - sent_us / 1e6 for (_, sent_us), came in self.arrived.items() if sent_us >= time * 1e6)


def wait_for(reached, process, seconds=longest_run):
    """Seconds until `reached()`, asked ten times a second."""
    began = time.monotonic()
    while not reached():
        if process.poll() is not None:
            raise SystemExit(f"the worker has ended with {process.returncode}")
        if time.monotonic() - began > seconds:
            raise SystemExit(f"not reached within {seconds} s")
        time.sleep(0.1)
    return time.monotonic() - began


def deliver_all(brokers, folder, topic, group, events, accounts=1, in_flight=256, faults=None):
    """What a worker of these accounts takes for all events of the topic, which have to arrive in order and once."""
    with sandbox(faults) as origin:
        settings = f'base_url: "{origin}", limits: [], concurrency: {in_flight}'
        with worker(brokers, folder, topic, group, {f"bench-{index}": settings for index in range(accounts)}) as process:
            took = wait_for(lambda: report(origin)["applied"] >= events, process)
            cpu, memory = cpu_seconds(process.pid), peak_mib(process.pid)
            seen = report(origin)
    if seen["applied"] != events or seen["order_violations"] or seen["repeats"]:
        raise SystemExit(f"wrong outcome: {seen}")
    return {"events": events, "cpu_s": cpu, "per_cpu_s": events / cpu, "per_s": events / took, "peak_mib": memory}


def keep(name, result):
    kept = build / "benchmarks" / time.strftime(f"{name}-%Y%m%d-%H%M%S.json")
    kept.write_text(json.dumps(result, indent=2) + "\n")
    print(f"\nkept in {kept}")
