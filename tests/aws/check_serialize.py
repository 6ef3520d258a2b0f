#!/usr/bin/env python3
"""Every operation of the table, serialized by ward and by botocore: the requests must be the same.

usage: check_serialize.py HELPER ROOT      (python of the venv that has botocore)
Bodies in JSON are compared as values (botocore puts a space after ':'); all else byte for byte.
"""
import json
import re
import subprocess
import sys

import botocore.serialize
import botocore.session
from botocore.awsrequest import AWSRequest, prepare_request_dict

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


def main():
    helper, root = sys.argv[1:3]
    session = botocore.session.get_session()
    process = subprocess.Popen([helper], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    failed = done = 0
    for row in read_table(root):
        name, operation = row["id"].split(":")
        model = session.get_service_model(name).operation_model(operation)
        protocol = PROTOCOL.get(row["protocol"], row["protocol"])
        fixed = json.loads(row["fixed"]) if row["fixed"] else {}
        fixed = {k: "123456789012" if v == "@account" else v for k, v in fixed.items()}
        pages = [p for p in row["page_in"].split(",") if p]
        names = [re.split("[=@:]", p)[0] for p in re.findall(r"(?:^| )(\w+)[=@:]", row["params"])]
        given = {n: sample(model.input_shape.members[n]) for n in names
                 if n not in fixed and n not in pages and n != row["page_size"]}
        params = {**fixed, **given}
        if row["page_size"]:
            params[row["page_size"]] = int(row["page_size_max"])
        token = "a+b/c= d"
        for page in pages:
            params[page] = token
        ask = {"op": row["id"], "params": given, "account": "123456789012",
               "token": json.dumps([token] * len(pages)) if len(pages) > 1 else token if pages else ""}
        process.stdin.write(json.dumps(ask) + "\n")
        process.stdin.flush()
        ours = json.loads(process.stdout.readline())
        if name == "route53":  # its handler takes off what Route 53 puts in front of ids
            params = {k: v.split("/")[-1] if k in ("Id", "HostedZoneId") else v for k, v in params.items()}
        theirs = expected(name, model, protocol, params)
        done += 1
        wrong = ["error"] if "error" in ours else same(row["id"], ours, theirs)
        if wrong:
            failed += 1
            print(f"{row['id']}: {', '.join(wrong)}")
            for key in wrong:
                print(f"  ward     {ours.get(key)}\n  botocore {theirs.get(key)}")
    process.stdin.close()
    print(f"{done} operations, {failed} differ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
