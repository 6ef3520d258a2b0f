-- Network: load balancers, what they listen on and where they send it. listeners_read, read: 1 or NULL.
-- proto: 'tcp', 'udp', '-1' (Geneve and what AWS adds).

DROP TABLE IF EXISTS fact_net_balancer;
CREATE TABLE fact_net_balancer (
  arn TEXT PRIMARY KEY, account TEXT, region TEXT, kind TEXT, vpc TEXT, internet_facing INTEGER, listeners_read INTEGER,
  privatelink_groups INTEGER,              -- its groups apply to PrivateLink traffic; NULL = not read
  has_groups INTEGER                       -- 0: a balancer that was made without groups
) WITHOUT ROWID;
INSERT OR IGNORE INTO fact_net_balancer
WITH raw AS MATERIALIZED (SELECT DISTINCT arn, data ->> '$.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic' AS enforce FROM snap_resource
                          WHERE op = 'elbv2:DescribeLoadBalancers')
SELECT b.arn, b.account, b.region, b.type, b.vpc, b.scheme = 'internet-facing', b.listeners_read,
       CASE r.enforce WHEN 'on' THEN 1 WHEN 'off' THEN 0 END,
       coalesce(json_array_length(b.security_groups), 0) > 0
FROM fact_load_balancer b
LEFT JOIN raw r ON r.arn = b.arn
WHERE b.arn IS NOT NULL;
INSERT OR IGNORE INTO fact_net_balancer
SELECT t.arn, t.account, t.region, 'classic', t.vpc, t.public, 1, NULL, 1 FROM fact_net_thing t
WHERE t.type = 'AWS::ElasticLoadBalancing::LoadBalancer';

DROP TABLE IF EXISTS fact_net_listener;
CREATE TABLE fact_net_listener (
  arn TEXT, balancer TEXT, proto TEXT, lo INTEGER, hi INTEGER,
  read INTEGER,                            -- 1 when all rules that decide where it sends to were read
  PRIMARY KEY (arn, proto)
) WITHOUT ROWID;
INSERT OR IGNORE INTO fact_net_listener
SELECT l.arn, l.load_balancer, p.value, CASE l.protocol WHEN 'GENEVE' THEN 0 ELSE coalesce(l.port, 0) END,
       CASE l.protocol WHEN 'GENEVE' THEN 65535 ELSE coalesce(l.port, 65535) END, CASE WHEN b.kind <> 'application' THEN 1 ELSE l.rules_read END
FROM fact_listener l JOIN fact_net_balancer b ON b.arn = l.load_balancer,
     json_each(CASE WHEN l.protocol IN ('HTTP', 'HTTPS', 'TCP', 'TLS') THEN '["tcp"]' WHEN l.protocol IN ('UDP', 'QUIC') THEN '["udp"]'
                    WHEN l.protocol IN ('TCP_UDP', 'TCP_QUIC') THEN '["tcp","udp"]' WHEN l.protocol = 'GENEVE' THEN '["-1"]'
                    ELSE '["tcp","udp"]' END) p -- what AWS may add
WHERE l.arn IS NOT NULL;

DROP TABLE IF EXISTS fact_net_listener_group;
CREATE TABLE fact_net_listener_group (listener TEXT, target_group TEXT, by_rule INTEGER, PRIMARY KEY (listener, target_group)) WITHOUT ROWID;
-- The target groups of an action, weighted or not; redirects and fixed answers have none.
DROP TABLE IF EXISTS temp_net_action;
CREATE TABLE temp_net_action (listener TEXT, action TEXT, by_rule INTEGER);
INSERT INTO temp_net_action
SELECT coalesce(r.arn, r.data ->> '$.ListenerArn'), a.value, 0 FROM snap_resource r, json_each(r.data, '$.DefaultActions') a WHERE r.op = 'elbv2:DescribeListeners'
UNION ALL
SELECT r.parent, a.value, 1 FROM snap_resource r, json_each(r.data, '$.Actions') a WHERE r.op = 'elbv2:DescribeRules' AND NOT coalesce(r.data ->> '$.IsDefault', 0);
INSERT OR IGNORE INTO fact_net_listener_group
SELECT listener, target_group, min(by_rule) FROM (
  SELECT listener, action ->> '$.TargetGroupArn' AS target_group, by_rule FROM temp_net_action
  UNION ALL
  SELECT listener, g.value ->> '$.TargetGroupArn', by_rule FROM temp_net_action, json_each(action, '$.ForwardConfig.TargetGroups') g
) WHERE target_group IS NOT NULL AND listener IS NOT NULL GROUP BY listener, target_group;
DROP TABLE temp_net_action;

