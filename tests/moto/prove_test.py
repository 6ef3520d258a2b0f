#!/usr/bin/env python3
"""The proof against the made-up organization: what leaks.tsv and leaks_network.tsv plant is found, what only looks like it is proved, what was not read is unknown.

Collects the organization with ward, proves it live, from exports of both forms and with calls denied, and asks who-can and can
about what the chains say. Ends with `N passed, M failed`; exit status 77 without moto.
"""
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import org  # noqa: E402

BUILD = os.path.abspath(sys.argv[1])
org.use_venv(BUILD)

import seed  # noqa: E402

CONFIG = f"{org.ROOT}/sample/ward.yaml"
# Whose data everyone outside can write or copy already: faults.tsv has the bucket and the snapshots.
OPEN = {"northwind", "practices"}
# Rights that hang on an endpoint (hub.py): the network half decides them.
BY_ENDPOINT = {("birch", "dunes"), ("elm", "cedar")}
# Operations that are denied, one at a time in clinics' account, and a cell that rests on each and is proved where it is read.
DENIED = [("s3", "GetBucketPolicy", ("birch", "elm")), ("kms", "GetKeyPolicy", ("elm", "birch")), ("kms", "ListGrants", ("fern", "cedar")),
          ("iam", "GetAccountAuthorizationDetails", ("dunes", "birch"))]


def leaks():
    with open(f"{org.HERE}/leaks.tsv", encoding="utf-8") as f:
        rows = [line.rstrip("\n").split("\t") for line in f if line.strip() and not line.startswith("#")]
    assert all(len(row) == 6 for row in rows), "leaks.tsv: six columns"
    return rows


class Case:
    """One folder over one organization, with the live proof."""

    def __init__(self, organization, folder):
        self.organization, self.folder = organization, folder
        self.collect("live.db")
        self.proof = self.prove("live.db")

    def ward(self, *args, endpoint=None, statuses=(0, 1, 3)):
        environment = {"PATH": f"{BUILD}:{os.environ['PATH']}", "HOME": self.folder, "WARD_CONFIG": CONFIG}
        if endpoint:
            environment.update(self.organization.environment(), AWS_ENDPOINT_URL=endpoint)
        done = subprocess.run([f"{BUILD}/ward", *args], env=environment, cwd=self.folder, capture_output=True, check=False)
        assert done.returncode in statuses, (args, done.returncode, done.stderr.decode()[-2000:])
        return done

    def collect(self, db, endpoint=None):
        self.ward("audit", "--org", "--db", db, "--config", CONFIG, "--progress", "never", "--output", "json",
                  endpoint=endpoint or self.organization.endpoint)

    def prove(self, db):
        return self.ward("prove", "--iam", "--db", db, "--config", CONFIG, "--all-findings", "--output", "json").stdout

    def cells(self, proof=None):
        """{(subject, object): cell}"""
        return {(c["subject"], c["object"]): c for c in json.loads(proof or self.proof)["cells"]}

    def verdict(self, cells, cell):
        return cells[cell]["verdict"] if cell in cells else "proved"


def test_planted_leaks_are_found(case):
    cells = case.cells()
    for subject, owner, hops, first, last, what in leaks():
        cell = cells[subject, owner]
        chain = cell["chain"]
        assert cell["verdict"] == "violated", (what, cell["verdict"])
        assert len(chain) == int(hops), (what, len(chain))
        text = json.dumps(chain[0]) + json.dumps(chain[1:2]), json.dumps(chain[-1])
        assert re.search(first, text[0]) and re.search(last, text[1]), (what, text)
        assert cell["cuts"], what


def test_near_misses_are_proved(case):
    """No clinic reaches another but for the five that are planted, nor an account of its own; nor does anybody outside."""
    cells, planted = case.cells(), {(row[0], row[1]) for row in leaks()}
    tenants = (*seed.CLINICS, "lakeside")
    for subject in (*seed.CLINICS, "lakeside", "northwind", "practices", "(outside)", "(unassigned)"):
        for owner in tenants:
            if subject != owner and (subject, owner) not in planted and (subject, owner) not in BY_ENDPOINT:
                assert case.verdict(cells, (subject, owner)) == "proved", (subject, owner, cells.get((subject, owner)))


