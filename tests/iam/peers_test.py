#!/usr/bin/env python3
"""Compares `ward can --batch` with what two peers, PMapper and IAMSpy, say in their own test suites.

usage: peers_test.py WARD CASES [-v]

CASES is a folder with pmapper.jsonl and iamspy.jsonl (README.md there); where it is not, the test prints `absent` and
passes. Each row becomes one or a few questions of kind "authorize". Where the answers differ, the row must be one of
JUDGED: a rule that tells from the row itself why AWS's documentation says otherwise. docs/iam-disagreements.md argues
each. A rule that no row needs any more fails too.
"""
import json
import os
import subprocess
import sys
import tempfile

EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
ELSEWHERE = "888877776666"


def account_of(arn):
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 else ""


def concrete(action, resource, account):
    """A thing for "*" where the action needs one: any one; a policy that says "*" does not tell them apart."""
    if resource != "*":
        return resource
    things = {"iam:PutUserPolicy": "user/any", "iam:CreateRole": "role/any", "iam:CreateUser": "user/any", "sts:AssumeRole": "role/any",
              "iam:CreateAccessKey": "user/any"}
    if action in things:
        return f"arn:aws:iam::{account}:{things[action]}"
    if action in ("ssm:SendCommand", "ssm:StartSession", "ec2:RunInstances"):
        return f"arn:aws:ec2:us-east-1:{account}:instance/i-0123456789abcdef0"
    if action.startswith("lambda:"):
        return f"arn:aws:lambda:us-east-1:{account}:function:any"
    if action.startswith("cloudformation:"):
        return f"arn:aws:cloudformation:us-east-1:{account}:stack/any/1"
    return resource


