#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every #include goes where layers.txt allows, and no include runs in a circle."""

import os
import re

import tree

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', re.M)
ROOTS = ("src/", "")


def unit_of(name, units):
    """The longest unit that holds this file; None outside all of them (tests may include anything)."""
    stem = os.path.splitext(name)[0]
    held = [unit for unit in units if stem == unit or stem.startswith(unit + "/")]
    return max(held, key=len) if held else None


def resolve(header, present):
    for root in ROOTS:
        if root + header in present:
            return root + header
    return None


def may_include(unit, target, units):
    target_unit = unit_of(target, units)
    if target_unit in (unit, "src/base"):
        return True
    allowed = units[unit]
    return target in allowed or target_unit in allowed


def cycles(graph, label):
    """Name each circle once, by depth-first search."""
    state, found = {}, []

    def visit(node, path):
        state[node] = "open"
        for following in sorted(graph.get(node, ())):
            if state.get(following) == "open":
                found.append(f"{label} cycle: " + " -> ".join(path[path.index(following):] + [following]))
            elif following not in state:
                visit(following, path + [following])
        state[node] = "done"

    for node in sorted(graph):
        if node not in state:
            visit(node, [node])
    return found


def main():
    units = {row[1]: [] if row[2] == "-" else row[2:] for row in tree.rows("layers.txt")}
    names = tree.files(".c", ".h")
    present, problems, headers, between = set(names), [], {}, {}
    for name in names:
        unit = unit_of(name, units)
        for match in INCLUDE.finditer(tree.text(name)):
            target = resolve(match.group(1), present)
            line = tree.text(name).count("\n", 0, match.start()) + 1
            if target is None:
                problems.append(f'{name}:{line}: "{match.group(1)}" is no file below src/ or the top '
                                "(include by full path from a root)")
                continue
            if name.endswith(".h"):
                headers.setdefault(name, set()).add(target)
            if unit is None:
                if not name.startswith("tests/"):
                    problems.append(f"{name}:{line}: this file's folder has no row in tests/lint/layers.txt")
                continue
            if not may_include(unit, target, units):
                problems.append(f"{name}:{line}: {unit} may not include {target} (tests/lint/layers.txt)")
            elif unit_of(target, units) != unit:
                between.setdefault(unit, set()).add(unit_of(target, units))
    problems += cycles(headers, "header") + cycles(between, "layer")
    tree.finish("layers", len(names), problems)


main()
