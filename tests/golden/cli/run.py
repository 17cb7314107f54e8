# SPDX-License-Identifier: Apache-2.0
"""The command line tool against golden help screens and an agent that plays scenes."""
import json
import os
import pty
import re
import select
import shlex
import signal
import subprocess
import sys
import time

here = os.path.dirname(os.path.abspath(__file__))
cantle = os.path.abspath(sys.argv[1])
update = "--update" in sys.argv
passed = failed = 0
profile = os.path.join(here, "run.py")
clean = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


def check(what, good, *details):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print("FAILED:", what, *[repr(d) for d in details])


def run(*words, state="echo", env=(), stdin="", **more):
    return subprocess.run([cantle, *words], input=stdin, capture_output=True, text=True, timeout=20,
                          env=dict(clean, CANTLE_STATE=state, **dict(env)), **more)


def on_terminal(*words, state, keys=b"", env=(), before_keys=b"[y/N]"):
    """Run on a terminal of its own: status and everything that was shown."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(cantle, ["cantle", *words], dict(clean, CANTLE_STATE=state, TERM="xterm", **dict(env)))
    shown = b""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if not select.select([fd], [], [], 1)[0]:
            continue
        try:
            piece = os.read(fd, 65536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
        if keys and before_keys in shown:
            os.write(fd, keys)
            keys = b""
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(fd)
    return status, shown


def golden(name, text):
    path = os.path.join(here, name)
    if update:
        with open(path, "w") as file:
            file.write(text)
    with open(path) as file:
        check("golden " + name + " (after a change of the tables: run.py CANTLE --update)",
              file.read() == text)


def helps():
    top = run("--help").stdout
    verbs = re.findall(r"^  ([a-z]+)  ", top.split("Options:")[0], re.M)
    check("verbs are listed", len(verbs) >= 15, verbs)
    golden("help.txt", top)
    for verb in verbs:
        text = run(verb, "--help").stdout
        golden("help-%s.txt" % verb, text)
        check("help of " + verb + " fits a screen", len(text.splitlines()) <= 24, len(text.splitlines()))
        check("help of " + verb + " fits 80 columns", all(len(line) <= 88 for line in text.splitlines()),
              [line for line in text.splitlines() if len(line) > 88])
        check("help " + verb, run("help", verb).stdout == text)
        check(verb + " has an example", "Examples:" in text)
    bare = run()
    check("no command is a usage error", bare.returncode == 2 and "Usage:" in bare.stderr and not bare.stdout)


def usage():
    for words, said in [(["biuld"], "did you mean 'build'"), (["ps", "--jsn"], "did you mean '--json'"),
                        (["build"], "needs PROFILE"), (["ps", "x"], "unexpected argument 'x'"),
                        (["destroy"], "needs NAME, or --all"), (["destroy", "--all", "a"], "only one of"),
                        (["destroy", "a"], "--yes"), (["request", "a", profile, "-p", "oops"], "KEY=VALUE"),
                        (["inspect", "a/b/c"], "not a name"), (["inspect", "-t", "x", "y/b"], "two tenants"),
                        (["inspect", "..", "--json"], "not a name"), (["help", "rnu"], "did you mean 'run'"),
                        (["inspect", "a" * 64], "at most 63"), (["cache", "ad", "x"], "cache add"),
                        (["completion", "tcsh"], "bash, zsh and fish")]:
        got = run(*words)
        check("usage: " + " ".join(words), got.returncode == 2 and said in got.stderr and not got.stdout,
              got.returncode, got.stderr)
        check("usage is short: " + " ".join(words), len(got.stderr.splitlines()) <= 2, got.stderr)
    got = run("run", "--polcy", "x", "--", "true")
    check("usage of run is 125", got.returncode == 125 and "did you mean '--policy'" in got.stderr, got)
    got = run("build", "/nowhere/x.cfg")
    check("missing profile", got.returncode == 12 and "/nowhere/x.cfg" in got.stderr, got)
    got = run("inspect", "--json", "no name")
    check("errors as JSON", json.loads(got.stderr)["error"]["exit"] == 2, got.stderr)


def requests():
    def echo(*words):
        got = run(*words)
        check("status of " + " ".join(words), got.returncode == 0, got)
        return got.stderr.split("\n")

    lines = echo("-t", "acme", "request", "blog", profile, "-p", "a=1", "--parameter", "b=x=y", "--type", "t")
    check("request", lines[0] == "verb 2" and "tenant=acme" in lines and "parameter=a=1" in lines
          and "parameter=b=x=y" in lines and "type=t" in lines and "word acme/blog" in lines
          and "word " + profile in lines and "role 4" in lines, lines)
    roots = [line for line in lines if line.startswith("root=")]
    check("request has a root", len(roots) == 1 and profile.startswith(roots[0][5:] + "/"), roots)
    lines = echo("build", "https://lab.example/p.cfg")
    check("build of a URL", "word https://lab.example/p.cfg" in lines and "role 4" not in lines, lines)
    lines = echo("run", "--net", "veth", "ls", "--net", "-l")
    check("run", lines[:5] == ["verb 3", "net=veth", "word ls", "word --net", "word -l"], lines)
    check("run passes stdio", lines[5:8] == ["role 1", "role 2", "role 3"], lines)
    lines = echo("exec", "b", "--", "sh", "-c", "exit 1")
    check("exec", lines[1:5] == ["word default/b", "word sh", "word -c", "word exit 1"], lines)
    lines = echo("stop", "a", "t/b")
    check("stop", lines[:3] == ["verb 8", "word default/a", "word t/b"], lines)
    lines = echo("destroy", "--yes", "t/b")
    check("destroy", lines[:2] == ["verb 10", "word t/b"] and "yes=" not in lines, lines)
    lines = echo("destroy", "--yes", "--all", "-t", "x")
    check("destroy all", lines[0] == "verb 10" and "all=" in lines and "tenant=x" in lines, lines)
    check("destroy node", echo("destroy", "--node", "-y")[0] == "verb 15")
    lines = echo("cache", "add", profile, profile)
    check("cache add", lines[0] == "verb 14" and lines.count("role 5") == 2, lines)
    many = ["x"] * 5000
    got = run("run", "--", *many)
    check("too many arguments", got.returncode == 125 and "4096" in got.stderr, got.stderr[:200])
    got = run("run", "--", "x" * 30000, "y" * 30000, "z" * 30000)
    check("too long a command line", got.returncode == 125 and "longer than" in got.stderr, got.stderr[:200])


def documents():
    got = run("ps", state="ps")
    check("ps", got.stdout == "TENANT  NAME  STATE    HEALTH  SOFTWARE         IPV6     AGE\n"
          "acme    blog  started  ok      w\\u{9b}eb/p.cfg  fd00::1  -\n", got.stdout)
    got = run("ps", "--json", state="ps")
    row = json.loads(got.stdout)["partitions"][0]
    check("ps --json", row["name"] == "blog" and row["x"] == "d\x7fl" and "\x7f" not in got.stdout, got)
    check("version", run("version").stdout.startswith("cantle ") and run("--version").returncode == 0)
    check("version --json", json.loads(run("version", "--json").stdout)["v"] == 1)
    got = run("logs", "x", state="logs")
    check("logs are escaped", got.stdout == "line one\ngr\u00fcn \\x1b[31m\n", got.stdout)
    got = run("logs", "--raw", "x", state="logs")
    check("logs --raw", "\033[31m" in got.stdout, got.stdout)
    got = run("logs", "x", state="logs", env={"LC_ALL": "C"}.items())
    check("logs into a file keep UTF-8", "gr\u00fcn" in got.stdout, got.stdout)


def events():
    got = run("build", profile, state="fail")
    check("failure", got.returncode == 11, got)
    check("failure: stdout is for data", got.stdout == "", got.stdout)
    wanted = ["bzip2: built (1.2 s)", "warning: the cache is small", "failed: nginx: configure ended with 1 (1m01s)",
              "   | no \\x1b]0;pcre\\x07 here\\x0a", "a.cfg:1:2: error: \\x1b[2J", "  1 | x", "    | ^",
              "log: /state/log/1", "cantle: build.part: part 'ng\\x1binx' failed", ""]
    check("failure: lines", got.stderr.split("\n") == wanted, got.stderr)
    status, shown = on_terminal("build", profile, state="fail", env={"NO_COLOR": "1"}.items())
    bare = shown.replace(b"\r\x1b[K", b"").replace(b"\r\n", b"\n")
    check("failure on a terminal: no escape but our own", status == 11 and b"\x1b" not in bare and b"\x07" not in bare,
          shown)
    status, shown = on_terminal("build", profile, state="fail")
    check("colour on a terminal", b"\x1b[1;31mfailed: \x1b[0m" in shown, shown)
    got = run("--color", "always", "build", profile, state="fail")
    check("--color always", "\x1b[1;31mfailed: \x1b[0m" in got.stderr)


def live():
    status, shown = on_terminal("build", profile, state="progress")
    redraws = shown.count(b"\r\x1b[K")
    check("live line is redrawn at most ten times a second", status == 0 and 3 <= redraws <= 20, redraws)
    check("live line is gone at the end", shown.endswith(b"\r\x1b[Kpart: done\r\n"), shown[-60:])
    got = run("build", profile, state="progress")
    check("no live line elsewhere", got.stderr == "part: done\n", got.stderr)


def confirmations():
    status, shown = on_terminal("destroy", "a", state="echo", keys=b"n\n")
    check("destroy: no", status == 1 and b"default/a with its files" in shown and b"verb" not in shown, shown)
    status, shown = on_terminal("destroy", "a", state="echo", keys=b"y\n")
    check("destroy: yes", status == 0 and b"verb 10" in shown, shown)


def interrupted(words, state, signals):
    child = subprocess.Popen([cantle, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, env=dict(clean, CANTLE_STATE=state))
    said = child.stderr.readline()
    for number in signals:
        child.send_signal(number)
        time.sleep(0.5)
    more = child.communicate(timeout=20)[1]
    return child.returncode, said + more


def signals():
    check("run passes TERM on", interrupted(["run", "--", "x"], "signal", [signal.SIGTERM])[0] == 143)
    check("run passes USR1 on", interrupted(["run", "--", "x"], "signal", [signal.SIGUSR1])[0] == 138)
    status, said = interrupted(["build", "--enter", profile], "signal", [signal.SIGTERM])
    check("the shell of build --enter gets TERM", status == 143 and "stopping" not in said, status, said)
    status, said = interrupted(["build", profile], "signal", [signal.SIGINT])
    check("build is told to stop", status == 130 and "stopping and cleaning up" in said, status, said)
    status, said = interrupted(["build", profile], "stubborn", [signal.SIGINT, signal.SIGINT])
    check("a second interrupt ends it", status == 130, status, said)


def agents():
    got = run("ps", state="die")
    check("agent dies", got.returncode == 1 and "ended with status 3" in got.stderr, got)
    got = run("run", "--", "x", state="die")
    check("agent of run dies", got.returncode == 125, got)
    got = run("ps", state="garbage")
    check("agent talks nonsense", got.returncode == 1 and "unknown type" in got.stderr, got)
    got = run("stop", "x", state="ps")
    check("data that nobody asked for", got.returncode == 1 and "nobody asked" in got.stderr, got)
    got = run("run", "--", "x", state="stdio")
    check("run: stdio and status pass through", got.returncode == 42 and got.stdout == "raw \033[1m\n", got)
    got = run("ps", state="who")
    for line in ["Uid:\t" + "\t".join(["2147483633"] * 4), "Gid:\t" + "\t".join(["2147483633"] * 4),
                 "Groups:\t ", "CapPrm:\t0000000000000000", "CapEff:\t0000000000000000", "NoNewPrivs:\t1"]:
        check("privileges are dropped: " + line, line in got.stderr.split("\n"), got.stderr)
    copy = os.path.join(os.path.dirname(cantle), "alone")
    os.makedirs(copy, exist_ok=True)
    alone = os.path.join(copy, "cantle")
    with open(cantle, "rb") as source, open(alone, "wb") as target:
        target.write(source.read())
    os.chmod(alone, 0o755)
    got = subprocess.run([alone, "ps"], capture_output=True, text=True, env=clean)
    check("no agent beside", got.returncode == 1 and "no node agent beside" in got.stderr, got)
    os.unlink(alone)
    os.rmdir(copy)


def unprivileged():
    got = run("ps", state="ps", user=65534, group=65534, extra_groups=[]) if os.geteuid() == 0 else run("ps")
    check("not root", got.returncode == 7 and "root" in got.stderr and len(got.stderr.splitlines()) == 1, got)
    got = run("version", **({"user": 65534, "group": 65534} if os.geteuid() == 0 else {}))
    check("version needs no root", got.returncode == 0, got)


def completions():
    for shell, command in [("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]), ("fish", ["fish", "-n"])]:
        got = run("completion", shell)
        check("completion " + shell, got.returncode == 0 and "request" in got.stdout and "__man" not in got.stdout)
        path = subprocess.run(["sh", "-c", "command -v " + shell], capture_output=True, text=True).stdout.strip()
        if path:
            checked = subprocess.run(command, input=got.stdout, capture_output=True, text=True)
            check(shell + " can read it", checked.returncode == 0, checked.stderr)
    script = run("completion", "bash").stdout + """
        try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _cantle; echo "${COMPREPLY[@]}"; }
        try cantle re; try cantle run --net ''; try cantle request --par; try cantle --col; try cantle ps --j"""
    got = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    check("bash completes", got.stdout.split("\n") == ["request", "none veth", "--parameter", "--color", "--json", ""],
          got)


def examples():
    """Every example of the help screens, the manual and README is a command line that the tool takes."""
    top = os.path.join(here, "..", "..", "..")
    found = []
    for name in os.listdir(here):
        if name.startswith("help-"):
            with open(os.path.join(here, name)) as file:
                found += re.findall(r"^  cantle (.*)$", file.read(), re.M)
    with open(os.path.join(top, "man", "cantle.1.in")) as file:
        found += [line.replace("\\-", "-") for line in re.findall(r"^\.Dl # cantle (.*)$", file.read(), re.M)]
    with open(os.path.join(top, "README.md")) as file:
        found += re.findall(r"^    build/cantle (.*?)(?: +#.*)?$", file.read(), re.M)
    check("examples are found", len(found) > 40, len(found))
    for line in found:
        if "orig.tar.gz" in line:  # a file that need not be here
            continue
        got = run(*shlex.split(line + (" --yes" if line == "destroy acme/blog" else "")), cwd=top)
        check("example: cantle " + line, got.returncode == 0, got.stderr)


def paths():
    """What the texts at the top name is there."""
    top = os.path.join(here, "..", "..", "..")
    for name in ["README.md", "SECURITY.md", "CONTRIBUTING.md"]:
        with open(os.path.join(top, name)) as file:
            named = re.findall(r"`((?:src|isolate|net|policy|recipes|examples|tests|man)/[\w./-]*\w)/?`", file.read())
        for path in named:
            check("%s names %s" % (name, path), os.path.exists(os.path.join(top, path)))
        check(name + " names files", name != "README.md" or len(named) > 15, named)


for step in [paths, helps, usage, documents, completions, unprivileged]:
    step()
if os.geteuid() == 0:
    for step in [requests, examples, events, live, confirmations, signals, agents]:
        step()
elif os.environ.get("MUST_WORK") == "1":
    check("the scenes need root", False)
print("cli: %d passed, %d failed%s" % (passed, failed, "" if os.geteuid() == 0 else " (scenes need root: left out)"))
sys.exit(1 if failed else 0)
