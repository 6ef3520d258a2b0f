-- The store, version 1. One file, ward.db, mode 0600. Times are microseconds since 1970-01-01T00:00Z
-- (suffix _us). Runs are immutable: nothing but the run's own collector or import writes to them.

-- One collection or import.
CREATE TABLE run (
  id           INTEGER PRIMARY KEY,
  kind         TEXT NOT NULL,              -- 'collect' or 'import'
  status       TEXT NOT NULL,              -- 'running', 'complete', 'interrupted', 'failed'
  started_us   INTEGER NOT NULL,
  finished_us  INTEGER,
  clock_us     INTEGER NOT NULL,           -- the time the run is judged at: its end, or a bundle's own clock
  tool_version TEXT NOT NULL,
  caller_arn   TEXT,                       -- who collected (sts:GetCallerIdentity)
  scope        TEXT NOT NULL,              -- JSON: what was asked for (accounts, regions, operations, org)
  base         INTEGER REFERENCES run(id), -- a partial run: what it did not cover is taken from here
  source       TEXT                        -- the folder or file of an import, the endpoint of a collection
) STRICT;

-- The accounts a run wanted to see, reached or not.
CREATE TABLE run_account (
  run     INTEGER NOT NULL REFERENCES run(id),
  account TEXT NOT NULL,
  name    TEXT,
  role    TEXT,                            -- ARN assumed to get in; NULL = the caller's own credentials
  reached INTEGER NOT NULL,                -- 1 when credentials for it worked
  reason  TEXT,                            -- why not
  PRIMARY KEY (run, account)
) STRICT, WITHOUT ROWID;

-- The regions of each account.
CREATE TABLE run_region (
  run     INTEGER NOT NULL REFERENCES run(id),
  account TEXT NOT NULL,
  region  TEXT NOT NULL,
  state   TEXT NOT NULL,                   -- 'enabled', 'disabled' (opt-in, not opted in) or 'unknown'
  wanted  INTEGER NOT NULL,                -- 1 when the run's scope takes it in
  reason  TEXT,
  PRIMARY KEY (run, account, region)
) STRICT, WITHOUT ROWID;

-- One API call, or one imported file, failed ones too. Pages of one call are one row.
CREATE TABLE call (
  id             INTEGER PRIMARY KEY,
  run            INTEGER NOT NULL REFERENCES run(id),
  account        TEXT NOT NULL,
  region         TEXT NOT NULL,            -- signing region: global services carry their home region
  op             TEXT NOT NULL,            -- 'ec2:DescribeInstances', botocore's service name
  params         TEXT NOT NULL,            -- canonical JSON of what the call was made for; '{}' = for all
  parent         TEXT NOT NULL,            -- the value in params; several joined with '|'; '' = none
  status         TEXT NOT NULL,            -- see src/collect/ingest.h, enum call_status
  http           INTEGER,
  code           TEXT,                     -- AWS's error code, or ward's own for transport errors
  message        TEXT,
  missing_action TEXT,                     -- IAM action that a denied call needed
  request_id     TEXT,
  pages          INTEGER NOT NULL DEFAULT 0,
  rows           INTEGER NOT NULL DEFAULT 0,
  attempts       INTEGER NOT NULL DEFAULT 0,
  ms             INTEGER NOT NULL DEFAULT 0,
  at_us          INTEGER NOT NULL,
  source         TEXT NOT NULL,            -- 'aws', 'endpoint' (a configured one), 'stub', 'import'
  envelope       TEXT                      -- the answer less the items stored in resource; NULL = no answer
) STRICT;
CREATE UNIQUE INDEX call_key ON call (run, op, account, region, params);

-- One thing, or one answer about a thing, exactly as the AWS CLI prints it.
CREATE TABLE resource (
  id      INTEGER PRIMARY KEY,
  run     INTEGER NOT NULL,
  call    INTEGER NOT NULL REFERENCES call(id),
  account TEXT NOT NULL,
  region  TEXT NOT NULL,
  op      TEXT NOT NULL,
  kind    TEXT NOT NULL,                   -- 'resource' (a thing of its own) or 'detail' (about its parent)
  type    TEXT,                            -- CloudFormation type name; NULL for details
  rid     TEXT,                            -- id
  arn     TEXT,
  name    TEXT,
  tags    TEXT,                            -- JSON object, NULL when the answer carries none
  parent  TEXT NOT NULL,                   -- as in call
  pos     TEXT NOT NULL,                   -- where it stood: 'Reservations/0/Instances/1', 'Role'; '' = the whole answer
  data    TEXT NOT NULL
) STRICT;
CREATE INDEX resource_op ON resource (run, op);
CREATE INDEX resource_call ON resource (call);

