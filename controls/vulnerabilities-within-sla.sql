-- id: vulnerabilities-within-sla
-- title: Critical vulnerabilities are fixed in 15 days, high ones in 30
-- severity: high
-- citations: 164.308(a)(5)(ii)(B); 164.308(a)(1)(ii)(B); 164.308(a)(1)(ii)(A)
-- type: AWS::EC2::Instance
-- scope: region
-- lists: inspector2:ListFindings
-- reads: inspector2:BatchGetAccountStatus
-- remedy: Install the fixed version that the finding names (aws inspector2 list-findings --filter-criteria '{"findingArns":[{"comparison":"EQUALS","value":"ARN"}]}'), rebuild the image or patch the host; where Inspector is off: aws inspector2 enable --resource-types EC2 ECR LAMBDA
WITH place AS (
  -- Where the service is not offered there is neither a call nor a gap; an account without regions was not reached.
  SELECT a.account, coalesce(r.region, '') AS region, a.reason FROM fact_account a
  LEFT JOIN fact_region r ON r.account = a.account AND r.wanted = 1 AND r.state <> 'disabled'
  WHERE r.region IS NULL
     OR EXISTS (SELECT 1 FROM fact_call c WHERE c.op = 'inspector2:ListFindings' AND c.account = r.account AND c.region = r.region AND c.status <> 'unavailable')
     OR EXISTS (SELECT 1 FROM gap g WHERE g.op = 'inspector2:ListFindings' AND g.account = r.account AND g.region IN (r.region, ''))
), late AS (
  SELECT f.*, (now_us() - f.first_us) / 86400000000 AS days,
         CASE f.severity WHEN 'CRITICAL' THEN threshold('vulnerability_critical_days') ELSE threshold('vulnerability_high_days') END AS allowed
  FROM fact_inspector_finding f
  WHERE coalesce(f.status, '') NOT IN ('CLOSED', 'SUPPRESSED') AND f.severity IN ('CRITICAL', 'HIGH') AND coalesce(f.fix, '') <> 'NO'
    AND coalesce(f.type, '') <> 'NETWORK_REACHABILITY'
), overdue AS (
  SELECT * FROM late WHERE fix = 'YES' AND first_us < now_us() - allowed * 86400000000
), undecided AS (
  -- PARTIAL: some of the packages have a fix, and AWS does not say since when.
  SELECT account, region, count(*) AS findings, min(arn) AS arn FROM late
  WHERE first_us IS NULL OR (coalesce(fix, '') <> 'YES' AND first_us < now_us() - allowed * 86400000000) GROUP BY account, region
)
SELECT account, region, coalesce(resource, arn) AS resource, coalesce(vulnerability, title) AS name, arn AS sub, 0 AS ok,
       lower(severity) || ': ' || coalesce(vulnerability, title) || ' has had a fix and been open for ' || days || ' days, ' || allowed || ' are allowed' AS reason,
       NULL AS basis, lower(severity) AS severity
FROM overdue
UNION ALL
SELECT r.account, r.region, r.account, NULL, NULL,
       CASE WHEN i.status = 'ENABLED' AND i.ec2 = 'ENABLED' AND u.findings IS NULL THEN 1 END,
       CASE WHEN r.region = '' THEN coalesce('the account was not reached: ' || r.reason, 'the account was not reached')
            WHEN i.status IS NULL THEN 'whether Inspector is on was not read'
            WHEN i.status <> 'ENABLED' THEN 'Inspector is ' || lower(i.status) || ': vulnerabilities are not looked for'
            WHEN coalesce(i.ec2, '') <> 'ENABLED' THEN 'Inspector does not scan instances'
            WHEN u.findings > 0 THEN u.findings || ' findings do not tell since when they are open or whether a fix exists, the first: ' || u.arn
            ELSE 'Inspector is on and no critical or high finding with a fix is overdue' END, NULL, NULL
FROM place r LEFT JOIN fact_inspector i ON i.account = r.account AND i.region = r.region
LEFT JOIN undecided u ON u.account = r.account AND u.region = r.region
WHERE NOT EXISTS (SELECT 1 FROM overdue o WHERE o.account = r.account AND o.region = r.region)
