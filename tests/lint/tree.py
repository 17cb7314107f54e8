# SPDX-License-Identifier: Apache-2.0
"""The files of the source tree as the lints see them, and how a lint reports."""

import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def files(*suffixes):
    """Paths below the root of what git tracks or would track; of a tree without git, all but build trees."""
    listing = subprocess.run(["git", "-C", ROOT, "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard"],
                             capture_output=True, text=True)
    if listing.returncode == 0:
        names = listing.stdout.splitlines()
    else:
        names = [os.path.relpath(os.path.join(base, name), ROOT)
                 for base, dirs, found in os.walk(ROOT) for name in found
                 if not os.path.relpath(base, ROOT).startswith(("build", ".git"))]
    return sorted(name for name in set(names)
                  if (not suffixes or name.endswith(suffixes)) and os.path.isfile(os.path.join(ROOT, name)))


def text(name):
    """One file's text; bytes that are not UTF-8 are kept as they are."""
    with open(os.path.join(ROOT, name), encoding="utf-8", errors="surrogateescape") as stream:
        return stream.read()


def rows(name):
    """The rows of a table file beside the lints: words of a line, without comments and blank lines."""
    with open(os.path.join(ROOT, "tests/lint", name), encoding="utf-8") as stream:
        return [line.split() for line in stream if line.strip() and not line.startswith("#")]


def finish(what, n_checked, problems):
    """Print every problem and the closing line; leave with 1 where there is a problem."""
    for problem in problems:
        print(problem)
    print(f"lint {what}: {n_checked} checked, {len(problems)} failed")
    sys.exit(1 if problems else 0)
