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
FORBIDDEN = ("base/json.c", "base/table.c", "policy/", "src/node", "src/engine", "src/cli", "recipes", "isolate/broker")
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


def mutable_symbols(paths):
    """(object, symbol) in sections that the program can write to (relocated constants are not)."""
    path = None
    for line in output("objdump", "-t", *paths).splitlines():
        if ":     file format " in line:
            path = line.split(":     file format ")[0]
        fields = line.split()
        if len(fields) < 5 or "O" not in fields[1:4]:
            continue
        section = next((field for field in fields if field.startswith((".", "*"))), "")
        if section in MUTABLE or section.startswith((".data.", ".bss.")) and not section.startswith(".data.rel.ro"):
            yield path, fields[-1]


def forbidden_symbols(build, paths):
    """Global symbol -> object, of the objects that T0 must not hold."""
    flat = {path: os.path.relpath(path, build).replace(".a.p/", "/").replace("lib", "") for path in paths}
    chosen = [path for path in paths if any(word in flat[path] for word in FORBIDDEN)]
    symbols = {}
    for line in output("nm", "-A", "--defined-only", *chosen).splitlines() if chosen else ():
        path, _, fields = line.rpartition(":")
        fields = fields.split()
        if len(fields) == 3 and fields[1] in "TRD" and fields[2] != "main":
            symbols[fields[2]] = os.path.relpath(path, build)
    return symbols


def check_program(build, program, forbidden):
    path = os.path.join(build, program)
    needed = {line.split("[")[1].rstrip("]") for line in output("readelf", "-d", path).splitlines() if "(NEEDED)" in line}
    if program in STATIC and needed:
        yield f"{program}: must be static, but needs {' '.join(sorted(needed))}"
    if program in NEEDED and needed - NEEDED[program]:
        yield f"{program}: may not link {' '.join(sorted(needed - NEEDED[program]))}"
    if program in T0:
        present = {line.split()[-1] for line in output("nm", "--defined-only", path).splitlines() if line.split()}
        for symbol in sorted(present & set(forbidden)):
            yield f"{program}: holds {symbol} of {forbidden[symbol]}, which T0 may not"


def main():
    build = os.path.abspath(sys.argv[1])
    own = [path for path in objects(build) if not is_test_object(path)]
    problems = [f"{os.path.relpath(path, build)}: mutable global {symbol}" for path, symbol in mutable_symbols(own)]
    forbidden = forbidden_symbols(build, own)
    programs = [name for name in sorted(set(STATIC) | set(NEEDED) | set(T0)) if os.path.exists(os.path.join(build, name))]
    for program in programs:
        problems += check_program(build, program, forbidden)
    tree.finish("artefacts", len(own) + len(programs), problems)


main()
