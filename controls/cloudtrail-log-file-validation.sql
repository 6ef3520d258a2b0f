-- id: cloudtrail-log-file-validation
-- title: Digest files are produced
-- severity: high
-- citations: 164.312(b); 164.312(c)(1); 164.312(c)(2)
-- type: AWS::CloudTrail::Trail
-- scope: account
-- lists: cloudtrail:DescribeTrails
-- remedy: aws cloudtrail update-trail --name TRAIL --enable-log-file-validation
SELECT account, home_region AS region, arn AS resource, name, NULL AS sub, validation AS ok,
       CASE WHEN validation THEN 'digest files are written' ELSE 'no digest files are written' END AS reason, 'witness' AS basis
FROM fact_trail WHERE own
UNION ALL
SELECT a.account, '', a.account, a.name, NULL, 0, 'no trail exists, so there is nothing to validate', 'absence'
FROM fact_account a WHERE a.account NOT IN (SELECT account FROM fact_trail)
