-- id: ec2-imdsv2-required
-- title: Instance metadata needs a session token
-- severity: high
-- citations: 164.308(a)(3)(i); 164.308(a)(4)(ii)(B); 164.308(a)(4)(ii)(C); 164.312(a)(1)
-- type: AWS::EC2::Instance
-- scope: resource
-- lists: ec2:DescribeInstances
-- remedy: aws ec2 modify-instance-metadata-options --instance-id ID --http-tokens required --http-endpoint enabled; set it in launch templates too, and for the region: aws ec2 modify-instance-metadata-defaults --http-tokens required
SELECT account, region, coalesce(arn, instance) AS resource, coalesce(name, instance) AS name, NULL AS sub,
       CASE WHEN http_endpoint = 'disabled' OR http_tokens = 'required' THEN 1 WHEN http_tokens IS NOT NULL THEN 0 END AS ok,
       CASE WHEN http_endpoint = 'disabled' THEN 'the metadata service is off'
            WHEN http_tokens = 'required' THEN 'a session token is required'
            WHEN http_tokens IS NOT NULL THEN 'HttpTokens is ' || http_tokens || ': metadata and role credentials can be had without a session token'
            ELSE 'the answer carries no metadata options' END AS reason
FROM fact_instance WHERE state IS NULL OR state NOT IN ('terminated', 'shutting-down')
