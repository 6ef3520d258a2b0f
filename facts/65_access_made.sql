-- fact_access_made: what a thing runs that lies in another thing, which others may write: images in ECR, scripts in S3.
-- An image that is named by its digest cannot be changed by a push (Amazon ECR User Guide, "Pulling an image", read 2026).
DROP TABLE IF EXISTS fact_access_made;
CREATE TABLE fact_access_made (arn TEXT NOT NULL, source TEXT NOT NULL, PRIMARY KEY (arn, source)) WITHOUT ROWID;
INSERT OR IGNORE INTO fact_access_made
WITH image(arn, text) AS (
  SELECT r.arn, c.value ->> '$.image' FROM snap_resource r, json_each(r.data, '$.containerDefinitions') c WHERE r.op = 'ecs:DescribeTaskDefinition'
  UNION ALL
  SELECT arn, data ->> '$.environment.image' FROM snap_resource WHERE op = 'codebuild:BatchGetProjects'
  UNION ALL
  SELECT data ->> '$.ModelArn', data ->> '$.PrimaryContainer.Image' FROM snap_resource WHERE op = 'sagemaker:DescribeModel'
  UNION ALL
  SELECT r.data ->> '$.ModelArn', c.value ->> '$.Image' FROM snap_resource r, json_each(r.data, '$.Containers') c WHERE r.op = 'sagemaker:DescribeModel'
), part AS (
  SELECT arn, substr(text, 1, 12) AS account, substr(text, instr(text, '.dkr.ecr') + 9) AS place, substr(text, instr(text, '/') + 1) AS name
  FROM image WHERE text GLOB '[0-9]*.dkr.ecr*.*.amazonaws.com*/*' AND text NOT LIKE '%@sha256:%'
), placed AS (
  SELECT arn, account, CASE WHEN place LIKE 'fips.%' THEN substr(place, 6) ELSE place END AS place,
         CASE WHEN instr(name, ':') THEN substr(name, 1, instr(name, ':') - 1) ELSE name END AS name
  FROM part
)
SELECT arn, 'arn:' || CASE WHEN place LIKE 'cn-%' THEN 'aws-cn' WHEN place LIKE 'us-gov-%' THEN 'aws-us-gov' ELSE 'aws' END || ':ecr:'
            || substr(place, 1, instr(place, '.') - 1) || ':' || account || ':repository/' || name
FROM placed WHERE arn IS NOT NULL;

INSERT OR IGNORE INTO fact_access_made
WITH script(arn, region, text) AS (
  SELECT arn, region, data ->> '$.Command.ScriptLocation' FROM snap_resource WHERE op = 'glue:GetJobs'
  UNION ALL
  SELECT r.arn, r.region, trim(f.value) FROM snap_resource r, json_each(r.data, '$.DefaultArguments') a,
         json_each('["' || replace(replace(a.value, '"', ''), ',', '","') || '"]') f
  WHERE r.op = 'glue:GetJobs' AND a.key IN ('--extra-py-files', '--extra-jars', '--extra-files') AND a.type = 'text' AND instr(a.value, '\') = 0
  UNION ALL
  SELECT arn, region, 's3://' || (data ->> '$.source.location') FROM snap_resource
  WHERE op = 'codebuild:BatchGetProjects' AND data ->> '$.source.type' = 'S3'
)
SELECT arn, 'arn:' || CASE WHEN region LIKE 'cn-%' THEN 'aws-cn' WHEN region LIKE 'us-gov-%' THEN 'aws-us-gov' ELSE 'aws' END || ':s3:::'
            || substr(text, 6, instr(substr(text, 6) || '/', '/') - 1)
FROM script WHERE arn IS NOT NULL AND text LIKE 's3://_%';

-- An access point is a way to its bucket's data.
INSERT INTO fact_access_source
SELECT arn, 'arn:' || arn_part(arn, 'partition') || ':s3:::' || (data ->> '$.Bucket') FROM snap_resource
WHERE op = 's3control:ListAccessPoints' AND arn IS NOT NULL AND data ->> '$.Bucket' IS NOT NULL;
