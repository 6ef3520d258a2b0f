#!/usr/bin/env python3
"""A run, a change, a second run: `ward prove --since` says what that change opened; `--with` says the same of it before it is made.

usage: change_test.py WARD [KIND...]

The change is each kind of planted way (bench/make_net_org.py) over a clean organization, and a bucket of the sample that is shared.
"""
import gzip
import hashlib
import json
import os
import subprocess
import sys
import tempfile

import planted

SMALL = ("--tenants", "40", "--accounts", "4", "--gateways", "2", "--hosts", "1", "--no-near")
CLINICS = "477958889198"
ID_FIELDS = {"DescribeSecurityGroups": "GroupId", "DescribeRouteTables": "RouteTableId", "DescribeVpcPeeringConnections": "VpcPeeringConnectionId"}


class Desk:
    def __init__(self, ward, folder):
        self.ward_program, self.folder = os.path.abspath(ward), folder
        self.temporary = os.path.join(folder, "tmp")
        os.makedirs(self.temporary)

    def ward(self, *args, statuses=(0,)):
        environment = {"PATH": os.environ["PATH"], "HOME": self.folder, "TMPDIR": self.temporary}
        done = subprocess.run([self.ward_program, *args], env=environment, cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode in statuses, (args, done.returncode, done.stdout[-2000:], done.stderr[-2000:])
        return done

    def changes(self, *args, statuses=(0, 1, 3)):
        return json.loads(self.ward("prove", *args, "--output", "json", statuses=statuses).stdout)

    def left_over(self):
        return os.listdir(self.temporary)

    def path(self, name):
        return os.path.join(self.folder, name)


def digest(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def cells(document, kind):
    return {(c["subject"], c["object"], c["before"], c["after"]) for c in document["changes"] if c["kind"] == kind}


def network(desk, name):
    return ("--network", "--config", desk.path(f"{name}/ward.yaml"))


def plain_verdicts(desk, store, run, name):
    done = desk.ward("prove", *network(desk, name), "--db", store, "--run", str(run), "--output", "json", statuses=(0, 1, 3))
    return {cell: c["verdict"] for cell, c in planted.cells(json.loads(done.stdout)).items()}


def kind_of_leak(desk, kind):
    """Opened are exactly the cells that are violated in a plain proof after and were not before, each with a cause; closed the other way."""
    planted.organization(desk.path(kind), *SMALL, "--kinds", kind)
    store = f"{kind}.db"
    for name in ("clean", kind):
        desk.ward("import", "--db", store, desk.path(f"{name}/bundle.jsonl.gz"))
    verdicts = [plain_verdicts(desk, store, run, kind) for run in (1, 2)]
    wanted = {cell for cell, v in verdicts[1].items() if v == "violated" and verdicts[0].get(cell) != "violated"}
    assert wanted, "the change opens nothing"
    since = desk.changes(*network(desk, kind), "--db", store, "--since", "1", "--fail-on", "new", statuses=(1,))
    assert {c[:2] for c in cells(since, "opened")} == wanted, (cells(since, "opened"), wanted)
    for c in since["changes"]:
        assert c["kind"] != "opened" or any(x["tried"] and x["change"] != "removed" for x in c["causes"]), c
        assert c["kind"] != "closed", c
    back = desk.changes(*network(desk, kind), "--db", store, "--since", "2", "--run", "1", "--fail-on", "new", statuses=(0,))
    assert {c[:2] for c in cells(back, "closed")} == wanted and not cells(back, "opened"), back["counts"]
    causes = [{x["what"] for c in d["changes"] if c["kind"] in ("opened", "closed") for x in c["causes"] if x["tried"]} for d in (since, back)]
    assert causes[0] & causes[1], causes
    before = digest(desk.path(store))
    planned = desk.changes(*network(desk, kind), "--db", store, "--run", "1", "--with", desk.path(f"{kind}/bundle.jsonl.gz"), statuses=(1,))
    assert cells(planned, "opened") == cells(since, "opened"), planned["counts"]
    assert digest(desk.path(store)) == before and not desk.left_over(), desk.left_over()


def answers(path):
    """{(account, region, operation): [items]} of the operations that a peering is made of."""
    out = {}
    with gzip.open(path, "rt", encoding="utf-8") as f:
        for line in f:
            call = json.loads(line)
            if call.get("operation") in ID_FIELDS and call.get("answer"):
                out[call["account"], call["region"], call["operation"]] = next(v for v in call["answer"].values() if isinstance(v, list))
    return out


def rows_between(before, after):
    for place, items in after.items():
        account, region, operation = place
        field = ID_FIELDS[operation]
        old = {item[field]: item for item in before.get(place, [])}
        for item in items:
            if old.get(item[field]) != item:
                yield {"op": f"ec2:{operation}", "account": account, "region": region, "put": item}


def rows(desk, kind="peering"):
    """The same change row by row opens the same; without the rows of one operation nothing."""
    lines = list(rows_between(answers(desk.path("clean/bundle.jsonl.gz")), answers(desk.path(f"{kind}/bundle.jsonl.gz"))))
    assert {line["op"] for line in lines} == {f"ec2:{name}" for name in ID_FIELDS}, lines
    store = f"{kind}.db"
    since = desk.changes(*network(desk, kind), "--db", store, "--since", "1")
    for left_out in (None, *ID_FIELDS):
        with open(desk.path("rows.jsonl"), "w", encoding="utf-8") as f:
            f.write("# a peering\n\n" + "".join(json.dumps(line) + "\n" for line in lines if line["op"] != f"ec2:{left_out}"))
        planned = desk.changes(*network(desk, kind), "--db", store, "--run", "1", "--with", "rows.jsonl", statuses=(0, 1, 3))
        assert cells(planned, "opened") == (set() if left_out else cells(since, "opened")), (left_out, planned["counts"])
    # Routes as they were close it again; a peering that is gone while routes still lead there leaves what nobody knows.
    back = rows_between(answers(desk.path(f"{kind}/bundle.jsonl.gz")), answers(desk.path("clean/bundle.jsonl.gz")))
    with open(desk.path("back.jsonl"), "w", encoding="utf-8") as f:
        f.writelines(json.dumps(line) + "\n" for line in back if "RouteTables" in line["op"])
    closing = desk.changes(*network(desk, kind), "--db", store, "--run", "2", "--with", "back.jsonl", "--fail-on", "new", statuses=(0,))
    assert {c[:2] for c in cells(closing, "closed")} == {c[:2] for c in cells(since, "opened")}, closing["counts"]
    gone = [{k: v for k, v in line.items() if k != "put"} | {"remove": line["put"]["VpcPeeringConnectionId"]} for line in lines if "Peering" in line["op"]]
    with open(desk.path("gone.jsonl"), "w", encoding="utf-8") as f:
        f.writelines(json.dumps(line) + "\n" for line in gone)
    unknown = desk.changes(*network(desk, kind), "--db", store, "--run", "2", "--with", "gone.jsonl", "--fail-on", "new", statuses=(3,))
    assert {c[:2] for c in cells(unknown, "unknown")} == {c[:2] for c in cells(since, "opened")}, unknown["counts"]


def share(role):
    """To read the store a key is needed too; to destroy it none is."""
    policy = {"Version": "2012-10-17", "Statement": [{"Sid": "Share", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{CLINICS}:role/{role}"},
                                                      "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::fern-phi/*"}]}
    return {"Policy": json.dumps(policy)}


def shared_bucket(desk):
    """A bucket's policy lets another tenant's role in: by rows, by a folder of one answer, and as a second run."""
    where = {"op": "s3:GetBucketPolicy", "account": CLINICS, "region": "us-east-1", "parent": "fern-phi"}
    with open(desk.path("share.jsonl"), "w", encoding="utf-8") as f:
        f.write(json.dumps({**where, "put": share("birch-app")}) + "\n")
    folder = desk.path(f"folder/{CLINICS}/us-east-1/s3-get-bucket-policy")
    os.makedirs(folder)
    with open(f"{folder}/fern-phi.json", "w", encoding="utf-8") as f:
        json.dump(share("birch-app"), f)
    desk.ward("prove", "--iam", "--demo", statuses=(0, 1, 3))
    before = digest(desk.path("ward-demo.db"))
    found = [desk.changes("--iam", "--demo", "--with", name, statuses=(1,)) for name in ("share.jsonl", "folder")]
    assert digest(desk.path("ward-demo.db")) == before and not desk.left_over()
    desk.ward("export", "whole", "--db", "ward-demo.db")
    with open(desk.path(f"whole/{CLINICS}/us-east-1/s3-get-bucket-policy/fern-phi.json"), "w", encoding="utf-8") as f:
        json.dump(share("birch-app"), f)
    desk.ward("import", "--db", "ward-demo.db", "whole")
    found.append(desk.changes("--iam", "--demo", "--since", "1", "--run", "2", statuses=(1,)))
    for document in found:
        assert cells(document, "opened") == {("birch", "fern", "proved", "violated")}, document["counts"]
        opened = [c for c in document["changes"] if c["kind"] == "opened"]
        causes = [(x["kind"], x["change"], x["id"], x["tried"]) for x in opened[0]["causes"]]
        assert ("policy", "altered", "arn:aws:s3:::fern-phi", True) in causes, causes
    with open(desk.path("gone-policy.jsonl"), "w", encoding="utf-8") as f:
        f.write(json.dumps({**{k: v for k, v in where.items() if k != "parent"}, "remove": "fern-phi"}) + "\n")
    gone = desk.changes("--iam", "--demo", "--run", "2", "--with", "gone-policy.jsonl", statuses=(1,))
    assert ("birch", "fern", "violated", "proved") in cells(gone, "closed"), gone["counts"]


def bad_input(desk):
    """What cannot be used is told with its line, and nothing is judged."""
    groups = {"op": "ec2:DescribeSecurityGroups", "account": CLINICS, "region": "us-east-1"}
    for line, words in (({**groups, "remove": "sg-none"}, "line 2: there is no sg-none"), ({**groups, "account": "12"}, "line 2: is no account: 12"),
                        ({**groups, "op": "ec2:Nothing", "remove": "x"}, "line 2: ward does not know the operation ec2:Nothing"),
                        (groups, 'line 2: either "put" or "remove"'), ({**groups, "put": {}}, 'line 2: "put" has no id'),
                        ({**groups, "puts": 1}, "line 2: there is no member puts"), ({**groups, "region": "", "remove": "x"}, 'line 2: "region" is missing'),
                        ({**groups, "op": "s3:GetBucketPolicy", "put": {}}, 'line 2: "parent" is missing'), ([], "line 2: is no JSON object")):
        with open(desk.path("bad.jsonl"), "w", encoding="utf-8") as f:
            f.write(json.dumps({**groups, "put": {"GroupId": "sg-new", "IpPermissions": []}}) + "\n" + json.dumps(line) + "\n")
        done = desk.ward("prove", "--demo", "--with", "bad.jsonl", statuses=(2, 4))
        assert words in done.stderr and not done.stdout, (line, done.stderr)
        assert not desk.left_over()
    with open(desk.path("bad.jsonl"), "w", encoding="utf-8") as f:
        f.write("{\n")
    assert "line 1:" in desk.ward("prove", "--demo", "--with", "bad.jsonl", statuses=(2, 4)).stderr
    assert desk.ward("prove", "--demo", "--with", "nowhere.jsonl", statuses=(2, 4)).stderr
    os.makedirs(desk.path("empty"))
    assert desk.ward("prove", "--demo", "--with", "empty", statuses=(2, 4)).stderr
    for args in (("--since", "1", "--with", "bad.jsonl"), ("--since", "77"), ("--since", "1", "--run", "1")):
        assert desk.ward("prove", "--demo", *args, statuses=(2, 4)).stderr


def forms(desk):
    """Text and CSV tell the same as JSON."""
    args = ("prove", *network(desk, "peering"), "--db", "peering.db", "--since", "1")
    text = desk.ward(*args, statuses=(1,)).stdout
    assert "1 opened" in text and "peering connection added: pcx-" in text and "(tried)" in text and "again: ward path" in text, text
    csv = desk.ward(*args, "--output", "csv", statuses=(1,)).stdout.splitlines()
    assert csv[0].startswith("kind,subject,object") and sum(",peering connection," in row for row in csv) == 1, csv[:3]
    planned = desk.ward(*args[:-2], "--run", "1", "--with", "rows.jsonl", statuses=(0, 1, 3)).stdout
    assert "If this change is made: rows.jsonl" in planned, planned


def main():
    failed, kinds = 0, sys.argv[2:]
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(sys.argv[1], folder)
        planted.organization(desk.path("clean"), *SMALL, "--clean")
        kinds = kinds or sorted({leak["kind"] for leak in planted.organization(desk.path("kinds"), *SMALL)["leaks"]})
        parts = [(kind, lambda k=kind: kind_of_leak(desk, k)) for kind in kinds]
        if "peering" in kinds:
            parts += [("rows", lambda: rows(desk)), ("forms", lambda: forms(desk))]
        parts += [("shared bucket", lambda: shared_bucket(desk)), ("bad input", lambda: bad_input(desk))]
        for name, part in parts:
            try:
                part()
                print(f"{name}: ok", flush=True)
            except AssertionError as e:
                print(f"{name}: {e}", flush=True)
                failed += 1
    print(f"{len(parts) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
