#!/usr/bin/env python3
"""Runs a command and prints `NAME=VALUE` words for a shell: wall, cpu (seconds), peak (MB), status, and what
ward's --verbose lines say: measure.py OUT-FILE COMMAND..."""
import re
import resource
import subprocess
import sys
import time

PATTERNS = (
    (r"(\d+) calls \((\d+) requests\) in ([\d.]+) s, (\d+) in flight at most, CPU ([\d.]+) s, memory (\d+) MB",
     ("calls", "requests", "collect", "flight", "collect_cpu", "collect_peak")),
    (r"facts ([\d.]+) s \(CPU ([\d.]+) s\), access ([\d.]+) s \(([\d.]+) s\), controls ([\d.]+) s \(([\d.]+) s\), (\d+) findings written ([\d.]+) s \(([\d.]+) s\),"
     r" printed ([\d.]+) s \(([\d.]+) s\)",
     ("facts", "facts_cpu", "access", "access_cpu", "controls", "controls_cpu", "findings", "writing", "writing_cpu", "printing", "printing_cpu")),
)


def main():
    start = time.monotonic()
    with open(sys.argv[1], "wb") as out:
        done = subprocess.run(sys.argv[2:], stdout=out, stderr=subprocess.PIPE, check=False)
    use = resource.getrusage(resource.RUSAGE_CHILDREN)
    words = {"wall": f"{time.monotonic() - start:.2f}", "cpu": f"{use.ru_utime + use.ru_stime:.2f}", "peak": use.ru_maxrss // 1024,
             "status": done.returncode}
    said = done.stderr.decode(errors="replace")
    for pattern, names in PATTERNS:
        match = re.search(pattern, said)
        if match:
            words.update(zip(names, match.groups()))
    if done.returncode not in (0, 1, 3):
        sys.stderr.write(said)
    print(" ".join(f"{k}={v}" for k, v in words.items()))


if __name__ == "__main__":
    main()
