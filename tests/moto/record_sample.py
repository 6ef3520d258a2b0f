#!/usr/bin/env python3
"""Records sample/clinic.jsonl.gz, the organization of `ward audit --demo`: tests/moto/record_sample.py [--build DIR] [--check] [FILE]

Starts the made-up organization with all regions and every clock in it at CLOCK, lets ward collect it, and exports the run.
The answers stay as ward stored them, but for two things: fingerprints of secrets, whose key is drawn anew for each store, are
counted, and the ids that moto draws for AWS's own policies become ones that their names give. Of the calls' own record the
wall-clock time becomes CLOCK, and what differs from one recording to the next (time taken, request id) is left out. Two recordings give the same bytes; --check records and compares.
"""
import argparse
import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import org  # noqa: E402

CLOCK = "2026-11-01T12:00:00Z"
WARD_OPTIONS = ["--org", "--progress", "never", "--output", "json", "--config", f"{org.ROOT}/sample/ward.yaml"]


def collect(build, path):
    """Lets ward collect the organization into the packed bundle `path`."""
    ward = f"{build}/ward"
    with tempfile.TemporaryDirectory(prefix="ward-sample-") as folder, org.Organization(build, "all", clock=CLOCK) as organization:
        environment = {"PATH": os.environ["PATH"], "HOME": folder, **organization.environment()}
        audit = subprocess.run([ward, "audit", "--db", f"{folder}/ward.db", *WARD_OPTIONS], env=environment, stdout=subprocess.DEVNULL,
                               check=False)
        if audit.returncode not in (0, 1, 3):
            raise RuntimeError(f"ward audit ended with {audit.returncode}")
        subprocess.run([ward, "export", "--db", f"{folder}/ward.db", "--format", "packed", path], stdout=subprocess.DEVNULL, check=True)


class Normal:
    """Makes the lines of one recording those of any other."""

    def __init__(self):
        self.fingerprints = {}

    def same(self, value):
        if isinstance(value, list):
            return [self.same(v) for v in value]
        if not isinstance(value, dict):
            return value
        value = {name: self.same(v) for name, v in value.items()}
        if "ward:hmac" in value:
            value["ward:hmac"] = self.fingerprints.setdefault(value["ward:hmac"], f"{len(self.fingerprints) + 1:064x}")
        if "PolicyId" in value and value.get("Arn", "").startswith("arn:aws:iam::aws:policy/"):
            value["PolicyId"] = "ANPA" + hashlib.sha256(value["Arn"].encode()).hexdigest()[:17].upper()
        return value

    def __call__(self, line):
        return normal(line, self.same)


def normal(line, same):
    record = json.loads(line)
    if "run" in record:
        record["run"]["clock"] = CLOCK
    elif "operation" in record:
        if record["status"] not in ("ok", "empty", "absent", "gone", "unavailable"):
            raise RuntimeError(f"a call failed: {line[:300]}")
        record["at"] = CLOCK
        for member in ("ms", "request_id"):
            record.pop(member, None)
        if "answer" in record:
            record["answer"] = same(record["answer"])
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"


def record(build):
    with tempfile.TemporaryDirectory(prefix="ward-sample-") as folder:
        collect(build, f"{folder}/recorded.jsonl.gz")
        with gzip.open(f"{folder}/recorded.jsonl.gz", "rt", encoding="utf-8") as f:
            text = "".join(map(Normal(), f))
    out = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=out, mtime=0) as f:
        f.write(text.encode())
    return out.getvalue()


def main():
    args = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    args.add_argument("--build", default=os.environ.get("BUILD", os.path.join(org.ROOT, "build")))
    args.add_argument("--check", action="store_true", help="write nothing: record, and fail where FILE differs")
    args.add_argument("file", nargs="?", default=f"{org.ROOT}/sample/clinic.jsonl.gz")
    args = args.parse_args()
    args.build = os.path.abspath(args.build)
    org.use_venv(args.build)
    packed = record(args.build)
    if args.check:
        with open(args.file, "rb") as f:
            same = gzip.decompress(f.read()) == gzip.decompress(packed)
        print("the same" if same else f"{args.file} differs from this recording")
        return 0 if same else 1
    with open(args.file, "wb") as f:
        f.write(packed)
    print(f"{args.file}: {len(packed)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
