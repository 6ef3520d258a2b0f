#!/usr/bin/env python3
"""Makes data/aws/operations.tsv and data/aws/shapes.txt from tools/aws_operations.tsv and botocore's models.

Run by developers when an operation is added or botocore's models move on; the build needs neither
this script nor botocore. It refuses what would be a wrong call: a verb that writes, a parent that is
not in the list, a path that the model does not have, a required parameter that nothing gives.

usage: gen_aws.py [ROOT]
"""
import json
import os
import re
import sys

import botocore
import botocore.session

READ_VERBS = re.compile(r"^(Describe|Get|List|BatchGet|Search|Select|Lookup)([A-Z]|$)")
JOBS = {"iam:GenerateCredentialReport", "iam:GenerateServiceLastAccessedDetails", "cloudformation:DetectStackDrift"}
# Contents, code and secrets: never read, whatever the list says.
FORBIDDEN = re.compile(r"^(secretsmanager:(Get|BatchGet)SecretValue|ssm:GetParameter.*|s3:GetObject|s3:GetObjectAttributes"
                       r"|lambda:GetFunction|lambda:GetLayerVersion|kms:(Decrypt|GetParametersForImport)"
                       r"|ec2:GetPasswordData|ecr:(GetAuthorizationToken|GetDownloadUrlForLayer|BatchGetImage)"
                       r"|sts:Get(Session|Federation)Token|logs:(GetLogEvents|GetLogRecord)|dynamodb:(BatchGetItem|GetItem)"
                       r"|sqs:ReceiveMessage|kinesis:GetRecords|ec2:GetConsole(Output|Screenshot)|rds:DownloadDBLogFilePortion)$")

# IAM service prefixes that are not the signing name.
ACTION_PREFIX = {
    "cloudwatch": "cloudwatch", "opensearchserverless": "aoss", "mwaa": "airflow", "cloudcontrol": "cloudformation",
    "keyspaces": "cassandra", "resourcegroupstaggingapi": "tag", "accessanalyzer": "access-analyzer",
}
# IAM actions that are not PREFIX:Operation.
ACTION = {
    "s3:ListBuckets": "s3:ListAllMyBuckets", "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3control:GetPublicAccessBlock": "s3:GetAccountPublicAccessBlock",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketCors": "s3:GetBucketCORS", "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "s3:ListBucketInventoryConfigurations": "s3:GetInventoryConfiguration",
    "accessanalyzer:ListFindingsV2": "access-analyzer:ListFindings",
    "keyspaces:ListKeyspaces": "cassandra:Select", "keyspaces:ListTables": "cassandra:Select",
}
# Where a model has no maximum for the size of a page. What is neither here nor in the model is asked for
# without a size, in pages of the service's own.
PAGE_SIZE = {
    # Stated in the text of the parameter in botocore's model.
    "ec2:DescribeTags": 1000, "ec2:DescribeVpcEndpoints": 1000, "efs:DescribeFileSystems": 100, "efs:DescribeMountTargets": 100,
    # These answer in one piece unless a size is given; this is the one that the AWS SDK for Ruby gives
    # (aws-sdk-ec2, customizations/resource.rb, ResourcePaginationFix).
    "ec2:DescribeImages": 1000, "ec2:DescribeInstances": 1000, "ec2:DescribeSnapshots": 1000, "ec2:DescribeVolumes": 1000,
}
PAGE_SIZE_CAP = 1000
TOKENS = [("NextToken", "NextToken"), ("nextToken", "nextToken"), ("Marker", "NextMarker"), ("Marker", "Marker"),
          ("NextMarker", "NextMarker"), ("marker", "nextMarker"), ("position", "position"), ("pageToken", "nextPageToken"),
          ("NextPageToken", "NextPageToken"), ("ContinuationToken", "NextContinuationToken"),
          ("continuationToken", "continuationToken"),
          ("ExclusiveStartGlobalTableName", "LastEvaluatedGlobalTableName"),
          ("ExclusiveStartStreamArn", "LastEvaluatedStreamArn"), ("ExclusiveStartBackupArn", "LastEvaluatedBackupArn")]
SIZES = ["MaxResults", "maxResults", "MaxItems", "maxItems", "MaxRecords", "Limit", "limit", "PageSize", "pageSize"]

SCALARS = {"string": "s", "character": "s", "integer": "i", "long": "i", "float": "f", "double": "f", "boolean": "b",
           "timestamp": "t", "blob": "x", "bigdecimal": "f", "biginteger": "i"}


def fail(op, why):
    sys.exit(f"gen_aws.py: {op}: {why}")


