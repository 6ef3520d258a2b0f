-- id: vpc-flow-logs
-- title: VPC keeps flow logs of all traffic
-- severity: medium
-- citations: 164.312(b); 164.308(a)(1)(ii)(D); 164.308(a)(6)(i); 164.308(a)(6)(ii); 164.308(a)(5)(ii)(C)
-- type: AWS::EC2::VPC
-- scope: resource
-- lists: ec2:DescribeVpcs
-- reads: ec2:DescribeFlowLogs; ec2:DescribeSubnets
-- remedy: aws ec2 create-flow-logs --resource-type VPC --resource-ids VPC --traffic-type ALL --log-destination-type s3 --log-destination arn:aws:s3:::BUCKET; REJECT alone does not show who got in; a log whose delivery failed needs its role or bucket policy mended
WITH good AS (
  SELECT account, region, subject, min(flow_log) AS flow_log FROM fact_flow_log
  WHERE status = 'ACTIVE' AND traffic = 'ALL' AND coalesce(delivery, 'SUCCESS') <> 'FAILED' GROUP BY account, region, subject
), vpc AS (
  SELECT v.account, v.region, v.vpc, v.arn, v.name, v.owner,
         (SELECT g.flow_log FROM good g WHERE g.subject = v.vpc AND g.account = v.account AND g.region = v.region) AS flow_log,
         (SELECT count(*) FROM fact_subnet s WHERE s.vpc = v.vpc AND s.account = v.account) AS subnets,
         (SELECT count(*) FROM fact_subnet s JOIN good g ON g.subject = s.subnet AND g.account = s.account AND g.region = s.region
          WHERE s.vpc = v.vpc AND s.account = v.account) AS logged,
         (SELECT group_concat(f.flow_log || ': ' || coalesce(f.status, '?') || ', traffic ' || coalesce(f.traffic, '?')
                              || coalesce(', delivery ' || f.delivery, '') || coalesce(' (' || f.delivery_error || ')', ''), '; ')
          FROM fact_flow_log f WHERE f.subject = v.vpc AND f.account = v.account AND f.region = v.region) AS other,
         EXISTS (SELECT 1 FROM fact_vpc o WHERE o.vpc = v.vpc AND o.account = o.owner) AS owner_seen
  FROM fact_vpc v
)
-- A VPC that another account shares is logged and judged in its owner's account.
SELECT account, region, coalesce(arn, vpc) AS resource, coalesce(name, vpc) AS name, NULL AS sub,
       CASE WHEN owner <> account THEN NULL WHEN flow_log IS NOT NULL OR (subnets > 0 AND logged = subnets) THEN 1 ELSE 0 END AS ok,
       CASE WHEN owner <> account THEN 'shared by account ' || owner || ', whose flow logs were not read'
            WHEN flow_log IS NOT NULL THEN flow_log || ' records all traffic'
            WHEN subnets > 0 AND logged = subnets THEN 'a flow log of every subnet records all traffic'
            WHEN other IS NOT NULL THEN 'no flow log that works and records all traffic: ' || other
            ELSE 'no flow log' || CASE WHEN logged > 0 THEN ' of the VPC, and of ' || logged || ' of ' || subnets || ' subnets only' ELSE '' END END AS reason,
       CASE WHEN owner <> account THEN NULL WHEN flow_log IS NOT NULL THEN 'witness'
            WHEN subnets = 0 OR logged < subnets THEN 'absence' END AS basis
FROM vpc WHERE owner = account OR NOT owner_seen
