#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Fill a page of the manual: options from the tables, error steps from the source.

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
SET = re.compile(r'\berr_set\(\s*[^,]+,\s*ERR_\w+,\s*[^,]+,\s*"([a-z0-9._-]+)"')
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
                names = set(SET.findall(text))
                for call in CALL.findall(text):
                    names.update(STEP.findall(call))
                for step in names:
                    if not re.search(r"\.(cfg|c|h|so|json|db|conf|log)$", step):
                        found.setdefault(step.split(".")[0], set()).add(step)
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


def step_lines(family, words):
    if not words:
        return []
    names = sorted(words)
    if names == [family]:
        return []
    return [".br", "Steps:"] + [".Li " + name + ("" if name == names[-1] else " ,") for name in names]


def other_steps(families):
    """Families that the page does not tell of; lint.sh calls them out."""
    if not families:
        return []
    lines = [".Ss Others", ".Bl -tag -width Ds"]
    for family in sorted(families):
        lines += [".It Sy " + family] + step_lines(family, families[family])
    return lines + [".El"]


def options(top, recipe):
    """The option rows of a recipe, from the table in C."""
    path = os.path.join(top, "recipes", "table.c")
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as stream:
        text = stream.read()
    row = re.search(r'\.name = "%s",(.*?)\}' % re.escape(recipe), text, re.S)
    rows = re.search(r"OPTIONS\((\w+)\)", row[1]) if row else None
    if not rows:
        return []
    lines = [".Bl -tag -width Ds"]
    table = re.search(r"%s\[\] = \{\n(.*?)\n\};" % rows[1], text, re.S)[1]
    for name, flags, summary in re.findall(r'\{"([^"]+)", ([^,]+), [^,]+,\s*"((?:[^"\\]|\\.)*)"\}', table):
        notes = [word.lower() for word in ("REQUIRED", "COMPUTED") if word in flags]
        lines += [".It Cm " + name, (", ".join(notes) + ": " if notes else "") + summary + "."]
    return lines + [".El"]


def command_lines(cantle, what):
    return subprocess.run([cantle, "__man", what], check=True, capture_output=True, text=True).stdout.splitlines()


def main():
    template, output, cantle, top = sys.argv[1:5]
    families, lines = steps(top), []
    with open(template, encoding="utf-8") as stream:
        text = stream.read()
    others = set(families) - set(re.findall(r'@steps (\S+)', text))
    for line in text.splitlines():
        found = re.match(r'\.\\" @(table|steps|recipe) (\S+)$', line)
        if not found:
            lines.append(line)
        elif found[1] == "table":
            lines += command_lines(cantle, found[2])
        elif found[1] == "recipe":
            lines += options(top, found[2])
        elif found[2] == "others":
            lines += other_steps({family: families[family] for family in others})
        else:
            lines += step_lines(found[2], families.get(found[2]))
    with open(output, "w", encoding="utf-8") as stream:
        stream.write("\n".join(wrapped(lines)) + "\n")


if __name__ == "__main__":
    main()
