#!/usr/bin/env python3
"""A collection that is stopped, and goes on: SIGINT once and twice, SIGTERM, kill -9, --resume."""
import collections
import os
import signal
import sqlite3
import time

import live
from live import Desk, Stub, ended, interrupt, until

REGIONS = ("--region", "us-east-1,us-west-2,eu-west-1")
JSON = ("--output", "json", "--all-findings")
# Nothing in an audit takes seconds: a slow stub makes a run that can be stopped in the middle.
SLOW = ("--latency-ms", "150")


def calls(desk, run):
    return {tuple(r[:4]): r[4] for r in desk.rows("SELECT op, account, region, params, status FROM call WHERE run = ?", run)}


def verdicts(result):
    """What was judged, without what differs between two runs by nature."""
    return {(f["control"], f["account"], f["region"], f["resource"], f["sub"]): f["verdict"] for f in result.json()["findings"]}


def stop_in_the_middle(desk, stub, deed, *args, at=40):
    process = desk.start("audit", *REGIONS, "--max-in-flight", "8", *args)
    until(lambda: len(stub.logged()) >= at, message="the collection did not begin")
    deed(process)
    return process


def reference():
    with Stub() as stub, Desk(stub) as desk:
        whole = desk.audit(*REGIONS, *JSON).is_(1)
        return verdicts(whole), calls(desk, 1)


WHOLE = reference()


def finished_as_never_stopped(desk, stub, run=1):
    """--resume repeats no good call, and ends as a run that nobody stopped."""
    kept = {key for key, status in calls(desk, run).items() if status in live.GOOD}
    before = len(stub.logged())
    resumed = desk.audit(*REGIONS, *JSON, "--resume").is_(1)
    sent = stub.logged()[before:]
    # STS once more; of the others each call that has an answer is not asked again.
    asked = collections.Counter((r[1], r[2], r[4]) for r in sent if r[1] != "sts")
    assert not [a for a in asked if len([k for k in kept if f"{a[0]}:{a[1]}" == k[0] and a[2] == k[2] and k[3] == "{}"])], asked
    assert len(sent) <= len(WHOLE[1]) - len(kept) + 3, (len(sent), len(WHOLE[1]), len(kept))
    assert desk.one("SELECT status FROM run WHERE id = ?", run) == "complete"
    assert calls(desk, run) == WHOLE[1]
    assert verdicts(resumed) == WHOLE[0]
    assert desk.one("SELECT count(*) FROM run") == 1
    desk.intact()


def test_one_signal_keeps_what_was_read():
    with Stub("", "", *SLOW) as stub, Desk(stub) as desk:
        result = ended(stop_in_the_middle(desk, stub, interrupt)).is_(130)
        result.prints("unknown", "interrupted")
        assert "--resume" in result.out + result.err
        assert desk.one("SELECT status FROM run") == "interrupted"
        rows = calls(desk, 1)
        good = [k for k, s in rows.items() if s in live.GOOD]
        assert 20 < len(good) < len(WHOLE[1])
        assert "running" not in rows.values()
        # What follows only from an answer cannot be known yet; all else has its row.
        assert set(rows) == set(WHOLE[1]), set(WHOLE[1]) ^ set(rows)
        assert {s for k, s in rows.items() if k not in good} == {"skipped"}
        assert not desk.rows("SELECT 1 FROM call WHERE status = 'skipped' AND code IS NOT 'Interrupted'")
        desk.intact()
        finished_as_never_stopped(desk, stub)


def test_terminate_is_an_interruption():
    with Stub("", "", *SLOW) as stub, Desk(stub) as desk:
        ended(stop_in_the_middle(desk, stub, lambda p: p.send_signal(signal.SIGTERM))).is_(130)
        assert desk.one("SELECT status FROM run") == "interrupted"


def test_second_signal_leaves_at_once():
    # Some calls hang: after one signal ward waits for them, up to its grace of five seconds.
    with Stub("backup ListBackupVaults * * * timeout\n", "", *SLOW) as stub, Desk(stub) as desk:
        process = desk.start("audit", *REGIONS, "--max-in-flight", "8")
        until(lambda: stub.requests("backup", "ListBackupVaults"))
        interrupt(process)
        time.sleep(0.4)
        assert process.poll() is None, "the first signal did not wait for what is under way"
        interrupt(process)
        result = ended(process).is_(130)
        assert result.out == "", "nothing is judged after the second signal"
        result.says("--resume")
        assert desk.one("SELECT status FROM run") == "interrupted"
        assert not desk.rows("SELECT 1 FROM call WHERE status = 'running'")
        desk.intact()
        with Stub("", "") as healthy:
            desk.env["AWS_ENDPOINT_URL"] = healthy.url
            finished_as_never_stopped(desk, healthy)


