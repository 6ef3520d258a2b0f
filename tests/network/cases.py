#!/usr/bin/env python3
"""Networks of public projects judged against what those say of them: tests/network/cases.py WARD HELPER ROOT [-v] [CASE...]

The cases are read in place from ROOT/../shared/cases/network and are no part of this tree; where they are not there it prints
"absent" and passes. Each is imported and asked through `ward path --batch`; rows about parsed facts are asked of HELPER
(net_helper.c), which loads the same store. contested.tsv lists rows whose expectation AWS's documentation contradicts, or that
speak of something else than AWS; docs/network-disagreements.md argues each. They are counted apart and fail if they begin to
agree, so that the list stays true. Rows without a verdict are not scored.
"""
import collections
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import counted

HERE = os.path.dirname(os.path.abspath(__file__))
OPEN = ("DIRECT", "INTERNET", "ONE-WAY")


def contested():
    with open(f"{HERE}/contested.tsv", encoding="utf-8") as f:
        rows = [line.rstrip("\n").split("\t") for line in f if line.strip() and not line.startswith("#")]
    return {row[0]: row[1] for row in rows}


def call(command, given=None):
    p = subprocess.run(command, input=given, capture_output=True, text=True, timeout=300, check=False,
                       stdin=None if given is not None else subprocess.DEVNULL)
    return p.returncode, p.stdout, p.stderr


class Network:
    """A case imported into a store of its own."""

    def __init__(self, ward, helper, folder, work):
        self.ward, self.helper, self.folder, self.db = ward, helper, folder, f"{work}/case.db"
        answers = f"{work}/answers"
        shutil.copytree(f"{folder}/aws", answers)
        regions = glob.glob(f"{answers}/*/*/")
        for extra in glob.glob(f"{folder}/derived/*.json"):
            shutil.copy(extra, regions[0])
        lacks = [k for k in ("network-acls", "vpc-block-public-access-options") if not glob.glob(f"{answers}/*/*/ec2-describe-{k}.json")]
        self.assume = ["--assume-default-nacl"] if lacks else []
        self.status, _, self.error = call([ward, "import", answers, "--db", self.db, *self.assume])
        self.instances = self.read_instances(answers)

    @staticmethod
    def read_instances(answers):
        found = {}
        for path in glob.glob(f"{answers}/*/*/ec2-describe-instances.json"):
            with open(path, encoding="utf-8") as f:
                for r in json.load(f)["Reservations"]:
                    found.update({i["InstanceId"]: i for i in r["Instances"]})
        return found

    def ask(self, questions):
        if not questions:
            return {}
        lines = "".join(json.dumps(q) + "\n" for q in questions)
        status, out, error = call([self.ward, "path", "--batch", "-", "--db", self.db, *self.assume], lines)
        if status not in (0, 2):
            sys.exit(f"{self.folder}: ward path --batch: status {status}\n{error}")
        return {a["id"]: a for a in map(json.loads, out.splitlines())}

    def facts(self):
        status, out, error = call([self.helper, self.db, *self.assume])
        if status:
            sys.exit(f"{self.folder}: helper: {error}")
        return [json.loads(line) for line in out.splitlines()]


def instance_named(net, text):
    """'proxy[10.240.10.42]' is a name and an address; 'Public Internet 161.26.0.0/32' is the Internet."""
    outside = re.fullmatch(r"Public Internet (.*)", text)
    if outside:
        return "internet:" + outside.group(1)
    address = re.fullmatch(r".*\[(.*)\]", text).group(1)
    return next(i for i, x in net.instances.items() if x.get("PrivateIpAddress") == address)


# Each kind: the questions of a row by suffix, and what is wrong with their answers.

def flow_questions(row):
    q = {k: row[k] for k in ("src", "src_ip", "dst", "proto", "sport", "dport") if k in row}
    return {"": q}


OUTSIDE = ("internet", "aws-backbone", "onprem", "aws-services-gateway")


