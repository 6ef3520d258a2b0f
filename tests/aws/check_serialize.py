#!/usr/bin/env python3
"""Every operation of the table, serialized by ward and by botocore: the requests must be the same.

usage: check_serialize.py BUILD [--record FILE OPERATION...]
Bodies in JSON are compared as values (botocore puts a space after ':'); all else byte for byte.
Ends with `N passed, M failed`; exit status 77 without botocore. --record writes calls of these operations
with botocore's requests, one JSON object a line.
"""
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "moto"))
import org  # noqa: E402

BUILD = sys.argv[1]
org.use_venv(BUILD)

import botocore.serialize  # noqa: E402
import botocore.session  # noqa: E402
from botocore.awsrequest import AWSRequest, prepare_request_dict  # noqa: E402

ACCOUNT = "123456789012"
PROTOCOL = {"json1.0": "json", "json1.1": "json"}
# What botocore's handlers add after its serializer.
ADDED = {"glacier": {"x-amz-glacier-version"}, "apigateway": {"accept"}}


def read_table(root):
    lines = open(f"{root}/data/aws/operations.tsv", encoding="utf-8").read().split("\n")
    columns = lines[1].split("\t")
    return [dict(zip(columns, line.split("\t"))) for line in lines[2:] if line]


def sample(shape):
    """A value of the kind a follow-up gives, with what must be escaped in it."""
    kind = shape.type_name
    if kind in ("integer", "long"):
        return 7
    if kind == "boolean":
        return True
    if kind == "list":
        return [sample(shape.member), sample(shape.member)]
    if kind == "string":
        return (shape.enum or ["a b/ü*~:+=&x"])[0]
    if kind == "structure":
        return {n: sample(m) for n, m in shape.members.items() if m.type_name == "string"}
    sys.exit(f"no sample of {kind}")


def expected(service, model, protocol, params):
    serializer = botocore.serialize.create_serializer(protocol, include_validation=False)
    request = serializer.serialize_to_request(params, model)
    request.pop("host_prefix", None)
    prepare_request_dict(request, "https://host.invalid")
    prepared = AWSRequest(method=request["method"], url=request["url"], data=request["body"], headers=request["headers"]).prepare()
    path, _, query = prepared.url[len("https://host.invalid"):].partition("?")
    body = prepared.body or b""
    headers = {k.lower(): v if isinstance(v, str) else v.decode() for k, v in prepared.headers.items()}
    headers.pop("content-length", None)
    headers.pop("user-agent", None)
    return {"method": prepared.method, "path": path, "query": query, "headers": headers,
            "body": body if isinstance(body, str) else body.decode()}


def same(op, ours, theirs):
    differences = [k for k in ("method", "path", "query") if ours[k] != theirs[k]]
    headers = {k.lower(): v for k, v in ours["headers"].items() if k.lower() not in ADDED.get(op.split(":")[0], ())}
    if headers != theirs["headers"]:
        differences.append("headers")
    body, want = ours["body"], theirs["body"]
    if want[:1] == "{" and body[:1] == "{":
        body, want = json.loads(body), json.loads(want)
    if body != want:
        differences.append("body")
    return differences


def call_of(row, model):
    """(what ward is asked, the parameters that botocore gets): every parameter, the page's token and size."""
    fixed = json.loads(row["fixed"]) if row["fixed"] else {}
    fixed = {k: ACCOUNT if v == "@account" else v for k, v in fixed.items()}
    pages = [p for p in row["page_in"].split(",") if p]
    names = [re.split("[=@:]", p)[0] for p in re.findall(r"(?:^| )(\w+)[=@:]", row["params"])]
    given = {n: sample(model.input_shape.members[n]) for n in names if n not in fixed and n not in pages and n != row["page_size"]}
    params = {**fixed, **given}
    if row["page_size"]:
        params[row["page_size"]] = int(row["page_size_max"])
    token = "a+b/c= d"
    for page in pages:
        params[page] = token
    if row["id"].startswith("route53:"):  # botocore's handler takes off what Route 53 puts in front of ids
        params = {k: v.split("/")[-1] if k in ("Id", "HostedZoneId") else v for k, v in params.items()}
    ask = {"op": row["id"], "params": given, "account": ACCOUNT,
           "token": json.dumps([token] * len(pages)) if len(pages) > 1 else token if pages else ""}
    return ask, params


def main():
    record = open(sys.argv[3], "w", encoding="utf-8") if sys.argv[2:3] == ["--record"] else None
    session = botocore.session.get_session()
    process = subprocess.Popen([f"{BUILD}/tests/protocol-helper"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    failed = done = 0
    for row in read_table(org.ROOT):
        name, operation = row["id"].split(":")
        model = session.get_service_model(name).operation_model(operation)
        ask, params = call_of(row, model)
        process.stdin.write(json.dumps(ask) + "\n")
        process.stdin.flush()
        ours = json.loads(process.stdout.readline())
        theirs = expected(name, model, PROTOCOL.get(row["protocol"], row["protocol"]), params)
        done += 1
        wrong = ["error"] if "error" in ours else same(row["id"], ours, theirs)
        if wrong:
            failed += 1
            print(f"{row['id']}: {', '.join(wrong)}")
            for key in wrong:
                print(f"  ward     {ours.get(key)}\n  botocore {theirs.get(key)}")
        if record and row["id"] in sys.argv[4:]:
            record.write(json.dumps({**ask, "want": theirs}, ensure_ascii=False) + "\n")
    process.stdin.close()
    process.wait()
    print(f"{done - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
