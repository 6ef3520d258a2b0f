-- Compute and its watchers: instances, volumes, snapshots, load balancers, patch state, GuardDuty, Inspector.

DROP TABLE IF EXISTS fact_instance;
CREATE TABLE fact_instance (
  account TEXT, region TEXT, instance TEXT, arn TEXT, name TEXT, tags TEXT, state TEXT, vpc TEXT, subnet TEXT,
  image TEXT, platform TEXT, profile TEXT, launched_us INTEGER, public_ip TEXT,
  http_endpoint TEXT, http_tokens TEXT, hop_limit INTEGER,
  bastion INTEGER                          -- 1 when ward.yaml declares it one
);
INSERT INTO fact_instance
WITH tag AS MATERIALIZED (
  SELECT t.key, t.value FROM config, json_each(config.doc, '$.declared.bastions.tags') t
)
SELECT account, region, coalesce(rid, json_extract(data, '$.InstanceId')) AS instance, arn, name, tags, json_extract(data, '$.State.Name'),
       json_extract(data, '$.VpcId'), json_extract(data, '$.SubnetId'), json_extract(data, '$.ImageId'),
       coalesce(json_extract(data, '$.PlatformDetails'), json_extract(data, '$.Platform')), json_extract(data, '$.IamInstanceProfile.Arn'),
       unixepoch(json_extract(data, '$.LaunchTime'), 'auto') * 1000000, json_extract(data, '$.PublicIpAddress'),
       json_extract(data, '$.MetadataOptions.HttpEndpoint'), json_extract(data, '$.MetadataOptions.HttpTokens'),
       json_extract(data, '$.MetadataOptions.HttpPutResponseHopLimit'),
       (is_declared('bastions.instances', coalesce(rid, json_extract(data, '$.InstanceId'))) = 1
        OR coalesce(is_declared('bastions.instances', arn), 0) = 1
        OR (SELECT count(*) > 0 AND min(coalesce(glob_match(t.value, json_extract(tags, '$."' || t.key || '"')), 0)) = 1 FROM tag t))
FROM snap_resource WHERE op = 'ec2:DescribeInstances';
CREATE INDEX fact_instance_id ON fact_instance (instance);
CREATE INDEX fact_instance_vpc ON fact_instance (vpc);

-- Every address of an instance, from its interfaces as EC2 lists them with the instance and as interfaces of their own.
DROP TABLE IF EXISTS fact_instance_address;
CREATE TABLE fact_instance_address (
  account TEXT, region TEXT, instance TEXT, eni TEXT, subnet TEXT, family INTEGER, address TEXT, public_ip TEXT,
  public INTEGER                           -- 1 when the internet reaches it; NULL = its subnet's routes were not read
);
INSERT INTO fact_instance_address
WITH found AS (
  SELECT account, region, coalesce(rid, json_extract(data, '$.InstanceId')) AS instance, json_extract(n.value, '$.NetworkInterfaceId') AS eni,
         json_extract(n.value, '$.SubnetId') AS subnet, 4 AS family, json_extract(p.value, '$.PrivateIpAddress') AS address,
         coalesce(json_extract(p.value, '$.Association.PublicIp'), json_extract(p.value, '$.Association.CarrierIp')) AS public_ip
  FROM snap_resource, json_each(data, '$.NetworkInterfaces') n, json_each(n.value, '$.PrivateIpAddresses') p
  WHERE op = 'ec2:DescribeInstances'
  UNION
  SELECT account, region, coalesce(rid, json_extract(data, '$.InstanceId')), json_extract(n.value, '$.NetworkInterfaceId'),
         json_extract(n.value, '$.SubnetId'), 4, json_extract(n.value, '$.PrivateIpAddress'),
         coalesce(json_extract(n.value, '$.Association.PublicIp'), json_extract(n.value, '$.Association.CarrierIp'))
  FROM snap_resource, json_each(data, '$.NetworkInterfaces') n
  WHERE op = 'ec2:DescribeInstances' AND json_type(n.value, '$.Association') = 'object'
  UNION
  SELECT account, region, coalesce(rid, json_extract(data, '$.InstanceId')), json_extract(n.value, '$.NetworkInterfaceId'),
         json_extract(n.value, '$.SubnetId'), 6, json_extract(p.value, '$.Ipv6Address'), NULL
  FROM snap_resource, json_each(data, '$.NetworkInterfaces') n, json_each(n.value, '$.Ipv6Addresses') p
  WHERE op = 'ec2:DescribeInstances'
  UNION
  SELECT i.account, i.region, i.instance, a.eni, a.subnet, a.family, a.address, coalesce(a.public_ip, a.carrier_ip)
  FROM fact_instance i JOIN fact_eni e ON e.instance = i.instance JOIN fact_eni_address a ON a.eni = e.eni
  UNION
  SELECT account, region, instance, NULL, subnet, 4, NULL, public_ip FROM fact_instance WHERE public_ip IS NOT NULL
)
SELECT f.*, CASE WHEN f.family = 4 THEN f.public_ip IS NOT NULL
                 WHEN NOT cidr_contains('2000::/3', f.address) THEN 0
                 WHEN s.igw_block_mode IN ('block-bidirectional', 'block-ingress') THEN 0
                 -- A firewall's endpoint or an appliance in between may be on the way to an internet gateway.
                 WHEN s.igw6 = 0 AND s.middle6 THEN NULL
                 ELSE s.igw6 END
