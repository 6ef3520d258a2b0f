"""Writes the lines of an import bundle (src/collect/bundle_line.h), packed or as a folder."""
import gzip
import hashlib
import json
import os
import re
import urllib.parse

HOME = "us-east-1"
CLOCK = "2026-11-01T12:00:00Z"
TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "data", "aws", "operations.tsv")


def dumps(value):
    return json.dumps(value, separators=(",", ":"))


def digest(*parts):
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()


def operations():
    """Rows of the table as dicts, by id."""
    with open(TABLE, encoding="utf-8") as f:
        lines = [line.rstrip("\n").split("\t") for line in f if not line.startswith("#")]
    return {row[0]: dict(zip(lines[0], row)) for row in lines[1:]}


def start_params(op):
    """The parameter sets with which the operation is called without a parent; none when it has one."""
    sets = []
    for source in op["follow"].split(" ") if op["follow"] else []:
        parent, _, rest = source.partition("|")
        if parent != "-":
            return []
        name, _, values = rest.partition("==")
        sets += [{name: value} if value else {} for value in values.split("/")]
    return sets or [{}]


class Bundle:
    def __init__(self, out, packed):
        self.packed, self.out, self.lines, self.rows = packed, out, 0, 0
        self.ops = operations()
        self.made = set()  # (operation, parameters) of the account being written
        if packed:
            self.file = gzip.GzipFile(os.path.join(out, "bundle.jsonl.gz"), "wb", compresslevel=1, mtime=0)
        else:
            os.makedirs(out, exist_ok=True)
            self.file = open(os.path.join(out, "calls.jsonl"), "wb")
        self.starts = list(self._starts())

    def _starts(self):
        for name, op in self.ops.items():
            if op["kind"] in ("resource", "singleton"):
                for params in start_params(op):
                    yield name, op, params

    def close(self):
        self.file.close()

    def line(self, obj):
        self.file.write((dumps(obj) + "\n").encode())
        self.lines += 1

    def run(self, caller, tool="make_iam_org"):
        self.line({"run": {"bundle": 1, "clock": CLOCK, "tool": tool, "caller": caller, "scope": {"org": True}}})

    def account(self, account, name):
        self.made = set()
        self.line({"account": {"account": account, "name": name, "reached": True}})
        self.line({"region": {"account": account, "region": HOME, "state": "enabled", "wanted": True}})

    def call(self, account, op, answer, params=None, rows=1, region=None):
        op_row = self.ops[op]
        service, operation = op.split(":")
        line = {"account": account, "region": region or op_row["home_region"] or HOME, "service": service, "operation": operation}
        self.made.add((op, dumps(params or {})))
        if params:
            line["params"] = params
        line.update({"status": "ok" if rows else "empty", "rows": rows, "at": CLOCK, "source": "import"})
        if self.packed:
            line["answer"] = answer
        else:
            line["file"] = self._write_answer(line, op_row, params, answer)
        self.line(line)
        self.rows += rows

    def failed(self, account, op, status, code=None, params=None):
        service, operation = op.split(":")
        line = {"account": account, "region": self.ops[op]["home_region"] or HOME, "service": service, "operation": operation}
        self.made.add((op, dumps(params or {})))
        if params:
            line["params"] = params
        line.update({"status": status, "at": CLOCK, "source": "import"})
        if code:
            line["code"] = code
        self.line(line)

    def absent(self, account, op, params=None):
        self.failed(account, op, "absent", self.ops[op]["absent"].split(",")[0] or "NotFound", params)

    def rest(self, account, is_management):
        """Everything that can be asked without a parent and was not: there is none of it."""
        for name, op, params in self.starts:
            if (name, dumps(params)) in self.made:
                continue
            if name.startswith("organizations:") and not is_management:
                self.failed(account, name, "unavailable", "NotManagementAccount", params)
            elif op["kind"] == "resource":
                self.failed(account, name, "empty", None, params)
            elif op["absent"]:
                self.absent(account, name, params)

    def _write_answer(self, line, op_row, params, answer):
        names = [p.split(":")[0].split("=")[0].split("@")[0] for p in op_row["params"].split(" ")]
        values = [params[n] for n in names if n in (params or {})]
        place = os.path.join(line["account"], line["region"], op_row["cli"])
        if values:
            texts = [urllib.parse.quote(dumps(v) if isinstance(v, list) else str(v), safe="-._~") for v in values]
            texts = [t if t and len(t) < 180 and not re.match(r"\.", t) else "=" + digest(t)[:32] for t in texts]
            place = os.path.join(place, *texts)
        place += ".json"
        path = os.path.join(self.out, place)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            json.dump(answer, f, indent=1)
        return place
