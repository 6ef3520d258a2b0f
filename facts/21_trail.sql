-- fact_trail: a trail once for every account that sees it (an organization trail shows in its members).
-- logging and the selectors are read in the trail's home region, by its owner at least.
DROP TABLE IF EXISTS fact_trail;
CREATE TABLE fact_trail AS
WITH trail AS (
  SELECT account, data ->> '$.TrailARN' AS arn, max(data) AS data FROM snap_resource
  WHERE op = 'cloudtrail:DescribeTrails' GROUP BY account, data ->> '$.TrailARN'
), status AS (
  SELECT parent AS arn, max(data ->> '$.IsLogging') AS logging, max(nullif(data ->> '$.LatestDeliveryError', '')) AS delivery_error FROM snap_resource
  WHERE op = 'cloudtrail:GetTrailStatus' GROUP BY parent
), selector AS (
  SELECT parent AS arn, max(data) AS data FROM snap_resource WHERE op = 'cloudtrail:GetEventSelectors' GROUP BY parent
)
SELECT t.account, t.arn, t.data ->> '$.Name' AS name, t.data ->> '$.HomeRegion' AS home_region,
       arn_part(t.arn, 'account') = t.account AS own,
       coalesce(t.data ->> '$.IsMultiRegionTrail', 0) AS multi_region,
       coalesce(t.data ->> '$.IncludeGlobalServiceEvents', 0) AS global_events,
       coalesce(t.data ->> '$.IsOrganizationTrail', 0) AS organization,
       coalesce(t.data ->> '$.LogFileValidationEnabled', 0) AS validation,
       t.data ->> '$.S3BucketName' AS bucket, t.data ->> '$.KmsKeyId' AS key, s.logging, s.delivery_error,
       e.arn IS NOT NULL AS selectors_read, e.data -> '$.EventSelectors' AS selectors,
       e.data -> '$.AdvancedEventSelectors' AS advanced
FROM trail t LEFT JOIN status s USING (arn) LEFT JOIN selector e USING (arn);

-- fact_trail_management: does the trail record all management events? 1, 0, or no row when it was not read.
DROP TABLE IF EXISTS fact_trail_management;
CREATE TABLE fact_trail_management AS
SELECT arn,
  EXISTS (SELECT 1 FROM json_each(t.selectors) s
          WHERE s.value ->> '$.IncludeManagementEvents' AND coalesce(s.value ->> '$.ReadWriteType', 'All') = 'All'
            AND coalesce(json_array_length(s.value, '$.ExcludeManagementEventSources'), 0) = 0)
  OR EXISTS (SELECT 1 FROM json_each(t.advanced) s
             WHERE EXISTS (SELECT 1 FROM json_each(s.value, '$.FieldSelectors') f, json_each(f.value, '$.Equals') v
                           WHERE f.value ->> '$.Field' = 'eventCategory' AND v.value = 'Management')
               AND NOT EXISTS (SELECT 1 FROM json_each(s.value, '$.FieldSelectors') f WHERE f.value ->> '$.Field' <> 'eventCategory'))
  AS all_events
FROM fact_trail t WHERE selectors_read GROUP BY arn;

-- fact_trail_object: the selectors for S3 objects, classic and advanced alike. A selector covers an object when its ARN
-- begins with one of `starts` (NULL = any) and with none of `skips`; `narrow` = other conditions cut more away.
DROP TABLE IF EXISTS fact_trail_object;
CREATE TABLE fact_trail_object AS
SELECT t.arn, s.value ->> '$.ReadWriteType' IN ('All', 'ReadOnly') AS reads, s.value ->> '$.ReadWriteType' IN ('All', 'WriteOnly') AS writes,
       d.value -> '$.Values' AS starts, NULL AS skips, 0 AS narrow
FROM fact_trail t, json_each(t.selectors) s, json_each(s.value, '$.DataResources') d
WHERE d.value ->> '$.Type' = 'AWS::S3::Object'
UNION ALL
SELECT t.arn,
  NOT EXISTS (SELECT 1 FROM json_each(s.value, '$.FieldSelectors') f, json_each(f.value, '$.Equals') v
              WHERE f.value ->> '$.Field' = 'readOnly' AND v.value = 'false'),
  NOT EXISTS (SELECT 1 FROM json_each(s.value, '$.FieldSelectors') f, json_each(f.value, '$.Equals') v
              WHERE f.value ->> '$.Field' = 'readOnly' AND v.value = 'true'),
  (SELECT f.value -> '$.StartsWith' FROM json_each(s.value, '$.FieldSelectors') f
   WHERE f.value ->> '$.Field' = 'resources.ARN' AND f.value -> '$.StartsWith' IS NOT NULL),
  (SELECT f.value -> '$.NotStartsWith' FROM json_each(s.value, '$.FieldSelectors') f
   WHERE f.value ->> '$.Field' = 'resources.ARN' AND f.value -> '$.NotStartsWith' IS NOT NULL),
  EXISTS (SELECT 1 FROM json_each(s.value, '$.FieldSelectors') f
          WHERE f.value ->> '$.Field' NOT IN ('eventCategory', 'resources.type', 'resources.ARN', 'readOnly')
             OR (f.value ->> '$.Field' = 'resources.ARN' AND coalesce(f.value -> '$.Equals', f.value -> '$.NotEquals',
                                                                     f.value -> '$.EndsWith', f.value -> '$.NotEndsWith') IS NOT NULL))
FROM fact_trail t, json_each(t.advanced) s
WHERE EXISTS (SELECT 1 FROM json_each(s.value, '$.FieldSelectors') f, json_each(f.value, '$.Equals') v
              WHERE f.value ->> '$.Field' = 'resources.type' AND v.value = 'AWS::S3::Object');

-- fact_log_bucket: buckets whose role is to take logs: of trails, of S3 access logs, and those that ward.yaml declares.
-- A bucket that ward.yaml names as a store of PHI does not become a log bucket by another's access logs.
DROP TABLE IF EXISTS fact_log_bucket;
CREATE TABLE fact_log_bucket (name TEXT PRIMARY KEY, why TEXT) WITHOUT ROWID;
INSERT OR IGNORE INTO fact_log_bucket SELECT bucket, 'takes the logs of trail ' || name FROM fact_trail WHERE bucket IS NOT NULL;
INSERT OR IGNORE INTO fact_log_bucket
SELECT name, 'is declared a log bucket' FROM fact_bucket
WHERE is_declared('log_buckets', name) OR is_declared('log_buckets', arn);
INSERT OR IGNORE INTO fact_log_bucket
SELECT logging_target, 'takes the access logs of ' || name FROM fact_bucket WHERE logging_target IS NOT NULL AND logging_target <> name
  AND NOT coalesce((SELECT s.value ->> '$.phi' FROM config, json_each(doc, '$.stores') s
                    WHERE glob_match(s.value ->> '$.arn', (SELECT t.arn FROM fact_bucket t WHERE t.name = fact_bucket.logging_target))
                    ORDER BY s.key LIMIT 1), 0);