class Service:
    """One service's model with what the protocol of our choice makes of it."""

    def __init__(self, session, name):
        self.name = name
        self.model = session.get_service_model(name)
        self.meta = self.model.metadata
        self.paginators = session.get_component("data_loader").load_service_model(name, "paginators-1")["pagination"]
        protocol = self.meta["protocol"]
        if protocol == "smithy-rpc-v2-cbor":
            offered = self.meta["protocols"]
            protocol = "query" if "query" in offered else "json"
        if protocol == "json":
            protocol = "json1.0" if self.meta.get("jsonVersion") == "1.0" else "json1.1"
        self.protocol = protocol
        self.signing = self.meta.get("signingName") or self.meta["endpointPrefix"]
        self.env = "AWS_ENDPOINT_URL_" + re.sub(r"[ -]", "_", self.meta["serviceId"]).upper()


def load_service(session, name, cache={}):
    if name not in cache:
        try:
            cache[name] = Service(session, name)
        except botocore.exceptions.UnknownServiceError as e:
            fail(name, str(e))
        except botocore.exceptions.DataNotFoundError:
            loader = session.get_component("data_loader")
            original = loader.load_service_model
            loader.load_service_model = lambda s, t, *a, **k: {"pagination": {}} if t == "paginators-1" else original(s, t, *a, **k)
            cache[name] = Service(session, name)
            loader.load_service_model = original
    return cache[name]


# --- paths

def walk(op, shape, path):
    """The shape at 'A[].B' in `shape`; '~' stands for a map's keys."""
    if path == "@":
        return shape
    for step in path.split("."):
        name = step.rstrip("[]~")
        if shape is None or shape.type_name != "structure" or name not in shape.members:
            fail(op, f"path {path}: no member {name}")
        shape = shape.members[name]
        tail = step[len(name):]
        if tail == "[]":
            if shape.type_name != "list":
                fail(op, f"path {path}: {name} is not a list")
            shape = shape.member
        elif tail == "~":
            if shape.type_name != "map":
                fail(op, f"path {path}: {name} is not a map")
            shape = shape.key
        elif tail:
            fail(op, f"path {path}: bad step {step}")
    return shape


# --- parameters on the wire

def wire_name(service, shape, name):
    if service.protocol == "ec2":
        s = shape.serialization
        if "queryName" in s:
            return s["queryName"]
        return s["name"][0].upper() + s["name"][1:] if "name" in s else name
    return shape.serialization.get("name", name)


def type_text(service, shape, value, op):
    """The type of a parameter as src/aws/op.h describes it, cut down to the members `value` uses."""
    kind = shape.type_name
    if kind in SCALARS:
        return SCALARS[kind]
    if kind == "list":
        example = value[0] if isinstance(value, list) and value else None
        if service.protocol == "query":
            tag = "" if shape.serialization.get("flattened") else shape.member.serialization.get("name", "member")
        else:
            tag = "" if service.protocol == "ec2" else "member"
        return f"[{tag}/{type_text(service, shape.member, example, op)}]"
    if kind == "structure":
        if not isinstance(value, dict):
            fail(op, f"a structure {shape.name} needs a fixed value")
        parts = []
        for key in value:
            if key not in shape.members:
                fail(op, f"{shape.name} has no member {key}")
            parts.append(param_text(service, shape.members[key], key, value[key], op))
        return "{" + ",".join(parts) + "}"
    if kind == "map":
        example = next(iter(value.values())) if isinstance(value, dict) and value else None
        return f"<{type_text(service, shape.value, example, op)}>"
    fail(op, f"no way to send a {kind}")


def param_text(service, shape, name, value, op):
    wire = wire_name(service, shape, name)
    if service.protocol == "query" and shape.type_name == "list" and shape.serialization.get("flattened"):
        wire = shape.member.serialization.get("name", wire)
    return name + (f"={wire}" if wire != name else "") + ":" + type_text(service, shape, value, op)


def top_param(service, model, name, value, op):
    if model.input_shape is None or name not in model.input_shape.members:
        fail(op, f"no parameter {name}")
    shape = model.input_shape.members[name]
    place = {"uri": "@uri", "querystring": "@query", "header": "@header"}.get(shape.serialization.get("location"), "")
    text = param_text(service, shape, name, value, op)
    head, _, kind = text.partition(":")
    return f"{head}{place}:{kind}"


# --- rows of the list

