#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every row of the command and recipe tables has its entry in the manual and a test that uses it."""

import os
import re

import tree

NAME = re.compile(r'^\t\.name = "([^"]+)"', re.M)
STRUCT = re.compile(r"^(?:static )?const struct (command|recipe) \w+ = \{\n(.*?)^\};", re.M | re.S)


def rows_of(kind, names):
    """(file, name) of each visible row of a table."""
    for name in names:
        for match in STRUCT.finditer(tree.text(name)):
            found = NAME.search(match.group(2))
            if match.group(1) == kind and found and not found.group(1).startswith("__"):
                yield name, found.group(1)


def page(name):
    return tree.text(name) if os.path.exists(os.path.join(tree.ROOT, name)) else None


def main():
    tests = "\n".join(tree.text(name) for name in tree.files()
                      if name.startswith(("tests/", "examples/")) or name == "quickstart")
    commands = sorted(rows_of("command", tree.files(".c")), key=lambda row: row[1])
    recipes = sorted(rows_of("recipe", [name for name in tree.files(".c") if name.startswith("recipes/")]))
    problems = []
    manual, recipe_manual = page("man/cantle.1.in"), page("man/cantle-recipes.7.in")
    for where, name in commands:
        if manual is not None and not re.search(rf"\b(Cm|Ss cantle|Nm cantle|Ss) {name}\b", manual):
            problems.append(f"{where}: command '{name}' has no section in man/cantle.1")
        if not re.search(rf'cantle"? (--[a-z]+[ =]\S+ )*{name}\b', tests):
            problems.append(f"{where}: no test runs 'cantle {name}'")
    for where, name in recipes:
        if recipe_manual is not None and name not in recipe_manual:
            problems.append(f"{where}: recipe '{name}' is not in man/cantle-recipes.7")
        if name not in tests:
            problems.append(f"{where}: no test or example uses recipe '{name}'")
    if not commands:
        problems.append("src/cli: no command table found")
    tree.finish("tables", len(commands) + len(recipes), problems)


main()