def test_what_is_open_to_everyone_is_told_of_everyone(case):
    cells = case.cells()
    for owner in OPEN:
        for subject in ("(outside)", *seed.CLINICS, "lakeside"):
            assert case.verdict(cells, (subject, owner)) == "violated", (subject, owner)


def test_requests_of_the_chains_are_allowed(case):
    """Each step of each planted chain is asked again by `ward can`, as the proof gives it."""
    asked = 0
    for subject, owner, *_ in leaks():
        for hop in case.cells()[subject, owner]["chain"]:
            for request in hop.get("requests", []):
                if isinstance(request, str):
                    request = json.loads(request)
                context = [f"--context={key}={','.join(v) if isinstance(v, list) else v}" for key, v in request.get("context", {}).items()]
                answer = json.loads(case.ward("can", request["principal"], request["action"], request["resource"], "--db", "live.db", "--config",
                                              CONFIG, "--output", "json", *context, statuses=(0, 3)).stdout)
                assert answer["result"] in ("Allowed", "AllowedIf"), (subject, owner, request, answer["result"])
                asked += 1
    assert asked >= 10, asked


def who(case, action, resource):
    answer = json.loads(case.ward("who-can", action, resource, "--db", "live.db", "--config", CONFIG, "--output", "json").stdout)
    return {row["principal"].rsplit("/", 1)[-1] for row in answer["principals"]}


def test_who_can(case):
    names = who(case, "s3:GetObject", "s3://cedar-phi/x")
    assert {"birch-import", "cedar-app", "elm-app", "fern-migration"} <= names and "dunes-app" not in names, names
    assert {"northwind-app", "cedar-app", "birch-app"}.isdisjoint(who(case, "s3:GetObject", "s3://fern-phi/x"))


def test_can(case):
    def result(*question):
        return json.loads(case.ward("can", *question, "--db", "live.db", "--config", CONFIG, "--output", "json").stdout)["result"]
    assert result("birch-import", "s3:GetObject", "s3://cedar-phi/x", "--context", "aws:SecureTransport=true") == "Allowed"
    # The statement is there, and no key opens for elm.
    assert result("elm-app", "s3:GetObject", "s3://cedar-phi/x", "--context", "aws:SecureTransport=true") == "ImplicitlyDenied"
    assert result("cedar-analyst", "sts:AssumeRole", "dunes-reports") == "Allowed"
    assert result("cedar-analyst", "sts:AssumeRole", "fern-reports") == "ImplicitlyDenied"
    # A service control policy holds whatever the role may: kms:ScheduleKeyDeletion is denied below Tenants.
    key = case.organization.ids["lakeside.key"]
    assert result(f"arn:aws:iam::{case.organization.ids['lakeside']}:root", "kms:ScheduleKeyDeletion", key) == "ExplicitlyDenied"


def test_a_printed_request_replays(case):
    text = case.ward("can", "fern-migration", "s3:GetObject", "s3://birch-phi/x", "--db", "live.db", "--config", CONFIG).stdout.decode()
    assert "grant " in text, text
    line = [line for line in text.splitlines() if line.strip().startswith("ward can ")][-1]
    again = case.ward(*shlex.split(line)[1:], "--db", "live.db", "--config", CONFIG, "--expect", "allowed", statuses=(0,))
    assert again.stdout.startswith(b"Allowed\n")


def imported(case, form):
    target = f"bundle-{form}" + (".jsonl.gz" if form == "packed" else "")
    case.ward("export", "--db", "live.db", "--format", form, target)
    case.ward("import", "--db", f"{form}.db", target)
    return case.prove(f"{form}.db")


def test_exports_prove_the_same(case):
    for form in ("dir", "packed"):
        assert imported(case, form) == case.proof, form


def test_the_same_proof_again(case):
    assert case.prove("live.db") == case.proof


