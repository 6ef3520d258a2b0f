#!/usr/bin/env python3
"""ward audit and Prowler's HIPAA list over the same account of the made-up organization; bench/prowler.sh runs it.

    bench/prowler.py BUILD

Each run has a front of its own before the same moto, so that each has its own request log. Nothing here passes or
fails on what is measured; exit status 1 only when ward does not run or a table names what does not exist.
"""
import collections
import json
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "moto"))
import org  # noqa: E402

ACCOUNT = "northwind"
TIMEOUT = int(os.environ.get("PROWLER_TIMEOUT", "480"))
Used = collections.namedtuple("Used", "wall cpu peak_mb status load")
# One judgement of either tool: check is a control's id or a Prowler check; text is all that may name the thing.
Judged = collections.namedtuple("Judged", "check verdict region thing text")


class Absent(Exception):
    """Prowler does not run here; the argument says why."""


def table(path, columns):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        rows = [line.rstrip("\n").split("\t") for line in f if line.strip() and not line.startswith("#")]
    for row in rows:
        if len(row) != columns:
            raise ValueError(f"{path}: {len(row)} columns, not {columns}: {row[0]}")
    return rows


def names(cell):
    return [] if cell == "-" else cell.split(",")


def environment(organization):
    """That of ward-audit in the account."""
    import boto3  # pylint: disable=import-outside-toplevel
    found = organization.environment()
    client = boto3.client("sts", region_name="us-east-1", endpoint_url=organization.endpoint, **organization.keys)
    given = client.assume_role(RoleArn=f"arn:aws:iam::{organization.ids[ACCOUNT]}:role/ward-audit", RoleSessionName="bench")["Credentials"]
    found.update(AWS_ACCESS_KEY_ID=given["AccessKeyId"], AWS_SECRET_ACCESS_KEY=given["SecretAccessKey"],
                 AWS_SESSION_TOKEN=given["SessionToken"])
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "WARD_"))}
    return {**clean, **found}


def calls(log):
    """Requests by (region, service:operation), without the one that environment() made."""
    found = collections.Counter()
    with open(log, encoding="utf-8") as f:
        for line in f:
            row = line.split("\t")
            found[row[4], f"{row[1]}:{row[2]}"] += 1
    found["us-east-1", "sts:AssumeRole"] -= 1
    return +found


class Run:
    """Runs one tool behind a front of its own: .used, .calls, .judged."""

    def __init__(self, bench, tool, rules=None):
        self.bench, self.tool = bench, tool
        self.folder = os.path.join(bench.out, tool.__name__ + ("-denied" if rules else ""))
        os.makedirs(self.folder)
        organization = bench.organization
        organization.log = f"{self.folder}/requests.log"
        organization.endpoint = organization.front(rules)
        self.environment = environment(organization)
        self.judged = tool(self)
        self.calls = calls(organization.log)

    def measure(self, command):
        """Runs the command; its output goes to a file, which is named in .output."""
        self.output = f"{self.folder}/output"
        load = os.getloadavg()[0]
        with open(self.output, "wb") as out, open(f"{self.folder}/errors", "wb") as errors:
            subprocess.run([f"{self.bench.build}/bench/bench-measure", f"{self.folder}/used", *command], cwd=self.folder, stdout=out,
                           stderr=errors, stdin=subprocess.DEVNULL, env=self.environment, check=False)
        with open(f"{self.folder}/used", encoding="utf-8") as f:
            wall, user, system, peak, status = f.read().split()
        self.used = Used(float(wall), float(user) + float(system), int(peak) / 1024, int(status), load)


def ward(run):
    run.measure([f"{run.bench.build}/ward", "audit", "--db", f"{run.folder}/ward.db", "--config", f"{ROOT}/sample/ward.yaml",
                 "--progress", "never", "--output", "json", "--all-findings"])
    if run.used.status not in (0, 1, 3):
        with open(f"{run.folder}/errors", encoding="utf-8", errors="replace") as f:
            sys.exit(f"ward audit ended with {run.used.status}: {f.read()[-500:]}")
    with open(run.output, encoding="utf-8") as f:
        found = json.load(f)["findings"]
    own = run.bench.organization.ids[ACCOUNT]
    return [Judged(x["control"], x["verdict"], x["region"], x["resource"],
                   " ".join(str(x[k]) for k in ("resource", "name", "sub", "reason"))) for x in found if x["account"] in (own, "")]


