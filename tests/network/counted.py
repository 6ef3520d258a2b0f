"""Rows about parsed facts: rules as matched, routes, edges, counts. A part of cases.py."""
import glob
import ipaddress
import json
import os
import tempfile

PROTO = {"tcp": 6, "udp": 17, "icmp": 1, "-1": -1}


def of_kind(rows, kind):
    return [r for r in rows if r["kind"] == kind]


# security groups

def group_facts(net, index):
    """The group at `index` alone: three groups of that case share an id, as AWS's never do."""
    with tempfile.TemporaryDirectory() as work:
        path = glob.glob(f"{net.folder}/aws/*/*/ec2-describe-security-groups.json")[0]
        region = f"{work}/aws/{os.path.relpath(os.path.dirname(path), f'{net.folder}/aws')}"
        os.makedirs(region)
        with open(path, encoding="utf-8") as f:
            group = json.load(f)["SecurityGroups"][index]
        with open(f"{region}/{os.path.basename(path)}", "w", encoding="utf-8") as f:
            json.dump({"SecurityGroups": [group]}, f)
        return type(net)(net.ward, net.helper, work, tempfile.mkdtemp(dir=work)).facts()


def rule_terms(facts, direction, group=None):
    """(protocol, first, last, peer): an ICMP port is type and code in one number; nothing is matched where first is past last."""
    out = set()
    for r in of_kind(facts, "rule"):
        if r["egress"] != (direction == "egress") or r["lo"] > r["hi"] or (group and r["group"] != group):
            continue
        peers = [m["address"] for m in r["members"]] if "members" in r else [r["peer"]]
        out |= {(r["proto"], r["lo"], r["hi"], p) for p in peers}
    return out


def wanted_term(t):
    peer = t.get("src", t.get("dst")).removesuffix("/32")
    if "icmp_type" in t:
        lo = t["icmp_type"] << 8 | t.get("icmp_code", 0)
        return (1, lo, lo if "icmp_code" in t else lo | 255, peer)
    return (PROTO[t["proto"]], *t.get("dport", (0, 65535)), peer)


def judge_term(net, row, facts):
    if "sg_index" not in row:
        want, have = {wanted_term(t) for t in row["terms"]}, rule_terms(facts, row["direction"], row["sg"])
        carries = [t for t in of_kind(facts, "thing") if row["node"] in (t["id"], t["name"]) or row["node"].startswith(t["name"] + "-")]
        on = any(row["sg"] in i["groups"] for t in carries for i in t["interfaces"])
        if not on:
            return ("group", f"{row['sg']} on {row['node']}", [t["id"] for t in of_kind(facts, "thing")])
        return None if want == have else ("terms", sorted(want), sorted(have))
    have = rule_terms(group_facts(net, row["sg_index"]), row["direction"])
    have = {t for t in have if ":" not in t[3]}  # the rows speak of IPv4
    if row["term"] is None:
        return ("terms", None, sorted(have)) if have else None
    want = wanted_term(row["term"])
    return None if have == {want} else ("terms", want, sorted(have))


def judge_packet(net, row):
    """A packet that no connection is known for: SYN, or one to another address than a connection came from."""
    p = row["packet"]
    proto, peer = PROTO[p["proto"]], ipaddress.ip_address(p.get("dst", p.get("src")))
    passes = any(r[0] in (proto, -1) and r[1] <= p["dport"] <= r[2] and peer in ipaddress.ip_network(r[3])
                 for r in rule_terms(group_facts(net, row["sg_index"]), row["direction"]) if peer.version == ipaddress.ip_network(r[3]).version)
    return None if passes == (row["expected"] != "DENY") else ("packet", row["expected"], passes)


# routes and edges

def best_routes(facts, table, prefix):
    """Those that a packet to the prefix takes: the longest that cover it, static before propagated, the smallest rank."""
    wanted = ipaddress.ip_network(prefix)
    cover = [r for r in of_kind(facts, "tgw-route") if r["table"] == table and ":" not in r["range"] and wanted.subnet_of(ipaddress.ip_network(r["range"]))]
    longest = max((ipaddress.ip_network(r["range"]).prefixlen for r in cover), default=None)
    same = [r for r in cover if ipaddress.ip_network(r["range"]).prefixlen == longest]
    least = min(((r["propagated"], r["rank"]) for r in same), default=None)
    return [r for r in same if (r["propagated"], r["rank"]) == least]


def seen_by_external(facts, external):
    """VPC prefixes that a network outside learns: those of the table that its attachment looks up in, as far as its filter lets them."""
    out = set()
    for u in of_kind(facts, "uplink"):
        if u["external"] != external or not u["attachment"]:
            continue
        table = next(a["table"] for a in of_kind(facts, "attachment") if a["id"] == u["attachment"])
        for r in (x for x in of_kind(facts, "tgw-route") if x["table"] == table and x["via"] == "vpc" and ":" not in x["range"]):
            inside = any(ipaddress.ip_network(r["range"]).subnet_of(ipaddress.ip_network(x)) for x in u["allowed"] if ":" not in x)
            if inside or not u["filtered"]:
                out.add(r["range"])
    return out


