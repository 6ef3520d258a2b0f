#!/usr/bin/env python3
"""Every manual page is clean under `mandoc -Tlint`: man_lint.py WARD MANDOC"""
import os
import subprocess
import sys
import tempfile

ward, mandoc = sys.argv[1:3]
with open("data/options.tsv", encoding="utf-8") as f:
    verbs = [line.split("\t")[1] for line in f if line.startswith("verb\t")]
bad = 0
with tempfile.TemporaryDirectory() as folder:
    for page in ["ward", "ward.yaml"] + ["ward-" + v for v in verbs]:
        path = os.path.join(folder, page + (".5" if page == "ward.yaml" else ".1"))
        with open(path, "wb") as f:
            subprocess.run([ward, "help", "--man", page], stdout=f, check=True)
        lint = subprocess.run([mandoc, "-Tlint", "-Wstyle", path], capture_output=True, text=True)
        # The pages refer to each other and are not installed while they are tested.
        for line in (lint.stdout + lint.stderr).splitlines():
            if "referenced manual not found" not in line:
                print(line)
                bad += 1
sys.exit(bad != 0)
