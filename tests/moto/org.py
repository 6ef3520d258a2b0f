#!/usr/bin/env python3
"""Starts Clinisoft's made-up organization: moto, seeded by seed.py, behind ward-stub with the answers of front/.

    tests/moto/org.py [--regions two|all] [--clock TIME] [--rules FILE] [--log FILE] [--build DIR] [COMMAND...]

With a COMMAND, runs it with the organization's endpoint and credentials in the environment and exits with its status;
the ids of what was made are in the JSON file WARD_ORG_STATE. Without one, prints the environment and stays until it is
killed. moto runs from BUILD/venv (tools/setup.sh venv makes it); exit status 77 where it is missing.

The front answers what moto cannot (front/*.txt), passes the rest on, and gives the valid empty answer where moto has
nothing; whatever does not come from moto carries `x-ward-stub: 1`.
"""
import argparse
import base64
import datetime
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
ALL_REGIONS = ("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1",
               "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1",
               "us-west-2")
MOTO = {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true", "MOTO_EC2_LOAD_DEFAULT_AMIS": "false", "MOTO_ACM_VALIDATION_WAIT": "0"}


def use_venv(build):
    """Goes on in the venv's Python; exit 77 when there is none."""
    venv = os.environ.get("WARD_VENV", os.path.join(build, "venv"))
    python = os.path.join(venv, "bin", "python3")
    if os.path.abspath(sys.prefix) == os.path.abspath(venv):
        return
    if not os.path.exists(python):
        print(f"no moto: {venv} is missing (make test installs it)", file=sys.stderr)
        sys.exit(77)
    os.execv(python, [python, *sys.argv])


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(url, process, seconds=300):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with status {process.returncode}")
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"no answer from {url}")


class Render:
    """Fills a front file: {{NAME}} is an id of the seed, {{ago:DAYS}} a time, {{epoch:DAYS}} the same as a number,
    {{file:NAME}} another file of front/, rendered and in base64."""

    def __init__(self, ids, clock=None):
        self.ids = ids
        self.now = datetime.datetime.fromisoformat(clock.replace("Z", "+00:00")) if clock else \
            datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)

    def value(self, match):
        kind, _, rest = match.group(1).partition(":")
        if kind in ("ago", "epoch"):
            when = self.now - datetime.timedelta(days=float(rest))
            return when.strftime("%Y-%m-%dT%H:%M:%S+00:00") if kind == "ago" else str(int(when.timestamp()))
        if kind == "file":
            return base64.b64encode(self.file(rest).encode()).decode()
        return self.ids[match.group(1)]

    def file(self, name):
        with open(f"{HERE}/front/{name}", encoding="utf-8") as f:
            return re.sub(r"\{\{([^}]+)\}\}", self.value, f.read())


def region_answers(enabled):
    """account:ListRegions and ec2:DescribeRegions; moto knows the first not, and the second has every region there is."""
    regions = [{"RegionName": r, "RegionOptStatus": "ENABLED_BY_DEFAULT" if r in enabled else "DISABLED"} for r in ALL_REGIONS]
    items = "".join(f"<item><regionName>{r}</regionName><regionEndpoint>ec2.{r}.amazonaws.com</regionEndpoint><optInStatus>"
                    f"{'opt-in-not-required' if r in enabled else 'not-opted-in'}</optInStatus></item>\n" for r in ALL_REGIONS)
    return ("answer account ListRegions\nbody\n" + json.dumps({"Regions": regions}) + "\n.\n"
            "answer ec2 DescribeRegions\nbody\n<DescribeRegionsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">"
            f"<requestId>ward-stub</requestId><regionInfo>\n{items}</regionInfo></DescribeRegionsResponse>\n.\n")


