#!/usr/bin/env python3
"""Golden command lines: tests/golden/run.py WARD [--bless]

Each cases/NAME.txt begins with lines of shell ("$ ward ..."), each followed by what it must give:
standard output, then lines "! ..." of standard error, then "= STATUS". The lines of one file run in one empty
folder that holds example.yaml; the environment is empty but for PATH and HOME. --bless rewrites the files.
"""
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def run(command, folder, ward):
    env = {"PATH": os.path.dirname(ward) + ":/usr/bin:/bin", "HOME": folder, "LC_ALL": "C"}
    p = subprocess.run(["/bin/sh", "-c", command], cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True,
                       timeout=300)
    out = p.stdout.decode("utf-8", "backslashreplace")
    err = p.stderr.decode("utf-8", "backslashreplace")
    lines = ["$ " + command] + out.splitlines() + ["! " + line for line in err.splitlines()] + [f"= {p.returncode}"]
    return "\n".join(lines) + "\n"


def main():
    ward, bless = os.path.abspath(sys.argv[1]), "--bless" in sys.argv
    failed = 0
    for name in sorted(os.listdir(f"{HERE}/cases")):
        path = f"{HERE}/cases/{name}"
        with open(path, encoding="utf-8") as f:
            want = f.read()
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(f"{HERE}/../unit/config/example.yaml", f"{folder}/example.yaml")
            commands = [line[2:] for line in want.splitlines() if line.startswith("$ ")]
            got = "".join(run(c, folder, ward) for c in commands)
        if bless:
            with open(path, "w", encoding="utf-8") as f:
                f.write(got)
        elif got != want:
            failed += 1
            print(f"FAILED {name}")
            for w, g in zip(want.splitlines() + [""] * 9999, got.splitlines()):
                if w != g:
                    print(f"  want {w}\n  got  {g}")
                    break
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
