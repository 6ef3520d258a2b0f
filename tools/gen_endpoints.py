#!/usr/bin/env python3
"""Writes data/aws/{regions,service_regions,endpoints}.tsv from botocore's own data.

    python3 tools/gen_endpoints.py [--check PROGRAM]     (where botocore can be imported)

endpoints.tsv holds only what the plain rule does not give: PREFIX[-fips].REGION.SUFFIX, signed for REGION.
Its rows are found by resolving every service in every region with botocore's rule sets, so nothing in it is
written by hand. --check compares PROGRAM's answers (ward's own code) with botocore's instead of writing.
"""
import collections
import os
import subprocess
import sys

TABLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "aws")


def absent():
    """Goes on with the tests' own Python where it is there; else the check is skipped."""
    venv = os.path.abspath(os.path.join(os.path.dirname(sys.argv[-1]), "..", "..", "venv"))
    if "--check" in sys.argv and os.path.exists(f"{venv}/bin/python") and sys.prefix != venv:
        os.execv(f"{venv}/bin/python", [f"{venv}/bin/python", *sys.argv])
    print("absent: the botocore that the tables were made from")
    sys.exit(77)


try:
    import botocore
    import botocore.session
    from botocore.client import ClientEndpointBridge
    from botocore.endpoint_provider import EndpointProvider
    from botocore.exceptions import EndpointProviderError
except ImportError:
    absent()

SERVICES = """accessanalyzer account acm acm-pca amplify apigateway apigatewayv2 apprunner appstream appsync artifact
athena auditmanager autoscaling backup batch bedrock cloudcontrol cloudformation cloudfront cloudhsmv2 cloudtrail
cloudwatch codeartifact codebuild codepipeline cognito-identity cognito-idp config dax detective directconnect dlm
dms docdb docdb-elastic ds dynamodb ec2 ecr ecr-public ecs efs eks elasticache elasticbeanstalk elb elbv2 emr
emr-serverless es events firehose fms fsx globalaccelerator glue guardduty health healthlake iam identitystore
imagebuilder inspector2 kafka keyspaces kinesis kinesisanalyticsv2 kinesisvideo kms lakeformation lambda lightsail
logs macie2 medical-imaging memorydb mq mwaa neptune neptune-graph network-firewall networkmanager omics opensearch
opensearchserverless organizations quicksight ram rbin rds redshift redshift-serverless resource-explorer-2
resourcegroupstaggingapi rolesanywhere route53 route53domains route53resolver s3 s3control sagemaker scheduler
secretsmanager securityhub securitylake service-quotas servicediscovery ses sesv2 shield signer signin sns sqs ssm
sso sso-admin sso-oidc stepfunctions storagegateway sts support timestream-influxdb transfer vpc-lattice waf
waf-regional wafv2 workspaces xray""".split()
VARIANTS = [("plain", False, False), ("fips", True, False), ("dual", False, True), ("both", True, True)]
# What an operation of these services says for all of ward's calls (staticContextParams of the model).
FIXED = {"acm": {"ServiceType": "ACM"}, "neptune-graph": {"ApiType": "ControlPlane"}}
# Global services whose one region is not their partition's usual one (AWS General Reference, endpoints).
HOMES = [("globalaccelerator", "aws", "us-west-2"), ("networkmanager", "aws", "us-west-2"), ("iam", "aws-cn", "cn-north-1"),
         ("support", "aws-cn", "cn-north-1")]
SOURCE = f"# Made by tools/gen_endpoints.py from botocore {botocore.__version__} (Apache-2.0), %s."
DATE = "2026-11-24"