FROM found f
LEFT JOIN (SELECT subnet, max(igw6) AS igw6,
                  max(EXISTS (SELECT 1 FROM fact_route r WHERE r.route_table = fact_subnet.route_table AND r.family = 6
                              AND r.state = 'active' AND r.target_kind IN ('vpce', 'eni', 'instance'))) AS middle6, max(igw_block_mode) AS igw_block_mode FROM fact_subnet GROUP BY subnet) s ON s.subnet = f.subnet;
CREATE INDEX fact_instance_address_instance ON fact_instance_address (instance);

DROP TABLE IF EXISTS fact_volume;
CREATE TABLE fact_volume (
  account TEXT, region TEXT, volume TEXT, arn TEXT, name TEXT, tags TEXT, state TEXT, encrypted INTEGER, kms_key TEXT, size_gb INTEGER, attached_to TEXT
);
INSERT INTO fact_volume
SELECT account, region, coalesce(rid, json_extract(data, '$.VolumeId')), coalesce(arn, json_extract(data, '$.VolumeArn')), name, tags,
       json_extract(data, '$.State'), json_extract(data, '$.Encrypted'), json_extract(data, '$.KmsKeyId'), json_extract(data, '$.Size'),
       json_extract(data, '$.Attachments[0].InstanceId')
FROM snap_resource WHERE op = 'ec2:DescribeVolumes';

DROP TABLE IF EXISTS fact_ebs_snapshot;
CREATE TABLE fact_ebs_snapshot (
  account TEXT, region TEXT, snapshot TEXT, arn TEXT, name TEXT, tags TEXT, volume TEXT, encrypted INTEGER, state TEXT,
  public INTEGER,                          -- from its own permissions, or from the listing of what all may restore; NULL = neither was read
  shared_with TEXT                         -- JSON array of accounts; NULL = its permissions were not read
);
INSERT INTO fact_ebs_snapshot
WITH attribute AS MATERIALIZED (
  SELECT account, region, parent,
         CASE WHEN json_type(data, '$.CreateVolumePermissions') = 'array' THEN
           (SELECT coalesce(max(json_extract(p.value, '$.Group') = 'all'), 0) FROM json_each(data, '$.CreateVolumePermissions') p) END AS public,
         (SELECT json_group_array(json_extract(p.value, '$.UserId')) FROM json_each(data, '$.CreateVolumePermissions') p
          WHERE json_extract(p.value, '$.UserId') IS NOT NULL) AS shared_with
  FROM snap_resource WHERE op = 'ec2:DescribeSnapshotAttribute'
), listing AS MATERIALIZED (
  SELECT DISTINCT account, region FROM snap_call
  WHERE op = 'ec2:DescribeSnapshots' AND parent = 'all' AND status IN ('ok', 'empty')
), open AS MATERIALIZED (
  SELECT account, region, coalesce(rid, json_extract(data, '$.SnapshotId')) AS snapshot
  FROM snap_resource WHERE op = 'ec2:DescribeSnapshots' AND parent = 'all'
)
SELECT s.account, s.region, s.snapshot, s.arn, s.name, s.tags, s.volume, s.encrypted, s.state,
       CASE WHEN o.snapshot IS NOT NULL OR a.public = 1 THEN 1 WHEN a.public = 0 OR l.account IS NOT NULL THEN 0 END, a.shared_with
