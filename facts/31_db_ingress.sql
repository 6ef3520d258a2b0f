-- fact_db_ingress: for every database and security group of it the rules that admit its port; one row with peer_kind
-- NULL for a group without such a rule. known: NULL when the group, its rules or a rule's address was not read.
DROP TABLE IF EXISTS fact_db_ingress;
CREATE TABLE fact_db_ingress (
  arn TEXT, port INTEGER, tenant TEXT, vpc TEXT, sg TEXT, known TEXT, peer_kind TEXT, peer TEXT, account TEXT, region TEXT
);
INSERT INTO fact_db_ingress
SELECT p.arn, p.port, p.tenant, coalesce(p.vpc, s.vpc), g.sg,
       CASE WHEN s.ingress_read = 1 AND (r.peer_kind IS NULL OR r.peer IS NOT NULL) THEN s.sg END, r.peer_kind, r.peer, r.account, r.region
FROM fact_database p
JOIN fact_db_group g ON g.arn = p.arn
LEFT JOIN fact_sg s ON s.sg = g.sg
LEFT JOIN fact_sg_rule r ON r.sg = g.sg AND r.account = s.account AND r.region = s.region AND r.direction = 'ingress'
 AND (r.protocol = '-1' OR (r.protocol IN ('tcp', '6') AND coalesce(p.port BETWEEN r.port_lo AND r.port_hi, 1)));
CREATE INDEX fact_db_ingress_arn ON fact_db_ingress (arn);
