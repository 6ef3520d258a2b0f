#!/usr/bin/env python3
"""The store as two wards, a full disk, a newer ward and a wrong file meet it."""
import hashlib
import os
import resource
import sqlite3
import subprocess

import live
from live import Desk, Skip, Stub, ended, interrupt, until

REGIONS = ("--region", "us-east-1,us-west-2,eu-west-1")
ITEM = ('<item><volumeId>vol-@X@</volumeId><size>100</size><snapshotId/><availabilityZone>us-east-1a</availabilityZone><status>in-use</status>'
        '<createTime>2026-01-02T03:04:05.000Z</createTime><volumeType>gp3</volumeType><encrypted>true</encrypted></item>')
VOLUMES = ('answer ec2 DescribeVolumes list=COUNT/500\nbody\n<DescribeVolumesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
           f"<requestId>ward-stub</requestId><volumeSet>\n--item--\n{ITEM}\n--more--\n</volumeSet><nextToken>@NEXT@</nextToken>"
           "</DescribeVolumesResponse>\n--tail--\n</volumeSet></DescribeVolumesResponse>\n.\n")


def digest(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def test_two_wards():
    with Stub("", "", "--latency-ms", "200") as stub, Desk(stub) as desk:
        desk.audit(*REGIONS).is_(1)
        finding = desk.one("SELECT id FROM finding WHERE verdict = 'fail' LIMIT 1")
        seen = len(stub.logged())
        first = desk.start("audit", *REGIONS, "--max-in-flight", "8")
        until(lambda: len(stub.logged()) > seen + 20)
        second = desk.audit(*REGIONS).is_(4).says(str(first.pid), "ward.db")
        assert second.out == ""
        desk.audit("--offline").is_(4).says(str(first.pid))
        desk.run("import", desk.folder).is_(2, 4)
        desk.run("explain", finding).is_(0).prints(finding)
        desk.run("diff", "1", "1").is_(0)
        assert first.poll() is None, "the first ward ended while the second was refused"
        interrupt(first)
        ended(first).is_(130)
        assert desk.one("SELECT count(*) FROM run") == 2
        desk.intact()
        desk.audit("--resume").is_(1)
        assert desk.rows("SELECT status FROM run") == [("complete",), ("complete",)]


def test_lock_of_a_dead_ward():
    with Stub() as stub, Desk(stub) as desk:
        desk.audit(*REGIONS).is_(1)
        host = os.uname().nodename
        desk.write("ward.db.lock", f"999999\n{host}\n")
        desk.audit("--offline").is_(1)
        assert not os.path.exists(desk.db + ".lock")


class Full:
    """A folder on a file system of so many KiB."""

    def __init__(self, desk, kib):
        self.path = f"{desk.folder}/small"
        os.mkdir(self.path)
        command = ["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", self.path]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError as e:
            raise Skip(f"no mount: {e}") from e
        if done.returncode:
            raise Skip(f"a small file system cannot be mounted: {done.stderr.strip()}")

    def __enter__(self):
        return self.path

    def __exit__(self, *_):
        subprocess.run(["umount", self.path], check=True)


def test_full_disk():
    with Stub("", VOLUMES.replace("COUNT", "20000")) as stub, Desk(stub) as desk, Full(desk, 6000) as small:
        desk.db = f"{small}/ward.db"
        result = desk.audit(*REGIONS, "--db", desk.db, "--max-in-flight", "4").is_(4)
        assert "full" in result.err or "space" in result.err, str(result)
        result.says("ward.db")
        assert result.out == ""
        assert desk.one("SELECT count(*) FROM call") > 0, "what was committed is gone"
        assert desk.one("SELECT status FROM run") != "complete"
        desk.intact()
        # With room again it goes on.
        subprocess.run(["mount", "-o", "remount,size=200m", small], check=True)
        desk.audit("--resume", "--db", desk.db).is_(1, 3)
        assert desk.one("SELECT status FROM run") == "complete"
        assert desk.one("SELECT count(*) FROM resource WHERE op = 'ec2:DescribeVolumes'") == 60000
        desk.intact()


def test_file_size_limit():
    """As a full disk, but for every user: the store cannot grow beyond a limit."""
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (3 << 20, 3 << 20))
    with Stub("", VOLUMES.replace("COUNT", "20000")) as stub, Desk(stub) as desk:
        result = desk.audit(*REGIONS, preexec_fn=limit, restore_signals=False).is_(4)
        result.says("ward.db")
        assert result.out == ""
        desk.intact()
        assert desk.one("SELECT status FROM run") != "complete"
        desk.audit("--resume").is_(1, 3)
        assert desk.one("SELECT count(*) FROM resource WHERE op = 'ec2:DescribeVolumes'") == 60000


def test_newer_store_is_refused():
    with Stub() as stub, Desk(stub) as desk:
        desk.audit(*REGIONS).is_(1)
        db = sqlite3.connect(desk.db)
        version = db.execute("PRAGMA user_version").fetchone()[0]
        db.execute(f"PRAGMA user_version = {version + 1}")
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()
        before = digest(desk.db)
        for args in (("audit", *REGIONS), ("audit", "--offline"), ("explain", "0000"), ("diff", "1", "1")):
            desk.run(*args).is_(4).says("newer ward", "--db")
        assert digest(desk.db) == before


def test_other_files_are_refused_untouched():
    with Stub() as stub, Desk(stub) as desk:
        text = desk.write("ward.db", "a letter to the auditor, and no database at all\n" * 30)
        before = digest(text)
        for args in (("audit", *REGIONS), ("explain", "0000")):
            desk.run(*args).is_(4).says("ward.db")
        assert digest(text) == before
        os.remove(text)
        other = sqlite3.connect(desk.db)
        other.execute("CREATE TABLE patient(name)")
        other.commit()
        other.close()
        before = digest(desk.db)
        for args in (("audit", *REGIONS), ("explain", "0000")):
            desk.run(*args).is_(4).says("ward.db")
        assert digest(desk.db) == before
        assert sorted(os.listdir(desk.folder)) == [".aws", "ward.db"]
        assert not stub.logged(), "AWS was asked before the store was found wrong"


def test_no_store():
    with Desk(keys=False) as desk:
        for args in (("explain", "0000"), ("diff", "1", "2"), ("export", "x"), ("init", "--from-store", "--yes")):
            desk.run(*args).is_(4).says("ward.db")
        assert not os.path.exists(desk.db), "a reader made a store"


def test_folder_cannot_be_written():
    with Stub() as stub, Desk(stub) as desk:
        desk.audit(*REGIONS, "--db", "no/such/folder/ward.db").is_(4).says("no/such/folder")
        os.mkdir(f"{desk.folder}/place")
        desk.audit(*REGIONS, "--db", "place").is_(4).says("place")
        assert not stub.logged()


def test_store_is_private():
    with Stub() as stub, Desk(stub) as desk:
        os.umask(0)
        try:
            desk.audit(*REGIONS).is_(1)
        finally:
            os.umask(0o022)
        assert os.stat(desk.db).st_mode & 0o777 == 0o600
        with open(desk.db, "rb") as f:
            raw = f.read()
        assert b"stub-secret" not in raw, "a secret of the user is in the store"


live.main(globals())
