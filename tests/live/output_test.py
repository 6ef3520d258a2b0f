#!/usr/bin/env python3
"""What is said where: results on standard output, the rest on standard error; rates, limits, exit statuses."""
import csv
import io
import json
import os
import pty
import re
import subprocess
import time

import live
from live import Desk, Skip, Stub, Terminal

ONE = ("--region", "us-east-1")
TWO = ("--region", "us-east-1,us-west-2")
DETECTOR = ('answer guardduty ListDetectors\nbody\n{"detectorIds":["12abc34d567e8fa901bc2d34e56789f0"]}\n.\n'
            'answer guardduty GetDetector\nbody\n{"status":"ENABLED","serviceRole":"arn:aws:iam::@ACCOUNT@:role/x","createdAt":"2026-01-02T03:04:05.000Z",'
            '"findingPublishingFrequency":"SIX_HOURS","features":[]}\n.\n')
ESCAPE = "\033["


def test_progress_as_json():
    with Stub("kms * * * 1 denied\n", "", "--latency-ms", "150") as stub, Desk(stub) as desk:
        result = desk.audit(*TWO, "--progress", "json", "--output", "json", "--max-in-flight", "8").is_(1)
        lines = [json.loads(line) for line in result.err.splitlines()]
        assert len(lines) >= 2 and all(line["schema"] == "ward.progress/1" for line in lines)
        done = [line["done"] for line in lines]
        assert done == sorted(done) and lines[-1]["queued"] == lines[-1]["in_flight"] == 0
        assert lines[-1]["done"] == desk.one("SELECT count(*) FROM call") and lines[-1]["denied"] == 1
        assert all({"elapsed_ms", "throttled", "failed", "eta_s"} <= line.keys() for line in lines)
        assert result.json()["schema"].startswith("ward.")


def test_nothing_but_results_on_standard_output():
    with Stub() as stub, Desk(stub) as desk:
        first = desk.audit(*ONE, "--output", "json", "--verbose").is_(1)
        again = desk.audit("--offline", "--output", "json", "--quiet").is_(1)
        first, again = first.json(), again.json()
        assert first["findings"] == again["findings"]
        assert desk.audit("--offline", "--quiet").err == ""


def test_progress_on_a_terminal():
    with Stub("", "", "--latency-ms", "150") as stub, Desk(stub) as desk:
        terminal = Terminal(desk, "audit", *TWO, "--max-in-flight", "8")
        status, out = terminal.end()
        assert status == 1 and "calls" not in out.splitlines()[0]
        # One line that is drawn again and again, and ends once.
        assert terminal.said.count("\r\033[K") >= 2, terminal.said
        assert terminal.said.rstrip("\r\n").count("\n") == 0, terminal.said
        assert re.search(r"\d+ of \d+ calls, ", terminal.said)
        assert ESCAPE not in out, "colour where standard output is no terminal"


def test_progress_never():
    with Stub("", "", "--latency-ms", "50") as stub, Desk(stub) as desk:
        assert desk.audit(*ONE, "--progress", "never").is_(1).err == ""
        terminal = Terminal(desk, "audit", *ONE, "--progress", "never")
        assert terminal.end()[0] == 1 and terminal.said == ""


def on_terminal(desk, *args, env=None):
    """What ward writes when its standard output is a terminal."""
    master, slave = pty.openpty()
    process = subprocess.Popen([live.WARD, *args], cwd=desk.folder, env=desk.environment(env), stdin=subprocess.DEVNULL, stdout=slave,
                               stderr=subprocess.DEVNULL)
    os.close(slave)
    said = b""
    while True:
        try:
            data = os.read(master, 65536)
        except OSError:
            break
        if not data:
            break
        said += data
    os.close(master)
    process.wait(20)
    return said.decode()


def test_colour():
    with Stub() as stub, Desk(stub) as desk:
        desk.audit(*ONE).is_(1)
        offline = ("audit", "--offline")
        assert ESCAPE in on_terminal(desk, *offline, env={"TERM": "xterm-256color"})
        assert ESCAPE not in on_terminal(desk, *offline, env={"TERM": "xterm-256color", "NO_COLOR": "1"})
        assert ESCAPE not in on_terminal(desk, *offline, "--color", "never", env={"TERM": "xterm-256color"})
        assert ESCAPE in desk.run(*offline, "--color", "always").out
        assert ESCAPE not in desk.run(*offline, "--output", "json", "--color", "always").out
        plain = desk.run(*offline).out
        assert re.sub(r"\033\[[0-9;]*m", "", desk.run(*offline, "--color", "always").out).splitlines()[1:] == plain.splitlines()[1:]


def test_max_rate():
    """Measured over the stub's own log: generous both ways, since the machine may be busy."""
    with Stub() as stub, Desk(stub) as desk:
        began = time.monotonic()
        desk.audit(*TWO, "--max-rate", "20").is_(1)
        took = time.monotonic() - began
        at = sorted(float(r[0]) for r in stub.logged() if r[1] != "sts")
        assert len(at) > 50
        assert at[-1] - at[0] > len(at) / 20 * 0.75, "faster than asked"
        assert took < len(at) / 20 * 2 + 3, "much slower than asked"
        for i, t in enumerate(at):
            assert len([x for x in at[i:] if x < t + 1]) <= 26, "more than 20 calls in a second"