FROM (
  SELECT account, region, coalesce(rid, json_extract(data, '$.SnapshotId')) AS snapshot, min(arn) AS arn, min(name) AS name, min(tags) AS tags,
         json_extract(data, '$.VolumeId') AS volume, json_extract(data, '$.Encrypted') AS encrypted, json_extract(data, '$.State') AS state
  FROM snap_resource WHERE op = 'ec2:DescribeSnapshots' AND coalesce(json_extract(data, '$.OwnerId'), account) = account
  GROUP BY account, region, snapshot
) s
LEFT JOIN attribute a ON a.parent = s.snapshot AND a.account = s.account AND a.region = s.region
LEFT JOIN listing l ON l.account = s.account AND l.region = s.region
LEFT JOIN open o ON o.snapshot = s.snapshot AND o.account = s.account AND o.region = s.region;

DROP TABLE IF EXISTS fact_ebs_default;
CREATE TABLE fact_ebs_default (account TEXT, region TEXT, enabled INTEGER, kms_key TEXT);
INSERT INTO fact_ebs_default
SELECT r.account, r.region, json_extract(r.data, '$.EbsEncryptionByDefault'),
       (SELECT json_extract(k.data, '$.KmsKeyId') FROM snap_resource k
        WHERE k.op = 'ec2:GetEbsDefaultKmsKeyId' AND k.account = r.account AND k.region = r.region)
FROM snap_resource r WHERE r.op = 'ec2:GetEbsEncryptionByDefault';

DROP TABLE IF EXISTS fact_load_balancer;
CREATE TABLE fact_load_balancer (
  account TEXT, region TEXT, arn TEXT, name TEXT, tags TEXT, type TEXT, scheme TEXT, vpc TEXT, state TEXT, security_groups TEXT,
  listeners_read INTEGER
);
INSERT INTO fact_load_balancer
WITH read AS MATERIALIZED (
  SELECT account, region, parent FROM snap_call WHERE op = 'elbv2:DescribeListeners' AND status IN ('ok', 'empty')
)
SELECT b.account, b.region, coalesce(b.arn, json_extract(b.data, '$.LoadBalancerArn')), json_extract(b.data, '$.LoadBalancerName'), b.tags,
       json_extract(b.data, '$.Type'), json_extract(b.data, '$.Scheme'), json_extract(b.data, '$.VpcId'), json_extract(b.data, '$.State.Code'),
       coalesce(json_extract(b.data, '$.SecurityGroups'), '[]'), CASE WHEN c.parent IS NOT NULL THEN 1 END
FROM snap_resource b
LEFT JOIN read c ON c.parent = coalesce(b.arn, json_extract(b.data, '$.LoadBalancerArn')) AND c.account = b.account AND c.region = b.region
WHERE b.op = 'elbv2:DescribeLoadBalancers';
CREATE INDEX fact_load_balancer_arn ON fact_load_balancer (arn);
CREATE INDEX fact_load_balancer_vpc ON fact_load_balancer (vpc);