def test_what_was_not_read_is_not_proved(case):
    before = case.cells()
    for service, operation, cell in DENIED:
        assert case.verdict(before, cell) == "proved", cell
        rules, db = f"{case.folder}/rules.txt", f"{operation}.db"
        with open(rules, "w", encoding="utf-8") as f:
            f.write(f"{service} {operation} {case.organization.ids['clinics']} * * denied\n")
        case.collect(db, case.organization.front(rules))
        after = case.cells(case.prove(db))
        assert case.verdict(after, cell) in ("unknown", "violated"), (operation, cell)
        greener = [c for c in before if case.verdict(after, c) == "proved" != case.verdict(before, c)]
        assert not greener, (operation, greener)


# Looks like a way and is none: from, to, TCP port.
NEAR = [("elm-app-1", "dunes-db", "5432"), ("fern-app-1", "cedar-app-1", "8443"), ("fern-app-1", "dunes-db", "5432"),
        ("internet", "elm-db", "5432"), ("fern-app-1", "bastion", "22"), ("birch-app-1", "elm-app-1", "22"), ("dunes-app-1", "elm-app-1", "22"),
        ("cedar-app-1", "fern-app-1", "22"), ("elm-app-1", "birch-db", "5432"), ("lakeside-app-1", "northwind-db", "5432")]


def network_rows():
    with open(f"{org.HERE}/leaks_network.tsv", encoding="utf-8") as f:
        rows = [line.rstrip("\n").split("\t") for line in f if line.strip() and not line.startswith("#")]
    assert all(len(row) == 9 for row in rows), "leaks_network.tsv: nine columns"
    return rows


def test_network_matrix_is_what_is_planted(case):
    """Cell by cell: all that is planted or declared is told, with its word, and no other cell is anything but proved."""
    proof = json.loads(case.ward("prove", "--network", "--db", "live.db", "--config", CONFIG, "--all-findings", "--output", "json").stdout)
    told = {(c["subject"], c["object"]): (c["verdict"], c["word"].split("(")[0]) for c in proof["cells"] if c["verdict"] != "proved"}
    planted = {(row[0], row[1]): (row[2], row[3]) for row in network_rows()}
    assert told == planted, (sorted(told.items() - planted.items()), sorted(planted.items() - told.items()))
    assert not proof["missing"], proof["missing"]


def path(case, source, target, port):
    return json.loads(case.ward("path", source, target, "--proto", "tcp", "--dport", port, "--db", "live.db", "--config", CONFIG,
                                "--output", "json", statuses=(0, 1, 2, 3)).stdout)


def test_paths_of_leaks_and_near_misses(case):
    for *_, what, source, target, port, word in network_rows():
        if source != "-":
            found = path(case, source, target, port)
            assert found["verdict"] == word and found["hops"], (what, found["verdict"])
    for source, target, port in NEAR:
        found = path(case, source, target, port)
        assert found["verdict"] == "NONE" and found["blocked_by"], (source, target, port, found["verdict"])


def test_both_halves_together(case):
    """Rights that hang on an endpoint: birch's hosts are behind theirs, elm's are not behind cedar's."""
    cells = case.cells(case.ward("prove", "--db", "live.db", "--config", CONFIG, "--all-findings", "--output", "json").stdout)
    assert case.verdict(cells, ("birch", "dunes")) == "violated", cells[("birch", "dunes")]
    assert case.verdict(cells, ("elm", "cedar")) == "proved", cells[("elm", "cedar")]
    for row in network_rows():
        if row[2] == "violated":
            assert case.verdict(cells, (row[0], row[1])) == "violated", row


def main():
    failed = 0
    tests = [(name, f) for name, f in globals().items() if name.startswith("test_")]
    with org.Organization(BUILD) as organization, tempfile.TemporaryDirectory(prefix="ward-prove-") as folder:
        case = Case(organization, folder)
        for name, f in tests:
            try:
                f(case)
                print(f"ok: {name}", flush=True)
            except Exception:  # pylint: disable=broad-except
                failed += 1
                print(f"FAILED: {name}", flush=True)
                traceback.print_exc(file=sys.stdout)
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
