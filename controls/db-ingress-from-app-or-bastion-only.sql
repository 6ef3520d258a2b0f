-- id: db-ingress-from-app-or-bastion-only
-- title: Only the app tier and the bastion reach the database port
-- severity: high
-- citations: 164.312(a)(1); 164.312(e)(1); 164.308(a)(4)(ii)(B); 164.308(a)(4)(i)
-- type: AWS::RDS::DBInstance
-- scope: resource
-- lists: rds:DescribeDBInstances; rds:DescribeDBClusters
-- reads: ec2:DescribeSecurityGroups; ec2:DescribeVpcs; ec2:DescribeManagedPrefixLists; ec2:GetManagedPrefixListEntries
-- remedy: Replace the named rule by one from the app tier's group: aws ec2 revoke-security-group-ingress --group-id SG --ip-permissions ..., aws ec2 authorize-security-group-ingress --group-id SG --protocol tcp --port PORT --source-group APP-SG; tag that group ward:role=app (the bastion's ward:role=bastion) or name it under declared in ward.yaml
WITH source AS (
  SELECT arn, vpc, sg, known, tenant, peer_kind, peer, peer AS cidr, NULL AS meaning, NULL AS read FROM fact_db_ingress WHERE peer_kind IS NULL OR peer_kind <> 'prefix-list'
  UNION ALL
  SELECT r.arn, r.vpc, r.sg, r.known, r.tenant, r.peer_kind, r.peer, e.cidr, l.meaning, l.entries_read
  FROM fact_db_ingress r
  LEFT JOIN fact_prefix_list l ON l.prefix_list = r.peer AND l.account = r.account AND l.region = r.region
  LEFT JOIN fact_prefix_list_entry e ON e.prefix_list = r.peer AND e.account = r.account AND e.region = r.region
  WHERE r.peer_kind = 'prefix-list'
), verdict AS (
  SELECT s.*,
         CASE WHEN known IS NULL THEN 'unread'
              WHEN peer_kind IS NULL THEN 'good'
              WHEN peer_kind = 'group' THEN
                CASE WHEN EXISTS (SELECT 1 FROM fact_db_group o WHERE o.arn = s.arn AND o.sg = s.peer) THEN 'good'
                     WHEN (SELECT t.tenant FROM fact_thing t WHERE t.id = s.peer AND t.tenant IS NOT NULL LIMIT 1) <> s.tenant THEN 'bad'
                     WHEN is_declared('bastions.security_groups', s.peer) OR is_declared('app_security_groups', s.peer) THEN 'good'
                     WHEN EXISTS (SELECT 1 FROM fact_sg q WHERE q.sg = s.peer AND json_extract(q.tags, '$."ward:role"') IN ('app', 'bastion')) THEN 'good'
                     ELSE 'undeclared' END
              WHEN meaning = 'internet' THEN 'bad'
              WHEN meaning = 'service' THEN 'undeclared'
              WHEN peer_kind = 'prefix-list' AND read IS NULL THEN 'unread'
              WHEN cidr IS NULL THEN 'good'
              WHEN vpc IS NULL OR NOT EXISTS (SELECT 1 FROM fact_vpc_cidr v WHERE v.vpc = s.vpc) THEN
                CASE WHEN cidr_public(cidr) THEN 'bad' ELSE 'unread' END
              WHEN cidr_within(cidr, (SELECT json_group_array(v.cidr) FROM fact_vpc_cidr v WHERE v.vpc = s.vpc)) THEN 'good'
              ELSE 'bad' END AS verdict
  FROM source s
)
SELECT p.account, p.region, p.arn AS resource, p.name, NULL AS sub,
       CASE WHEN sum(v.verdict = 'bad') > 0 THEN 0 WHEN sum(v.verdict <> 'good') > 0 OR count(v.arn) = 0 THEN NULL ELSE 1 END AS ok,
       CASE WHEN sum(v.verdict = 'bad') > 0 THEN 'port ' || coalesce(p.port, '?') || ' is open to '
              || group_concat(DISTINCT CASE WHEN v.verdict = 'bad' THEN v.peer || ' by ' || v.sg END) || ': wider than its VPC, or another tenant''s'
            WHEN count(v.arn) = 0 THEN 'no security group is named for it'
            WHEN sum(v.verdict = 'unread') > 0 THEN 'not read: '
              || group_concat(DISTINCT CASE WHEN v.verdict = 'unread' THEN coalesce(v.peer, v.sg) END)
            WHEN sum(v.verdict = 'undeclared') > 0 THEN 'open to '
              || group_concat(DISTINCT CASE WHEN v.verdict = 'undeclared' THEN v.peer END)
              || ', which is neither tagged ward:role=app or bastion nor declared in ward.yaml'
            ELSE 'port ' || coalesce(p.port, '?') || ' is open to the app tier, the bastion or addresses of its VPC only' END AS reason,
       (SELECT json_group_array(DISTINCT k.peer) FROM fact_db_ingress k WHERE k.arn = p.arn AND k.peer_kind = 'prefix-list') AS keys,
       CASE WHEN count(v.arn) > 0 AND coalesce(sum(v.verdict <> 'good'), 0) = 0 AND coalesce(sum(v.peer_kind = 'prefix-list'), 0) = 0 THEN 'witness' END AS basis
FROM fact_database p LEFT JOIN verdict v ON v.arn = p.arn
GROUP BY p.account, p.region, p.arn
