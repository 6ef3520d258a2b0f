-- id: guardduty-enabled
-- title: GuardDuty runs in every enabled region
-- severity: high
-- citations: 164.308(a)(6)(i); 164.308(a)(6)(ii); 164.308(a)(5)(ii)(C); 164.308(a)(5)(ii)(B)
-- type: AWS::GuardDuty::Detector
-- scope: region
-- lists: guardduty:ListDetectors
-- reads: guardduty:GetDetector
-- remedy: aws guardduty create-detector --enable --region REGION, or for all accounts from the delegated administrator: aws guardduty update-organization-configuration --auto-enable-organization-members ALL; a suspended one: aws guardduty update-detector --detector-id ID --enable
WITH place AS (
  -- Where the service is not offered there is neither a call nor a gap; an account without regions was not reached.
  SELECT a.account, coalesce(r.region, '') AS region, a.reason FROM fact_account a
  LEFT JOIN fact_region r ON r.account = a.account AND r.wanted = 1 AND r.state <> 'disabled'
  WHERE r.region IS NULL
     OR EXISTS (SELECT 1 FROM fact_call c WHERE c.op = 'guardduty:ListDetectors' AND c.account = r.account AND c.region = r.region AND c.status <> 'unavailable')
     OR EXISTS (SELECT 1 FROM gap g WHERE g.op = 'guardduty:ListDetectors' AND g.account = r.account AND g.region IN (r.region, ''))
)
SELECT r.account, r.region, r.account AS resource, NULL AS name, NULL AS sub,
       CASE WHEN r.region = '' THEN NULL WHEN max(d.status = 'ENABLED') = 1 THEN 1 WHEN sum(d.detector IS NOT NULL AND d.status IS NULL) > 0 THEN NULL ELSE 0 END AS ok,
       CASE WHEN r.region = '' THEN coalesce('the account was not reached: ' || r.reason, 'the account was not reached')
            WHEN max(d.status = 'ENABLED') = 1 THEN 'detector ' || min(CASE WHEN d.status = 'ENABLED' THEN d.detector END) || ' is enabled'
            WHEN sum(d.detector IS NOT NULL AND d.status IS NULL) > 0 THEN 'the state of detector ' || min(d.detector) || ' was not read'
            WHEN count(d.detector) > 0 THEN 'detector ' || min(d.detector) || ' is suspended'
            ELSE 'no detector' END AS reason,
       json_group_array(d.detector) FILTER (WHERE d.detector IS NOT NULL) AS keys,
       CASE WHEN count(d.detector) = 0 THEN 'absence' END AS basis
FROM place r LEFT JOIN fact_detector d ON d.account = r.account AND d.region = r.region
GROUP BY r.account, r.region
