-- id: tenant-network-unreachable
-- title: No host of tenant X reaches a data store of tenant Y
-- severity: critical
-- citations: 164.312(a)(1); 164.308(a)(4)(i); 164.308(a)(4)(ii)(B); 164.312(e)(1)
-- type: AWS::EC2::NetworkInterface
-- scope: organization
-- lists: ec2:DescribeVpcs; ec2:DescribeNetworkInterfaces
-- reads: ec2:DescribeSubnets; ec2:DescribeInstances; ec2:DescribeSecurityGroups; ec2:DescribeRouteTables; ec2:DescribeNetworkAcls;
--   ec2:DescribeInternetGateways; ec2:DescribeVpcPeeringConnections; ec2:DescribeTransitGateways; ec2:DescribeVpcEndpoints;
--   rds:DescribeDBInstances; elbv2:DescribeLoadBalancers
-- remedy: Make one of the edits that `ward prove --network --from X --to Y` shows beside the connection (each was tried: it closes it); what is
--   wanted goes into ward.yaml under peering, or under shared with the tenants that may reach each other through it (via), port by port
-- why: A row a cell of the proof: who (tenant, shared thing, nobody's, outside) and whose things. A connection to a host of a tenant counts
--   too, for behind it lie its stores. Cells that ward.yaml declares pass, and say so. What the proof lacks makes its own cells unknown, by
--   each of the operations of data/net/reads.tsv; the operations above, which every organization has, make all of them unknown.
--   Without a tenant nobody's things can be told from another's: while there are stores that is unknown, for a fact that the answer needs
--   (ward.yaml's tenants, or their tags) was not given; with no such store the control is not applicable.
SELECT (SELECT min(account) FROM fact_account) AS account, '' AS region, subject AS resource, NULL AS name, 'things of ' || object AS sub,
       CASE verdict WHEN 'proved' THEN 1 WHEN 'declared' THEN 1 WHEN 'violated' THEN 0 END AS ok,
       CASE verdict WHEN 'proved' THEN CASE object WHEN '*' THEN 'opens no connection to anything of a tenant that is not named beside'
                                       ELSE 'no connection opens' END
         WHEN 'declared' THEN 'only what ward.yaml declares: ' || reason
         WHEN 'violated' THEN word || CASE pivots WHEN 0 THEN '' ELSE '(' || pivots || ')' END || ': ' || reason
              || '; ward prove --network shows it in full'
         ELSE reason || CASE WHEN missing IS NOT NULL AND instr(reason, missing) = 0 THEN ' (' || missing || ')' ELSE '' END
              || CASE WHEN missing_action IS NOT NULL AND instr(missing, missing_action) = 0 THEN ', needs ' || missing_action ELSE '' END END AS reason,
       CASE WHEN subject IN (SELECT label FROM reach_label WHERE kind = 'tenant') THEN subject
            WHEN object IN (SELECT label FROM reach_label WHERE kind = 'tenant') THEN object END AS tenant
FROM reach_claim
WHERE EXISTS (SELECT 1 FROM reach_label WHERE kind = 'tenant')
UNION ALL
SELECT (SELECT min(account) FROM fact_account), '', 'organization', NULL, NULL, NULL,
       'ward.yaml names no tenant and no tag does, so that it cannot be told whose the ' || sum(stores) || ' stores are', NULL
FROM reach_label HAVING sum(stores) > 0 AND sum(kind = 'tenant') = 0
