"""ward-stub with rules and answers, and `ward audit` against it."""
import datetime
import json
import os
import re
import sqlite3
import subprocess
import tempfile
import time

import perfect

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("AWS_") and name not in ("http_proxy", "https_proxy")}
AGE = re.compile(r"\d+ (?:second|minute)s? ago")  # counted from the time of a call, not from AS_OF
# One time for all audits, so that ages in what they say are equal.
AS_OF = (perfect.NOW + datetime.timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Stub:
    def __init__(self, build, folder, rules, answers):
        for name, text in (("rules", rules), ("answers", answers)):
            with open(f"{folder}/{name}", "w", encoding="utf-8") as f:
                f.write(text)
        self.log = f"{folder}/log"
        if os.path.exists(self.log):
            os.remove(self.log)
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            [f"{build}/tests/stub/ward-stub", "--routes", f"{ROOT}/tests/stub/routes.tsv", "--account", perfect.MANAGEMENT,
             "--rules", f"{folder}/rules", "--answers", f"{folder}/answers", "--answers", f"{ROOT}/tests/stub/answers/base.txt",
             "--log", self.log], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline().split()
        if len(line) != 2:
            raise RuntimeError("ward-stub did not start")
        self.endpoint = f"http://127.0.0.1:{line[1]}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.stdout.close()
        self.process.wait(10)

    def requests(self):
        """[(service:operation, account, status, fault)]"""
        with open(self.log, encoding="utf-8") as f:
            rows = [line.rstrip("\n").split("\t") for line in f]
        return [(f"{r[1]}:{r[2]}", r[3], r[5], r[8]) for r in rows]


class Result:
    """How one audit ended: .status, .seconds, .json, .controls {id: verdict}, .findings, .calls."""

    def __init__(self, status, seconds, out, said, store):
        self.status, self.seconds, self.said, self.calls = status, seconds, said, []
        self.json = json.loads(out) if out.strip() else {}
        self.controls = {c["id"]: c["verdict"] for c in self.json.get("controls", [])}
        self.findings = self.json.get("findings", [])
        if os.path.exists(store):
            with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as db:
                self.calls = db.execute("SELECT op, account, region, params, status, code, http FROM call ORDER BY id").fetchall()
            db.close()

    def of(self, op, account="*"):
        return [call for call in self.calls if call[0] == op and account in ("*", call[1])]

    def of_account(self, account="*", but=()):
        """What it says of one account or all, without the ids that differ from run to run."""
        keep = ("control", "account", "region", "resource", "name", "sub", "verdict", "severity", "reason")
        return sorted(AGE.sub("AGE", json.dumps([f.get(k) for k in keep])) for f in self.findings if account in ("*", f.get("account")) and f["control"] not in but)


class Audit:
    """Runs audits in a folder of its own."""

    def __init__(self, build):
        self.build = os.path.abspath(build)
        self.temporary = tempfile.TemporaryDirectory(prefix="ward-fault-")
        self.folder = self.temporary.name
        with open(f"{self.folder}/ward.yaml", "w", encoding="utf-8") as f:
            f.write(perfect.CONFIG)
        self.answers = perfect.Perfect()
        self.plain = self.answers.text()

    def close(self):
        self.temporary.cleanup()

    def ward(self, *options, env=(), fresh=True, limit=60):
        store = f"{self.folder}/ward.db"
        if fresh:
            for end in ("", "-wal", "-shm"):
                if os.path.exists(store + end):
                    os.remove(store + end)
        start = time.monotonic()
        done = subprocess.run([f"{self.build}/ward", "audit", "--db", store, "--config", f"{self.folder}/ward.yaml", "--output", "json",
                               "--all-findings", "--progress", "never", "--as-of", AS_OF, *options], cwd=self.folder, env={**CLEAN, **dict(env)},
                              capture_output=True, text=True, timeout=limit, check=False)
        return Result(done.returncode, time.monotonic() - start, done.stdout, done.stderr, store)

    @staticmethod
    def environment(endpoint):
        return {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": f"AKIA{perfect.MANAGEMENT}WARD", "AWS_SECRET_ACCESS_KEY": "secret",
                "AWS_REGION": perfect.REGION, "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull,
                "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "WARD_NO_LIMITS": "1"}

    def live(self, rules="", *options, answers=None, env=(), limit=60, call_timeout=1, retry_budget=1):
        """One collection with --org against a stub that has these rules, and the stub's requests in .requests."""
        with Stub(self.build, self.folder, rules, answers or self.plain) as stub:
            result = self.ward("--org", "--call-timeout", str(call_timeout), "--retry-budget", str(retry_budget), *options,
                               env={**self.environment(stub.endpoint), **dict(env)}, limit=limit)
            result.requests = stub.requests()
        return result

    def offline(self, *options):
        return self.ward("--offline", *options, fresh=False)
