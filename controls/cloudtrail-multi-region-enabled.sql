-- id: cloudtrail-multi-region-enabled
-- title: A multi-region trail is recording management events
-- severity: critical
-- citations: 164.312(b); 164.308(a)(1)(ii)(D); 164.308(a)(6)(i); 164.308(a)(6)(ii); 164.308(a)(5)(ii)(C)
-- type: AWS::CloudTrail::Trail
-- scope: account
-- lists: cloudtrail:DescribeTrails
-- reads: cloudtrail:GetTrailStatus; cloudtrail:GetEventSelectors
-- remedy: In the management account: aws cloudtrail create-trail --is-organization-trail --is-multi-region-trail
--   --enable-log-file-validation --kms-key-id KEY --s3-bucket-name BUCKET --name org; then aws cloudtrail start-logging --name org; one that cannot deliver needs its bucket and the bucket's policy mended
WITH trail AS (
  SELECT t.account, t.arn, t.name, t.multi_region, t.global_events, t.logging, t.delivery_error, m.all_events,
         t.multi_region AND t.global_events AND t.logging AND t.delivery_error IS NULL AND m.all_events AS good
  FROM fact_trail t LEFT JOIN fact_trail_management m USING (arn)
), best AS (
  SELECT a.account, a.name,
         (SELECT t.name FROM trail t WHERE t.account = a.account AND t.good = 1 LIMIT 1) AS good,
         (SELECT group_concat(t.name, ', ') FROM trail t WHERE t.account = a.account AND t.good IS NULL) AS unsure,
         (SELECT group_concat(t.name || CASE WHEN NOT t.multi_region THEN ' records one region'
                                             WHEN NOT t.global_events THEN ' leaves global services out'
                                             WHEN t.logging = 0 THEN ' is stopped'
                                             WHEN t.delivery_error IS NOT NULL THEN ' could not deliver its last files: ' || t.delivery_error
                                             ELSE ' does not record all management events' END, '; ')
          FROM trail t WHERE t.account = a.account AND t.good = 0) AS bad
  FROM fact_account a
)
SELECT account, '' AS region, account AS resource, name, NULL AS sub,
       CASE WHEN good IS NOT NULL THEN 1 WHEN unsure IS NOT NULL THEN NULL ELSE 0 END AS ok,
       CASE WHEN good IS NOT NULL THEN 'trail ' || good || ' records all management events of all regions'
            WHEN unsure IS NOT NULL THEN 'what trail ' || unsure || ' records was not read'
            WHEN bad IS NOT NULL THEN bad ELSE 'no trail exists' END AS reason,
       CASE WHEN good IS NOT NULL THEN 'witness' ELSE 'absence' END AS basis
FROM best
