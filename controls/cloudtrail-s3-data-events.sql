-- id: cloudtrail-s3-data-events
-- title: Object reads and writes in every PHI bucket are recorded
-- severity: high
-- citations: 164.312(b); 164.308(a)(1)(ii)(D); 164.312(a)(2)(i)
-- type: AWS::S3::Bucket
-- scope: resource
-- lists: s3:ListBuckets
-- reads: cloudtrail:DescribeTrails; cloudtrail:GetTrailStatus; cloudtrail:GetEventSelectors; s3:GetBucketLogging
-- remedy: aws cloudtrail put-event-selectors --trail-name TRAIL with an advanced selector for resources.type AWS::S3::Object whose
--   resources.ARN starts with arn:aws:s3:::BUCKET/ (log buckets left out)
WITH seen AS (
  SELECT b.account, b.arn, max(t.logging = 1 AND o.reads AND NOT o.narrow) AS reads, max(t.logging = 1 AND o.writes AND NOT o.narrow) AS writes,
         max(t.logging IS NULL) AS unsure, min(t.name) AS trail
  FROM fact_bucket b
  JOIN fact_trail t ON t.account = b.account AND (t.multi_region OR t.home_region = b.region) AND t.logging IS NOT 0
  JOIN (SELECT DISTINCT * FROM fact_trail_object) o ON o.arn = t.arn
  WHERE (o.starts IS NULL OR EXISTS (SELECT 1 FROM json_each(o.starts) v
                                     WHERE substr(b.arn || '/', 1, length(v.value)) = v.value))
    AND NOT EXISTS (SELECT 1 FROM json_each(o.skips) v
                    WHERE substr(b.arn || '/', 1, length(v.value)) = v.value OR substr(v.value, 1, length(b.arn) + 1) = b.arn || '/')
  GROUP BY b.account, b.arn
)
SELECT b.account, b.region, b.arn AS resource, b.name, NULL AS sub,
       CASE WHEN s.reads AND s.writes THEN 1 WHEN s.unsure THEN NULL
            WHEN EXISTS (SELECT 1 FROM fact_trail t WHERE t.account = b.account AND NOT t.selectors_read) THEN NULL ELSE 0 END AS ok,
       CASE WHEN s.reads AND s.writes THEN 'trail ' || s.trail || ' records reads and writes of its objects'
            WHEN s.unsure THEN 'whether trail ' || s.trail || ' is logging was not read'
            WHEN EXISTS (SELECT 1 FROM fact_trail t WHERE t.account = b.account AND NOT t.selectors_read) THEN 'what a trail records was not read'
            WHEN s.reads THEN 'reads of its objects are recorded, writes are not'
            WHEN s.writes THEN 'writes to its objects are recorded, reads are not'
            ELSE 'no trail records reads and writes of its objects' END AS reason,
       CASE WHEN s.reads AND s.writes THEN 'witness' ELSE 'absence' END AS basis, json_array(b.name) AS keys
FROM fact_bucket b LEFT JOIN seen s ON s.account = b.account AND s.arn = b.arn
WHERE b.phi AND b.name NOT IN (SELECT name FROM fact_log_bucket)