DROP TABLE IF EXISTS fact_listener;
CREATE TABLE fact_listener (
  account TEXT, region TEXT, arn TEXT, load_balancer TEXT, protocol TEXT, port INTEGER, certificates INTEGER, ssl_policy TEXT,
  default_safe INTEGER,                    -- 1 when every default action redirects to HTTPS or answers by itself: nothing reaches a target
  rules_read INTEGER, unsafe_rules INTEGER -- rules (the default one left out) that do more than that; NULL = not read
);
INSERT INTO fact_listener
WITH rule AS MATERIALIZED (
  SELECT account, region, parent,
         coalesce(json_extract(data, '$.IsDefault'), 0) AS is_default,
         (SELECT coalesce(max(NOT coalesce(json_extract(a.value, '$.Type') = 'fixed-response'
                    OR (json_extract(a.value, '$.Type') = 'redirect' AND json_extract(a.value, '$.RedirectConfig.Protocol') = 'HTTPS'), 0)), 1)
          FROM json_each(data, '$.Actions') a) AS unsafe
  FROM snap_resource WHERE op = 'elbv2:DescribeRules'
), counted AS MATERIALIZED (
  SELECT account, region, parent, sum(CASE WHEN is_default = 0 THEN unsafe ELSE 0 END) AS unsafe FROM rule GROUP BY account, region, parent
), read AS MATERIALIZED (
  SELECT account, region, parent FROM snap_call WHERE op = 'elbv2:DescribeRules' AND status IN ('ok', 'empty')
)
SELECT l.account, l.region, l.arn, l.load_balancer, l.protocol, l.port, l.certificates, l.ssl_policy, l.default_safe,
       CASE WHEN r.parent IS NOT NULL THEN 1 END, CASE WHEN r.parent IS NOT NULL THEN coalesce(c.unsafe, 0) END
FROM (
  SELECT account, region, coalesce(arn, json_extract(data, '$.ListenerArn')) AS arn,
         coalesce(json_extract(data, '$.LoadBalancerArn'), parent) AS load_balancer, json_extract(data, '$.Protocol') AS protocol,
         json_extract(data, '$.Port') AS port, coalesce(json_array_length(data, '$.Certificates'), 0) AS certificates,
         json_extract(data, '$.SslPolicy') AS ssl_policy,
         (SELECT coalesce(min(coalesce(json_extract(a.value, '$.Type') = 'fixed-response'
                    OR (json_extract(a.value, '$.Type') = 'redirect' AND json_extract(a.value, '$.RedirectConfig.Protocol') = 'HTTPS'), 0)), 0)
          FROM json_each(data, '$.DefaultActions') a) AS default_safe
  FROM snap_resource WHERE op = 'elbv2:DescribeListeners'
) l
LEFT JOIN read r ON r.parent = l.arn AND r.account = l.account AND r.region = l.region
LEFT JOIN counted c ON c.parent = l.arn AND c.account = l.account AND c.region = l.region;
CREATE INDEX fact_listener_load_balancer ON fact_listener (load_balancer);

DROP TABLE IF EXISTS fact_patch_state;
CREATE TABLE fact_patch_state (
  account TEXT, region TEXT, instance TEXT,
  reported INTEGER,                        -- 0: asked for, and AWS had no row
  baseline TEXT, missing INTEGER, failed INTEGER, pending_reboot INTEGER, critical_open INTEGER, security_open INTEGER, operation_us INTEGER
);
CREATE UNIQUE INDEX fact_patch_state_id ON fact_patch_state (instance, account, region);
INSERT OR IGNORE INTO fact_patch_state
SELECT account, region, coalesce(rid, json_extract(data, '$.InstanceId')), 1, json_extract(data, '$.BaselineId'),
       json_extract(data, '$.MissingCount'), json_extract(data, '$.FailedCount'), json_extract(data, '$.InstalledPendingRebootCount'),
       json_extract(data, '$.CriticalNonCompliantCount'), json_extract(data, '$.SecurityNonCompliantCount'),
       unixepoch(json_extract(data, '$.OperationEndTime'), 'auto') * 1000000
FROM snap_resource WHERE op = 'ssm:DescribeInstancePatchStates';
INSERT OR IGNORE INTO fact_patch_state (account, region, instance, reported)
SELECT c.account, c.region, i.value, 0 FROM snap_call c, json_each(c.params, '$.InstanceIds') i
WHERE c.op = 'ssm:DescribeInstancePatchStates' AND c.status IN ('ok', 'empty');

