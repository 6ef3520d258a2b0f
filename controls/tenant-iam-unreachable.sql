-- id: tenant-iam-unreachable
-- title: No principal of tenant X may read data of tenant Y
-- severity: critical
-- citations: 164.312(a)(1); 164.308(a)(4)(i); 164.308(a)(4)(ii)(B); 164.308(a)(3)(i); 164.308(a)(4)(ii)(C)
-- type: AWS::IAM::Role
-- scope: organization
-- lists: iam:GetAccountAuthorizationDetails
-- reads: organizations:DescribeOrganization; organizations:ListAccounts; s3:ListBuckets;
--   s3:GetBucketPolicy; kms:ListKeys; kms:GetKeyPolicy; kms:ListGrants
-- remedy: Take away the statement or trust on the chain that `ward prove --iam --from X --to Y` shows with the edits that cut it; what
--   is shared on purpose goes into ward.yaml under shared, with the tenants that may reach each other through it (via)
-- why: A row a cell of the proof: who (tenant, shared thing, nobody's, outside) and whose data. Cells that ward.yaml declares pass, and say
--   so. What the proof lacks makes its own cells unknown, by each of the operations of data/iam/reads.tsv; the operations above, which
--   every organization has, make all of them unknown.
--   Policies of the organization can only take away, so that what is proved without them stands.
--   Without a tenant nobody's data can be told from another's: while there are stores that can hold PHI that is unknown, for a fact that
--   the answer needs (ward.yaml's tenants, or their tags) was not given; with no such store the control is not applicable.
SELECT (SELECT min(account) FROM fact_account) AS account, '' AS region, subject AS resource, NULL AS name, 'data of ' || object AS sub,
       CASE verdict WHEN 'proved' THEN 1 WHEN 'declared' THEN 1 WHEN 'violated' THEN 0 END AS ok,
       CASE verdict WHEN 'proved' THEN CASE object WHEN '*' THEN 'reaches no data of any tenant that is not named beside' ELSE 'no principal reaches it' END
         WHEN 'declared' THEN 'only by what ward.yaml declares as shared: ' || reason
         WHEN 'violated' THEN reason || coalesce(': ' || chain, '') || '; ward prove --iam shows it in full'
         ELSE reason || CASE WHEN missing IS NOT NULL AND instr(reason, missing) = 0 THEN ' (' || missing || ')' ELSE '' END
              || CASE WHEN instr(missing, missing_action) = 0 THEN ', needs ' || missing_action ELSE '' END END AS reason,
       CASE WHEN subject IN (SELECT label FROM access_label WHERE kind = 'tenant') THEN subject
            WHEN object IN (SELECT label FROM access_label WHERE kind = 'tenant') THEN object END AS tenant
FROM access_claim
WHERE EXISTS (SELECT 1 FROM access_label WHERE kind = 'tenant')
UNION ALL
SELECT (SELECT min(account) FROM fact_account), '', 'organization', NULL, NULL, NULL,
       'ward.yaml names no tenant and no tag does, so that it cannot be told whose the ' || sum(stores) || ' stores are', NULL
FROM access_label HAVING sum(stores) > 0 AND sum(kind = 'tenant') = 0
