#!/usr/bin/env python3
"""Fails on what no source file may contain, and reports sizes.

    tools/check_source.py [--sizes]

Refused: functions that cannot be used safely (BANNED), the clock and the environment in pure code, words
that promise later work, lines over LINE_MAX columns, tabs, trailing space, files and functions over their limit.
--sizes prints the distribution of file and function lengths.
"""
import os
import re
import sys

BANNED = ["strcpy", "strcat", "sprintf", "vsprintf", "gets", "atoi", "atol", "atof", "strtok", "localtime", "gmtime",
          "ctime", "asctime", "system", "popen", "strncpy", "strncat", "alloca", "tmpnam", "mktemp", "setjmp", "longjmp"]
TEST_MAY = {"system", "popen", "setjmp", "longjmp", "atoi", "atol"}
IMPURE = ["time", "getenv", "secure_getenv", "clock_gettime", "gettimeofday"]
# Pure folders take memory in and give memory out. aws/ is pure but for the credential chain and its
# settings, which are defined by the environment and by the time.
PURE_FOLDERS = {"base", "codec", "facts", "control", "report", "config", "aws"}
IMPURE_PREFIXES = ("src/aws/cred", "src/aws/profile", "src/aws/endpoint", "src/aws/imds", "src/aws/sso", "src/aws/env",
                   "src/aws/settings", "src/aws/chain")
WORDS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
LINE_MAX, FILE_MAX, FUNCTION_MAX = 200, 900, 150
CALL = re.compile(r"(?<![\w.>])(%s)\s*\(" % "|".join(BANNED))
CALL_IMPURE = re.compile(r"(?<![\w.>])(%s)\s*\(" % "|".join(IMPURE))
NOT_CODE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
SIGNATURE = re.compile(r"^[A-Za-z_][^;{}]*\)\s*$")


def blank(text):
    """The text with comments and literals blanked, lines kept."""
    return NOT_CODE.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)


def functions(code):
    """(first line, length) of each function: the house style puts its braces in column one."""
    start = None
    for number, line in enumerate(code.split("\n"), 1):
        if line.startswith("{"):
            start = number
        elif line.startswith("}") and start is not None:
            yield start, number - start - 1
            start = None


def must_be_pure(path):
    return path.split("/")[1] in PURE_FOLDERS and not path.startswith(IMPURE_PREFIXES)


def check(path, complaints, sizes):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    code = blank(text)
    lines = text.split("\n")
    for number, (raw, line) in enumerate(zip(lines, code.split("\n")), 1):
        where = f"{path}:{number}"
        for match in CALL.finditer(line):
            if match.group(1) in TEST_MAY and not path.startswith("src/"):
                continue
            complaints.append(f"{where}: {match.group(1)}() is banned")
        if path.startswith("src/") and must_be_pure(path):
            for match in CALL_IMPURE.finditer(line):
                complaints.append(f"{where}: {match.group(1)}() in code that takes its time and settings from the caller")
        if WORDS.search(raw):
            complaints.append(f"{where}: finish it or leave it out")
        if len(raw) > LINE_MAX:
            complaints.append(f"{where}: {len(raw)} columns, {LINE_MAX} at most")
        if "\t" in raw or raw != raw.rstrip():
            complaints.append(f"{where}: tab or trailing space")
    if not text.endswith("\n") or text.endswith("\n\n"):
        complaints.append(f"{path}: must end with one newline")
    if path.startswith("src/"):
        sizes["file"].append((len(lines) - 1, path))
        if len(lines) > FILE_MAX:
            complaints.append(f"{path}: {len(lines)} lines, {FILE_MAX} at most")
        if path.endswith(".c"):
            for start, length in functions(code):
                sizes["function"].append((length, f"{path}:{start}"))
                if length > FUNCTION_MAX:
                    complaints.append(f"{path}:{start}: function of {length} lines, {FUNCTION_MAX} at most")


def report(sizes):
    for kind, found in sizes.items():
        found.sort()
        if found:
            at = lambda share: found[min(int(len(found) * share), len(found) - 1)][0]
            print(f"{kind}: {len(found)}, lines median {at(0.5)}, 90% under {at(0.9)}, longest {found[-1][0]} ({found[-1][1]})")


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    complaints, sizes = [], {"file": [], "function": []}
    paths = sorted(os.path.join(d, f) for top in ("src", "tests", "bench") for d, _, files in os.walk(top)
                   for f in files if f.endswith((".c", ".h")))
    for path in paths:
        check(path, complaints, sizes)
    if "--sizes" in sys.argv:
        report(sizes)
    print("\n".join(complaints))
    bad = len({c.split(":")[0] for c in complaints})
    print(f"{len(paths) - bad} passed, {bad} failed")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
