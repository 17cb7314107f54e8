# SPDX-License-Identifier: Apache-2.0
"""Profiles with a mistake beside what the engine says about it, and the exit status.

usage: run.py ENGINE [--update]

NAME.profile is the profile, with files behind it that begin with a line "--- FILE"; NAME.txt is stderr and the status.
"""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def unpack(text, directory):
    """The profile and the files behind it."""
    name, lines = "profile.cfg", []
    for line in text.splitlines(keepends=True) + ["--- end\n"]:
        if line.startswith("--- "):
            with open(os.path.join(directory, name), "w") as f:
                f.write("".join(lines))
            name, lines = line[4:].strip(), []
        else:
            lines.append(line)


def run(engine, text):
    with tempfile.TemporaryDirectory(prefix="cantle-golden-") as directory:
        directory = os.path.realpath(directory)
        unpack(text, directory)
        work = os.path.join(directory, "work")
        os.mkdir(work)
        p = subprocess.run([engine, "build", "--no-broker", "--directory", work, "--profile", directory + "/profile.cfg"],
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60,
                           env={"PATH": "/usr/bin:/bin"})
        return p.stderr.decode().replace(directory, "@DIR@") + "status %d\n" % p.returncode


def main():
    engine, update = os.path.abspath(sys.argv[1]), "--update" in sys.argv
    passed = failed = 0
    for name in sorted(os.listdir(HERE)):
        if not name.endswith(".profile"):
            continue
        with open(os.path.join(HERE, name)) as f:
            got = run(engine, f.read())
        path = os.path.join(HERE, name[:-8] + ".txt")
        if update:
            with open(path, "w") as f:
                f.write(got)
        with open(path) as f:
            wanted = f.read()
        if got == wanted:
            passed += 1
        else:
            failed += 1
            print("FAILED %s\n--- wanted\n%s--- got\n%s" % (name, wanted, got))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