class Row:
    def __init__(self, columns, cells):
        self.__dict__.update(dict(zip(columns, cells)))
        self.fixed = json.loads(self.fixed) if self.fixed else {}
        self.flags = [f for f in self.flags.split(",") if f]
        self.sources = []
        for text in self.follow.split(" ") if self.follow else []:
            parent, assigns, filters, region = (text.split("|") + ["", "", ""])[:4]
            pairs = []
            for pair in assigns.split(",") if assigns else []:
                param, path = pair.split("=", 1)
                path, slash, batch = (path, "", "") if path.startswith("=") else path.partition("/")
                pairs.append((param, path, int(batch or 0)))
            self.sources.append((parent, pairs, [f for f in filters.split(",") if f], region))


def read_rows(path):
    rows, columns = {}, None
    for line in open(path, encoding="utf-8"):
        line = line.rstrip("\n")
        if line.startswith("#") or not line:
            continue
        cells = line.split("\t")
        if columns is None:
            columns = cells
            continue
        row = Row(columns, cells + [""] * (len(columns) - len(cells)))
        if row.op in rows:
            fail(row.op, "twice in the list")
        rows[row.op] = row
    return rows


def known_params(row):
    return set(row.fixed) | {p for s in row.sources for p, _, _ in s[1]}


def check_source(session, rows, row, source):
    parent, pairs, filters, region = source
    if parent == "-":
        for param, path, _ in pairs:
            if not path.startswith("="):
                fail(row.op, f"{param}: a source without parent must give values")
        return
    if parent not in rows:
        fail(row.op, f"parent {parent} is not in the list")
    service = load_service(session, parent.split(":")[0])
    output = service.model.operation_model(parent.split(":")[1]).output_shape
    paths = [path for _, path, _ in pairs] + [re.split("!=|=", f)[0] for f in filters] + ([region] if region else [])
    for path in paths:
        if path.startswith("^"):
            if path[1:] not in known_params(rows[parent]):
                fail(row.op, f"{parent} is not called with {path[1:]}")
        elif not path.startswith("="):
            shape = walk(row.op, output, path)
            if shape.type_name not in SCALARS:
                fail(row.op, f"{parent} {path} is a {shape.type_name}")


def check_row(session, rows, row):
    service = load_service(session, row.op.split(":")[0])
    name = row.op.split(":")[1]
    if name not in service.model.operation_names:
        fail(row.op, "no such operation")
    if not READ_VERBS.match(name) and row.op not in JOBS:
        fail(row.op, "not a verb that only reads")
    if FORBIDDEN.match(row.op):
        fail(row.op, "reads contents or secrets")
    if (row.op in JOBS) != ("job" in row.flags):
        fail(row.op, "flag job is wrong")
    model = service.model.operation_model(name)
    for source in row.sources:
        check_source(session, rows, row, source)
    page = pages(service, model, row)
    given = set(row.fixed) | ({page["size"]} if page["size_max"] else set())
    required = set(model.input_shape.required_members) if model.input_shape else set()
    for source in row.sources or [("", [], [], "")]:
        missing = required - given - {p for p, _, _ in source[1]}
        if missing and "manual" not in row.flags:
            fail(row.op, f"nothing gives {', '.join(sorted(missing))}")
    return service, model, page


# --- pages

def pages(service, model, row):
    inputs = model.input_shape.members if model.input_shape else {}
    outputs = model.output_shape.members if model.output_shape else {}
    page = {"in": [], "out": [], "more": "", "size": "", "size_max": 0, "lists": []}
    config = service.paginators.get(model.name)
    as_list = lambda v: v if isinstance(v, list) else [v]
    if config:
        page["in"], page["out"] = as_list(config["input_token"]), as_list(config["output_token"])
        page["more"], page["size"] = config.get("more_results", ""), config.get("limit_key", "")
        page["lists"] = [k for k in as_list(config["result_key"]) if re.fullmatch(r"[\w.]+", k)]
    else:
        for i, o in TOKENS:
            if i in inputs and o in outputs:
                page["in"], page["out"] = [i], [o]
                page["lists"] = [p.split("[]")[0] for p in row.items.split("|") if "[]" in p]
                break
        page["size"] = next((s for s in SIZES if s in inputs), "") if page["in"] else ""
    for path in page["out"]:
        for part in path.split("||"):
            if "[-1]" not in part:
                walk(row.op, model.output_shape, part.strip())
    if page["size"] and page["size"] in row.fixed:
        page["size"] = ""
    if not page["size"]:
        required = model.input_shape.required_members if model.input_shape else []
        page["size"] = next((s for s in SIZES if s in required and s not in row.fixed), "")
    if page["size"]:
        most = PAGE_SIZE.get(row.op) or inputs[page["size"]].metadata.get("max", 0)
        page["size_max"] = 0 if most > 100000 else min(most, PAGE_SIZE_CAP)
        if inputs[page["size"]].type_name == "string":
            page["size_max"] = PAGE_SIZE.get(row.op, 0)
    if not page["size_max"]:
        page["size"] = ""
    return page


