-- Access beside policies: grants, ACLs, sharing attributes, endpoints, assignments of Identity Center, delegation.

-- fact_access_grant: grants of KMS keys by the key's ARN; fact_access_grant_read: keys whose grants were read.
DROP TABLE IF EXISTS fact_access_grant;
CREATE TABLE fact_access_grant AS
SELECT k.arn, r.data ->> '$.GrantId' AS id, r.data ->> '$.GranteePrincipal' AS grantee, r.data -> '$.Operations' AS operations,
       coalesce(r.data -> '$.Constraints.EncryptionContextEquals', r.data -> '$.Constraints.EncryptionContextSubset') AS context,
       r.data -> '$.Constraints.EncryptionContextEquals' IS NULL AS subset
FROM snap_resource r JOIN fact_key k ON k.account = r.account AND k.region = r.region AND (k.id = r.parent OR k.arn = r.parent)
WHERE r.op = 'kms:ListGrants' AND k.arn IS NOT NULL
ORDER BY k.arn, id;

-- fact_access_acl: grants of bucket ACLs. account: of a canonical id that owns buckets of one known account only.
DROP TABLE IF EXISTS fact_access_acl;
CREATE TABLE fact_access_acl AS
WITH owner AS MATERIALIZED (
  SELECT data ->> '$.Owner.ID' AS canonical, min(account) AS account FROM snap_resource
  WHERE op = 's3:GetBucketAcl' AND data ->> '$.Owner.ID' IS NOT NULL
  GROUP BY canonical HAVING count(DISTINCT account) = 1
)
SELECT b.arn, g.value ->> '$.Grantee.URI' AS uri,
       CASE WHEN g.value ->> '$.Grantee.ID' = r.data ->> '$.Owner.ID' THEN r.account ELSE o.account END AS account,
       g.value ->> '$.Permission' AS permission
FROM snap_resource r JOIN fact_bucket b ON b.account = r.account AND b.name = r.parent, json_each(r.data, '$.Grants') g
LEFT JOIN owner o ON o.canonical = g.value ->> '$.Grantee.ID'
WHERE r.op = 's3:GetBucketAcl' AND b.arn IS NOT NULL ORDER BY b.arn;

-- fact_access_share: with whom a thing is shared by an attribute, a RAM share or a datashare.
DROP TABLE IF EXISTS fact_access_share;
CREATE TABLE fact_access_share (arn TEXT NOT NULL, account TEXT NOT NULL, how TEXT NOT NULL, PRIMARY KEY (arn, account, how)) WITHOUT ROWID;
INSERT OR IGNORE INTO fact_access_share
SELECT s.arn, v.value, 'createVolumePermission' FROM fact_ebs_snapshot s, json_each(s.shared_with) v WHERE s.arn IS NOT NULL
UNION ALL SELECT arn, 'all', 'createVolumePermission' FROM fact_ebs_snapshot WHERE public AND arn IS NOT NULL
UNION ALL
SELECT s.arn, v.value, 'restore' FROM fact_db_snapshot s, json_each(s.shared_with) v WHERE s.arn IS NOT NULL;
INSERT OR IGNORE INTO fact_access_share
SELECT r.arn, coalesce(p.value ->> '$.UserId', p.value ->> '$.Group', p.value ->> '$.OrganizationArn', p.value ->> '$.OrganizationalUnitArn'), 'launchPermission'
FROM fact_access_answer a CROSS JOIN fact_access_resource r ON r.type = 'AWS::EC2::Image' AND r.account = a.account AND r.region = a.region AND r.id = a.parent,
     json_each(a.data, '$.LaunchPermissions') p
WHERE a.op = 'ec2:DescribeImageAttribute'
  AND coalesce(p.value ->> '$.UserId', p.value ->> '$.Group', p.value ->> '$.OrganizationArn', p.value ->> '$.OrganizationalUnitArn') IS NOT NULL;
INSERT OR IGNORE INTO fact_access_share
SELECT r.arn, p.value, 'document'
FROM fact_access_answer a CROSS JOIN fact_access_resource r ON r.type = 'AWS::SSM::Document' AND r.account = a.account AND r.region = a.region AND r.id = a.parent,
     json_each(a.data, '$.AccountIds') p
WHERE a.op = 'ssm:DescribeDocumentPermission';
-- Shares that this account made; a thing is in a share with every principal of the share.
INSERT OR IGNORE INTO fact_access_share
SELECT t.entity, p.entity, 'ram'
FROM (SELECT DISTINCT data ->> '$.resourceShareArn' AS share, data ->> '$.associatedEntity' AS entity FROM snap_resource
      WHERE op = 'ram:GetResourceShareAssociations' AND data ->> '$.associationType' = 'RESOURCE'
        AND data ->> '$.status' NOT IN ('DISASSOCIATED', 'FAILED')) t
JOIN (SELECT DISTINCT data ->> '$.resourceShareArn' AS share, data ->> '$.associatedEntity' AS entity FROM snap_resource
      WHERE op = 'ram:GetResourceShareAssociations' AND data ->> '$.associationType' = 'PRINCIPAL'
        AND data ->> '$.status' NOT IN ('DISASSOCIATED', 'FAILED')) p ON p.share = t.share
WHERE t.entity IS NOT NULL AND p.entity IS NOT NULL;
INSERT OR IGNORE INTO fact_access_share
SELECT r.data ->> '$.DataShareArn', a.value ->> '$.ConsumerIdentifier', 'datashare'
FROM snap_resource r, json_each(r.data, '$.DataShareAssociations') a
WHERE r.op = 'redshift:DescribeDataShares' AND a.value ->> '$.ConsumerIdentifier' IS NOT NULL AND r.data ->> '$.DataShareArn' IS NOT NULL
  AND coalesce(a.value ->> '$.Status', '') NOT IN ('REJECTED', 'DEAUTHORIZED', 'PENDING_AUTHORIZATION');

