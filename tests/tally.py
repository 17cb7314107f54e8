# SPDX-License-Identifier: Apache-2.0
"""Add up what the runners themselves said at their end: tally.py MESON-TESTLOG.json... -> "N passed, N failed"."""

import json
import os
import re
import sys

OWN = re.compile(r"(\d+) passed, (\d+) failed(?:, (\d+) skipped)?")
LINT = re.compile(r"lint \S+: (\d+) checked, (\d+) failed")
CMOCKA = {word: re.compile(r"\[  " + word + r" +\] (?:\S+: )?(\d+) test\(s\)") for word in ("PASSED", "FAILED", "SKIPPED")}


def closing(test):
    """(passed, failed, skipped) cases of one meson test, from its closing lines; else it counts as one case."""
    text = (test.get("stdout") or "") + (test.get("stderr") or "")
    passed = failed = skipped = 0
    for ok, bad, left in OWN.findall(text)[-1:]:
        passed, failed, skipped = int(ok), int(bad), int(left or 0)
    if not passed + failed + skipped:
        passed, failed, skipped = (sum(map(int, CMOCKA[word].findall(text))) for word in ("PASSED", "FAILED", "SKIPPED"))
    if not passed + failed + skipped and LINT.search(text):
        passed, failed = (0, 1) if test["result"] != "OK" else (1, 0)
    result = test["result"]
    if result == "SKIP":
        return 0, 0, max(1, skipped)
    if result != "OK" and not failed:
        failed = 1
    if result == "OK" and not passed + failed + skipped:
        passed = 1
    return passed, failed, skipped


def tests_of(name):
    """The tests of a meson log, or a runner's own output as one test."""
    with open(name, encoding="utf-8", errors="replace") as stream:
        if name.endswith(".json"):
            return [json.loads(line) for line in stream]
        text = stream.read()
    return [{"name": os.path.basename(name), "result": "OK" if OWN.search(text) else "ERROR", "stdout": text}]


def main():
    total, names = [0, 0, 0], {"failed": [], "skipped": []}
    for name in filter(os.path.exists, sys.argv[1:]):
        for test in tests_of(name):
            counts = closing(test)
            total = [a + b for a, b in zip(total, counts)]
            for index, what in ((1, "failed"), (2, "skipped")):
                if counts[index]:
                    names[what].append(test["name"])
    for what, which in names.items():
        if which:
            print(f"{what}: {', '.join(which)}")
    must_work = os.environ.get("MUST_WORK", "") not in ("", "0")
    if must_work and total[2]:
        print(f"MUST_WORK: {total[2]} skipped count as failed")
        total = [total[0], total[1] + total[2], 0]
    print(f"{total[0]} passed, {total[1]} failed" + (f", {total[2]} skipped" if total[2] else ""))
    sys.exit(1 if total[1] else 0)


main()