def test_fail_on_severity():
    with Stub() as stub, Desk(stub) as desk:
        high = ("--control", "guardduty-enabled")
        desk.audit(*ONE, *high).is_(1)
        for least, status in (("critical", 0), ("high", 1), ("medium", 1), ("low", 1)):
            desk.audit("--offline", *high, "--fail-on", least).is_(status)
        # Unknown is never good.
        desk.audit("--offline", "--control", "iam-root-mfa").is_(3)
        desk.audit("--offline", "--control", "iam-root-mfa", "--fail-on", "critical").is_(3)
        desk.audit("--offline", "--control", "iam-root-mfa,guardduty-enabled", "--fail-on", "critical").is_(3)


def test_fail_on_new():
    control = ("--control", "guardduty-enabled", "--fail-on", "new")
    with Stub() as off, Stub("", DETECTOR) as on, Desk() as desk:
        def audit(stub, *args):
            return desk.audit(*ONE, *control, *args, "--endpoint-url", stub.url)
        audit(off).is_(1)                    # 1: the first run has only new ones
        audit(off).is_(0)                    # 2: the same failure
        audit(on).is_(0)                     # 3: it is gone
        audit(off).is_(1)                    # 4: it is back
        audit(off).is_(0)                    # 5: as before
        audit(off, "--since", "3").is_(1)    # 6: against the good run
        audit(off, "--since", "1").is_(0)


def test_forms():
    with Stub() as stub, Desk(stub) as desk:
        desk.audit(*ONE).is_(1)
        rows = list(csv.DictReader(io.StringIO(desk.audit("--offline", "--output", "csv", "--all-findings").is_(1).out)))
        findings = desk.audit("--offline", "--output", "json", "--all-findings").is_(1).json()["findings"]
        assert [r["id"] for r in rows] == [f["id"] for f in findings] and len(rows) > 15
        assert [r["verdict"] for r in rows] == [f["verdict"] for f in findings]
        page = f"{desk.folder}/page.html"
        desk.audit("--offline", "--html", page).is_(1)
        with open(page, encoding="utf-8") as f:
            text = f.read()
        assert text.startswith("<!doctype html>") and all(finding["control"] in text for finding in findings)
        desk.audit("--offline", "--html", "/no/such/folder/x.html").is_(4).says("/no/such/folder/x.html")


def test_reader_goes_away():
    with Stub() as stub, Desk(stub) as desk:
        desk.audit(*ONE).is_(1)
        for form in ("text", "json", "csv"):
            process = subprocess.Popen([live.WARD, "audit", "--offline", "--all-findings", "--output", form], cwd=desk.folder, env=desk.environment(),
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            process.stdout.read(1)
            process.stdout.close()
            err = process.stderr.read().decode()
            process.stderr.close()
            assert process.wait(20) in (0, 1, 3) and err == "", (form, process.returncode, err)
        line = subprocess.run(f"set -o pipefail; '{live.WARD}' audit --offline | head -n 1", shell=True, executable="/bin/bash", cwd=desk.folder,
                              env=desk.environment(), capture_output=True, text=True, check=False)
        assert line.stdout.count("\n") == 1 and line.stderr == "", line


def test_full_standard_output():
    with Stub() as stub, Desk(stub) as desk, open("/dev/full", "wb") as full:
        for args in (("audit", *ONE), ("audit", "--offline", "--output", "json"), ("version",), ("help", "audit"), ("diff", "1", "1")):
            done = subprocess.run([live.WARD, *args], cwd=desk.folder, env=desk.environment(), stdin=subprocess.DEVNULL, stdout=full,
                                  stderr=subprocess.PIPE, text=True, check=False)
            assert done.returncode == 4 and "standard output" in done.stderr, (args, done)
        assert desk.one("SELECT status FROM run") == "complete"
        desk.intact()


def test_closed_standard_output():
    with Stub() as stub, Desk(stub) as desk:
        done = subprocess.run(f"'{live.WARD}' audit --region us-east-1 >&-", shell=True, cwd=desk.folder, env=desk.environment(),
                              capture_output=True, text=True, check=False)
        assert done.returncode in (1, 3, 4), done
        desk.intact()


def test_options_that_exclude_each_other():
    with Stub() as stub, Desk(stub) as desk:
        for args in (("--offline", "--resume"), ("--demo", "--resume"), ("--demo", "--offline"), ("--run", "1")):
            desk.audit(*args).is_(2).says("--" + args[0].strip("-"))
        desk.audit(*ONE, "--control", "no-such-*").is_(2).says("no-such-*")
        desk.audit("--secret-access-key", "x").is_(2).says("AWS_SECRET_ACCESS_KEY")
        assert not stub.logged() and not os.path.exists(desk.db)


def test_regions_that_do_not_exist():
    with Stub() as stub, Desk(stub) as desk:
        for name in ("mars-north-1", "us-esat-1", "us-gov-west-1"):
            desk.audit("--region", f"us-east-1,{name}").is_(2).says(name)
        assert {r[1] for r in stub.logged()} <= {"sts"} and not desk.one("SELECT count(*) FROM run")


def test_demo_calls_nothing():
    with Stub() as stub, Desk(stub, keys=False) as desk:
        if "carries no sample" in (first := desk.audit("--demo")).err:
            raise Skip("this build carries no sample organization")
        first.is_(1).prints("164.312")
        desk.audit("--demo", "--output", "json").is_(1).json()
        assert not stub.logged() and os.path.exists(f"{desk.folder}/ward-demo.db") and not os.path.exists(desk.db)


live.main(globals())
