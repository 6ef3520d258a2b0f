-- id: ec2-no-public-ip
-- title: Instance has no public address
-- severity: high
-- citations: 164.312(a)(1); 164.312(e)(1); 164.308(a)(4)(ii)(B)
-- type: AWS::EC2::Instance
-- scope: resource
-- lists: ec2:DescribeInstances
-- reads: ec2:DescribeNetworkInterfaces; ec2:DescribeSubnets; ec2:DescribeRouteTables
-- remedy: aws ec2 disassociate-address --association-id ID for an elastic address; else move the instance to a private subnet and put a load balancer or SSM Session Manager in front; IPv6: route ::/0 to an egress-only internet gateway; a bastion is declared in ward.yaml
WITH summary AS (
  SELECT instance, max(public = 1) AS public, sum(public IS NULL) AS open, sum(family = 6) AS v6, sum(address IS NOT NULL) AS seen,
         group_concat(DISTINCT CASE WHEN public = 1 THEN coalesce(public_ip, address) END) AS shown,
         group_concat(DISTINCT CASE WHEN public IS NULL THEN address END) AS undecided
  FROM fact_instance_address GROUP BY instance
), judged AS (
  SELECT i.account, i.region, i.arn, i.instance, i.name, i.bastion, s.public, s.open, s.v6, s.seen, s.shown, s.undecided
  FROM fact_instance i LEFT JOIN summary s ON s.instance = i.instance
  WHERE i.state IS NULL OR i.state NOT IN ('terminated', 'shutting-down')
)
SELECT account, region, coalesce(arn, instance) AS resource, coalesce(name, instance) AS name, NULL AS sub,
       CASE WHEN bastion THEN 1 WHEN public = 1 THEN 0 WHEN open > 0 OR coalesce(seen, 0) = 0 THEN NULL ELSE 1 END AS ok,
       CASE WHEN bastion AND public = 1 THEN 'public address ' || shown || ' of a bastion declared in ward.yaml'
            WHEN bastion THEN 'bastion declared in ward.yaml'
            WHEN public = 1 THEN 'public address ' || shown
            WHEN open > 0 THEN 'whether ' || undecided || ' is routed to an internet gateway is not known: its routes were not read, or an endpoint or appliance lies on the way'
            WHEN coalesce(seen, 0) = 0 THEN 'its network interfaces were not read'
            WHEN v6 > 0 THEN 'no public IPv4 address, and its IPv6 addresses are not routed to an internet gateway'
            ELSE 'no public address on any interface' END AS reason,
       CASE WHEN bastion OR (coalesce(public, 0) = 0 AND open = 0 AND v6 = 0 AND seen > 0) THEN 'witness' END AS basis
FROM judged
