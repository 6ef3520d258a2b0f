-- Network: AWS Network Firewall. Documents as they were answered; NULL = not read. What their rules mean is src/reach/load_firewall.c's.

DROP TABLE IF EXISTS fact_net_firewall;
CREATE TABLE fact_net_firewall (arn TEXT PRIMARY KEY, account TEXT, region TEXT, name TEXT, policy TEXT, vpc TEXT, document TEXT) WITHOUT ROWID;
INSERT OR IGNORE INTO fact_net_firewall
WITH listed AS (
  SELECT account, region, coalesce(arn, data ->> '$.FirewallArn') AS arn, data ->> '$.FirewallName' AS name FROM snap_resource
  WHERE op = 'network-firewall:ListFirewalls'
), told AS MATERIALIZED (
  SELECT data ->> '$.Firewall.FirewallArn' AS arn, min(data ->> '$.Firewall.FirewallPolicyArn') AS policy,
         min(data ->> '$.Firewall.VpcId') AS vpc FROM snap_resource
  WHERE op = 'network-firewall:DescribeFirewall' GROUP BY 1
), policy AS MATERIALIZED (
  SELECT data ->> '$.FirewallPolicyResponse.FirewallPolicyArn' AS arn, min(data -> '$.FirewallPolicy') AS document FROM snap_resource
  WHERE op = 'network-firewall:DescribeFirewallPolicy' GROUP BY 1
)
SELECT l.arn, l.account, l.region, l.name, t.policy, t.vpc, p.document
FROM listed l LEFT JOIN told t ON t.arn = l.arn LEFT JOIN policy p ON p.arn = t.policy WHERE l.arn IS NOT NULL;

DROP TABLE IF EXISTS fact_net_firewall_endpoint;
CREATE TABLE fact_net_firewall_endpoint (endpoint TEXT PRIMARY KEY, firewall TEXT) WITHOUT ROWID;
INSERT OR IGNORE INTO fact_net_firewall_endpoint
SELECT s.value ->> '$.Attachment.EndpointId', r.data ->> '$.Firewall.FirewallArn' FROM snap_resource r, json_each(r.data, '$.FirewallStatus.SyncStates') s
WHERE r.op = 'network-firewall:DescribeFirewall' AND s.value ->> '$.Attachment.EndpointId' IS NOT NULL AND r.data ->> '$.Firewall.FirewallArn' IS NOT NULL;

DROP TABLE IF EXISTS fact_net_rule_group;
CREATE TABLE fact_net_rule_group (arn TEXT PRIMARY KEY, document TEXT) WITHOUT ROWID;
INSERT OR IGNORE INTO fact_net_rule_group
SELECT data ->> '$.RuleGroupResponse.RuleGroupArn', data -> '$.RuleGroup' FROM snap_resource
WHERE op = 'network-firewall:DescribeRuleGroup' AND data ->> '$.RuleGroupResponse.RuleGroupArn' IS NOT NULL;