def same_path(row, answer):
    """Node by node up to a balancer, which is named otherwise. Peering connections and customer gateways are nodes to ward only; where
    nothing arrives, the two may see it stopped a node apart."""
    want = [x.removeprefix("dxgw-") for x in row["path"] if x not in OUTSIDE]
    have = [x for x in answer["path"] if x not in OUTSIDE and not x.startswith(("pcx-", "cgw-"))]
    to = next((n for n, x in enumerate(want) if x.startswith("nlb:")), None)
    if to is not None:
        return want[:to] == have[:to]
    short = min(len(want), len(have))
    return want == have if row["reach"] else want[:short] == have[:short]


def judge_flow(row, got):
    a = got[""]
    if a.get("reach") != row["reach"]:
        return ("reach", row["reach"], a.get("verdict", a.get("error")))
    if row.get("return_expected") in ("ACCEPTED", "EXITS_NETWORK") and a["verdict"] == "ONE-WAY":
        return ("return", row["return_expected"], a["blocked_by"])
    return None if "path" not in row or same_path(row, a) else ("path", row["path"], a["path"])


def exists_questions(row):
    return {"": {k: row[k] for k in ("src", "dst", "proto", "dport") if k in row}}


def pair_questions(row):
    base, out = {"src": row["src"], "dst": row["dst"]}, {}
    for n, t in enumerate(row["terms"]):
        if t["proto"] == "-1":
            out[f"/{n}"] = dict(base)
            continue
        for d in t.get("dports", [[None, None]]):
            for s in t.get("sports", [[None, None]]):
                for dport in set(d):
                    for sport in set(s):
                        q = dict(base, proto=t["proto"])
                        q.update({"dport": dport} if dport is not None else {})
                        q.update({"sport": sport} if sport is not None else {})
                        out[f"/{n}/{dport}/{sport}"] = q
    out["/all"] = dict(base)
    return out


def listed_terms(rows):
    """What the rows of a pair list together, as our terms have it: (protocol, first port, last port)."""
    out = set()
    for row in rows:
        for t in row["terms"]:
            for lo, hi in t.get("dports", [[0, 65535]]):
                out.add((t["proto"], 0, 65535) if t["proto"] == "-1" else (t["proto"], max(lo, 0), hi))
    return out


def got_terms(answer):
    out = []
    for t in answer.get("terms") or []:
        if t["verdict"] == "unknown":
            continue
        one = (t["proto"], t.get("from", 0), t.get("to", 65535))
        if out and out[-1][0] == one[0] and out[-1][2] + 1 == one[1]:
            out[-1] = (one[0], out[-1][1], one[2])
        else:
            out.append(one)
    return set(out)


def judge_pair(row, got, pair_rows):
    for suffix, a in got.items():
        if a.get("reach") is not True:
            return ("reach" + suffix, True, a.get("verdict", a.get("error")))
        tcp = a["flow"]["proto"] == "6"
        if suffix != "/all" and tcp and (a["verdict"] != "ONE-WAY") != row["reply_ok"]:
            return ("reply" + suffix, row["reply_ok"], a["verdict"])
    want, have = listed_terms(pair_rows), got_terms(got["/all"])
    return None if want == have else ("terms", sorted(want), sorted(have))


def closed_questions(net, rows):
    """Ordered pairs that are not listed. A source on the Internet is listed by its range, so those of a listed host are left out."""
    listed = {(r["src"], r["dst"]) for r in rows if r["kind"] == "pair"}
    listed |= {tuple("internet:all" if e.startswith("internet:") else e for e in p) for p in listed}
    ends = [i for i, x in net.instances.items() if x.get("State", {}).get("Name") == "running"] + ["internet:all"]
    return {f"/{a}/{b}": {"src": a, "dst": b} for a in ends for b in ends if a != b and (a, b) not in listed}


def judge_closed(got):
    wrong = [(k, a.get("verdict", a.get("error"))) for k, a in got.items() if a.get("reach") is not False]
    return ("closed", f"none of {len(got)} pairs", wrong) if wrong else None


