-- id: audit-coverage-complete
-- title: The audit saw every account and region it should
-- severity: critical
-- citations: 164.308(a)(8); 164.308(a)(1)(ii)(A); 164.308(a)(1)(ii)(B)
-- scope: account
-- reads: organizations:ListAccounts; account:ListRegions
-- remedy: Run ward doctor for the missing permissions (ward policy prints them), give the audit role to every account of the
--   organization, and audit all enabled regions
WITH missed AS (
  SELECT account, count(*) AS calls, min(why) AS first FROM gap GROUP BY account
), region AS (
  SELECT account, group_concat(CASE WHEN state = 'enabled' AND NOT wanted THEN region END, ', ') AS left_out,
         group_concat(CASE WHEN state = 'unknown' AND wanted THEN region END, ', ') AS unsure,
         group_concat(CASE WHEN state = 'disabled' AND was_enabled THEN region END, ', ') AS closed, count(*) AS regions
  FROM fact_region GROUP BY account
)
SELECT a.account, '' AS region, a.account AS resource, a.name, NULL AS sub,
       CASE WHEN a.reached AND m.calls IS NULL AND r.left_out IS NULL AND r.unsure IS NULL AND r.closed IS NULL
            AND r.regions > 0 THEN 1 END AS ok,
       CASE WHEN NOT a.reached THEN 'not reached: ' || coalesce(a.reason, 'no reason given')
            WHEN m.calls IS NOT NULL THEN m.calls || ' answers are missing, the first: ' || m.first
            WHEN r.left_out IS NOT NULL THEN 'enabled regions were left out: ' || r.left_out
            WHEN r.unsure IS NOT NULL THEN 'whether these regions are enabled is not known: ' || r.unsure
            WHEN r.closed IS NOT NULL THEN 'disabled now and enabled in an earlier run, what was left there may still run: ' || r.closed
            WHEN r.regions IS NULL THEN 'no region of it is known'
            ELSE 'every call that the controls rest on was answered in ' || r.regions || ' regions' END AS reason
FROM fact_account a LEFT JOIN missed m USING (account) LEFT JOIN region r USING (account)
UNION ALL
SELECT o.account, '', o.account, o.name, NULL, 0, 'an active account of the organization that the audit did not take in'
FROM fact_org_account o WHERE o.account NOT IN (SELECT account FROM fact_account) AND coalesce(o.status, 'ACTIVE') = 'ACTIVE'
