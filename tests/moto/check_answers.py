#!/usr/bin/env python3
"""Answers of a moto server, read by ward and by botocore: the JSON must be the same.

Starts a server on a free port, seeds it, calls every operation of the table with ward's own requests
(children with what ward's follow-up paths find), and compares for each answer
  ok      botocore's parse, printed by the AWS CLI's rules, with ward's JSON
  error   the error code
  html    moto has no such operation: ward must call it an error, never an empty answer; so where it takes a
          question about a bucket that it does not know for the listing of its objects
Prints each difference and ends with `N passed, M failed`; exit status 77 without moto. Where moto is at
fault, EXPECTED says so with the reason, and an expected difference that does not show is a failure as well.

usage: check_answers.py BUILD [--record DIR]
"""
import base64
import datetime
import http.client
import json
import os
import re
import subprocess
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import org  # noqa: E402

BUILD = sys.argv[1]
org.use_venv(BUILD)
os.environ["TZ"] = "UTC"
time.tzset()
os.environ.update(AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY="x" * 40, AWS_EC2_METADATA_DISABLED="true")

import botocore.parsers  # noqa: E402
import botocore.session  # noqa: E402
from botocore.auth import SigV4Auth  # noqa: E402
from botocore.awsrequest import AWSRequest  # noqa: E402
from botocore.config import Config  # noqa: E402
from botocore.credentials import Credentials  # noqa: E402

import moto_seed  # noqa: E402

ACCOUNT = "123456789012"
PROTOCOL = {"json1.0": "json", "json1.1": "json"}
CALLS_PER_SOURCE = 3
OPERATIONS_MIN = 350  # with moto 5.2.5 there are 385; fewer means that its seed no longer works
# OPERATION: (what its difference says, why ward reads it as it does), where the server is at fault. moto 5.2.5 has no
# such answer any more; 5.1.22 had five: Python's True for XML's true, all permissions of a grantee in one Grant, an
# empty body for no notification, and the list of objects for ?policyStatus.
EXPECTED = {}


def read_table(root):
    lines = open(f"{root}/data/aws/operations.tsv", encoding="utf-8").read().split("\n")
    columns = lines[1].split("\t")
    return [dict(zip(columns, line.split("\t"))) for line in lines[2:] if line]


