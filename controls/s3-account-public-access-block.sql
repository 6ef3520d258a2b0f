-- id: s3-account-public-access-block
-- title: Account blocks public S3 access
-- severity: critical
-- citations: 164.312(a)(1); 164.312(e)(1); 164.308(a)(4)(ii)(B)
-- scope: account
-- reads: s3control:GetPublicAccessBlock
-- remedy: aws s3control put-public-access-block --account-id ACCOUNT --public-access-block-configuration
--   BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
SELECT a.account, '' AS region, a.account AS resource, a.name, NULL AS sub,
       CASE WHEN s.been_read THEN s.block_public_acls AND s.ignore_public_acls AND s.block_public_policy AND s.restrict_public_buckets END AS ok,
       CASE WHEN s.been_read IS NULL THEN 'the account''s public access block was not read'
            WHEN s.block_public_acls AND s.ignore_public_acls AND s.block_public_policy AND s.restrict_public_buckets THEN 'all four blocks are on'
            ELSE 'off: ' || rtrim(CASE WHEN s.block_public_acls THEN '' ELSE 'BlockPublicAcls, ' END
                 || CASE WHEN s.ignore_public_acls THEN '' ELSE 'IgnorePublicAcls, ' END
                 || CASE WHEN s.block_public_policy THEN '' ELSE 'BlockPublicPolicy, ' END
                 || CASE WHEN s.restrict_public_buckets THEN '' ELSE 'RestrictPublicBuckets' END, ', ') END AS reason
FROM fact_account a LEFT JOIN fact_s3_account s USING (account)