-- Client IP preservation: of HTTP there is none; of UDP it is always on, of an Application Load Balancer too; else an attribute decides
-- (Elastic Load Balancing, Network Load Balancers guide, "Client IP preservation", read 2026).
DROP TABLE IF EXISTS fact_net_target_group;
CREATE TABLE fact_net_target_group (
  arn TEXT PRIMARY KEY, vpc TEXT, proto TEXT, type TEXT, keeps_client_ip INTEGER, read INTEGER
) WITHOUT ROWID;
INSERT OR IGNORE INTO fact_net_target_group
WITH attribute AS MATERIALIZED (
  SELECT r.parent, max(CASE a.value ->> '$.Key' WHEN 'preserve_client_ip.enabled' THEN a.value ->> '$.Value' END) AS keeps FROM snap_resource r, json_each(r.data, '$.Attributes') a
  WHERE r.op = 'elbv2:DescribeTargetGroupAttributes' GROUP BY r.parent
), read AS MATERIALIZED (
  SELECT DISTINCT parent FROM snap_call WHERE op = 'elbv2:DescribeTargetHealth' AND status IN ('ok', 'empty')
)
SELECT g.arn, g.data ->> '$.VpcId',
       CASE WHEN g.data ->> '$.Protocol' IN ('HTTP', 'HTTPS', 'TCP', 'TLS') THEN 'tcp' WHEN g.data ->> '$.Protocol' IN ('UDP', 'QUIC') THEN 'udp' ELSE '-1' END,
       g.data ->> '$.TargetType',
       CASE WHEN g.data ->> '$.Protocol' IN ('HTTP', 'HTTPS') THEN 0
            WHEN g.data ->> '$.Protocol' IN ('UDP', 'TCP_UDP', 'QUIC', 'TCP_QUIC', 'GENEVE') OR g.data ->> '$.TargetType' = 'alb' THEN 1
            WHEN a.keeps = 'true' THEN 1 WHEN a.keeps = 'false' THEN 0
            WHEN a.parent IS NOT NULL THEN g.data ->> '$.TargetType' = 'instance' END,
       CASE WHEN r.parent IS NOT NULL OR g.data ->> '$.TargetType' = 'lambda' THEN 1 END
FROM (SELECT coalesce(arn, data ->> '$.TargetGroupArn') AS arn, data FROM snap_resource WHERE op = 'elbv2:DescribeTargetGroups') g
LEFT JOIN attribute a ON a.parent = g.arn LEFT JOIN read r ON r.parent = g.arn
WHERE g.arn IS NOT NULL;

-- A host is reached at the primary address of its first interface.
DROP TABLE IF EXISTS temp_net_first_eni;
CREATE TABLE temp_net_first_eni (instance TEXT PRIMARY KEY, eni TEXT) WITHOUT ROWID;
INSERT OR IGNORE INTO temp_net_first_eni SELECT instance, eni FROM fact_eni WHERE instance IS NOT NULL AND device_index = 0;
INSERT OR IGNORE INTO temp_net_first_eni
SELECT coalesce(r.rid, r.data ->> '$.InstanceId') AS instance, n.value ->> '$.NetworkInterfaceId' FROM snap_resource r, json_each(r.data, '$.NetworkInterfaces') n
WHERE r.op = 'ec2:DescribeInstances' AND coalesce(n.value ->> '$.Attachment.DeviceIndex', 0) = 0 AND instance IS NOT NULL;

DROP TABLE IF EXISTS fact_net_target;
CREATE TABLE fact_net_target (
  target_group TEXT, id TEXT, port INTEGER,
  eni TEXT,                                -- of a host; NULL = not known
  gone INTEGER                             -- 1: AWS says that it does not send there (unused)
);
INSERT INTO fact_net_target
SELECT r.parent, r.data ->> '$.Target.Id', r.data ->> '$.Target.Port', p.eni, coalesce(r.data ->> '$.TargetHealth.Reason', '') IN ('Target.InvalidState', 'Target.IpUnusable')
FROM snap_resource r LEFT JOIN temp_net_first_eni p ON p.instance = r.data ->> '$.Target.Id'
WHERE r.op = 'elbv2:DescribeTargetHealth' AND r.data ->> '$.Target.Id' IS NOT NULL;

-- A classic balancer: a target group for each listener.
DROP TABLE IF EXISTS temp_net_classic;
CREATE TABLE temp_net_classic (balancer TEXT, vpc TEXT, listener TEXT, port INTEGER, instance_port INTEGER, data TEXT);
INSERT INTO temp_net_classic
SELECT t.arn, t.vpc, t.arn || '/listener/' || (l.value ->> '$.Listener.LoadBalancerPort'), l.value ->> '$.Listener.LoadBalancerPort',
       l.value ->> '$.Listener.InstancePort', r.data
FROM snap_resource r JOIN fact_net_thing t ON t.arn = coalesce(r.arn, 'elb/' || r.account || '/' || r.region || '/' || (r.data ->> '$.LoadBalancerName')),
     json_each(r.data, '$.ListenerDescriptions') l
WHERE r.op = 'elb:DescribeLoadBalancers';
INSERT OR IGNORE INTO fact_net_listener SELECT listener, balancer, 'tcp', port, port, 1 FROM temp_net_classic WHERE port IS NOT NULL;
INSERT OR IGNORE INTO fact_net_listener_group SELECT listener, listener, 0 FROM temp_net_classic WHERE port IS NOT NULL;
INSERT OR IGNORE INTO fact_net_target_group SELECT listener, vpc, 'tcp', 'instance', 0, 1 FROM temp_net_classic WHERE port IS NOT NULL;
INSERT INTO fact_net_target
SELECT c.listener, i.value ->> '$.InstanceId', c.instance_port, p.eni, 0
FROM temp_net_classic c, json_each(c.data, '$.Instances') i LEFT JOIN temp_net_first_eni p ON p.instance = i.value ->> '$.InstanceId'
WHERE c.port IS NOT NULL;
DROP TABLE temp_net_classic;
DROP TABLE temp_net_first_eni;
