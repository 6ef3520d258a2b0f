"""Answers as the AWS CLI prints them, written as AWS sends them: by the shapes of data/aws, in the operation's protocol."""
import base64
import datetime
import json
import os
import urllib.parse
from xml.sax.saxutils import escape, quoteattr

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def operations():
    """data/aws/operations.tsv: id -> row."""
    with open(f"{ROOT}/data/aws/operations.tsv", encoding="utf-8") as f:
        lines = [line.rstrip("\n").split("\t") for line in f if not line.startswith("#")]
    return {row[0]: dict(zip(lines[0], row)) for row in lines[1:]}


class Shapes:
    """data/aws/shapes.txt (src/aws/shape.h tells the format): id -> (protocol, structures, root, how)."""

    def __init__(self):
        self.outputs = {}
        with open(f"{ROOT}/data/aws/shapes.txt", encoding="utf-8") as f:
            for line in f:
                self.take(line.rstrip("\n"))

    def take(self, line):
        words = line.split(" ")
        if line.startswith("# "):
            return
        if line.startswith("#"):
            self.service, self.protocol, self.structures = words[0][1:], words[1], {}
        elif line.startswith("@"):
            how = dict(word.split(":", 1) for word in words[2:])
            self.outputs[f"{self.service}:{words[0][1:]}"] = (self.protocol, self.structures, words[1], how)
        elif words[0]:
            self.structures[words[0]] = None if words[1:] == ["*"] else [member(word) for word in words[1:]]


def member(word):
    """(name, wire name, ref)"""
    name, _, ref = word.partition(":")
    name, _, wire = name.partition("=")
    return name, wire or name, ref or "s"


def inner(ref):
    """(flat, names, element's ref) of a list or map."""
    body = ref[1:-1]
    flat = body.startswith("*")
    body = body[flat:]
    names = []
    while "/" in body and body[0] not in "[{" and "/" in body.split("[")[0].split("{")[0]:
        name, _, body = body.partition("/")
        names.append(name)
    return flat, names, body


def scalar(ref, value, xml):
    if ref == "t" and isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ") if xml else int(value.timestamp())
    if ref in "pj" and not isinstance(value, str):
        value = json.dumps(value)
    if ref == "p":
        return urllib.parse.quote(value, safe="@")
    if ref == "x":
        return base64.b64encode(value.encode()).decode()
    if xml and isinstance(value, bool):
        return "true" if value else "false"
    return value


class Writer:
    def __init__(self, structures, ec2=False):
        self.structures = structures
        self.item = "item" if ec2 else "member"

    def json(self, ref, value):
        if ref[0] == "[":
            return [self.json(inner(ref)[2], v) for v in value]
        if ref[0] == "{":
            return {k: self.json(inner(ref)[2], v) for k, v in value.items()}
        if not ref.isdigit():
            return scalar(ref, value, False)
        members = self.structures[ref]
        if members is None:
            return value
        known = {name: (wire, r) for name, wire, r in members}
        return {known[name][0]: self.json(known[name][1], v) for name, v in value.items()}

    def element(self, wire, ref, value):
        if ref[0] == "[":
            flat, names, of = inner(ref)
            if flat:
                return "".join(self.element(wire, of, v) for v in value)
            tag = names[0] if names else self.item
            return f"<{wire}>" + "".join(self.element(tag, of, v) for v in value) + f"</{wire}>"
        if ref[0] == "{":
            _, names, of = inner(ref)
            key, val = names if len(names) == 2 else ("key", "value")
            entries = "".join(f"<entry><{key}>{escape(k)}</{key}>{self.element(val, of, v)}</entry>" for k, v in value.items())
            return f"<{wire}>{entries}</{wire}>"
        if ref.isdigit():
            attributes = "".join(f" {w[1:] if w != '@type' else 'xsi:type'}={quoteattr(str(value[n]))}"
                                 for n, w, _ in self.structures[ref] if w.startswith("@") and n in value)
            if attributes:
                attributes = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"' + attributes
            return f"<{wire}{attributes}>{self.members(ref, value)}</{wire}>"
        return f"<{wire}>{escape(str(scalar(ref, value, True)))}</{wire}>"

    def members(self, ref, value):
        known = {name: (wire, r) for name, wire, r in self.structures[ref]}
        return "".join(self.element(*known[name], v) for name, v in value.items() if known[name][0][0] not in "@!")


def answer(shapes, op, value):
    """The body of a good answer. A value whose name the model does not know raises KeyError."""
    protocol, structures, root, how = shapes.outputs[op]
    name = op.split(":")[1]
    if "json" in protocol:
        return json.dumps(Writer(structures).json(root, value))
    writer = Writer(structures, protocol == "ec2")
    if "raw" in how:
        raw = value[how["raw"]]
        return raw if isinstance(raw, str) else json.dumps(raw)
    if "payload" in how:
        ref = {n: r for n, _, r in structures[root]}[how["payload"]]
        return '<?xml version="1.0" encoding="UTF-8"?>' + writer.element(how["payload"], ref, value[how["payload"]])
    body = writer.members(root, value)
    if protocol == "rest-xml":
        return f'<?xml version="1.0" encoding="UTF-8"?><{name}Result>{body}</{name}Result>'
    if protocol == "ec2":
        return f"<{name}Response><requestId>ward</requestId>{body}</{name}Response>"
    inside = how.get("in", f"{name}Result")
    return f"<{name}Response><{inside}>{body}</{inside}><ResponseMetadata><RequestId>ward</RequestId></ResponseMetadata></{name}Response>"
