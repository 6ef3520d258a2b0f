-- id: vpc-default-sg-closed
-- title: Default security group allows nothing
-- severity: medium
-- citations: 164.312(a)(1); 164.312(e)(1); 164.308(a)(4)(ii)(B)
-- type: AWS::EC2::SecurityGroup
-- scope: resource
-- lists: ec2:DescribeSecurityGroups
-- remedy: aws ec2 revoke-security-group-ingress --group-id SG --ip-permissions "$(aws ec2 describe-security-groups --group-ids SG --query 'SecurityGroups[0].IpPermissions')", the same with revoke-security-group-egress and IpPermissionsEgress; give what used it a group of its own first
SELECT g.account, g.region, coalesce(g.arn, g.sg) AS resource, g.sg AS name, NULL AS sub, 
       CASE WHEN count(r.sg) > 0 THEN 0 WHEN g.ingress_read = 1 AND g.egress_read = 1 THEN 1 END AS ok,
       'default group of ' || coalesce(g.vpc, 'EC2-Classic') || CASE WHEN count(r.sg) = 0 AND (g.ingress_read IS NULL OR g.egress_read IS NULL) THEN ': its rules were not in the answer'
         WHEN count(r.sg) = 0 THEN ' allows nothing'
         ELSE ' allows ' || group_concat(r.direction || ' ' || CASE r.protocol WHEN '-1' THEN 'everything' ELSE r.protocol || '/'
              || coalesce(r.from_port, '*') || '-' || coalesce(r.to_port, '*') END || ' with ' || r.peer, '; ') END AS reason
FROM fact_sg g LEFT JOIN fact_sg_rule r ON r.sg = g.sg AND r.account = g.account AND r.region = g.region
WHERE g.name = 'default'
GROUP BY g.account, g.region, g.sg
