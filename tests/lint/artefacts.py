#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What was really built: no mutable global of ours, and privileged programs link nothing beyond their facility."""

import os
import subprocess
import sys

import tree

LIBC = {"libc.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
STATIC = ("cantle-launch", "cantle-init", "cantle-super", "cantle-engine")
NEEDED = {"cantle-net": LIBC | {"libcap.so.2", "libmnl.so.0", "libnl-route-3.so.200", "libnl-3.so.200"}}
# Objects that must not end up in a privileged program: they parse text, resolve names or decide.
T0 = ("cantle-launch", "cantle-init", "cantle-net")
FORBIDDEN = ("base/json.c", "base/table.c", "policy_", "src/node", "src/engine", "src/cli", "recipes", "isolate/broker")
MUTABLE = (".data", ".bss", ".tdata", ".tbss", "*COM*")


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def objects(build):
    """Objects of our own code; those of the tests may keep state."""
    for base, dirs, names in os.walk(build):
        dirs[:] = [name for name in dirs if not (base == build and name == "tests")]
        yield from (os.path.join(base, name) for name in sorted(names) if name.endswith(".c.o"))


def is_test_object(path):
    return "/tests/" in path or "tests_" in os.path.basename(path) or "test_" in os.path.basename(path)


def mutable_symbols(path):
    """Names of symbols in sections that the program can write to (relocated constants are not)."""
    for line in output("objdump", "-t", path).splitlines():
        fields = line.split()
        if len(fields) < 5 or "O" not in fields[1:3] + fields[2:4]:
            continue
        section = next((field for field in fields if field.startswith((".", "*"))), "")
        if section in MUTABLE or section.startswith((".data.", ".bss.")) and not section.startswith(".data.rel.ro"):
            yield fields[-1]


def globals_of(path):
    return {fields[2] for fields in (line.split() for line in output("nm", "--defined-only", path).splitlines())
            if len(fields) == 3 and fields[1] in "TRD"}


def check_program(build, program, own_objects):
    path = os.path.join(build, program)
    needed = {line.split("[")[1].rstrip("]") for line in output("readelf", "-d", path).splitlines() if "(NEEDED)" in line}
    if program in STATIC and needed:
        yield f"{program}: must be static, but needs {' '.join(sorted(needed))}"
    if program in NEEDED and needed - NEEDED[program]:
        yield f"{program}: may not link {' '.join(sorted(needed - NEEDED[program]))}"
    if program not in T0:
        return
    present = {line.split()[-1] for line in output("nm", "--defined-only", path).splitlines() if line.split()}
    for item in own_objects:
        short = os.path.relpath(item, build)
        flat = short.replace(".a.p/", "/").replace("lib", "")
        if any(word in flat for word in FORBIDDEN) and present & globals_of(item):
            yield f"{program}: holds {' '.join(sorted(present & globals_of(item))[:3])} of {short}, which T0 may not"


def main():
    build = os.path.abspath(sys.argv[1])
    own = [path for path in objects(build) if not is_test_object(path)]
    problems = [f"{os.path.relpath(path, build)}: mutable global {symbol}"
                for path in own for symbol in mutable_symbols(path)]
    programs = [name for name in sorted(set(STATIC) | set(NEEDED) | set(T0)) if os.path.exists(os.path.join(build, name))]
    for program in programs:
        problems += check_program(build, program, own)
    tree.finish("artefacts", len(own) + len(programs), problems)


main()
