-- id: org-scp-guards-baseline
-- title: A service control policy keeps members from undoing the baseline
-- severity: high
-- citations: 164.308(a)(3)(i); 164.308(a)(4)(ii)(B); 164.308(a)(4)(ii)(C); 164.312(a)(1); 164.312(b); 164.312(c)(1); 164.312(c)(2)
-- type: AWS::Organizations::Account
-- scope: organization
-- lists: organizations:ListAccounts; organizations:ListPolicies
-- reads: organizations:DescribeOrganization; organizations:DescribePolicy; organizations:ListTargetsForPolicy;
--   organizations:ListRoots; organizations:ListAccountsForParent; organizations:ListOrganizationalUnitsForParent
-- remedy: Attach to the root an SCP that denies cloudtrail:StopLogging, DeleteTrail, UpdateTrail and PutEventSelectors,
--   config:StopConfigurationRecorder and DeleteConfigurationRecorder, guardduty:DeleteDetector, organizations:LeaveOrganization,
--   kms:ScheduleKeyDeletion, backup:DeleteBackupVault and DeleteRecoveryPoint on every resource, except to declared roles
WITH wanted(action) AS (VALUES
  ('cloudtrail:StopLogging'), ('cloudtrail:DeleteTrail'), ('cloudtrail:UpdateTrail'), ('cloudtrail:PutEventSelectors'),
  ('config:StopConfigurationRecorder'), ('config:DeleteConfigurationRecorder'), ('guardduty:DeleteDetector'),
  ('organizations:LeaveOrganization'), ('kms:ScheduleKeyDeletion'), ('backup:DeleteBackupVault'), ('backup:DeleteRecoveryPoint')
), scp AS (
  SELECT id, name, content, policy_denies(content, (SELECT json_group_array(action) FROM wanted)) AS d
  FROM fact_org_policy WHERE type = 'SERVICE_CONTROL_POLICY'
), deny AS (
  SELECT s.id, a.value AS action, 'denied' AS how FROM scp s, json_each(s.d, '$.denied') a
  UNION ALL
  SELECT s.id, a.value,
         CASE WHEN EXISTS (SELECT 1 FROM json_each(s.d, '$.exempt_arns') x
                           WHERE NOT is_declared('admin_roles', x.value) AND NOT is_declared('break_glass_roles', x.value)
                             AND NOT coalesce(is_declared('admin_roles', replace(arn_part(x.value, 'resource'), 'role/', '')), 0)
                             AND NOT coalesce(is_declared('break_glass_roles', replace(arn_part(x.value, 'resource'), 'role/', '')), 0))
              THEN 'undeclared' ELSE 'denied' END
  FROM scp s, json_each(s.d, '$.exempt') a
), account AS (
  SELECT o.account, o.name, w.action, max(d.how = 'denied') AS denied, max(d.how = 'undeclared') AS undeclared
  FROM fact_org_account o CROSS JOIN wanted w
  LEFT JOIN fact_org_attached t ON t.account = o.account
  LEFT JOIN deny d ON d.id = t.policy AND d.action = w.action
  WHERE o.account <> coalesce((SELECT management FROM fact_org), '') AND coalesce(o.status, 'ACTIVE') = 'ACTIVE'
  GROUP BY o.account, w.action
), judged AS (
  SELECT account, name, group_concat(CASE WHEN coalesce(denied, 0) = 0 AND coalesce(undeclared, 0) = 0 THEN action END, ', ') AS open,
         group_concat(CASE WHEN coalesce(denied, 0) = 0 AND undeclared THEN action END, ', ') AS exempt,
         EXISTS (SELECT 1 FROM fact_org_attached t JOIN scp s ON s.id = t.policy
                 WHERE t.account = account.account AND s.d IS NULL) AS unread
  FROM account GROUP BY account
)
SELECT account, '' AS region, account AS resource, name, NULL AS sub,
       CASE WHEN open IS NULL AND exempt IS NULL THEN 1 WHEN unread THEN NULL WHEN open IS NOT NULL THEN 0 END AS ok,
       CASE WHEN open IS NULL AND exempt IS NULL THEN 'the baseline is denied to its principals'
            WHEN unread THEN 'the text of a policy attached to it was not read'
            WHEN open IS NOT NULL THEN 'its principals may call ' || open
            ELSE 'denied except to roles that ward.yaml does not declare: ' || exempt END AS reason,
       'absence' AS basis
FROM judged
UNION ALL
SELECT (SELECT min(account) FROM fact_account), '', 'organization', NULL, NULL, 0,
       'the account is in no organization, so nothing keeps its principals from undoing the baseline', 'absence'
FROM fact_org WHERE none = 1
