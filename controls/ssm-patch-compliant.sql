-- id: ssm-patch-compliant
-- title: Instance has all required patches
-- severity: high
-- citations: 164.308(a)(5)(ii)(B); 164.308(a)(1)(ii)(B)
-- type: AWS::SSM::ManagedInstance
-- scope: resource
-- lists: ssm:DescribeInstanceInformation; ec2:DescribeInstances
-- reads: ssm:DescribeInstancePatchStates
-- remedy: aws ssm send-command --document-name AWS-RunPatchBaseline --parameters Operation=Install --targets Key=InstanceIds,Values=ID, and a maintenance window or patch policy that repeats it; an instance that SSM does not manage needs the agent and a role with AmazonSSMManagedInstanceCore
SELECT m.account, m.region, coalesce(m.arn, m.instance) AS resource, coalesce(m.name, m.instance) AS name, NULL AS sub,
       CASE WHEN s.reported IS NULL THEN NULL WHEN s.reported = 0 THEN 0
            WHEN missing > 0 OR failed > 0 OR pending_reboot > 0 THEN 0
            WHEN missing IS NULL OR failed IS NULL OR operation_us IS NULL THEN NULL
            ELSE operation_us >= now_us() - threshold('patch_days') * 86400000000 END AS ok,
       CASE WHEN s.reported IS NULL THEN 'its patch state was not read'
            WHEN s.reported = 0 THEN 'managed by SSM, but it has never reported a patch state'
            WHEN missing > 0 OR failed > 0 OR pending_reboot > 0 THEN coalesce(missing, 0) || ' patches missing, ' || coalesce(failed, 0) || ' failed, '
              || coalesce(pending_reboot, 0) || ' waiting for a reboot'
            WHEN missing IS NULL OR failed IS NULL OR operation_us IS NULL THEN 'its patch state is incomplete'
            WHEN operation_us < now_us() - threshold('patch_days') * 86400000000
              THEN 'no patch missing, but that was ' || ((now_us() - operation_us) / 86400000000) || ' days ago'
            ELSE 'no patch missing' END AS reason,
       json_array(m.instance) AS keys, NULL AS basis
FROM fact_managed_instance m
LEFT JOIN fact_patch_state s ON s.instance = m.instance AND s.account = m.account AND s.region = m.region
-- SSM lists an instance for a while after its end.
WHERE NOT EXISTS (SELECT 1 FROM fact_instance i WHERE i.instance = m.instance AND i.account = m.account AND i.region = m.region
                  AND i.state IN ('terminated', 'shutting-down'))
UNION ALL
SELECT i.account, i.region, coalesce(i.arn, i.instance), coalesce(i.name, i.instance), NULL, 0,
       'running, but not managed by SSM: its patches are not known', json_array(i.instance), 'absence'
FROM fact_instance i
WHERE i.state = 'running' AND NOT EXISTS (SELECT 1 FROM fact_managed_instance m
                                          WHERE m.instance = i.instance AND m.account = i.account AND m.region = i.region)