# --- items

def item_fields(row, model):
    """name and tags of each kind of item, found in the model."""
    names, tags = [], []
    if not row.items:
        fail(row.op, "no items")
    kinds = row.items.split("|")
    types = row.type.split("|") if row.type else [""] * len(kinds)
    ids = row.id.split("|") if "|" in row.id else [row.id] * len(kinds)
    if len(types) != len(kinds) or len(ids) != len(kinds):
        fail(row.op, "items, types and ids differ in number")
    for path, kind, ident in zip(kinds, types, ids):
        shape = walk(row.op, model.output_shape, path) if model.output_shape else None
        members = shape.members if shape is not None and shape.type_name == "structure" else {}
        for field in (ident, row.arn):
            if field and field != "@":
                walk(row.op, shape, field)
        if ident == "@" and members:
            fail(row.op, "id @ but the items are objects")
        for name in re.findall(r"{(\w+)(?:@basename)?}", row.arn_template):
            if name not in ("partition", "region", "account") and name not in members:
                fail(row.op, f"arn_template: no member {name}")
        tag = next((m for m in members if m.lower() in ("tags", "tagset", "taglist", "hostedzonetags", "resourcetags")), "")
        last = kind.split("::")[-1].lower() if kind else ""
        name = next((m for m in members if m.lower() in ("name", last + "name", "dbname" if not last else last + "name")), "")
        if not name and kind:
            name = next((m for m in members if m.lower().endswith("name") and last.endswith(m.lower()[:-4])), "")
        if not name and kind and ident.lower().endswith("name"):
            name = ident
        names.append("@" if ident == "@" and kind else name if kind else "")
        tags.append(tag)
    same = lambda values: values[0] if len(set(values)) == 1 else "|".join(values)
    return same(names), same(tags)


def action_of(service, row, name):
    if row.op in ACTION:
        return ACTION[row.op]
    if service.name in ("apigateway", "apigatewayv2"):
        return "apigateway:GET"
    return f"{ACTION_PREFIX.get(service.name, service.signing)}:{name}"


def operation_line(service, model, page, row):
    name = model.name
    fixed = dict(row.fixed)
    params, seen = [], set()

    def use(param, value=None):
        if param and param not in seen:
            seen.add(param)
            params.append(top_param(service, model, param, value, row.op))

    for param, value in fixed.items():
        use(param, value)
    for source in row.sources:
        for param, _, _ in source[1]:
            use(param)
    if "manual" in row.flags:
        for param in model.input_shape.required_members:
            if param not in seen and model.input_shape.members[param].type_name in SCALARS:
                use(param)
            elif param not in seen:
                shape = model.input_shape.members[param]
                use(param, {m: "" for m, s in shape.members.items() if s.type_name in SCALARS})
    for param in page["in"]:
        use(param)
    use(page["size"])
    names, tags = item_fields(row, model)
    http = model.http
    host = (model.endpoint or {}).get("hostPrefix", "")
    target = service.meta.get("targetPrefix", "") if service.protocol.startswith("json") else ""
    version = service.meta["apiVersion"] if service.protocol in ("query", "ec2") else ""
    path = http.get("requestUri", "/")
    if service.protocol in ("query", "ec2", "json1.0", "json1.1"):
        path, http = "/", {"method": "POST"}
    flags = list(row.flags)
    if service.protocol == "rest-json" and model.input_shape is not None and \
            any("location" not in m.serialization for m in model.input_shape.members.values()):
        flags.append("body")
    if service.protocol.startswith("json") and service.model.is_query_compatible:
        flags.append("querymode")
    return [row.op, f"{service.name}-{botocore.xform_name(name, '-')}", service.env, service.signing, service.meta["endpointPrefix"], row.region, service.protocol, target,
            version, http["method"], path, host, row.kind, " ".join(params),
            json.dumps(fixed, separators=(",", ":"), ensure_ascii=False) if fixed else "", row.follow,
            ",".join(page["in"]), ",".join(p.replace(" ", "") for p in page["out"]), page["more"] or "", page["size"],
            str(page["size_max"] or ""), ",".join(page["lists"]), row.items, row.id, row.arn, names, tags, row.type,
            row.arn_template, action_of(service, row, name), row.absent, ",".join(flags)]


