#!/usr/bin/env python3
"""Our own questions about our own networks: tests/network/own_test.py WARD HELPER [-v]

own/NAME.json is a network, {"ACCOUNT/REGION/SERVICE-OPERATION.json": answer}; own/NAME.jsonl asks about it, and `why` names the
page of AWS's documentation that an expectation follows from.
"""
import glob
import json
import os
import sys
import tempfile

from cases import Network, got_terms

HERE = os.path.dirname(os.path.abspath(__file__))


def write_answers(path, folder):
    with open(path, encoding="utf-8") as f:
        files = json.load(f)
    for name, answer in files.items():
        os.makedirs(os.path.dirname(f"{folder}/aws/{name}"), exist_ok=True)
        with open(f"{folder}/aws/{name}", "w", encoding="utf-8") as f:
            json.dump(answer, f)


def wrong(row, got):
    want = row["expected"]
    if "error" in want:
        return None if want["error"] in got.get("error", "") else got
    if got.get("verdict") != want["verdict"] or ("blocked_by" in want and got["blocked_by"] != want["blocked_by"]):
        return {k: got.get(k) for k in ("verdict", "blocked_by", "reason", "error", "path")}
    if "terms" in want and got_terms(got) != {tuple(t) for t in want["terms"]}:
        return got["terms"]
    return None


def main():
    ward, helper, verbose, failed = sys.argv[1], sys.argv[2], "-v" in sys.argv, 0
    for path in sorted(glob.glob(f"{HERE}/own/*.jsonl")):
        with open(path, encoding="utf-8") as f:
            rows = [json.loads(line) for line in f]
        with tempfile.TemporaryDirectory() as work:
            write_answers(path.removesuffix("l"), work)
            net = Network(ward, helper, work, work)
            if net.status not in (0, 1, 3):
                sys.exit(f"{path}: ward import: status {net.status}\n{net.error}")
            answers = net.ask(rows)
        bad = [(row, wrong(row, answers.get(row["id"], {}))) for row in rows]
        bad = [(row, what) for row, what in bad if what]
        for row, what in bad:
            print(f"{row['id']}: {row['why']}" + (f"\n  want {row['expected']}\n  got  {what}" if verbose else ""))
        print(f"{os.path.basename(path)}: {len(rows) - len(bad)} of {len(rows)} agree")
        failed += len(bad)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
