#!/usr/bin/env python3
"""Every verb of the option table is there, and says what it is."""
import os
import re
import subprocess

import live
from live import Desk

# Files of src/verb that serve several verbs.
SHARED = {"judge": ["audit"], "live": ["audit", "doctor"]}


def table():
    with open(f"{live.ROOT}/data/options.tsv", encoding="utf-8") as f:
        return [line.rstrip("\n").split("\t") for line in f if line.strip() and not line.startswith("#")]


def verbs():
    return [row[1] for row in table() if row[0] == "verb"]


def test_each_verb_has_a_function():
    with Desk(keys=False) as desk:
        missing = [v for v in verbs() if "is not part of this build" in desk.run(v, *(["--yes"] if v == "init" else [])).err]
        assert not missing, missing


def test_each_verb_has_help():
    with Desk(keys=False) as desk:
        for verb in verbs():
            text = desk.run("help", verb).is_(0).out
            assert desk.run(verb, "--help").is_(0).out == text
            own = [r[2] for r in table() if r[0] == "option" and verb in r[1].split(",") and r[5] != "secret"]
            assert all(f"--{name}" in text for name in own), (verb, own)
        assert os.listdir(desk.folder) == [".aws"]


def test_each_option_is_known_to_its_verb():
    """What a verb reads must stand in the table: an option that is asked for and not declared ends the program."""
    declared = {(verb, row[2]) for row in table() if row[0] == "option" for verb in (verbs() if row[1] == "*" else row[1].split(","))}
    asked = set()
    for name in sorted(os.listdir(f"{live.ROOT}/src/verb")):
        stem, ending = os.path.splitext(name)
        if ending != ".c":
            continue
        with open(f"{live.ROOT}/src/verb/{name}", encoding="utf-8") as f:
            text = f.read()
        options = set(re.findall(r'\bcli_(?:flag|strz?|int|list|given|time_us)\([^,()]*cli, "([a-z-]+)"', text))
        options -= set(re.findall(r'\bcli_has\([^,()]*cli, "([a-z-]+)"', text))
        asked |= {(verb, option) for verb in SHARED.get(stem, [stem] if stem in verbs() else []) for option in options}
    assert len(asked) > 30
    assert asked <= declared, sorted(asked - declared)


def test_unknown_verbs_are_refused_with_a_hint():
    with Desk(keys=False) as desk:
        desk.run("adit").is_(2).says("adit", "audit")
        desk.run("audit", "--regoin", "x").is_(2).says("--regoin", "--region")
        assert desk.run().status in (0, 2)


def test_without_standard_streams():
    with Desk(keys=False) as desk:
        for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
            done = subprocess.run(f"'{live.WARD}' version {closed}", shell=True, cwd=desk.folder, env=desk.environment(), capture_output=True,
                                  check=False)
            assert done.returncode in (0, 4), (closed, done)


live.main(globals())
