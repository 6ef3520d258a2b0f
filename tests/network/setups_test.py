#!/usr/bin/env python3
"""Small organizations of clinics through the program: import, prove. Good ones are proved or declared throughout; of bad ones the cells
that setups.py names are violated.

usage: setups_test.py WARD [SETUP...]
"""
import json
import os
import sys
import tempfile

import planted
import setups


def wrong_of(ward, name, folder):
    setups.make(name, folder)
    store = os.path.join(folder, "ward.db")
    planted.run([ward, "import", "--db", store, os.path.join(folder, "bundle.jsonl.gz")])
    done = planted.run([ward, "prove", "--db", store, "--config", os.path.join(folder, "ward.yaml"), "--output", "json"], (0, 1, 3))
    document = json.loads(done.stdout)
    found, leaks = planted.cells(document), setups.SETUPS[name][2]
    wrong = [f"{cell} is {planted.verdict(found, cell)}" for cell in leaks if planted.verdict(found, cell) != "violated"]
    # What else a leak opens is not counted; where there is none, nothing may be told.
    wrong += [f"{cell} is {c['verdict']}: {c['reason']}" for cell, c in found.items() if not leaks and c["verdict"] in ("violated", "unknown")]
    missing = {setups.A, setups.B} - set(document["objects"]) if "objects" in document else set()
    wrong += [f"not in the matrix: {t}" for t in sorted(missing)]
    expected = 1 if leaks else 0
    return wrong + ([] if done.returncode == expected else [f"ends with {done.returncode}, not {expected}"])


def main():
    ward, names = sys.argv[1], sys.argv[2:] or list(setups.SETUPS)
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            wrong = wrong_of(ward, name, os.path.join(folder, name))
            print(f"{name}: {'ok' if not wrong else ''}", *wrong, sep="\n  " if wrong else " ", flush=True)
            failed += bool(wrong)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