class Aws:
    def __init__(self):
        self.session = botocore.session.Session()
        self.loader = self.session.get_component("data_loader")
        self.resolver = self.session.get_component("endpoint_resolver")
        self.partitions = self.loader.load_data("partitions")
        self.regions = [(p, r) for p in self.partitions["partitions"] for r in p["regions"] if not r.endswith("-global")]

    def signing_region(self, model, region):
        bridge = ClientEndpointBridge(self.resolver, None, None, None, model.signing_name,
                                      self.session.get_component("config_store"))
        return bridge.resolve(model.endpoint_prefix, region, True)["signing_region"]

    def resolve(self, service):
        """(variant, partition, region) -> (host, signing region); host "-" where botocore refuses."""
        rules = self.loader.load_service_model(service, "endpoint-rule-set-1")
        model = self.session.get_service_model(service)
        provider = EndpointProvider(rules, self.partitions)
        found = {}
        for partition, region in self.regions:
            for name, fips, dual in VARIANTS:
                wanted = {"Region": region, "UseFIPS": fips, "UseDualStack": dual, "UseGlobalEndpoint": False,
                          "ForcePathStyle": True, "Accelerate": False, "DisableMultiRegionAccessPoints": False,
                          "AccountId": "123456789012", "RequiresAccountId": True}
                if service not in ("s3", "s3control"):
                    wanted = {k: v for k, v in wanted.items() if k in ("Region", "UseFIPS", "UseDualStack", "UseGlobalEndpoint")}
                wanted = {k: v for k, v in wanted.items() if k in rules["parameters"]} | FIXED.get(service, {})
                try:
                    endpoint = provider.resolve_endpoint(**wanted)
                    schemes = (endpoint.properties or {}).get("authSchemes") or [{}]
                    host = endpoint.url.replace("123456789012", "{account}").removeprefix("https://")
                    region_signed = schemes[0].get("signingRegion") or self.signing_region(model, region)
                except EndpointProviderError as e:
                    if "not support" not in str(e):
                        raise
                    host, region_signed = "-", region
                found[name, partition["id"], region] = (host, region_signed)
        return model.endpoint_prefix, found


def fill(template, partition, region):
    out = partition["outputs"]
    names = {"region": region, "dns": out["dnsSuffix"], "dual": out["dualStackDnsSuffix"], "global": out["implicitGlobalRegion"]}
    for name, value in names.items():
        template = template.replace("{%s}" % name, value)
    return template


def templates(answer, partition, region):
    """Every template pair that gives this answer there, the general ones first."""
    host, signed = answer
    out = partition["outputs"]
    hosts = [host]
    for plain, name in ((out["dualStackDnsSuffix"], "{dual}"), (out["dnsSuffix"], "{dns}")):
        if host.endswith("." + plain):
            hosts.insert(0, host[:-len(plain)] + name)
            break
    home = out["implicitGlobalRegion"]
    hosts = [h.replace(region, "{region}") for h in hosts] + [h.replace(home, "{global}") for h in hosts] + hosts
    names = (["{region}"] if signed == region else []) + (["{global}"] if signed == home else []) + [signed]
    return [(h, s) for h in dict.fromkeys(hosts) for s in names]


def rows_for(prefix, variant, answers, partitions):
    """The fewest rows that give `answers` {(partition, region): (host, signed)} when the narrowest row wins."""
    dash = "-fips" if variant in ("fips", "both") else ""
    plain = (f"{prefix}{dash}.{{region}}.{'{dual}' if variant in ('dual', 'both') else '{dns}'}", "{region}")
    gives = lambda t, p, r: (fill(t[0], p, r), fill(t[1], p, r)) == answers[p["id"], r]
    everything = [(p, r) for p in partitions for r in p["regions"] if (p["id"], r) in answers]
    votes = collections.Counter(t for p, r in everything for t in templates(answers[p["id"], r], p, r))
    best = None
    for base in [plain] + [t for t, _ in votes.most_common(6)]:
        rows = [] if base == plain else [("*", *base)]
        for p in partitions:
            here = [r for q, r in everything if q is p]
            votes_here = collections.Counter(t for r in here for t in templates(answers[p["id"], r], p, r))
            options = []
            for t in [base] + [t for t, _ in votes_here.most_common(4)]:
                own = [] if t == base else [(p["id"], *t)]
                own += [(r, *templates(answers[p["id"], r], p, r)[0]) for r in here if not gives(t, p, r)]
                options.append(own)
            rows += min(options, key=len, default=[])
        if best is None or len(rows) < len(best):
            best = rows
    return best