def test_signal_while_credentials_hang():
    with Stub("sts * * * * timeout\n") as stub, Desk(stub) as desk:
        process = desk.start("audit", *REGIONS)
        until(lambda: stub.requests("sts"))
        began = time.monotonic()
        interrupt(process)
        result = ended(process)
        assert result.status in (130, -signal.SIGINT), str(result)
        assert time.monotonic() - began < 20, "it waits for the answer"
        assert desk.one("SELECT count(*) FROM run") == 0


def test_killed():
    with Stub("", "", *SLOW) as stub, Desk(stub) as desk:
        process = stop_in_the_middle(desk, stub, lambda p: p.kill())
        assert ended(process).status == -signal.SIGKILL
        desk.intact()
        kept = len([s for s in calls(desk, 1).values() if s in live.GOOD])
        desk.audit("--offline").is_(1, 3)
        finished_as_never_stopped(desk, stub)
        assert kept <= len(WHOLE[1])


def test_judged_between_two_kills():
    """What was made from the answers of the first part is not taken for what the second part brought."""
    with Stub("", "", *SLOW) as stub, Desk(stub) as desk:
        ended(stop_in_the_middle(desk, stub, lambda p: p.kill()))
        first = verdicts(desk.audit("--offline", *JSON).is_(1, 3))
        seen = len(stub.logged())
        ended(stop_in_the_middle(desk, stub, lambda p: p.kill(), "--resume", at=seen + 30))
        second = verdicts(desk.audit("--offline", *JSON).is_(1, 3))
        db = sqlite3.connect(desk.db)
        db.execute("DELETE FROM store_meta WHERE key = 'facts'")
        db.commit()
        db.close()
        assert second == verdicts(desk.audit("--offline", *JSON).is_(1, 3)) and second != first


def test_new_run_after_a_kill():
    with Stub("", "", *SLOW) as stub, Desk(stub) as desk:
        ended(stop_in_the_middle(desk, stub, lambda p: p.kill()))
        desk.audit(*REGIONS).is_(1)
        assert desk.rows("SELECT status FROM run ORDER BY id") == [("interrupted",), ("complete",)]


def test_nothing_to_resume():
    with Stub() as stub, Desk(stub) as desk:
        desk.audit(*REGIONS, "--resume").is_(4).says("no interrupted run", "--resume")
        desk.audit(*REGIONS).is_(1)
        desk.audit(*REGIONS, "--resume").is_(4).says("no interrupted run")


def test_resume_knows_its_scope():
    """--resume alone goes on with the regions and accounts that were asked for; others are refused."""
    with Stub("", "", *SLOW) as stub, Desk(stub) as desk:
        ended(stop_in_the_middle(desk, stub, interrupt))
        desk.audit("--resume", "--region", "sa-east-1").is_(2).says("region")
        desk.audit("--resume", "--org").is_(2).says("organization")
        desk.audit("--resume").is_(1)
        assert desk.one("SELECT status FROM run") == "complete"
        assert calls(desk, 1) == WHOLE[1]


def test_two_interruptions():
    with Stub("", "", *SLOW) as stub, Desk(stub) as desk:
        ended(stop_in_the_middle(desk, stub, interrupt))
        seen = len(stub.logged())
        ended(stop_in_the_middle(desk, stub, interrupt, "--resume", at=seen + 20)).is_(130)
        finished_as_never_stopped(desk, stub)


def test_max_time():
    with Stub("", "", "--latency-ms", "400") as stub, Desk(stub) as desk:
        began = time.monotonic()
        result = desk.audit(*REGIONS, "--max-time", "1", "--max-in-flight", "2")
        result.is_(1, 3, 130)
        assert time.monotonic() - began < 60
        assert desk.one("SELECT status FROM run") == "interrupted"
        assert desk.one("SELECT count(*) FROM call WHERE status = 'skipped' AND code = 'Deadline'") > 10
        desk.audit("--resume").is_(1)
        assert calls(desk, 1) == WHOLE[1]
        assert os.path.getsize(desk.db) > 0


live.main(globals())