-- What is neither an item nor short enough for the envelope: where items lie two lists deep
-- (Reservations[].Instances[]) what is left of each outer element, and other lists that pages add to.
CREATE TABLE call_part (
  call INTEGER NOT NULL REFERENCES call(id),
  pos  TEXT NOT NULL,                      -- 'Reservations/0'
  data TEXT NOT NULL                       -- with an empty list or null where its items were
) STRICT;
CREATE INDEX call_part_call ON call_part (call);

-- One judging of a run. Judging again adds a row and never changes the run.
CREATE TABLE evaluation (
  id              INTEGER PRIMARY KEY,
  run             INTEGER NOT NULL REFERENCES run(id),
  at_us           INTEGER NOT NULL,        -- when it was done
  as_of_us        INTEGER NOT NULL,        -- the time that ages, waivers and attestations are judged at
  tool_version    TEXT NOT NULL,
  config_sha256   TEXT NOT NULL,
  controls_sha256 TEXT NOT NULL,
  summary         TEXT                     -- JSON: counts for the first screen
) STRICT;

-- Control x resource. Unique by (evaluation, id); the id is the same in every run.
CREATE TABLE finding (
  evaluation INTEGER NOT NULL REFERENCES evaluation(id),
  id         TEXT NOT NULL,                -- 16 hex digits of a hash over (control, account, region, resource, sub)
  control    TEXT NOT NULL,
  account    TEXT NOT NULL,
  region     TEXT NOT NULL,
  type       TEXT,
  resource   TEXT NOT NULL,                -- ARN where there is one, else the id; the account for account-level rows
  name       TEXT,
  sub        TEXT NOT NULL,                -- what of it: a rule, a key; '' = the whole
  tenant     TEXT,
  verdict    TEXT NOT NULL,                -- 'pass', 'fail', 'unknown', 'not-applicable', 'waived'
  severity   TEXT NOT NULL,                -- 'critical', 'high', 'medium', 'low'
  reason     TEXT NOT NULL,
  evidence   TEXT NOT NULL,                -- JSON array of call ids
  waiver     TEXT                          -- JSON of the waiver that applies, expired or not
) STRICT;
CREATE INDEX finding_evaluation ON finding (evaluation);

-- One row a control and evaluation.
CREATE TABLE control_result (
  evaluation INTEGER NOT NULL REFERENCES evaluation(id),
  control    TEXT NOT NULL,
  title      TEXT NOT NULL,
  severity   TEXT NOT NULL,
  citations  TEXT NOT NULL,                -- JSON array: "164.312(a)(1)"
  verdict    TEXT NOT NULL,                -- worst of its findings; 'not-applicable' = no resource in scope
  pass INTEGER NOT NULL, fail INTEGER NOT NULL, unknown INTEGER NOT NULL, waived INTEGER NOT NULL,
  remedy     TEXT NOT NULL,
  reason     TEXT,                         -- for a control that could not run at all
  PRIMARY KEY (evaluation, control)
) STRICT, WITHOUT ROWID;

-- One row a citation of 45 CFR 164.308 to .316 and evaluation; never "met".
CREATE TABLE citation_result (
  evaluation INTEGER NOT NULL REFERENCES evaluation(id),
  section    TEXT NOT NULL,                -- "164.312(a)(2)(iv)"
  ord        INTEGER NOT NULL,             -- order of the regulation
  title      TEXT NOT NULL,
  kind       TEXT NOT NULL,                -- 'standard', 'required', 'addressable'
  state      TEXT NOT NULL,                -- 'supported', 'contradicted', 'insufficient', 'document-needed', 'document-attested', 'no-resource'
  detail     TEXT NOT NULL,
  PRIMARY KEY (evaluation, section)
) STRICT, WITHOUT ROWID;

-- The store's own facts: HMAC key for what looks like a secret, and the like.
CREATE TABLE store_meta (
  key   TEXT PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;
