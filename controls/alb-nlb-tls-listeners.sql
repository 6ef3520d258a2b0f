-- id: alb-nlb-tls-listeners
-- title: Listeners terminate TLS with a certificate
-- severity: high
-- citations: 164.312(e)(1); 164.312(e)(2)(i); 164.312(e)(2)(ii)
-- type: AWS::ElasticLoadBalancingV2::Listener
-- scope: resource
-- lists: elbv2:DescribeLoadBalancers
-- reads: elbv2:DescribeListeners; elbv2:DescribeRules
-- remedy: aws elbv2 modify-listener --listener-arn ARN --protocol HTTPS --port 443 --certificates CertificateArn=ARN --ssl-policy ELBSecurityPolicy-TLS13-1-2-Res-2021-06 (NLB: TLS); an HTTP listener keeps one default action: Type=redirect,RedirectConfig={Protocol=HTTPS,Port=443,StatusCode=HTTP_301}; TCP that passes TLS through is declared in ward.yaml
WITH listener AS (
  SELECT l.*, b.name AS balancer,
         max(is_declared('tcp_passthrough', l.arn), is_declared('tcp_passthrough', l.load_balancer), is_declared('tcp_passthrough', b.name)) AS declared
  FROM fact_listener l JOIN fact_load_balancer b ON b.arn = l.load_balancer AND b.account = l.account AND b.region = l.region
)
SELECT account, region, arn AS resource, balancer || ':' || port AS name, NULL AS sub,
       CASE WHEN protocol IN ('HTTPS', 'TLS') THEN certificates > 0
            WHEN protocol IN ('QUIC', 'GENEVE') THEN 1
            WHEN protocol = 'HTTP' AND default_safe = 0 THEN 0
            WHEN protocol = 'HTTP' AND rules_read IS NULL THEN NULL
            WHEN protocol = 'HTTP' THEN unsafe_rules = 0
            WHEN protocol IN ('TCP', 'TCP_QUIC') THEN declared
            WHEN protocol IN ('UDP', 'TCP_UDP') THEN declared END AS ok,
       CASE WHEN protocol IN ('HTTPS', 'TLS') AND certificates > 0 THEN protocol || ' with a certificate'
            WHEN protocol IN ('HTTPS', 'TLS') THEN protocol || ' without a certificate'
            WHEN protocol = 'QUIC' THEN 'QUIC is encrypted end to end (RFC 9001)'
            WHEN protocol = 'GENEVE' THEN 'GENEVE hands packets to inspection appliances; the sessions inside are judged at their own ends'
            WHEN protocol = 'HTTP' AND default_safe = 0 THEN 'HTTP that reaches targets without TLS'
            WHEN protocol = 'HTTP' AND rules_read IS NULL THEN 'HTTP that redirects by default, but its rules were not read'
            WHEN protocol = 'HTTP' AND unsafe_rules > 0 THEN 'HTTP that redirects by default, but ' || unsafe_rules || ' of its rules reach targets without TLS'
            WHEN protocol = 'HTTP' THEN 'HTTP that only redirects to HTTPS or answers by itself'
            WHEN protocol IN ('TCP', 'TCP_QUIC', 'UDP', 'TCP_UDP') AND declared THEN protocol || ' that passes encrypted sessions through, as ward.yaml declares'
            WHEN protocol IN ('TCP', 'TCP_QUIC') THEN protocol || ' that passes bytes through; ward.yaml does not declare that they are TLS'
            WHEN protocol IN ('UDP', 'TCP_UDP') THEN protocol || ' without encryption of its own; ward.yaml does not declare that the sessions are encrypted'
            ELSE 'protocol ' || coalesce(protocol, '?') || ' is not known to ward' END AS reason,
       json_array(load_balancer, arn) AS keys,
       CASE WHEN protocol <> 'HTTP' THEN 'witness' END AS basis
FROM listener
UNION ALL
SELECT account, region, arn, name, NULL, NULL, 'its listeners were not read', json_array(arn), NULL
FROM fact_load_balancer WHERE listeners_read IS NULL
