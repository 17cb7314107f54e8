#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Fill a page of the manual: option lists from the tool's tables, error steps from the source.

usage: fill.py TEMPLATE OUTPUT CANTLE SOURCE-DIR
"""
import os
import re
import subprocess
import sys
import textwrap

FOLDERS = ("src", "isolate", "net", "policy", "recipes")
# The step stands behind the number of the error; "a" "b" would be two literals.
STEP = re.compile(r'"([a-z][a-z0-9]*(?:\.[a-z0-9_-]+)+)"')
CALL = re.compile(r'\b(?:err_set|\w*fail\w*|\w*stage\w*|\w*refuse\w*)\s*\((?:[^;{}]|\n)*?;')


def steps(top):
    """Every error step of the source, by its family: the word before the first dot."""
    found = {}
    for folder in FOLDERS:
        for directory, _, names in os.walk(os.path.join(top, folder)):
            for name in sorted(names):
                if not name.endswith(".c"):
                    continue
                with open(os.path.join(directory, name), encoding="utf-8") as stream:
                    text = stream.read()
                for call in CALL.findall(text):
                    for step in STEP.findall(call):
                        family, rest = step.split(".", 1)
                        if not re.search(r"\.(cfg|c|h|so|json|db|conf|log)$", step):
                            found.setdefault(family, set()).add(rest)
    return found


def wrapped(lines):
    """Text lines of at most 78 bytes; macros and displays as they are."""
    is_literal = False
    for line in lines:
        if line.startswith("."):
            is_literal = line.startswith(".Bd") or (is_literal and not line.startswith(".Ed"))
        if line.startswith(".") or is_literal:
            yield line
        else:
            yield from textwrap.wrap(line, 78, break_long_words=False, break_on_hyphens=False)


def main():
    template, output, cantle, top = sys.argv[1:5]
    families, told, lines = steps(top), set(), []
    with open(template, encoding="utf-8") as stream:
        for line in stream.read().splitlines():
            found = re.match(r'\.\\" @(table|steps) (\S+)$', line)
            if not found:
                lines.append(line)
            elif found[1] == "table":
                text = subprocess.run([cantle, "__man", found[2]], check=True, capture_output=True, text=True).stdout
                lines += text.splitlines()
            else:
                told.add(found[2])
                names = sorted(families.get(found[2], ()))
                lines += [".Pp", "Steps:"] if names else []
                lines += [".Sy ." + name + (" ," if name != names[-1] else "") for name in names]
    with open(output, "w", encoding="utf-8") as stream:
        stream.write("\n".join(wrapped(lines)) + "\n")
    if told and set(families) - told:
        sys.exit("%s does not tell of the steps of: %s" % (template, " ".join(sorted(set(families) - told))))


if __name__ == "__main__":
    main()
