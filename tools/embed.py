#!/usr/bin/env python3
"""Writes a C file that carries the given files: embed.py OUT ROOT FILE... (FILE relative to ROOT).

The bytes come in through the assembler's .incbin, so a megabyte costs the compiler nothing.
"""
import os
import sys


def main():
    out, root, names = sys.argv[1], os.path.abspath(sys.argv[2]), sorted(sys.argv[3:])
    with open(out, "w", encoding="utf-8") as f:
        f.write('#include "base/embed.h"\n\n')
        f.write('__asm__(".section .rodata\\n"\n')
        for i, name in enumerate(names):
            f.write(f'        "embedded_{i}: .incbin \\"{root}/{name}\\"\\n.byte 0\\n"\n')
        f.write('        ".previous\\n");\n\n')
        for i, _ in enumerate(names):
            f.write(f"extern const unsigned char embedded_{i}[];\n")
        f.write("\nconst struct embedded embedded_files[] = {\n")
        for i, name in enumerate(names):
            size = os.path.getsize(f"{root}/{name}")
            f.write(f'    {{"{name}", embedded_{i}, {size}}},\n')
        f.write("    {0},\n};\n")
        f.write(f"const size_t embedded_count = {len(names)};\n")


if __name__ == "__main__":
    main()
