#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Functions, files and headers stay small: 60, 600 and 150 lines, exceptions with a reason in size.allow."""

import re

import tree

LIMIT_FUNCTION, LIMIT_FILE, LIMIT_HEADER = 60, 600, 150
NAME = re.compile(r"([A-Za-z_]\w*)\s*\(")


def functions(lines):
    """(name, line, body lines) of each function: its braces stand alone in column 0 (kernel style)."""
    start = None
    for number, line in enumerate(lines):
        if line.rstrip() == "{" and number and lines[number - 1].rstrip().endswith(")"):
            start = number
        elif line.startswith("}") and start is not None:
            first = start - 1
            while first > 0 and lines[first].startswith(("\t", " ")):
                first -= 1
            found = NAME.search(lines[first])
            yield found.group(1) if found else "?", first + 1, number - start - 1
            start = None


def main():
    allow, problems, used = {}, [], set()
    for row in tree.rows("size.allow"):
        if len(row) < 4:
            problems.append(f"tests/lint/size.allow: '{' '.join(row)}' needs a path, a limit and a reason")
            continue
        allow[row[0]] = int(row[1])

    def check(key, where, size, limit, what):
        if size <= limit:
            return
        used.add(key)
        if size > allow.get(key, limit):
            problems.append(f"{where}: {what} of {size} lines, limit {allow.get(key, limit)}")

    names = tree.files(".c", ".h")
    for name in names:
        lines = tree.text(name).splitlines()
        if name.endswith(".h"):
            check(name, name, len(lines), LIMIT_HEADER, "header")
        else:
            check(name, name, len(lines), LIMIT_FILE, "file")
        for function, line, size in functions(lines):
            key = f"{name}:{function}"
            check(key if key in allow else f"{name}:*" if f"{name}:*" in allow else key,
                  f"{name}:{line}", size, LIMIT_FUNCTION, f"function {function}")
    problems += [f"tests/lint/size.allow: '{key}' is not larger than the limit any more"
                 for key in sorted(set(allow) - used)]
    tree.finish("size", len(names), problems)


main()
