"""The parts that benchmarks are made of: a broker, a sandbox, a topic full of events, a worker and what it took."""
import collections, contextlib, datetime, json, os, pathlib, signal, socket, ssl, subprocess, sys, tempfile, time, urllib.request

here = pathlib.Path(__file__).resolve().parent
build = pathlib.Path(sys.argv[1]).resolve()
program = build / "worker/cli/leadrelay"
tick = os.sysconf("SC_CLK_TCK")
longest_run = 300  # s
trusted = ssl.create_default_context()

tls_files = collections.namedtuple("tls_files", "certificate key")


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / tick


def peak_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def get(url):
    with urllib.request.urlopen(url, timeout=10, context=trusted) as answer:
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


def fill(brokers, topic, partitions, events, leads, accounts=1, part="native", order="even", per_second=0, linger_ms=5,
         meanwhile=None, every=0.5):
    """The accounts are called bench-0, bench-1 and so on; each has every so-manieth lead. `part`: `native`, or `changes`, which can be merged.
    `order`: `even`, or `zipf`. Without `per_second` as fast as it goes; with it returns when the broker appended each event, in seconds, by its
    `sent_us`. `meanwhile` is called again after `every` seconds."""
    command = [build / "benchmarks/bench_load_topic", brokers, topic, *map(str, (partitions, events, leads, accounts)), part, order, str(per_second), str(linger_ms)]
    with tempfile.TemporaryFile("w+") as said:
        loader = subprocess.Popen(command, stdout=said)
        while meanwhile and loader.poll() is None:
            meanwhile()
            time.sleep(every)
        if loader.wait() != 0:
            raise SystemExit(f"filling {topic} failed")
        said.seek(0)
        return {int(sent_us): int(appended_ms) / 1000 for sent_us, appended_ms in map(str.split, said)}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def make_certificate(folder):
    """Its own authority, for 127.0.0.1."""
    made = tls_files(folder / "certificate.pem", folder / "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", made.key, "-out", made.certificate],
                   check=True, stderr=subprocess.DEVNULL)
    trusted.load_verify_locations(made.certificate)
    return made


@contextlib.contextmanager
def sandbox(faults=None, tls=None):
    """Its address."""
    more = ["--faults", json.dumps(faults)] if faults else []
    more += ["--tls-certificate", tls.certificate, "--tls-key", tls.key] if tls else []
    process = subprocess.Popen([program, "sandbox", "--listen", "127.0.0.1:0", *more], stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().split()[-1]
    finally:
        stop(process)


def report(origin):
    return get(f"{origin}/_sandbox/report")["providers"]["orwel"]


def check(seen, events):
    """The sandbox's report: all has to have arrived in order and once."""
    if seen["applied"] != events or seen["order_violations"] or seen["repeats"]:
        raise SystemExit(f"wrong outcome: {seen}")


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


def is_ready(process):
    """Whether the worker has joined its group."""
    try:
        with urllib.request.urlopen(f"{process.admin}/readyz", timeout=10):
            return True
    except OSError:
        return False


def quantile(q, ascending):
    return ascending[round(q * (len(ascending) - 1))]


class travel_times:
    """Of each change to its request's arrival at a sandbox, in seconds, exact to the sandbox's millisecond. The sandbox keeps a thousand
    requests: `take` is to be called before as many more have come, or the latest few of them are taken as a sample, which costs the sandbox
    less time of its own."""

    def __init__(self, origin):
        self.origin = origin
        self.arrived = {}  # by when the change was written, in us: when it came first

    def take(self, most=1000):
        for each in get(f"{self.origin}/_sandbox/requests?limit={most}"):
            came = datetime.datetime.fromisoformat(each["at"].replace("Z", "+00:00")).timestamp()
            self.arrived.setdefault(json.loads(each["body"])["properties"]["sent_us"], came)

    def since(self, time, began=None):
        """Ascending, of the changes written since then: from their writing, or from `began` of their `sent_us`."""
        return sorted(came - (began[sent_us] if began else sent_us / 1e6) for sent_us, came in self.arrived.items() if sent_us >= time * 1e6)


def wait_for(reached, *processes, seconds=longest_run):
    """Seconds until `reached()`, asked ten times a second."""
    began = time.monotonic()
    while not reached():
        if ended := [each.returncode for each in processes if each.poll() is not None]:
            raise SystemExit(f"a worker has ended with {ended[0]}")
        if time.monotonic() - began > seconds:
            raise SystemExit(f"not reached within {seconds} s")
        time.sleep(0.1)
    return time.monotonic() - began


class progress:
    """How much has been done when, as it is asked."""

    def __init__(self, asked, goal):
        self.asked, self.goal, self.seen = asked, goal, []

    def __call__(self):
        self.seen.append((time.monotonic(), self.asked()))
        return self.seen[-1][1] >= self.goal

    def steady_per_s(self):
        """Between a tenth and nine tenths: without the start, and without the end, where not every lead has something left."""
        middle = [each for each in self.seen if 0.1 <= each[1] / self.goal <= 0.9]
        if len(middle) < 2:
            return None
        (began, first), (ended, last) = middle[0], middle[-1]
        return (last - first) / (ended - began)


def deliver_all(brokers, folder, topic, group, events, accounts=1, in_flight=256, faults=None, tls=None, threads=1, workers=1):
    """What workers of these accounts take for all events of the topic, which have to arrive in order and once."""
    with contextlib.ExitStack() as running:
        origin = running.enter_context(sandbox(faults, tls))
        settings = f'base_url: "{origin}", limits: [], concurrency: {in_flight}' + (f", tls: {{ ca: {tls.certificate} }}" if tls else "")
        every = {f"bench-{index}": settings for index in range(accounts)}
        processes = [running.enter_context(worker(brokers, folder, topic, group, every, f"threads: {threads}")) for _ in range(workers)]
        applied = progress(lambda: report(origin)["applied"], events)
        took = wait_for(applied, *processes)
        cpu, memory = sum(cpu_seconds(each.pid) for each in processes), max(peak_mib(each.pid) for each in processes)
        seen = report(origin)
    check(seen, events)
    return {"events": events, "cpu_s": cpu, "per_cpu_s": events / cpu, "per_s": events / took, "steady_per_s": applied.steady_per_s(), "peak_mib": memory}


def keep(name, result):
    kept = build / "benchmarks" / time.strftime(f"{name}-%Y%m%d-%H%M%S.json")
    kept.write_text(json.dumps(result, indent=2) + "\n")
    print(f"\nkept in {kept}")