def write(name, what, lines):
    path = os.path.join(TABLES, name)
    os.makedirs(TABLES, exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join([SOURCE % DATE + " " + what, *lines]) + "\n")


def generate(aws):
    lines = []
    for p, r in aws.regions:
        out = p["outputs"]
        lines.append("\t".join([r, p["id"], out["dnsSuffix"], out["dualStackDnsSuffix"], out["implicitGlobalRegion"],
                                p["regions"][r].get("description", r)]))
    write("regions.tsv", "region, partition, DNS suffix, dual-stack suffix, region of global services, name", lines)

    lines = []
    for service in SERVICES:
        for p in aws.partitions["partitions"]:
            regions = sorted(r for r in aws.session.get_available_regions(service, p["id"]) if not r.endswith("-global"))
            every = aws.session.get_available_regions(service, p["id"], allow_non_regional=True)
            if regions == sorted(r for q, r in aws.regions if q is p):
                lines.append(f"{service}\t{p['id']}\t*")
            elif regions:
                lacking = sorted(r for q, r in aws.regions if q is p and r not in regions)
                shorter = "! " + " ".join(lacking) if len(lacking) < len(regions) else " ".join(regions)
                lines.append(f"{service}\t{p['id']}\t{shorter}")
            elif every:
                lines.append(f"{service}\t{p['id']}\tglobal")
    write("service_regions.tsv", "service, partition, regions (* = all, ! = all but, global = one endpoint a partition); "
          "a service or partition without a line: not known", lines)

    lines = []
    for service in SERVICES:
        prefix, found = aws.resolve(service)
        grouped = collections.OrderedDict()
        for variant, _, _ in VARIANTS:
            answers = {(p, r): a for (v, p, r), a in found.items() if v == variant}
            for row in rows_for(prefix, variant, answers, aws.partitions["partitions"]):
                grouped.setdefault(row, []).append(variant)
        lines += ["\t".join([service, ",".join(v), *row]) for row, v in grouped.items()]
    lines += [f"{service}\thome\t{partition}\t-\t{region}" for service, partition, region in HOMES]
    write("endpoints.tsv", "service, variants, scope (region, partition or *; the narrowest wins), host (- = none), "
          "signing region; what is not here is PREFIX[-fips].REGION.SUFFIX; "
          "home: the region of a global service", lines)


def check(aws, program):
    """PROGRAM reads "SERVICE PREFIX" lines and prints service, variant, region, host, signing region; a line each."""
    given = {}
    asked = "".join(f"{s} {aws.session.get_service_model(s).endpoint_prefix}\n" for s in SERVICES)
    for line in subprocess.run([program], input=asked, capture_output=True, text=True, check=True).stdout.splitlines():
        service, variant, region, host, signed = line.split("\t")
        given[service, variant, region] = (host, signed)
    compared, wrong = 0, []
    for service in SERVICES:
        _, found = aws.resolve(service)
        for (variant, _, region), want in found.items():
            got = given.get((service, variant, region))
            if got is None or (got[0] != want[0]) or (want[0] != "-" and got[1] != want[1]):
                wrong.append(f"{service} {variant} {region}: ward {got}, botocore {want}")
            compared += 1
    print("\n".join(wrong))
    print(f"{compared - len(wrong)} of {compared} endpoints equal botocore's")
    return 1 if wrong or not compared else 0


def main():
    if "--check" in sys.argv:
        with open(f"{TABLES}/endpoints.tsv", encoding="utf-8") as f:
            if f"botocore {botocore.__version__} " not in f.readline():
                absent()
    aws = Aws()
    if "--check" in sys.argv:
        sys.exit(check(aws, sys.argv[sys.argv.index("--check") + 1]))
    generate(aws)


if __name__ == "__main__":
    main()
