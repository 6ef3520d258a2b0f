-- id: sg-no-ingress-ssh
-- title: No group opens SSH to the world
-- severity: high
-- citations: 164.312(a)(1); 164.312(e)(1); 164.308(a)(4)(ii)(B)
-- type: AWS::EC2::SecurityGroup
-- scope: resource
-- lists: ec2:DescribeSecurityGroups
-- reads: ec2:DescribeManagedPrefixLists; ec2:GetManagedPrefixListEntries
-- remedy: aws ec2 revoke-security-group-ingress --group-id SG --protocol tcp --port 22 --cidr CIDR (or --ip-permissions as the rule stands); reach hosts by SSM Session Manager; a range that must stay is named under declared in ward.yaml
WITH want AS (
  SELECT 22 AS port
), allowed AS (
  -- No declaration makes the whole Internet known.
  SELECT (SELECT json_group_array(c.value) FROM json_each(doc, '$.declared.ssh_allow_cidrs') c WHERE NOT coalesce(cidr_world(c.value), 1)) AS list FROM config
), source AS (
  SELECT s.account, s.region, s.sg, w.port, s.cidr, s.label, s.unread
  FROM fact_sg_source s JOIN want w
    ON s.protocol = '-1' OR (s.protocol IN ('tcp', '6') AND w.port BETWEEN s.port_lo AND s.port_hi)
  JOIN allowed
  WHERE s.unread = 1 OR NOT coalesce(cidr_within(s.cidr, allowed.list), 0)
), summed AS (
  SELECT account, region, sg, port, sum(unread) AS unread, cidr_log2(json_group_array(cidr) FILTER (WHERE cidr IS NOT NULL)) AS width,
         group_concat(DISTINCT CASE WHEN unread IS NULL AND cidr_log2(json_array(cidr)) >= 0 THEN coalesce(label, cidr) END) AS shown,
         group_concat(DISTINCT CASE WHEN unread = 1 THEN label END) AS lists
  FROM source GROUP BY account, region, sg, port
), listed AS (
  SELECT account, region, sg, json_group_array(DISTINCT peer) AS keys FROM fact_sg_rule
  WHERE direction = 'ingress' AND peer_kind = 'prefix-list' GROUP BY account, region, sg
)
SELECT g.account, g.region, coalesce(g.arn, g.sg) AS resource, g.name, NULL AS sub,
       CASE WHEN s.width >= 0 THEN 0 WHEN s.unread > 0 OR (s.sg IS NOT NULL AND s.width IS NULL) THEN NULL ELSE 1 END AS ok,
       CASE WHEN s.width >= 24 THEN 'tcp/22 is open to the Internet: ' || s.shown
            WHEN s.width >= 0 THEN 'tcp/22 is open to public addresses that ward.yaml does not declare: ' || s.shown
            WHEN s.unread > 0 THEN 'not read: ' || s.lists
            WHEN s.sg IS NOT NULL AND s.width IS NULL THEN 'a source range was not understood'
            ELSE 'tcp/22 is open to no public address' || CASE WHEN s.sg IS NOT NULL THEN ' (private ranges only)' ELSE '' END END AS reason,
       coalesce(l.keys, '[]') AS keys,
       CASE WHEN l.keys IS NULL THEN 'witness' END AS basis,
       CASE WHEN s.width BETWEEN 0 AND 23 THEN 'medium' END AS severity
FROM fact_sg g
LEFT JOIN summed s ON s.sg = g.sg AND s.account = g.account AND s.region = g.region
LEFT JOIN listed l ON l.sg = g.sg AND l.account = g.account AND l.region = g.region
