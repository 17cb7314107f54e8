#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every source file opens with licence and purpose, and every header of ours compiles alone."""

import concurrent.futures
import os
import re
import subprocess
import sys

import tree

FLAGS = ["-std=gnu17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I.", "-Isrc"]
SPDX = "SPDX-License-Identifier: Apache-2.0"
SCRIPTS = (".py", ".sh", ".cfg")


def compiles(name, compiler):
    """An error text, or None. The header is compiled twice over, as its guard must allow."""
    source = f'#include "{name}"\n#include "{name}"\n'
    run = subprocess.run([compiler, *FLAGS, "-include", "src/base/banned.h", "-x", "c", "-"], input=source,
                         cwd=tree.ROOT, capture_output=True, text=True)
    return None if run.returncode == 0 else f"{name}: does not compile alone:\n{run.stderr.strip()}"


def opening(name):
    """What is wrong with the first lines of a C file."""
    lines = tree.text(name).splitlines()
    if not lines or lines[0] != f"/* {SPDX} */":
        return f"{name}:1: first line is not /* {SPDX} */"
    if name.endswith((".c", ".h")) and (len(lines) < 2 or not re.match(r"/\* \S", lines[1])):
        return f"{name}:2: second line is not a comment that says what the file is for"
    if name.endswith(".h") and "#pragma once" not in lines:
        return f"{name}: no #pragma once"
    return None


def is_script(name):
    if name.endswith(SCRIPTS) or os.path.basename(name) == "meson.build":
        return name.endswith(SCRIPTS)
    return os.access(os.path.join(tree.ROOT, name), os.X_OK) and tree.text(name).startswith("#!")


def main():
    compiler = sys.argv[1] if len(sys.argv) > 1 else "cc"
    sources = tree.files(".c", ".h")
    problems = [problem for problem in map(opening, sources) if problem]
    scripts = [name for name in tree.files() if is_script(name) and not name.startswith(("tests/data/", "tests/golden/"))]
    problems += [f"{name}: no {SPDX} in the first two lines" for name in scripts
                 if SPDX not in "\n".join(tree.text(name).splitlines()[:2])]
    headers = [name for name in sources if name.endswith(".h")]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        problems += [problem for problem in pool.map(lambda name: compiles(name, compiler), headers) if problem]
    tree.finish("headers", len(sources) + len(scripts), problems)


main()