def judge_route(row, facts):
    if "table" not in row:
        have = seen_by_external(facts, row["node"].removeprefix("dxgw-"))
    else:
        have = set()
        for prefix in row.get("has", []):
            best = best_routes(facts, row["table"], prefix)
            have |= {prefix} if best else set()
            if "via" in row and {r["via"] for r in best} != {row["via"]}:
                return ("via", row["via"], best)
            if "only" in row and len(best) != row["only"]:
                return ("only", row["only"], best)
    lacking, extra = set(row.get("has", [])) - have, set(row.get("lacks", [])) & have
    return ("routes", (row.get("has"), row.get("lacks")), sorted(have)) if lacking or extra else None


def judge_edge(row, facts):
    joined = {u["tgw"] or u["vgw"] for u in of_kind(facts, "uplink") if u["external"] == row["a"].removeprefix("dxgw-")}
    for t in of_kind(facts, "thing"):
        if row["a"] in (t["id"], t["name"]):
            joined |= {i["subnet"] for i in t["interfaces"]}
    return None if set(row["b"]) <= joined else ("edges", row["b"], sorted(x for x in joined if x))


# counts: that project draws a data store once for each of its subnets, and so on

TYPES = {"rds": "AWS::RDS::DBInstance", "ec2": "AWS::EC2::Instance", "elb": "AWS::ElasticLoadBalancing::LoadBalancer",
         "elbv2": "AWS::ElasticLoadBalancingV2::LoadBalancer", "redshift": "AWS::Redshift::Cluster",
         "elasticsearch": ("AWS::Elasticsearch::Domain", "AWS::OpenSearchService::Domain"), "ecs": "AWS::ECS::Task", "lambda": "AWS::Lambda::Function"}


def public_ports(facts, kind):
    """Of each thing of the type with a public address: the ports that its groups let all of IPv4 in by."""
    out = []
    for t in of_kind(facts, "thing"):
        groups = {g for i in t["interfaces"] if i["public"] for g in i["groups"]}
        rules = [r for r in of_kind(facts, "rule") if r["group"] in groups and not r["egress"] and r["peer"] == "0.0.0.0/0"]
        if t["type"] == TYPES[kind] and rules:
            out.append(",".join(str(r["lo"]) if r["lo"] == r["hi"] else f"{r['lo']}-{r['hi']}" for r in rules))
    return out


def count_of(what, facts):
    """None: ward has no such number."""
    if what in ("public nodes of type elb", "public nodes of type elbv2"):
        return sum(b["internet"] and b["classic"] == (what == "public nodes of type elb") for b in of_kind(facts, "balancer"))
    if what == "public nodes of type ecs":
        return len(public_ports(facts, "ecs"))
    if what == "ports of the public ecs node":
        return "; ".join(public_ports(facts, "ecs"))
    if not what.startswith("nodes of type "):
        return None
    kind = what.removeprefix("nodes of type ")
    if kind in ("subnet", "vpc"):
        return len(of_kind(facts, kind))
    if kind == "region":
        return len({r["region"] for r in of_kind(facts, "vpc")})
    if kind in ("sqs", "s3"):
        return sum(r["service"].endswith("." + kind) for r in of_kind(facts, "endpoint"))
    if kind == "ip":
        return len({r["peer"] for r in of_kind(facts, "rule") if not r["egress"] and "members" not in r and "." in r["peer"]
                    and r["peer"] not in ("0.0.0.0/0",) and ipaddress.ip_network(r["peer"]).is_global})
    types = TYPES.get(kind)
    if not types:
        return None
    types = (types,) if isinstance(types, str) else types
    things = [t for t in of_kind(facts, "thing") if t["type"] in types]
    return sum(max(1, len({i["subnet"] for i in t["interfaces"]})) for t in things)


def judge_count(row, facts):
    have = count_of(row["what"], facts)
    return None if have == row["expected"] else ("count", row["expected"], have)


def judge_rows(net, rows):
    facts = net.facts() if rows else []
    for row in rows:
        kind = row["kind"]
        if kind == "sg-term":
            yield row, judge_term(net, row, facts)
        elif kind == "sg-packet":
            yield row, judge_packet(net, row)
        elif kind == "route":
            yield row, judge_route(row, facts)
        elif kind == "edge":
            yield row, judge_edge(row, facts)
        elif kind in ("count", "value"):
            yield row, judge_count(row, facts)
        else:
            yield row, ("kind", "one that is known", kind)
