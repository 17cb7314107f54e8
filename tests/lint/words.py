#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""No marker without an owner, no path of one machine, no registry host, no // comment."""

import glob
import os
import re

import tree

MARKER = re.compile(r"\b(XXX|FIXME|HACK|TODO(?!\([a-z]))\b")
# Split, so that this file does not hold what it forbids.
MACHINE_PATH = re.compile("(?<![A-Za-z0-9_.-])/" + r"(wor" + "k|hom" + r"e/[a-z]+|roo" + r"t)/[A-Za-z0-9_.-]+")
LINE_COMMENT = re.compile(r"(?:^|[ \t;{}])//")
STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
BLOCK = re.compile(r"/\*.*?\*/", re.S)
HOST = re.compile(r"https?://(?:[^/ @]*@)?([^/ :]+)")
PATHS_MAY_BE_NAMED = ("isolate/", "tests/ns/", "tests/unit/", "tests/golden/")
NOT_OURS = ("tests/bench/floor.c", "tests/data/", "tests/golden/", "LICENSE")
SELF = "tests/lint/words.py"


def registry_hosts():
    """The hosts that this machine's own package managers are told to use."""
    hosts = set()
    names = ["/etc/apt/sources.list", "/etc/pip.conf", os.path.expanduser("~/.npmrc")]
    for name in names + glob.glob("/etc/apt/sources.list.d/*"):
        if os.path.isfile(name):
            with open(name, encoding="utf-8", errors="replace") as stream:
                hosts.update(HOST.findall(stream.read()))
    return {host for host in hosts if "." in host and not host.startswith("127.")}


def without_comments_and_strings(source):
    blank = lambda match: re.sub(r"[^\n]", " ", match.group(0))
    return BLOCK.sub(blank, STRING.sub('""', source))


def main():
    problems, hosts = [], registry_hosts()
    names = [name for name in tree.files() if not name.startswith(NOT_OURS) and name != SELF]
    for name in names:
        source = tree.text(name)
        if "\0" in source:
            continue
        code = without_comments_and_strings(source).splitlines() if name.endswith((".c", ".h")) else []
        for number, line in enumerate(source.splitlines(), 1):
            where = f"{name}:{number}"
            if MARKER.search(line):
                problems.append(f"{where}: marker without an owner: {line.strip()[:80]}")
            if not name.startswith(PATHS_MAY_BE_NAMED) and MACHINE_PATH.search(line):
                problems.append(f"{where}: path of one machine: {MACHINE_PATH.search(line).group(0)}")
            problems += [f"{where}: names the registry host {host}" for host in hosts if host in line]
        problems += [f"{name}:{number}: // comment" for number, line in enumerate(code, 1)
                     if LINE_COMMENT.search(line)]
    tree.finish("words", len(names), problems)


main()
