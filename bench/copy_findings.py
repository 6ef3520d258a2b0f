#!/usr/bin/env python3
"""What SQLite itself needs to write as many findings: copies the newest evaluation's rows of STORE into a
table of the same shape in a file beside it, with ward's settings. Prints seconds: copy_findings.py STORE"""
import os
import sqlite3
import sys
import time

path = sys.argv[1] + ".copy"
db = sqlite3.connect(path, isolation_level=None)
db.execute("PRAGMA page_size=8192")
db.execute("PRAGMA journal_mode=WAL")
db.execute("PRAGMA synchronous=NORMAL")
db.execute("ATTACH ? AS ward", (sys.argv[1],))
db.execute("CREATE TABLE finding AS SELECT * FROM ward.finding LIMIT 0")
db.execute("CREATE INDEX finding_evaluation ON finding (evaluation)")
start, cpu = time.monotonic(), time.process_time()
db.execute("BEGIN")
db.execute("INSERT INTO finding SELECT * FROM ward.finding WHERE evaluation = (SELECT max(id) FROM ward.evaluation)")
db.execute("COMMIT")
print(f"{time.monotonic() - start:.2f} {time.process_time() - cpu:.2f}")
db.close()
for name in (path, path + "-wal", path + "-shm"):
    if os.path.exists(name):
        os.unlink(name)
