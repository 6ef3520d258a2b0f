-- What `ward prove` stated. A proof is made over one run; making it again adds a proof and changes none.
CREATE TABLE proof (
  id            INTEGER PRIMARY KEY,
  run           INTEGER NOT NULL REFERENCES run(id),
  at_us         INTEGER NOT NULL,          -- when it was made
  layer         TEXT NOT NULL,             -- 'iam', 'network', 'both'
  tool_version  TEXT NOT NULL,
  config_sha256 TEXT NOT NULL,
  from_us       INTEGER,                   -- the window in which the facts were read
  to_us         INTEGER,
  summary       TEXT NOT NULL              -- JSON: counts, assumptions, what is not modelled
) STRICT;
CREATE INDEX proof_run ON proof (run);

-- A cell of the matrix: can `subject` reach data of `object`?
CREATE TABLE claim (
  proof   INTEGER NOT NULL REFERENCES proof(id),
  subject TEXT NOT NULL,                   -- tenant, '(shared) NAME', '(unassigned)', '(outside)' = the Internet and other accounts
  object  TEXT NOT NULL,                   -- tenant, '(unassigned)'
  layer   TEXT NOT NULL,                   -- 'iam', 'network', 'both'
  verdict TEXT NOT NULL,                   -- 'proved', 'violated', 'unknown', 'declared'
  reason  TEXT NOT NULL,                   -- one line
  witness TEXT,                            -- JSON: chain, statements, residual condition, request, cuts; of unknown: the gaps
  PRIMARY KEY (proof, subject, object, layer)
) STRICT, WITHOUT ROWID;