class Organization:
    """The running organization: .endpoint, .moto_endpoint, .ids, .environment(), and .front(rules) for another way in."""

    def __init__(self, build, regions="two", rules=None, log=None, stub=None, clock=None):
        self.folder = tempfile.TemporaryDirectory(prefix="ward-org-")
        self.processes = []
        self.build, self.rules, self.log, self.clock = build, rules, log, clock
        self.stub = stub or os.path.join(build, "tests", "stub", "ward-stub")
        import seed  # pylint: disable=import-outside-toplevel
        self.regions = ALL_REGIONS if regions == "all" else seed.REGIONS
        try:
            self.start_moto()
            self.ids, self.keys = seed.seed(self.moto_endpoint, self.regions)
            self.endpoint = self.front(self.rules)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def start_moto(self):
        port = free_port()
        clock = ["--clock", self.clock] if self.clock else []
        self.moto_endpoint = f"http://127.0.0.1:{port}"
        log = open(f"{self.folder.name}/moto.log", "wb")  # pylint: disable=consider-using-with
        self.processes.append(subprocess.Popen([sys.executable, f"{HERE}/server.py", *clock, "-p", str(port)], cwd=self.folder.name,
                                               env={**os.environ, **MOTO}, stdout=log, stderr=log))
        log.close()
        wait_for(f"{self.moto_endpoint}/moto-api/", self.processes[-1])

    def front(self, rules=None):
        """Starts a stub before moto, which fails as `rules` say, and returns its endpoint."""
        render = Render(self.ids, self.clock)
        with open(f"{self.folder.name}/front.txt", "w", encoding="utf-8") as f:
            f.write(region_answers(self.regions))
            for name in sorted(os.listdir(f"{HERE}/front")):
                if name.endswith(".txt"):
                    f.write(render.file(name))
        command = [self.stub, "--routes", f"{ROOT}/tests/stub/routes.tsv", "--answers", f"{self.folder.name}/front.txt",
                   "--account", self.ids["management"], "--forward", self.moto_endpoint.rsplit(":", 1)[1], "--fill"]
        command += ["--rules", rules] if rules else []
        command += ["--log", self.log] if self.log else []
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # pylint: disable=consider-using-with
        self.processes.append(process)
        line = process.stdout.readline().split()
        if len(line) != 2:
            raise RuntimeError("ward-stub did not start")
        return f"http://127.0.0.1:{line[1]}"

    def environment(self):
        """What a client needs to work as ward-audit in the management account."""
        state = f"{self.folder.name}/ids.json"
        with open(state, "w", encoding="utf-8") as f:
            json.dump(self.ids, f, indent=1)
        return {"AWS_ENDPOINT_URL": self.endpoint, "AWS_ACCESS_KEY_ID": self.keys["aws_access_key_id"],
                "AWS_SECRET_ACCESS_KEY": self.keys["aws_secret_access_key"], "AWS_SESSION_TOKEN": self.keys["aws_session_token"],
                "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
                "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "WARD_ORG_STATE": state}

    def close(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout:
                process.stdout.close()
        self.processes = []
        self.folder.cleanup()


def main():
    args = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    args.add_argument("--regions", choices=("two", "all"), default="two", help="regions that the accounts have enabled")
    args.add_argument("--clock", help="the time at which all that the organization tells of stands still")
    args.add_argument("--rules", help="fault rules for the front")
    args.add_argument("--log", help="the front's request log")
    args.add_argument("--build", default=os.environ.get("BUILD", os.path.join(ROOT, "build")))
    args.add_argument("command", nargs=argparse.REMAINDER)
    args = args.parse_args()
    use_venv(args.build)
    with Organization(args.build, args.regions, args.rules, args.log, clock=args.clock) as organization:
        environment = organization.environment()
        if args.command:
            command = args.command[1:] if args.command[0] == "--" else args.command
            clean = {name: value for name, value in os.environ.items() if name not in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")}
            return subprocess.run(command, env={**clean, **environment}, check=False).returncode
        print("\n".join(f"export {name}={value}" for name, value in environment.items()), flush=True)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            signal.pause()
        except KeyboardInterrupt:
            pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
