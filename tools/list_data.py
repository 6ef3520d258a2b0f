#!/usr/bin/env python3
"""Prints the files that the binary carries, a line each: what meson.build embeds.

A new table, control, fact or schema file is found by its place; nothing else lists it.
"""
import glob
import os
import sys

PATTERNS = ["data/*.tsv", "data/aws/*", "data/iam/*.tsv", "data/net/*.tsv", "schema/*.sql", "facts/*.sql", "controls/*.sql", "report/*", "sample/*.gz",
            "sample/*.yaml"]


def main():
    os.chdir(sys.argv[1])
    for pattern in PATTERNS:
        for name in sorted(glob.glob(pattern)):
            print(name)


if __name__ == "__main__":
    main()
