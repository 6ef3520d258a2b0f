-- id: tenant-vpc-exclusive
-- title: One VPC holds one tenant
-- severity: critical
-- citations: 164.312(a)(1); 164.308(a)(4)(i); 164.308(a)(4)(ii)(B)
-- type: AWS::EC2::VPC
-- scope: resource
-- lists: ec2:DescribeVpcs
-- reads: ec2:DescribeInstances; ec2:DescribeNetworkInterfaces; rds:DescribeDBInstances; elbv2:DescribeLoadBalancers
-- remedy: Move the smaller tenant's things into a VPC of its own (a new stack from ward plan, then a restore of its database there); a thing that serves all tenants is named under shared in ward.yaml
WITH owned AS (
  SELECT vpc, tenant, min(coalesce(name, id)) AS example FROM fact_thing
  WHERE vpc IS NOT NULL AND tenant IS NOT NULL AND coalesce(shared, 0) = 0 GROUP BY vpc, tenant
), counted AS (
  SELECT vpc, count(*) AS tenants, group_concat(tenant || ' (' || example || ')', ', ') AS shown, min(tenant) AS tenant FROM owned GROUP BY vpc
), known AS (
  SELECT EXISTS (SELECT 1 FROM fact_thing WHERE tenant IS NOT NULL) OR EXISTS (SELECT 1 FROM config, json_each(doc, '$.tenants')) AS known
), conflict AS (
  SELECT vpc, count(*) AS things, min(coalesce(name, id) || ', ' || why) AS example FROM fact_thing
  WHERE vpc IS NOT NULL AND conflict = 1 GROUP BY vpc
)
SELECT v.account, v.region, coalesce(v.arn, v.vpc) AS resource, coalesce(v.name, v.vpc) AS name, NULL AS sub,
       CASE WHEN c.tenants > 1 THEN 0 WHEN x.things > 0 OR k.known = 0 THEN NULL ELSE 1 END AS ok,
       CASE WHEN c.tenants > 1 THEN 'holds ' || c.tenants || ' tenants: ' || c.shown
            WHEN x.things > 0 THEN x.things || ' of its things match more than one tenant: ' || x.example
            WHEN k.known = 0 THEN 'ward.yaml names no tenants'
            WHEN c.tenants = 1 THEN 'holds tenant ' || c.tenant || ' only'
            ELSE 'holds no tenant' END AS reason,
       CASE WHEN c.tenants = 1 THEN c.tenant END AS tenant
FROM fact_vpc v JOIN known k LEFT JOIN counted c ON c.vpc = v.vpc LEFT JOIN conflict x ON x.vpc = v.vpc
WHERE v.owner = v.account OR NOT EXISTS (SELECT 1 FROM fact_vpc o WHERE o.vpc = v.vpc AND o.account = o.owner)
