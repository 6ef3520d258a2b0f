#!/usr/bin/env python3
"""Writes tests/stub/routes.tsv: gen_stub_routes.py OPERATIONS.tsv > tests/stub/routes.tsv

OPERATIONS.tsv has "service:Operation" in its first column (tools/aws_operations.tsv). For each, from botocore's
model: signing name, service, operation, protocol, method, path, and the smallest valid answer, in which every list
at the top is there and empty. The test server answers with it, so it must not come from ward's own tables.
"""
import json
import sys

import botocore
import botocore.loaders
import botocore.model

PREFER = ("query", "ec2", "json", "rest-json", "rest-xml")
OVERRIDE = {"cloudwatch": "query", "sqs": "json"}


def wire(shape, name):
    return shape.serialization.get("name", name)


def json_skeleton(output):
    body = {}
    for name, member in (output.members if output else {}).items():
        if member.serialization.get("location"):
            continue
        if member.type_name == "list":
            body[wire(member, name)] = []
        elif name in output.required_members:
            body[wire(member, name)] = {"string": "", "structure": {}, "boolean": False, "map": {}}.get(member.type_name, 0)
    return json.dumps(body, separators=(",", ":"))


def xml_members(output, ec2):
    text = ""
    for name, member in (output.members if output else {}).items():
        if member.type_name != "list" or member.serialization.get("location"):
            continue
        if member.serialization.get("flattened") or getattr(member, "serialization", {}).get("flattened"):
            continue
        tag = wire(member, name[0].lower() + name[1:] if ec2 else name)
        text += f"<{tag}/>"
    return text


def skeleton(protocol, model, operation):
    op = model.operation_model(operation)
    output = op.output_shape
    if protocol in ("json", "rest-json"):
        payload = output.serialization.get("payload") if output else None
        return json_skeleton(output.members[payload] if payload and output.members[payload].type_name == "structure" else output)
    if protocol == "ec2":
        return f'<{operation}Response xmlns="http://ec2.amazonaws.com/doc/{model.api_version}/"><requestId>ward-stub</requestId>' \
               f"{xml_members(output, True)}</{operation}Response>"
    namespace = model.metadata.get("xmlNamespace", "")
    namespace = namespace.get("uri", "") if isinstance(namespace, dict) else namespace
    if protocol == "query":
        wrapper = output.serialization.get("resultWrapper", f"{operation}Result") if output else f"{operation}Result"
        return f'<{operation}Response xmlns="{namespace}"><{wrapper}>{xml_members(output, False)}</{wrapper}>' \
               f"<ResponseMetadata><RequestId>ward-stub</RequestId></ResponseMetadata></{operation}Response>"
    root = output.name if output else "Result"
    payload = output.serialization.get("payload") if output else None
    if payload:
        shape = output.members[payload]
        if shape.type_name != "structure":
            return ""
        root = shape.serialization.get("name", shape.name)
        output = shape
    attribute = f' xmlns="{namespace}"' if namespace else ""
    return f'<?xml version="1.0" encoding="UTF-8"?><{root}{attribute}>{xml_members(output, False)}</{root}>'


def main():
    loader = botocore.loaders.Loader()
    models = {}
    rows = []
    with open(sys.argv[1], encoding="utf-8") as f:
        names = sorted({line.split("\t")[0].strip() for line in f if ":" in line.split("\t")[0] and not line.startswith("#")})
    for name in names:
        service, operation = name.split(":")
        if service not in models:
            try:
                models[service] = botocore.model.ServiceModel(loader.load_service_model(service, "service-2"), service)
            except botocore.exceptions.UnknownServiceError:
                print(f"no service {service}", file=sys.stderr)
                models[service] = None
        model = models[service]
        if model is None or operation not in model.operation_names:
            print(f"no operation {name}", file=sys.stderr)
            continue
        protocols = model.metadata.get("protocols", [model.metadata["protocol"]])
        protocol = OVERRIDE.get(service) or next(p for p in PREFER if p in protocols)
        http = model.operation_model(operation).http
        path = http["requestUri"]
        rows.append((model.signing_name, service, operation, protocol, http["method"], path, skeleton(protocol, model, operation)))
    print(f"# Made by tools/gen_stub_routes.py from the service models of botocore {botocore.__version__} (Apache-2.0).")
    print("# signing name, service, operation, protocol, method, path, smallest valid answer")
    for row in rows:
        print("\t".join(row))


if __name__ == "__main__":
    main()
