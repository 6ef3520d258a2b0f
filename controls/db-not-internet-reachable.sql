-- id: db-not-internet-reachable
-- title: No path exists from the Internet to any database port
-- severity: critical
-- citations: 164.312(a)(1); 164.312(e)(1); 164.308(a)(4)(ii)(B)
-- type: AWS::RDS::DBInstance
-- scope: organization
-- lists: rds:DescribeDBInstances; rds:DescribeDBClusters
-- reads: ec2:DescribeVpcs; ec2:DescribeSubnets; ec2:DescribeNetworkInterfaces; ec2:DescribeSecurityGroups; ec2:DescribeRouteTables;
--   ec2:DescribeNetworkAcls; ec2:DescribeInternetGateways; rds:DescribeDBSubnetGroups; elbv2:DescribeLoadBalancers
-- remedy: Move the database into subnets without a route to an Internet gateway, turn PubliclyAccessible off, and take away the public
--   balancer, accelerator or proxy that the path shows; `ward prove --network --from '(outside)'` shows it hop by hop with the edits that cut it
-- why: Whether packets get there, over every gateway, balancer, endpoint and accelerator. A public flag without a way is rds-not-public's
--   business. A subnet that ward.yaml lets be public does not make a store in it public by design. Every kind of data store counts that
--   has an address of its own: Redshift, ElastiCache, OpenSearch, EFS and the others as well as RDS.
SELECT account, coalesce(region, '') AS region, thing AS resource, name, NULL AS sub,
       CASE WHEN EXISTS (SELECT 1 FROM reach_internet i WHERE i.thing = t.thing AND sure = 1) THEN 0
            WHEN EXISTS (SELECT 1 FROM reach_internet i WHERE i.thing = t.thing) OR missing IS NOT NULL THEN NULL ELSE 1 END AS ok,
       coalesce((SELECT CASE word WHEN 'ONE-WAY' THEN 'packets of the Internet arrive at ' ELSE 'the Internet opens ' END
                        || CASE proto WHEN 6 THEN 'tcp ' WHEN 17 THEN 'udp ' WHEN -1 THEN 'all protocols, ports ' ELSE 'protocol ' || proto || ', ports ' END
                        || CASE WHEN ports IS NOT NULL THEN ports WHEN lo = hi THEN lo ELSE lo || '-' || hi END || coalesce(', over ' || path, '')
                 FROM reach_internet i WHERE i.thing = t.thing AND sure = 1 ORDER BY word, proto DESC, lo LIMIT 1),
                (SELECT 'the Internet may open it' || coalesce(', over ' || path, '') || ': something that decides was not read'
                 FROM reach_internet i WHERE i.thing = t.thing LIMIT 1),
                missing || CASE WHEN missing_action IS NOT NULL AND instr(missing, missing_action) = 0 THEN ', needs ' || missing_action ELSE '' END,
                'no packet of the Internet gets to a port that it answers on' || CASE public_flag WHEN 1 THEN ', although it is flagged public' ELSE '' END) AS reason,
       json_array(name, thing) AS keys,
       CASE WHEN label IN (SELECT label FROM reach_label WHERE kind = 'tenant') THEN label END AS tenant
FROM reach_thing t
WHERE store = 1