COLUMNS = ["id", "cli", "endpoint_env", "signing_name", "endpoint_prefix", "home_region", "protocol", "target_prefix", "api_version",
           "method", "path", "host_prefix", "kind", "params", "fixed", "follow", "page_in", "page_out", "page_more", "page_size",
           "page_size_max", "lists", "items", "id_field", "arn_field", "name_field", "tags_field", "type", "arn_template",
           "action", "absent", "flags"]


# --- shapes of the answers

class Shapes:
    """The output structures of one service, numbered, each once."""

    def __init__(self, service):
        self.service, self.numbers, self.lines = service, {}, []
        self.xml = service.protocol in ("query", "ec2", "rest-xml")

    def ref(self, shape, list_flat_ok=True):
        kind = shape.type_name
        if kind in SCALARS:
            if self.service.name == "iam" and shape.name == "policyDocumentType":
                return "p"
            if self.service.name == "cloudformation" and shape.name == "TemplateBody":
                return "j"
            return SCALARS[kind]
        if kind == "list":
            inner = self.ref(shape.member)
            if not self.xml:
                return f"[{inner}]"
            if shape.serialization.get("flattened"):
                return f"[*{inner}]"
            tag = shape.member.serialization.get("name", "member")
            return f"[{inner}]" if tag == self.default_tag() else f"[{tag}/{inner}]"
        if kind == "map":
            inner = self.ref(shape.value)
            if not self.xml:
                return "{" + inner + "}"
            key, value = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
            star = "*" if shape.serialization.get("flattened") else ""
            return "{" + star + ("" if (key, value) == ("key", "value") else f"{key}/{value}/") + inner + "}"
        return str(self.number(shape))

    def default_tag(self):
        return "item" if self.service.protocol == "ec2" else "member"

    def number(self, shape):
        if shape.name in self.numbers:
            return self.numbers[shape.name]
        number = self.numbers[shape.name] = len(self.numbers)
        self.lines.append(None)
        self.lines[number] = " ".join([str(number)] + [self.member(n, m) for n, m in shape.members.items()]) \
            if not getattr(shape, "is_document_type", False) else f"{number} *"
        return number

    def member(self, name, shape):
        place = shape.serialization.get("location")
        wire = shape.serialization.get("name", name)
        ref = self.ref(shape)
        tail = "" if ref == "s" else ":" + ref
        if place in ("header", "headers"):
            return f"{name}=!{wire}{tail}"
        if place == "statusCode":
            return f"{name}=!{tail}"
        if self.xml:
            if shape.type_name in ("list", "map") and shape.serialization.get("flattened") and shape.type_name == "list":
                wire = shape.member.serialization.get("name", wire)
            if shape.serialization.get("xmlAttribute"):
                return f"{name}=@{wire.split(':')[-1]}{tail}"
        return (name if wire == name else f"{name}={wire}") + tail

    def operation(self, model):
        shape = model.output_shape
        if shape is None:
            return f"@{model.name} -"
        payload = shape.serialization.get("payload")
        number = self.number(shape)
        text = f"@{model.name} {number}"
        if payload:
            kind = shape.members[payload].type_name
            text += f" {'payload' if kind == 'structure' else 'raw'}:{payload}"
        elif self.service.protocol == "query" and "resultWrapper" in shape.serialization:
            text += f" in:{shape.serialization['resultWrapper']}"
        return text


def write(path, head, lines):
    with open(path, "w", encoding="utf-8") as f:
        f.write(head + "\n" + "".join(line + "\n" for line in lines))


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    session = botocore.session.get_session()
    rows = read_rows(f"{root}/tools/aws_operations.tsv")
    table, shapes, operations = [], {}, {}
    for op in sorted(rows):
        service, model, page = check_row(session, rows, rows[op])
        cells = operation_line(service, model, page, rows[op])
        if any("\t" in c or "\n" in c for c in cells):
            fail(op, "a tab or line end in a cell")
        table.append("\t".join(cells))
        operations.setdefault(service.name, []).append(shapes.setdefault(service.name, Shapes(service)).operation(model))
    os.makedirs(f"{root}/data/aws", exist_ok=True)
    head = f"# made by tools/gen_aws.py from botocore {botocore.__version__}"
    write(f"{root}/data/aws/operations.tsv", head + "\n" + "\t".join(COLUMNS), table)
    lines = []
    for name in sorted(shapes):
        lines.append(f"#{name} {shapes[name].service.protocol}")
        lines += operations[name] + shapes[name].lines
    write(f"{root}/data/aws/shapes.txt", head, lines)
    print(f"{len(table)} operations, {sum(len(s.lines) for s in shapes.values())} structures")


if __name__ == "__main__":
    main()