DROP TABLE IF EXISTS fact_managed_instance;
CREATE TABLE fact_managed_instance (
  account TEXT, region TEXT, instance TEXT, arn TEXT, name TEXT, ping TEXT, last_ping_us INTEGER, platform TEXT, type TEXT
);
INSERT INTO fact_managed_instance
SELECT account, region, coalesce(rid, json_extract(data, '$.InstanceId')), arn,
       coalesce(json_extract(data, '$.Name'), json_extract(data, '$.ComputerName')), json_extract(data, '$.PingStatus'),
       unixepoch(json_extract(data, '$.LastPingDateTime'), 'auto') * 1000000, json_extract(data, '$.PlatformName'),
       json_extract(data, '$.ResourceType')
FROM snap_resource WHERE op = 'ssm:DescribeInstanceInformation';
CREATE INDEX fact_managed_instance_id ON fact_managed_instance (instance, account, region);

DROP TABLE IF EXISTS fact_detector;
CREATE TABLE fact_detector (account TEXT, region TEXT, detector TEXT, arn TEXT, status TEXT, features TEXT);
INSERT INTO fact_detector
WITH detail AS MATERIALIZED (
  SELECT account, region, parent, json_extract(data, '$.Status') AS status,
         (SELECT json_group_object(json_extract(f.value, '$.Name'), json_extract(f.value, '$.Status')) FROM json_each(data, '$.Features') f) AS features
  FROM snap_resource WHERE op = 'guardduty:GetDetector'
), listed AS MATERIALIZED (
  SELECT account, region, coalesce(rid, json_extract(data, '$')) AS detector, arn FROM snap_resource WHERE op = 'guardduty:ListDetectors'
)
SELECT l.account, l.region, l.detector, l.arn, d.status, d.features
FROM listed l LEFT JOIN detail d ON d.parent = l.detector AND d.account = l.account AND d.region = l.region;
CREATE INDEX fact_detector_place ON fact_detector (account, region);

DROP TABLE IF EXISTS fact_inspector;
CREATE TABLE fact_inspector (account TEXT, region TEXT, status TEXT, ec2 TEXT, ecr TEXT, lambda TEXT);
INSERT INTO fact_inspector
SELECT json_extract(data, '$.accountId'), region, json_extract(data, '$.state.status'), json_extract(data, '$.resourceState.ec2.status'),
       json_extract(data, '$.resourceState.ecr.status'), json_extract(data, '$.resourceState.lambda.status')
FROM snap_resource WHERE op = 'inspector2:BatchGetAccountStatus'
GROUP BY json_extract(data, '$.accountId'), region;
CREATE INDEX fact_inspector_place ON fact_inspector (account, region);

-- Findings, each once: an administrator's account lists its members' too. `lister` is the account that was asked.
DROP TABLE IF EXISTS fact_inspector_finding;
CREATE TABLE fact_inspector_finding (
  account TEXT, region TEXT, lister TEXT, arn TEXT, type TEXT, title TEXT, severity TEXT, status TEXT, fix TEXT, exploit TEXT,
  vulnerability TEXT, resource TEXT, resource_type TEXT, first_us INTEGER, last_us INTEGER
);
INSERT INTO fact_inspector_finding
SELECT account, region, min(lister), arn, type, title, severity, status, fix, exploit, vulnerability, resource, resource_type, first_us, last_us
FROM (
  SELECT coalesce(json_extract(data, '$.awsAccountId'), account) AS account, region, account AS lister,
         coalesce(arn, json_extract(data, '$.findingArn')) AS arn, json_extract(data, '$.type') AS type, json_extract(data, '$.title') AS title,
         json_extract(data, '$.severity') AS severity, json_extract(data, '$.status') AS status, json_extract(data, '$.fixAvailable') AS fix,
         json_extract(data, '$.exploitAvailable') AS exploit, json_extract(data, '$.packageVulnerabilityDetails.vulnerabilityId') AS vulnerability,
         json_extract(data, '$.resources[0].id') AS resource, json_extract(data, '$.resources[0].type') AS resource_type,
         unixepoch(json_extract(data, '$.firstObservedAt'), 'auto') * 1000000 AS first_us,
         unixepoch(json_extract(data, '$.lastObservedAt'), 'auto') * 1000000 AS last_us
  FROM snap_resource WHERE op = 'inspector2:ListFindings'
) GROUP BY arn;
CREATE INDEX fact_inspector_finding_place ON fact_inspector_finding (account, region);