def judge_explain(row, got):
    a = got[""]
    if a.get("reach") != row["reach"]:
        return ("reach", row["reach"], a.get("verdict", a.get("error")))
    if row["reach"] and got_terms(a) != {("-1", 0, 65535)}:
        return ("terms", row["terms_text"], sorted(got_terms(a)))
    if row["blocked_at"]:
        stop = next((h for h in a["hops"] if h["act"] == "stop"), None)
        own = {i["NetworkInterfaceId"] for i in row["instances"][row["src_id"]]["NetworkInterfaces"]}
        if not stop or stop["at"] not in own or "outbound" not in stop["note"]:
            return ("blocked at", row["blocked_at"], stop)
    passed = re.findall(r"(GroupId:\d+|NetworkAclId:\d+)", row["path_text"])
    seen = json.dumps(a["hops"])
    lacking = [p for p in passed if f'"{p}' not in seen and p not in seen] if row["reach"] else []
    return ("filters", passed, lacking) if lacking else None


def questions_of(net, row, rows):
    kind = row["kind"]
    if kind == "flow":
        return flow_questions(row)
    if kind == "exists":
        return exists_questions(row)
    if kind == "pair":
        return pair_questions(row)
    if kind == "closed-world":
        return closed_questions(net, rows)
    row["src_id"], row["instances"] = instance_named(net, row["src"]), net.instances
    return {"": {"src": row["src_id"], "dst": instance_named(net, row["dst"])}}


def judge(row, got, rows):
    kind = row["kind"]
    if kind in ("flow", "exists"):
        return judge_flow(row, got)
    if kind == "pair":
        return judge_pair(row, got, [r for r in rows if r["kind"] == "pair" and (r["src"], r["dst"]) == (row["src"], row["dst"])])
    return judge_closed(got) if kind == "closed-world" else judge_explain(row, got)


def is_scored(row):
    return row["kind"] not in ("flow", "exists") or row.get("reach") is not None


def judge_case(net, rows):
    """(row, what is wrong or None) for each row that is scored."""
    asked, plan = [], {}
    mine = [r for r in rows if r["kind"] in ("flow", "exists", "pair", "closed-world", "explain") and is_scored(r)]
    for row in mine:
        plan[row["id"]] = questions_of(net, row, rows)
        asked += [dict(q, id=row["id"] + suffix) for suffix, q in plan[row["id"]].items()]
    answers = net.ask(asked)
    for row in mine:
        yield row, judge(row, {s: answers.get(row["id"] + s, {}) for s in plan[row["id"]]}, rows)
    rest = [r for r in rows if r["kind"] not in ("flow", "exists", "pair", "closed-world", "explain")]
    yield from counted.judge_rows(net, rest)


def tell(name, row, wrong, verbose):
    print(f"{name}/{row['id']}: {wrong[0]}")
    if verbose:
        print(f"  want {wrong[1]}\n  got  {wrong[2]}\n  note {row.get('note', '')}")


def main():
    ward, helper, root = sys.argv[1:4]
    verbose, only = "-v" in sys.argv, [a for a in sys.argv[4:] if not a.startswith("-")]
    folder, failed, disputes = os.path.normpath(f"{root}/../shared/cases/network"), 0, contested()
    score = collections.defaultdict(lambda: [0, 0, 0, 0])
    if not os.path.exists(f"{folder}/README.md"):
        print("absent")
        return
    for path in sorted(glob.glob(f"{folder}/*/expect.json")):
        name = os.path.basename(os.path.dirname(path))
        if only and name not in only:
            continue
        with open(path, encoding="utf-8") as f:
            rows = json.load(f)
        with tempfile.TemporaryDirectory() as work:
            net = Network(ward, helper, os.path.dirname(path), work)
            if net.status not in (0, 1, 3):
                failed += 1
                print(f"{name}: ward import: status {net.status}\n{net.error}")
                continue
            for row, wrong in judge_case(net, rows):
                disputed = f"{name}/{row['id']}" in disputes
                tally = score[row["kind"]]
                tally[0] += 1
                tally[1] += not wrong and not disputed
                tally[2] += disputed
                if disputed == bool(wrong):
                    continue
                failed += 1
                if disputed:
                    print(f"{name}/{row['id']}: contested, and yet it agrees")
                else:
                    tell(name, row, wrong, verbose)
            for row in rows:
                score[row["kind"]][3] += not is_scored(row)
    for kind, (total, good, disputed, left) in sorted(score.items()):
        print(f"{kind}: {good} of {total} agree, {disputed} contested" + (f", {left} say nothing of AWS" if left else ""))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