def delegated(account):
    """A resource policy that leaves the decision to the principal's account: then its own policies decide."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": account}, "Action": "*", "Resource": "*"}]}


def known_keys(arn):
    """What AWS itself knows of the caller (IAM User Guide, "AWS global condition context keys")."""
    account, rest = account_of(arn), arn.split(":", 5)[5]
    keys = {"aws:PrincipalArn": arn, "aws:PrincipalAccount": account, "aws:PrincipalType": rest.split("/")[0].capitalize(),
            "aws:CurrentTime": "2026-11-01T12:00:00Z", "aws:EpochTime": "1793534400", "aws:SecureTransport": "true"}
    if rest.startswith("user/"):
        keys["aws:username"] = rest.rsplit("/", 1)[1]
    return keys


def question(row, args, **changes):
    node = args["node"]
    who = node.get("principal") or node["service"]
    context = known_keys(who) if "principal" in node else {}
    for key, value in (args.get("context") or {}).items():
        context = {k: v for k, v in context.items() if k.lower() != key.lower()}
        if value != "":  # the peer's word for a key that is not there
            context[key] = value
    for tag, value in (node.get("tags") or {}).items():
        context[f"aws:PrincipalTag/{tag}"] = value
    account = account_of(who) or args.get("resource_owner", "")
    resource = concrete(args["action_to_check"], args["resource_to_check"], account)
    q = {"kind": "authorize", "name": row["name"], "mode": "Strict",
         "request": {"principal": who, "action": args["action_to_check"], "resource": resource, "context": context,
                     "resourceAccount": args.get("resource_owner") or account_of(resource) or account},
         "identityPolicies": node.get("identityPolicies") or [], "scps": [], "expected": {}}
    if node.get("boundary"):
        q["boundary"] = node["boundary"]
    if args.get("scps"):
        q["scps"] = [{"level": f"level{n}", "policies": level} for n, level in enumerate(args["scps"])]
    if args.get("sessionPolicy"):
        q["sessionPolicies"] = [args["sessionPolicy"]]
    if args.get("resource_policy"):
        q["resourcePolicy"] = args["resource_policy"]
    request = changes.pop("request", {})
    q["request"].update(request)
    q.update(changes)
    return q


def allowed(result):
    return result == "Allowed"


def local(row):
    a = row["args"]
    return [question(row, a, resourcePolicy=delegated(account_of(a["node"]["principal"])))], lambda r: allowed(r[0])


def with_mfa(row):
    """Without a second factor, and with one: [whether allowed, whether only with it]."""
    a = row["args"]
    mfa = {**a, "context": {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "1", **(a.get("context") or {})}}
    both = [local({**row, "args": args})[0][0] for args in (a, mfa)]
    return both, lambda r: [allowed(r[0]) or allowed(r[1]), not allowed(r[0]) and allowed(r[1])]


def full(row):
    return [question(row, row["args"])], lambda r: allowed(r[0])


def of_resource(row):
    """What the resource's policy alone says: asked with an identity that may do everything from another account, and
    with one that may do nothing from the same."""
    a = row["args"]
    node = {k: v for k, v in a["node"].items() if k != "boundary"}
    a = {**a, "node": node}
    if "service" in node:
        return [question(row, a)], lambda r: "SERVICE_MATCH" if allowed(r[0]) else "DENY_MATCH" if r[0] == "ExplicitlyDenied" else "NO_MATCH"
    most = question(row, a, identityPolicies=[EVERYTHING], request={"resourceAccount": ELSEWHERE})
    least = question(row, a, identityPolicies=[], request={"resourceAccount": account_of(node["principal"])})

    def read(r):
        if r[0] == "ExplicitlyDenied":
            return "DENY_MATCH"
        return "NODE_MATCH" if allowed(r[1]) else "ROOT_MATCH" if allowed(r[0]) else "NO_MATCH"
    return [most, least], read


def statement(row):
    """Whether a statement of that effect matches: the others are taken out, and for a Deny everything is allowed."""
    a = row["args"]
    effect = a["effect_value"]
    documents = []
    for doc in a["node"]["identityPolicies"]:
        statements = doc["Statement"] if isinstance(doc["Statement"], list) else [doc["Statement"]]
        documents.append({**doc, "Statement": [s for s in statements if s["Effect"] == effect]})
    documents = [d for d in documents if d["Statement"]] + ([EVERYTHING] if effect == "Deny" else [])
    q = question(row, a, identityPolicies=documents, resourcePolicy=delegated(account_of(a["node"]["principal"])))
    return [q], lambda r: r[0] == ("ExplicitlyDenied" if effect == "Deny" else "Allowed")


PMAPPER = {"local_check_authorization": local, "local_check_authorization_handling_mfa": with_mfa, "local_check_authorization_full": full,
           "resource_policy_authorization": of_resource, "has_matching_statement": statement}


# ---- IAMSpy ----

def policies_of(principal, details):
    """Attached, inline and group policies of a user or role of GetAccountAuthorizationDetails, and its boundary."""
    documents = {p["Arn"]: next(v["Document"] for v in p["PolicyVersionList"] if v["IsDefaultVersion"])
                 for d in details for p in d.get("Policies", [])}
    groups = {g["GroupName"]: g for d in details for g in d.get("GroupDetailList", [])}
    holders = [principal] + [groups[g] for g in principal.get("GroupList", [])]
    out = []
    for h in holders:
        for inline in ("UserPolicyList", "GroupPolicyList", "RolePolicyList"):
            out += [p["PolicyDocument"] for p in h.get(inline, [])]
        out += [documents[p["PolicyArn"]] for p in h.get("AttachedManagedPolicies", []) if p["PolicyArn"] in documents]
    boundary = (principal.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
    return out, [documents[boundary]] if boundary in documents else None


def levels_to(tree, account, above=()):
    """The policies of the organization on the way to the account, root first."""
    here = (*above, {"level": tree["Id"], "policies": [p["Content"] for p in tree["Policies"]]})
    if tree["Id"] == account:
        return list(here)
    for child in tree.get("Children", []):
        found = levels_to(child, account, here)
        if found:
            return found
    return None


def spy_question(row, principal, action, resource, pairs, strict):
    arn = principal["Arn"]
    identity, boundary = policies_of(principal, row["gaads"])
    context = {**known_keys(arn), **dict(p.split("=", 1) for p in pairs)}
    policy = next((p for p in row["resourcePolicies"] if p["Resource"] == resource), None)
    q = {"kind": "authorize", "name": row["name"], "mode": "Strict" if strict else "Discovery", "identityPolicies": identity, "scps": [],
         "request": {"principal": arn, "action": action, "resource": resource, "context": context,
                     "resourceAccount": policy["Account"] if policy else account_of(resource) or account_of(arn)},
         "discoveryConstraints": [{"keyName": k, "presenceIsKnown": True, "valueIsKnown": True} for k in context], "expected": {}}
    if boundary:
        q["boundary"] = boundary
    if policy:
        q["resourcePolicy"] = as_principal(policy["Policy"])
    levels = next(filter(None, (levels_to(t, account_of(arn)) for t in row["scpTrees"])), None)
    if levels:
        q["scps"] = levels
    return q


def as_principal(doc):
    """The peer writes a principal as bare text, which no API of AWS takes; what it means is {"AWS": text}."""
    fixed = json.loads(json.dumps(doc))
    for s in fixed["Statement"]:
        if isinstance(s.get("Principal"), str) and s["Principal"] != "*":
            s["Principal"] = {"AWS": s["Principal"]}
    return fixed


def spy(row):
    args = row["args"] + [None] * 6
    principals = [p for d in row["gaads"] for p in d["UserDetailList"] + d["RoleDetailList"]]
    if row["kind"] == "can-i":
        who, action, resource, pairs, _, strict = args[:6]
        found = [p for p in principals if p["Arn"] == who]
        return [spy_question(row, p, action, resource, pairs or [], strict) for p in found], lambda r: any(map(allowed, r))
    action, resource, pairs, _, strict = args[:5]
    return ([spy_question(row, p, action, resource, pairs or [], strict) for p in principals],
            lambda r: sorted(p["Arn"] for p, x in zip(principals, r) if allowed(x)))


# ---- differences, judged ----

def is_pmapper(row):
    return isinstance(row["args"], dict)


def service_linked_by_name(row):
    """A policy of the organization bears on a role that has the name of a service-linked one, but not its path."""
    if not is_pmapper(row) or not row["args"].get("scps"):
        return False
    arn = row["args"]["node"].get("principal", "")
    return "role/AWSServiceRoleFor" in arn and "/aws-service-role/" not in arn


JUDGED = {"service-linked by name": service_linked_by_name}


def ask(ward, questions):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as f:
        for n, q in enumerate(questions):
            f.write(json.dumps({"id": str(n), **q}) + "\n")
        f.flush()
        done = subprocess.run([ward, "can", "--batch", f.name], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 2):
        sys.exit(f"ward can --batch ended with {done.returncode}: {done.stderr[-2000:]}")
    answers = {a["id"]: a.get("result", a.get("error")) for a in map(json.loads, done.stdout.splitlines())}
    return [answers.get(str(n)) for n in range(len(questions))]


def main():
    ward, cases = sys.argv[1], sys.argv[2]
    paths = [os.path.join(cases, name + ".jsonl") for name in ("pmapper", "iamspy")]
    if not all(map(os.path.exists, paths)):
        print("absent")
        return
    rows = [json.loads(line) for path in paths for line in open(path, encoding="utf-8")]
    plans = [(row, *(PMAPPER[row["kind"]](row) if is_pmapper(row) else spy(row))) for row in rows]
    answers = ask(ward, [q for _, questions, _ in plans for q in questions])
    at, same, wrong, met = 0, 0, 0, dict.fromkeys(JUDGED, 0)
    for row, questions, read in plans:
        got = answers[at:at + len(questions)]
        at += len(questions)
        mine = read(got)
        if mine == row["expected"]:
            same += 1
            continue
        why = next((name for name, rule in JUDGED.items() if rule(row)), None)
        if why:
            met[why] += 1
            if "-v" in sys.argv:
                print(f"judged {why}: {row['id']}: {mine}, peer {row['expected']}")
            continue
        wrong += 1
        print(f"differs: {row['id']}: {mine} {got}, peer {row['expected']}\n  {json.dumps(questions)[:1500] if '-v' in sys.argv else ''}")
    for name, count in met.items():
        if not count:
            wrong += 1
            print(f"no row differs any more for '{name}'")
    print(f"{len(rows)} rows: {same} agree, {sum(met.values())} differ as judged ({', '.join(f'{n} {c}' for n, c in met.items())}), {wrong} wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
