#!/usr/bin/env python3
"""Writes data/iam/{actions,resources,keys,rcp_services}.tsv: gen_iam.py SOURCE-FOLDER [OUT-FOLDER].

SOURCE-FOLDER holds catalogue.actions.tsv, catalogue.resources.tsv, catalogue.keys.tsv and catalogue.rcp-services.json,
flattened from iam-data by cloud-copilot (MIT, see NOTICE), which is made from AWS's service reference. What is written is
the same facts, smaller and in the order in which ward looks them up: sorted by service, then by name without case, keys
in lower case, the sets of resource types and of condition keys of a service once each.

data/iam/data_actions.tsv is not made here: it is ward's own judgement on the actions that this lists. After a new
catalogue, tests/unit/iam/catalogue_test.c names the actions and types that nobody has judged yet.
"""
import json
import os
import re
import sys

LEVELS = {"List": "L", "Read": "R", "Write": "W", "Permissions management, Write": "P", "Tagging, Write": "T"}

# IAM User Guide, "AWS global condition context keys" (read 2026): keys of any service's requests, which the service
# reference does not list.
GLOBAL_KEYS = """
aws:CalledVia ArrayOfString
aws:CalledViaFirst String
aws:CalledViaLast String
aws:AssumedRoot Bool
aws:ChatbotSourceArn ARN
aws:CurrentTime Date
aws:Ec2InstanceSourcePrivateIPv4 IPAddress
aws:Ec2InstanceSourceVpc String
aws:EpochTime Date
aws:FederatedProvider String
aws:IsMcpServiceAction Bool
aws:MultiFactorAuthAge Numeric
aws:MultiFactorAuthPresent Bool
aws:PrincipalAccount String
aws:PrincipalArn ARN
aws:PrincipalIsAWSService Bool
aws:PrincipalOrgID String
aws:PrincipalOrgPaths ArrayOfString
aws:PrincipalServiceName String
aws:PrincipalServiceNamesList ArrayOfString
aws:PrincipalTag/${TagKey} String
aws:PrincipalType String
aws:Referer String
aws:RequestedRegion String
aws:ResourceAccount String
aws:ResourceOrgID String
aws:ResourceOrgPaths ArrayOfString
aws:SecureTransport Bool
aws:SourceAccount String
aws:SourceArn ARN
aws:SourceIdentity String
aws:SourceIp IPAddress
aws:SourceOrgID String
aws:SourceOrgPaths ArrayOfString
aws:SourceVpc String
aws:SourceVpcArn ARN
aws:SourceVpce String
aws:TokenIssueTime Date
aws:UserAgent String
aws:ViaAWSMCPService Bool
aws:ViaAWSService Bool
aws:VpceAccount String
aws:VpceOrgID String
aws:VpceOrgPaths ArrayOfString
aws:VpcSourceIp IPAddress
aws:userid String
aws:username String
"""


def rows(path):
    with open(path, encoding="utf-8") as f:
        for line in f:
            if not line.startswith("#"):
                yield line.rstrip("\n").split("\t")


def key_name(key):
    """Lower case; the part that a request fills in is written ${...} by one service and <...> by another."""
    return re.sub(r"<([^>]*)>", r"${\1}", key).lower()


def numbered(sets, value):
    if value not in sets:
        sets[value] = len(sets)
    return sets[value]


def order(row):
    return row[0], row[1].lower(), row[1]


def write(folder, name, comment, lines):
    with open(f"{folder}/{name}", "w", encoding="utf-8", newline="\n") as f:
        for line in comment.strip().split("\n"):
            f.write(f"# {line}\n")
        for line in lines:
            f.write(line + "\n")


def action_lines(actions):
    """Of each service: its name, its sets of types (+), its sets of keys (=), then its actions."""
    for service in sorted({a[0] for a in actions}):
        types, keys, own = {"": 0}, {"": 0}, []
        for a in sorted((a for a in actions if a[0] == service), key=order):
            t = numbered(types, ",".join(sorted(x.strip("*") for x in a[3].split(",") if x)))
            k = numbered(keys, " ".join(sorted({key_name(x) for x in a[4].split(",") if x})))
            own.append(f"{a[1]}\t{LEVELS[a[2]]}\t{t}\t{k}".removesuffix("\t0").removesuffix("\t0"))
        yield f"@{service}"
        yield from (f"+{t}" for t in types if t)
        yield from (f"={k}" for k in keys if k)
        yield from own


def key_types(source):
    types = {}
    for service, key, kind in rows(source):
        name = key_name(key)
        if name not in types or name.startswith(service + ":"):
            types[name] = kind
    for line in GLOBAL_KEYS.strip().split("\n"):
        key, kind = line.split()
        types[key_name(key)] = kind
    return types


def main():
    source, out = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else os.path.join(os.path.dirname(__file__), "..", "data", "iam")
    actions = list(rows(f"{source}/catalogue.actions.tsv"))
    resources = sorted(rows(f"{source}/catalogue.resources.tsv"), key=order)
    made = "Made by tools/gen_iam.py from iam-data by cloud-copilot (MIT, see NOTICE)."
    write(out, "actions.tsv", f"""Actions of AWS services. {made}
@SERVICE, then its sets of resource types (+, numbered from 1) and of condition keys (=, from 1), then an action a line:
NAME LEVEL TYPES KEYS (the numbers of its sets; left out: none). L list, R read, W write, P permissions, T tagging.""",
          action_lines(actions))
    write(out, "resources.tsv", f"Resource types: service, type, ARN, condition keys. {made}",
          ("\t".join([r[0], r[1], r[2], " ".join(sorted({key_name(k) for k in r[3].split(",") if k}))]) for r in resources))
    write(out, "keys.tsv", f"Condition keys and their types, those of all services (aws:) included. {made}",
          (f"{k}\t{t}" for k, t in sorted(key_types(f"{source}/catalogue.keys.tsv").items())))
    with open(f"{source}/catalogue.rcp-services.json", encoding="utf-8") as f:
        write(out, "rcp_services.tsv", f"Services whose resources resource control policies bear on. {made}", sorted(json.load(f)))


if __name__ == "__main__":
    main()