def prowler(run):
    run.measure(["timeout", "-k", "10", str(TIMEOUT), f"{run.bench.build}/venv-prowler/bin/prowler", "aws", "--compliance", "hipaa_aws",
                 "--region", *org.ALL_REGIONS, "--no-banner", "--no-color", "--ignore-exit-code-3", "--output-formats", "json-ocsf",
                 "--output-directory", run.folder, "--output-filename", "prowler"])
    if run.used.status == 124:
        raise Absent(f"Prowler did not end in {TIMEOUT} s")
    try:
        with open(f"{run.folder}/prowler.ocsf.json", encoding="utf-8") as f:
            found = json.load(f)
    except (OSError, ValueError) as e:
        with open(run.output, encoding="utf-8", errors="replace") as f:
            last = ([line.strip() for line in f if line.strip()] or ["no output"])[-1]
        raise Absent(f"Prowler ended with {run.used.status}: {last}") from e
    return [Judged(x["metadata"]["event_code"], x["status_code"].lower(), x["resources"][0]["region"], x["resources"][0]["uid"],
                   x["status_detail"] + " " + json.dumps(x["resources"])) for x in found]


class Bench:
    def __init__(self, build):
        self.build = os.path.abspath(build)
        self.out = os.path.join(self.build, "prowler")
        shutil.rmtree(self.out, ignore_errors=True)
        os.makedirs(self.out)
        self.organization = None
        self.map = {row[0]: (names(row[1]), names(row[2])) for row in table("bench/prowler_map.tsv", 3)}
        self.denied = [(row[0], *map(names, row[1:])) for row in table("bench/prowler_denied.tsv", 4)]
        self.faults = [row for row in table("tests/moto/faults.tsv", 5) if row[1] == ACCOUNT]
        self.check_tables()

    def check_tables(self):
        """A name that neither tool has would count as a fault not found."""
        command = [f"{self.build}/venv-prowler/bin/python3", "-c", "import json\nfrom prowler.lib.check.compliance_models import Compliance\n"
                   "from prowler.lib.check.models import CheckMetadata\n"
                   "frame = Compliance.get_bulk('aws')['hipaa_aws']\n"
                   "print(json.dumps([sorted({c for r in frame.Requirements for c in r.Checks}), sorted(CheckMetadata.get_bulk('aws'))]))"]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        if told.returncode != 0:
            raise Absent(f"Prowler does not tell its checks: {(told.stderr.strip() or 'no reason').splitlines()[-1]}")
        hipaa, every = map(set, json.loads(told.stdout.splitlines()[-1]))
        controls = {name[:-4] for name in os.listdir(os.path.join(ROOT, "controls")) if name.endswith(".sql")}
        asked = [(c, hipaa) for listed, _ in self.map.values() for c in listed] + [(c, every - hipaa) for _, more in self.map.values() for c in more]
        asked += [(c, hipaa) for row in self.denied for c in row[2]] + [(c, controls) for row in self.denied for c in row[3]]
        asked += [(c, controls) for c in self.map] + [(row[0], self.map) for row in self.faults]
        unknown = sorted({name for name, known in asked if name not in known})
        if unknown:
            sys.exit("bench/prowler_map.tsv, bench/prowler_denied.tsv: not known: " + ", ".join(unknown))
        self.hipaa_count, self.control_count = len(hipaa), len(controls)

    def rules(self):
        path = f"{self.out}/denied.rules"
        with open(path, "w", encoding="utf-8") as f:
            for operation in sorted({o for row in self.denied for o in row[1]}):
                f.write(operation.replace(":", " ") + " * * * denied\n")
        return path

    def run(self):
        with org.Organization(self.build, "all") as self.organization:
            print(f"account {ACCOUNT} ({self.organization.ids[ACCOUNT]}), {len(org.ALL_REGIONS)} regions, {os.cpu_count()} cores; "
                  f"{self.control_count} controls of ward, {self.hipaa_count} checks of Prowler's hipaa_aws")
            open_ = [Run(self, tool) for tool in (ward, prowler)]
            self.costs(*open_)
            self.found(*open_)
            self.wrongly_green(open_, [Run(self, tool, self.rules()) for tool in (ward, prowler)])

    def costs(self, w, p):
        both = {o for _, o in w.calls} & {o for _, o in p.calls}
        def shared(run):
            return sum(n for (_, o), n in run.calls.items() if o in both)
        rows = [("CPU, user and system, s", w.used.cpu, p.used.cpu), ("peak memory, MB", w.used.peak_mb, p.used.peak_mb),
                ("wall, s", w.used.wall, p.used.wall), ("API calls, the server's count", w.calls.total(), p.calls.total()),
                (f"  of the {len(both)} operations that both use", shared(w), shared(p)),
                ("load average at the start", w.used.load, p.used.load)]
        print(f"\n{'':40}{'ward':>10}{'Prowler':>10}{'ratio':>8}")
        for what, a, b in rows:
            ratio = "" if what.startswith("load") or not a else f"{b / a:.1f}"
            form = "d" if isinstance(a, int) else ".2f"
            print(f"{what:40}{a:>10{form}}{b:>10{form}}{ratio:>8}")
        with open(f"{self.out}/table.tsv", "w", encoding="utf-8") as f: # for run.sh: figure, aim, measured, ratio
            for what, a, b, unit in (("CPU", w.used.cpu, p.used.cpu, "s"), ("memory", w.used.peak_mb, p.used.peak_mb, "MB")):
                f.write(f"{what} beside Prowler, one account in {len(org.ALL_REGIONS)} regions\t1/20\t{a:.2f} of {b:.2f} {unit}\t1/{b / a:.1f}\n")
        with open(f"{self.out}/calls.tsv", "w", encoding="utf-8") as f:
            f.write("# region, operation, calls of ward, calls of Prowler\n")
            for key in sorted({*w.calls, *p.calls}):
                f.write("\t".join([*key, str(w.calls[key]), str(p.calls[key])]) + "\n")
        print(f"calls by region and operation: {self.out}/calls.tsv")

    def found(self, w, p):
        def tells(run, checks, fault):
            _, _, region, thing, _ = fault
            return any(j.verdict == "fail" and j.check in checks and (region == "-" or j.region == region) and
                       (thing == "-" or thing in j.text) for j in run.judged)
        rows = [(f, tells(w, [f[0]], f), tells(p, self.map[f[0]][0], f), self.map[f[0]]) for f in self.faults]
        asked = sum(1 for row in rows if row[3][0])
        beyond = sum(1 for row in rows if not row[3][0] and row[3][1])
        print(f"\nplanted faults told of {len(rows)}: ward {sum(r[1] for r in rows)}, Prowler {sum(r[2] for r in rows)}; its list asks after "
              f"{asked} of them, {beyond} more have a check outside it")
        with open(f"{self.out}/faults.tsv", "w", encoding="utf-8") as f:
            f.write("# control, thing, what is wrong, ward, Prowler, checks of the list, checks outside it\n")
            for fault, a, b, (listed, more) in rows:
                f.write("\t".join([fault[0], fault[3], fault[4], "told" if a else "-", "told" if b else "-", ",".join(listed) or "-",
                                   ",".join(more) or "-"]) + "\n")
                if not a or (listed and not b):
                    missing = " and ".join(n for n, seen in (("ward", a), ("Prowler", b)) if not seen)
                    print(f"  not told by {missing}: {fault[0]} ({fault[4]})")
        for tool, run, asked_for in (("ward", w, set(self.map)), ("Prowler", p, {c for listed, _ in self.map.values() for c in listed})):
            more = collections.Counter(j.check for j in run.judged if j.verdict == "fail" and j.check not in asked_for)
            print(f"failures of {tool} on other questions: {more.total()}, by {len(more)} checks: {', '.join(sorted(more))}")
        print(f"by fault: {self.out}/faults.tsv")

    def wrongly_green(self, before, after):
        """Passes of what cannot be known without a denied read, and what became of the failures told before."""
        def count(run, checks):
            return collections.Counter(j.verdict for j in run.judged if j.check in checks)
        print(f"\nwith {len({o for row in self.denied for o in row[1]})} read operations denied (bench/prowler_denied.tsv), findings of each topic:")
        print(f"{'':28}{'ward pass':>10}{'fail':>6}{'unknown':>9}{'(before)':>12}   {'Prowler pass':>13}{'fail':>6}{'(before)':>12}")
        passes = [0, 0]
        for topic, _, checks, controls in self.denied:
            a, b = count(after[0], controls), count(after[1], checks)
            a0, b0 = count(before[0], controls), count(before[1], checks)
            passes = [passes[0] + a["pass"], passes[1] + b["pass"]]
            was = [f"{c['pass']}p {c['fail']}f" for c in (a0, b0)]
            print(f"{topic:28}{a['pass']:>10}{a['fail']:>6}{a['unknown']:>9}{was[0]:>12}   {b['pass']:>13}{b['fail']:>6}{was[1]:>12}")
        print(f"passed without having looked: ward {passes[0]}, Prowler {passes[1]}")
        print("failures that a denied read turned into a pass: " + ", ".join(
            f"{name} {len(self.turned(a, b))}" for name, a, b in zip(("ward", "Prowler"), before, after)))

    @staticmethod
    def turned(before, after):
        passed = {(j.check, j.region, j.thing) for j in after.judged if j.verdict == "pass"}
        return {(j.check, j.region, j.thing) for j in before.judged if j.verdict == "fail"} & passed


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    org.use_venv(sys.argv[1])
    try:
        Bench(sys.argv[1]).run()
    except Absent as e:
        print(f"absent: {e}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
