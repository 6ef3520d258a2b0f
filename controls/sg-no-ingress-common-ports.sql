-- id: sg-no-ingress-common-ports
-- title: No group opens FTP, RDP or database ports to the world
-- severity: high
-- citations: 164.312(a)(1); 164.312(e)(1); 164.308(a)(4)(ii)(B)
-- type: AWS::EC2::SecurityGroup
-- scope: resource
-- lists: ec2:DescribeSecurityGroups
-- reads: ec2:DescribeManagedPrefixLists; ec2:GetManagedPrefixListEntries
-- remedy: aws ec2 revoke-security-group-ingress --group-id SG --protocol tcp --port PORT --cidr CIDR (or --ip-permissions as the rule stands); let the app tier's group in instead; a range that must stay is named under declared in ward.yaml
WITH want AS (
  SELECT CAST(value AS INTEGER) AS port FROM json_each('[20,21,1433,1521,3306,3389,4333,5432,6379,9200,11211,27017]')
), allowed AS (
  -- Who may reach SSH and RDP of bastions is declared apart.
  SELECT w.port, (SELECT json_group_array(c.value) FROM json_each(json_array(
           json_extract(doc, '$.declared.allow_cidrs'), CASE WHEN w.port = 3389 THEN json_extract(doc, '$.declared.ssh_allow_cidrs') END)) l,
           json_each(l.value) c WHERE l.value IS NOT NULL AND NOT coalesce(cidr_world(c.value), 1)) AS list
  FROM config, want w
), source AS (
  SELECT s.account, s.region, s.sg, w.port, s.cidr, s.label, s.unread
  FROM fact_sg_source s JOIN want w
    ON s.protocol = '-1' OR (s.protocol IN ('tcp', '6', 'udp', '17') AND w.port BETWEEN s.port_lo AND s.port_hi)
  JOIN allowed a ON a.port = w.port
  WHERE s.unread = 1 OR NOT coalesce(cidr_within(s.cidr, a.list), 0)
), summed AS (
  SELECT account, region, sg, port, sum(unread) AS unread, cidr_log2(json_group_array(cidr) FILTER (WHERE cidr IS NOT NULL)) AS width,
         group_concat(DISTINCT CASE WHEN unread IS NULL AND cidr_log2(json_array(cidr)) >= 0 THEN coalesce(label, cidr) END) AS shown,
         group_concat(DISTINCT CASE WHEN unread = 1 THEN label END) AS lists
  FROM source GROUP BY account, region, sg, port
), listed AS (
  SELECT account, region, sg, json_group_array(DISTINCT peer) AS keys FROM fact_sg_rule
  WHERE direction = 'ingress' AND peer_kind = 'prefix-list' GROUP BY account, region, sg
)
, worst AS (
  SELECT account, region, sg, sum(width >= 0) AS bad, sum(unread > 0 OR width IS NULL) AS open, group_concat(DISTINCT lists) AS lists
  FROM summed GROUP BY account, region, sg
)
-- A row for every open port, so that accepting one port never accepts the next; one row for a group without.
SELECT g.account, g.region, coalesce(g.arn, g.sg) AS resource, g.name, 'port ' || s.port AS sub, 0 AS ok,
       CASE WHEN s.width >= 24 THEN 'port ' || s.port || ' is open to the Internet: '
            ELSE 'port ' || s.port || ' is open to public addresses that ward.yaml does not declare: ' END || s.shown AS reason,
       coalesce(l.keys, '[]') AS keys, NULL AS basis, CASE WHEN s.width < 24 THEN 'medium' END AS severity
FROM fact_sg g
JOIN summed s ON s.sg = g.sg AND s.account = g.account AND s.region = g.region AND s.width >= 0
LEFT JOIN listed l ON l.sg = g.sg AND l.account = g.account AND l.region = g.region
UNION ALL
SELECT g.account, g.region, coalesce(g.arn, g.sg), g.name, NULL, CASE WHEN w.open > 0 THEN NULL ELSE 1 END,
       CASE WHEN w.open > 0 THEN coalesce('not read: ' || w.lists, 'a source range was not understood')
            ELSE 'no FTP, RDP or database port is open to a public address' END,
       coalesce(l.keys, '[]'), CASE WHEN l.keys IS NULL THEN 'witness' END, NULL
FROM fact_sg g
LEFT JOIN worst w ON w.sg = g.sg AND w.account = g.account AND w.region = g.region
LEFT JOIN listed l ON l.sg = g.sg AND l.account = g.account AND l.region = g.region
WHERE coalesce(w.bad, 0) = 0