-- fact_access_unshared: things that have a sharing attribute which was not read.
DROP TABLE IF EXISTS fact_access_unshared;
CREATE TABLE fact_access_unshared (arn TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT OR IGNORE INTO fact_access_unshared SELECT arn FROM fact_ebs_snapshot WHERE arn IS NOT NULL AND (public IS NULL OR shared_with IS NULL);
INSERT OR IGNORE INTO fact_access_unshared SELECT arn FROM fact_db_snapshot WHERE arn IS NOT NULL AND attributes_read IS NULL;
INSERT OR IGNORE INTO fact_access_unshared
SELECT r.arn FROM fact_access_resource r
LEFT JOIN fact_access_answer a ON a.op = CASE r.type WHEN 'AWS::EC2::Image' THEN 'ec2:DescribeImageAttribute' ELSE 'ssm:DescribeDocumentPermission' END
 AND a.account = r.account AND a.region = r.region AND a.parent = r.id
WHERE r.type IN ('AWS::EC2::Image', 'AWS::SSM::Document') AND NOT coalesce(a.good, 0);
INSERT OR IGNORE INTO fact_access_unshared
SELECT r.arn FROM fact_access_resource r
WHERE r.type IN ('AWS::RDS::DBCluster', 'AWS::Glue::Catalog', 'AWS::Glue::Database', 'AWS::SSM::Parameter', 'AWS::Backup::BackupVault', 'AWS::CodeBuild::Project')
  AND (SELECT count(DISTINCT c.parent) FROM fact_call c WHERE c.op = 'ram:GetResourceShareAssociations' AND c.account = r.account AND c.region = r.region
       AND c.status IN ('ok', 'empty')) < 2;

DROP TABLE IF EXISTS fact_access_endpoint;
CREATE TABLE fact_access_endpoint AS
SELECT account, region, rid AS id, data ->> '$.VpcId' AS vpc, data ->> '$.ServiceName' AS service, data ->> '$.PolicyDocument' AS doc,
       coalesce(data ->> '$.VpcEndpointType', '') AS type
FROM snap_resource WHERE op = 'ec2:DescribeVpcEndpoints' AND coalesce(data ->> '$.State', '') NOT IN ('deleted', 'Deleted') ORDER BY rid;

-- fact_access_block: S3's block of public access at an access point.
DROP TABLE IF EXISTS fact_access_block;
CREATE TABLE fact_access_block AS
SELECT r.arn, a.data ->> '$.PublicAccessBlockConfiguration.IgnorePublicAcls' AS ignore_public_acls,
       a.data ->> '$.PublicAccessBlockConfiguration.RestrictPublicBuckets' AS restrict_public_buckets
FROM fact_access_answer a CROSS JOIN fact_access_resource r ON r.type = 'AWS::S3::AccessPoint' AND r.account = a.account AND r.region = a.region AND r.id = a.parent
WHERE a.op = 's3control:GetAccessPoint' AND a.data IS NOT NULL ORDER BY r.arn;

-- fact_access_assignment: who of Identity Center gets which role where.
DROP TABLE IF EXISTS fact_access_assignment;
CREATE TABLE fact_access_assignment AS
WITH person AS MATERIALIZED (
  SELECT data ->> '$.UserId' AS id, min(data ->> '$.UserName') AS name FROM snap_resource WHERE op = 'identitystore:ListUsers'
  GROUP BY data ->> '$.UserId'
  UNION ALL
  SELECT data ->> '$.GroupId', min(data ->> '$.DisplayName') FROM snap_resource WHERE op = 'identitystore:ListGroups' GROUP BY data ->> '$.GroupId'
), permission AS MATERIALIZED (
  SELECT data ->> '$.PermissionSetArn' AS arn, min(data ->> '$.Name') AS name FROM fact_access_answer WHERE op = 'sso-admin:DescribePermissionSet' AND data IS NOT NULL
  GROUP BY data ->> '$.PermissionSetArn'
), role AS MATERIALIZED (
  SELECT account, min(arn) AS arn, substr(name, 16, length(name) - 32) AS permission FROM fact_access_principal
  WHERE kind = 'role' AND name GLOB 'AWSReservedSSO_?*_????????????????' GROUP BY account, permission
)
SELECT DISTINCT r.data ->> '$.AccountId' AS account, r.data ->> '$.PrincipalType' AS principal_type, r.data ->> '$.PrincipalId' AS principal_id,
       p.name AS principal_name, r.data ->> '$.PermissionSetArn' AS permission_arn, s.name AS permission, o.arn AS role
FROM snap_resource r
LEFT JOIN person p ON p.id = r.data ->> '$.PrincipalId'
LEFT JOIN permission s ON s.arn = r.data ->> '$.PermissionSetArn'
LEFT JOIN role o ON o.account = r.data ->> '$.AccountId' AND o.permission = s.name
WHERE r.op = 'sso-admin:ListAccountAssignments' AND r.data ->> '$.AccountId' IS NOT NULL
ORDER BY 1, 5, 3;

DROP TABLE IF EXISTS fact_access_delegate;
CREATE TABLE fact_access_delegate AS
SELECT DISTINCT d.data ->> '$.Id' AS account, s.data ->> '$.ServicePrincipal' AS service
FROM snap_resource d LEFT JOIN snap_resource s ON s.op = 'organizations:ListDelegatedServicesForAccount' AND s.parent = d.data ->> '$.Id'
WHERE d.op = 'organizations:ListDelegatedAdministrators' AND d.data ->> '$.Id' IS NOT NULL ORDER BY 1, 2;