class Moto:
    def __init__(self):
        self.port = org.free_port()
        environment = dict(os.environ, MOTO_EC2_LOAD_DEFAULT_AMIS="false", MOTO_IAM_LOAD_MANAGED_POLICIES="false")
        self.process = subprocess.Popen([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        org.wait_for(f"http://127.0.0.1:{self.port}/moto-api/", self.process)

    def close(self):
        self.process.terminate()
        self.process.wait()

    def send(self, request, signing_name, region):
        query = "?" + request["query"] if request["query"] else ""
        url = f"http://127.0.0.1:{self.port}{request['path']}{query}"
        signed = AWSRequest(method=request["method"], url=url, data=request["body"].encode(), headers=request["headers"])
        SigV4Auth(Credentials("AKIAIOSFODNN7EXAMPLE", "x" * 40), signing_name, region).add_auth(signed)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(request["method"], request["path"] + query, request["body"].encode(), dict(signed.headers))
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, answer.getheaders(), body


class Helper:
    def __init__(self, path):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


# --- what the CLI prints

def decode_policies(value, shape):
    """botocore's handler for IAM: policy documents are URL-encoded JSON."""
    if shape is None or value is None:
        return value
    if shape.type_name == "structure":
        return {k: decode_policies(v, shape.members.get(k)) for k, v in value.items()}
    if shape.type_name == "list":
        return [decode_policies(v, shape.member) for v in value]
    if shape.type_name == "string" and shape.name == "policyDocumentType":
        try:
            return json.loads(urllib.parse.unquote(value))
        except ValueError:
            return value
    return value


def printed(value):
    if isinstance(value, dict):
        return {k: printed(v) for k, v in value.items()}
    if isinstance(value, list):
        return [printed(v) for v in value]
    if isinstance(value, datetime.datetime):
        value = value if value.tzinfo else value.replace(tzinfo=datetime.timezone.utc)
        return value.astimezone(datetime.timezone.utc).isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def drop(value, path):
    *steps, last = path.split(".")
    for step in steps:
        value = value.get(step, {})
    value.pop(last, None)


def cli_json(row, model, parsed, body):
    parsed.pop("ResponseMetadata", None)
    name = row["id"]
    if name.startswith("iam:"):
        parsed = decode_policies(parsed, model.output_shape)
    if name == "s3:GetBucketLocation":
        text = re.search(rb">([^<>]*)</LocationConstraint", body)
        parsed = {"LocationConstraint": text.group(1).decode() if text and text.group(1) else None}
    if name == "cloudformation:GetTemplate" and parsed.get("TemplateBody", "")[:1] == "{":
        parsed["TemplateBody"] = json.loads(parsed["TemplateBody"])
    parsed = printed(parsed)
    if row["page_in"]:
        for path in row["page_out"].split(",") + ([row["page_more"]] if row["page_more"] else []):
            drop(parsed, path)
    return parsed


def members(shape):
    return shape.members if shape is not None and shape.type_name == "structure" else {}


def without_unknown(ours, shape):
    """ward keeps what the model does not know; botocore drops it. Returns the value without, and the names."""
    unknown = set()

    def walk(value, shape):
        if shape is None:
            return value
        if shape.type_name == "structure" and isinstance(value, dict) and not getattr(shape, "is_document_type", False):
            out = {}
            for k, v in value.items():
                if k in shape.members:
                    out[k] = walk(v, shape.members[k])
                else:
                    unknown.add(k)
            return out
        if shape.type_name == "list" and isinstance(value, list):
            return [walk(v, shape.member) for v in value]
        if shape.type_name == "map" and isinstance(value, dict):
            return {k: walk(v, shape.value) for k, v in value.items()}
        return value
    return walk(ours, shape), unknown


def same_order(a, b):
    if isinstance(a, dict):
        return list(a) == list(b) and all(same_order(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return all(same_order(x, y) for x, y in zip(a, b))
    return True


def difference(ours, theirs, path=""):
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for k in list(ours) + [k for k in theirs if k not in ours]:
            if k not in ours or k not in theirs:
                return f"{path}.{k}: ward {ours.get(k, 'nothing')!r} botocore {theirs.get(k, 'nothing')!r}"
            found = difference(ours[k], theirs[k], f"{path}.{k}")
            if found:
                return found
        return None
    if isinstance(ours, list) and isinstance(theirs, list):
        if len(ours) != len(theirs):
            return f"{path}: {len(ours)} and {len(theirs)} elements"
        return next(filter(None, (difference(a, b, f"{path}[{i}]") for i, (a, b) in enumerate(zip(ours, theirs)))), None)
    return None if ours == theirs and isinstance(ours, bool) == isinstance(theirs, bool) else f"{path}: ward {ours!r} botocore {theirs!r}"


# --- follow-ups: op.h's rules

def expand(value, path):
    """(indices, value) of each value at a path."""
    found = [((), value)]
    for step in path.split("."):
        name = step.rstrip("[]~")
        found = [(i, v.get(name)) for i, v in found if isinstance(v, dict) and v.get(name) is not None]
        if step.endswith("[]"):
            found = [(i + (n,), e) for i, v in found if isinstance(v, list) for n, e in enumerate(v)]
        elif step.endswith("~"):
            found = [(i + (k,), k) for i, v in found if isinstance(v, dict) for k in v]
    return found


def sources(row):
    for text in row["follow"].split(" ") if row["follow"] else []:
        yield (text.split("|") + ["", ""])[:3]


def calls_of(row, source, parents):
    """Parameter objects that one source gives."""
    parent, assigns, filters = source
    pairs = [p.split("=", 1) for p in assigns.split(",") if p]
    literals = [(p, [v.split("@")[0] for v in path[1:].split("/") if "@" not in v or v.endswith("@us-east-1")] if "@" in path
                 else (path[1:].split("/") if not path.startswith("=/ssm") else [path[1:]])) for p, path in pairs if path.startswith("=")]
    rest = [(p, path) for p, path in pairs if not path.startswith("=")]
    found = []
    for parameters, answer in ([({}, {})] if parent == "-" else parents.get(parent, [])):
        paths = [(p, path.split("/")[0], "/" in path) for p, path in rest if not path.startswith("^")]
        base = {p: parameters[path[1:]] for p, path in rest if path.startswith("^") and path[1:] in parameters}
        if not paths:
            found.append(base)
            continue
        longest = max(paths, key=lambda x: x[1].count("[]") + x[1].count("~"))
        for index, _ in expand(answer, longest[1]):
            call = dict(base)
            for p, path, batch in paths:
                for i, v in expand(answer, path):
                    if i == index[:len(i)]:
                        call[p] = [v] if batch else v
            if all(holds(answer, index, f, parameters) for f in filters.split(",") if f):
                found.append(call)
    for p, values in literals:
        found = [{**call, **({p: v} if v else {})} for call in found for v in values]
    unique = []
    for call in found:
        if call not in unique:
            unique.append(call)
    return unique[:CALLS_PER_SOURCE]


def holds(answer, index, condition, parameters):
    path, want = re.split("!=|=", condition)
    if path.startswith("^"):
        value = parameters.get(path[1:], "")
    else:
        value = next((str(v) for i, v in expand(answer, path) if i == index[:len(i)]), "")
    want = "us-east-1" if want == "@region" else want
    return (value != want) if "!=" in condition else (value == want)


def order(rows):
    """Parents before children."""
    done, out = set(), []

    def visit(row, path):
        if row["id"] in done or row["id"] in path:
            return
        for parent, _, _ in sources(row):
            if parent != "-":
                visit(rows[parent], path | {row["id"]})
        done.add(row["id"])
        out.append(row)
    for row in rows.values():
        visit(row, frozenset())
    return out


class Check:
    def __init__(self, helper, moto, session, record):
        self.helper, self.moto, self.session, self.record = helper, moto, session, record
        self.counts, self.differences, self.unknown = {}, [], {}
        self.answers = {}
        self.answered = set()

    def count(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1

    def differ(self, row, what):
        self.differences.append((row["id"], what))

    def model(self, row):
        service, operation = row["id"].split(":")
        return self.session.get_service_model(service).operation_model(operation)

    def call(self, row, params):
        request = self.helper.ask({"op": row["id"], "params": params, "account": ACCOUNT, "token": ""})
        if "error" in request:
            self.differ(row, f"{params}: {request['error']}")
            return
        status, headers, body = self.moto.send(request, row["signing_name"], row["home_region"] or "us-east-1")
        block = "".join(f"{k}: {v}\r\n" for k, v in headers)
        ours = self.helper.ask({"op": row["id"], "status": status, "headers": block, "body": base64.b64encode(body).decode()})
        if body[:64].strip().lower().startswith((b"<!doctype", b"<html")) or b"<ListBucketResult" in body[:128]:
            self.count("html")
            if ours["class"] in ("ok", "absent", "gone"):
                self.differ(row, f"a page or a listing is taken for {ours['class']}")
            return
        parser = botocore.parsers.create_parser(PROTOCOL.get(row["protocol"], row["protocol"]))
        shape = self.model(row).output_shape
        try:
            theirs = parser.parse({"status_code": status, "headers": botocore.awsrequest.HeadersDict(headers), "body": body}, shape)
        except Exception as e:
            self.count("botocore cannot read it")
            if ours["class"] == "ok":
                self.differ(row, f"ward reads what botocore cannot: {e!r}")
            return
        self.compare(row, params, status, block, body, ours, theirs)

    def compare(self, row, params, status, block, body, ours, theirs):
        if status >= 300:
            self.count("error")
            code = theirs.get("Error", {}).get("Code", "")
            if ours["code"] != code and not (ours["code"].startswith("Http") and code in ("", str(status))):
                self.differ(row, f"code ward {ours['code']!r} botocore {code!r} {body[:200]!r}")
            return
        want = cli_json(row, self.model(row), theirs, body)
        if ours["class"] != "ok":
            self.count("not ok")
            self.differ(row, f"{ours['class']} {ours['code']} {ours['message']} {body[:200]!r}")
            return
        self.answers.setdefault(row["id"], []).append((params, ours["json"]))
        got, unknown = without_unknown(ours["json"], self.model(row).output_shape)
        if unknown:
            self.unknown.setdefault(row["id"], set()).update(unknown)
        found = difference(got, want)
        if found:
            self.differ(row, found)
        elif not same_order(got, want):
            self.differ(row, "the order of members differs")
        self.count("different" if found else "equal")
        self.answered.add(row["id"])
        if self.record and not found:
            self.write_record(row, status, block, body, ours)

    def write_record(self, row, status, block, body, ours):
        with open(f"{self.record}/{row['id'].replace(':', '-')}.json", "w", encoding="utf-8") as f:
            kept = "".join(l + "\r\n" for l in block.split("\r\n") if l.lower().startswith(("etag", "x-amz")))
            json.dump({"op": row["id"], "status": status, "headers": kept, "body": body.decode(), "token": ours["token"],
                       "json": ours["json"]}, f, indent=1, ensure_ascii=False)

    def run(self, rows):
        for row in order(rows):
            if row["flags"] and "manual" in row["flags"]:
                continue
            if not row["follow"]:
                self.call(row, {})
            for source in sources(row):
                for params in calls_of(row, source, self.answers):
                    self.call(row, params)


def judge(differences):
    """The expected differences seen, and the lines of what fails."""
    seen, failed = set(), []
    for op, what in differences:
        part, why = EXPECTED.get(op, ("", ""))
        if part and part in what:
            seen.add(op)
            print(f"expected: {op}: {why}")
        else:
            failed.append(f"DIFFERENT {op}: {what}")
    failed += [f"DIFFERENT {op}: no more, take it off EXPECTED" for op in EXPECTED if op not in seen]
    return len(differences) - sum(not line.endswith("EXPECTED") for line in failed), failed


def main():
    record = sys.argv[3] if len(sys.argv) > 3 and sys.argv[2] == "--record" else None
    moto = Moto()
    try:
        session = botocore.session.get_session()
        clients = {}

        def client(service):
            if service not in clients:
                clients[service] = session.create_client(service, region_name="us-east-1", endpoint_url=f"http://127.0.0.1:{moto.port}", config=Config(
                    retries={"max_attempts": 1}, inject_host_prefix=False, s3={"addressing_style": "path"}))
            return clients[service]
        problems = moto_seed.seed(client)
        check = Check(Helper(f"{BUILD}/tests/protocol-helper"), moto, session, record)
        check.run({row["id"]: row for row in read_table(org.ROOT)})
    finally:
        moto.close()
    for line in problems:
        print("seed:", line)
    for op, names in sorted(check.unknown.items()):
        print(f"unknown to the model, kept: {op} {', '.join(sorted(names))}")
    expected, failed = judge(check.differences)
    for line in failed:
        print(line)
    print(", ".join(f"{n} {what}" for what, n in sorted(check.counts.items())))
    print(f"{len(check.answered)} operations answered and compared")
    if len(check.answered) < OPERATIONS_MIN:
        failed.append("too few operations answered")
        print(f"DIFFERENT: fewer than {OPERATIONS_MIN} operations answered")
    print(f"{sum(check.counts.get(what, 0) for what in ('equal', 'error', 'html')) + expected} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
