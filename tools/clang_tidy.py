#!/usr/bin/env python3
"""clang-tidy over src/, from a build folder's compile_commands.json: clang_tidy.py BUILD [FILE...]

gcc's own options are taken out, since clang does not know them; .clang-tidy holds the checks.
"""
import concurrent.futures
import json
import os
import shlex
import subprocess
import sys
import tempfile


def options(entry):
    """The options that change what the source means: defines, includes, the standard."""
    words = shlex.split(entry["command"])
    keep, i = [], 0
    while i < len(words):
        if words[i].startswith(("-D", "-std=", "-U")) and "FORTIFY" not in words[i]:
            keep.append(words[i])
        elif words[i].startswith("-I"):
            keep.append("-I" + os.path.normpath(os.path.join(entry["directory"], words[i][2:])))
        i += 1
    return keep


def tidy(job):
    path, folder = job
    result = subprocess.run(["clang-tidy", "--quiet", "-p", folder, path], capture_output=True, text=True, check=False)
    return path, result.returncode, result.stdout + (result.stderr if "error:" in result.stderr else "")


def main():
    build, only = sys.argv[1], [os.path.abspath(p) for p in sys.argv[2:]]
    with open(f"{build}/compile_commands.json", encoding="utf-8") as f:
        entries = json.load(f)
    database = []
    for entry in entries:
        path = os.path.normpath(os.path.join(entry["directory"], entry["file"]))
        if f"{os.sep}src{os.sep}" in path and path.endswith(".c") and (not only or path in only):
            database.append({"directory": os.getcwd(), "file": path,
                             "arguments": ["clang", *options(entry), "-c", path]})
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/compile_commands.json", "w", encoding="utf-8") as f:
            json.dump(database, f)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for path, status, text in pool.map(tidy, [(e["file"], folder) for e in database]):
                if status:
                    failed += 1
                    # The finding alone: the path that leads to it can be hundreds of lines.
                    found = [line for line in text.splitlines() if " error: " in line or " warning: " in line]
                    print(os.path.relpath(path), *(found or [text]), sep="\n")
    print(f"{len(database) - failed} passed, {failed} failed")
    sys.exit(1 if failed or not database else 0)


if __name__ == "__main__":
    main()
