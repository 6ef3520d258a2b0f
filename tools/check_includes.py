#!/usr/bin/env python3
"""Fails when a folder of src/ includes what it must not: ARCHITECTURE.md holds the order.

    tools/check_includes.py [--headers]

A folder may include itself and the folders to its left. Only store/ includes sqlite3.h, and each library
has its one corner (LIBRARIES). Folders that share a place in the order do not see each other.
--headers also compiles each header alone: it must bring all that it uses.
"""
import concurrent.futures
import os
import re
import subprocess
import sys

ORDER = re.compile(r"^`base` < .*$", re.M)
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)
LIBRARIES = {
    "sqlite3.h": {"store"},
    "curl/curl.h": {"net"},
    "expat.h": {"aws", "codec"},
    "yaml.h": {"codec", "config"},
    "zlib.h": {"codec", "collect", "report"},
    "xxhash.h": {"base", "codec"},
}


def ranks():
    """Folder -> place, from the line of ARCHITECTURE.md that gives the order."""
    with open("ARCHITECTURE.md", encoding="utf-8") as f:
        line = ORDER.search(f.read())
    if not line:
        sys.exit("ARCHITECTURE.md: no line that gives the order of the folders")
    places = {}
    for place, group in enumerate(line.group(0).split("<")):
        for folder in re.findall(r"`(\w+)`", group):
            places[folder] = place
    return places


def check(path, places, complaints):
    folder = path.split("/")[1] if path.count("/") > 1 else None
    if folder is not None and folder not in places:
        complaints.append(f"{path}: folder '{folder}' has no place in ARCHITECTURE.md's order")
        return
    with open(path, encoding="utf-8") as f:
        text = f.read()
    for match in INCLUDE.finditer(text):
        bracket, name = match.groups()
        where = f"{path}:{text.count(chr(10), 0, match.start()) + 1}"
        allowed = LIBRARIES.get(name)
        if name.startswith("openssl/"):
            allowed = {"codec", "aws"}
        if allowed and folder not in allowed:
            complaints.append(f"{where}: <{name}> belongs to {', '.join(sorted(allowed))} alone")
        if bracket == "<" or "/" not in name:
            continue
        if not os.path.exists(f"src/{name}"):
            continue  # generated, or a test's
        other = name.split("/")[0]
        if other == folder or folder is None:
            continue
        if other not in places:
            complaints.append(f"{where}: folder '{other}' has no place in the order")
        elif places[other] >= places[folder]:
            complaints.append(f"{where}: {folder}/ must not include {other}/")


def compile_alone(header):
    result = subprocess.run(
        ["cc", "-std=gnu11", "-D_GNU_SOURCE", "-Isrc", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-x", "c", "-"],
        input=f'#include "{header[4:]}"\n', capture_output=True, text=True, check=False)
    return header, result.returncode, result.stderr


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    complaints = []
    places = ranks()
    sources = sorted(os.path.join(d, f) for d, _, files in os.walk("src") for f in files if f.endswith((".c", ".h")))
    for path in sources:
        check(path, places, complaints)
    if "--headers" in sys.argv:
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for header, status, text in pool.map(compile_alone, [s for s in sources if s.endswith(".h")]):
                if status:
                    complaints.append(f"{header}: does not compile alone\n{text}")
    print("\n".join(complaints))
    print(f"{len(sources) - len(complaints) if len(complaints) < len(sources) else 0} passed, {len(complaints)} failed")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
