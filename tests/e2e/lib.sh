# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Sourced by the end-to-end tests: a world of their own, assertions, and the search for what leaked.
#
# A test runs as pid 1 of its own pid, network and mount namespaces, with a state directory of its own:
# it touches no interface, route or rule of the host, sees no process but its own, and whatever it leaves
# behind ends with it. Only cgroups are the machine's; the names of Cantle's carry the node's number.
set -uo pipefail

e2e=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$e2e/../.." && pwd)
build=${CANTLE_BUILD:-$top/build-check-gcc}
port=8080
n_passed=0
n_failed=0

# Bring the tarballs while the network is there, then start again inside namespaces: SOURCES..., "--", "$@".
own_world()
{
	local sources=()
	[ -z "${E2E_INSIDE:-}" ] || return 0
	if [ "$(id -u)" != 0 ]; then
		echo "skipped: needs root"
		exit 77
	fi
	while [ "$1" != -- ]; do
		sources+=("$1")
		shift
	done
	shift
	if [ ${#sources[@]} -gt 0 ]; then
		"$top/examples/fetch-sources" "$build/sources" "${sources[@]}" || exit 1
	fi
	exec unshare --net --mount --propagation private --pid --fork --kill-child --mount-proc \
		env E2E_INSIDE=1 PYTHONDONTWRITEBYTECODE=1 "$0" "$@"
}

# A /tmp of the test's own, in which the clone stays where it is if it lies there.
private_tmp()
{
	local dir fd
	local -A kept=()
	for dir in "$top" "$build"; do
		case $dir in
		/tmp/*) exec {fd}<"$dir"; kept[$dir]=$fd ;;
		esac
	done
	mount -t tmpfs -o mode=1777 tmpfs /tmp
	for dir in "${!kept[@]}"; do
		fd=${kept[$dir]}
		mkdir -p "$dir"
		# The link itself, not the name it stands for: that one is covered now.
		mount --no-canonicalize --bind "/proc/self/fd/$fd" "$dir"
		exec {fd}<&-
	done
}

# The state directory must be reachable by Cantle's own ids, so it is not made with mktemp's 0700.
new_world()
{
	ip link set lo up
	private_tmp
	work=$(mktemp -d /var/tmp/cantle-e2e.XXXXXX)
	chmod 0711 "$work"
	export CANTLE_STATE=$work/state
	trap world_end EXIT
	trap 'exit 130' INT TERM
}

world_end()
{
	local status=$?
	if [ -d "$CANTLE_STATE" ]; then
		"$build/cantle" destroy --node --yes >/dev/null 2>&1
	fi
	rm -rf "$work"
	exit "$status"
}

cantle()
{
	"$build/cantle" "$@"
}

pass()
{
	n_passed=$((n_passed + 1))
	echo "ok: $*"
}

fail()
{
	n_failed=$((n_failed + 1))
	echo "FAILED: $*"
}

# Show what the last command said, shortened.
show_output()
{
	tail -n 20 "$work/out" | sed 's/^/    | /'
}

# Run a command; its output is kept for expect_output.  expect STATUS WHAT COMMAND...
expect()
{
	local want=$1 what=$2 status=0
	shift 2
	"$@" >"$work/out" 2>&1 </dev/null || status=$?
	if [ "$status" = "$want" ]; then
		pass "$what"
	else
		fail "$what: exit status $status instead of $want"
		show_output
	fi
	[ "$status" = "$want" ]
}

# Like expect, but any failure will do.
expect_failure()
{
	local what=$1
	shift
	if "$@" >"$work/out" 2>&1 </dev/null; then
		fail "$what: it worked"
		show_output
	else
		pass "$what"
	fi
}

# The last output matches an extended regular expression.
expect_output()
{
	local what=$1 pattern=$2
	if grep -qE -- "$pattern" "$work/out"; then
		pass "$what"
	else
		fail "$what: no line matches '$pattern'"
		show_output
	fi
}

# One field of one partition, from ps --json:  ps_field TENANT/NAME FIELD
ps_field()
{
	cantle ps --json | /usr/bin/python3 -c '
import json, sys
tenant, name = sys.argv[1].split("/")
for row in json.load(sys.stdin)["partitions"]:
    if (row["tenant"], row["name"]) == (tenant, name):
        print(row[sys.argv[2]])' "$1" "$2"
}

# The page of an instance, tried for ten seconds.
page_of()
{
	local ipv6
	ipv6=$(ps_field "$1" ipv6)
	curl --silent --fail --noproxy '*' --max-time 5 --retry 20 --retry-delay 0 --retry-max-time 10 \
		--retry-connrefused "http://[$ipv6]:$port/"
}

# Processes of Cantle or of its partitions: pid and command line. No fork, so that a kill hits what was seen.
own_processes()
{
	local dir program words groups is_own
	for dir in /proc/[0-9]*; do
		is_own=no
		for program in "$build"/cantle*; do
			if [ "$dir/exe" -ef "$program" ]; then is_own=yes; fi
		done
		if [ "$is_own" = no ]; then
			groups=
			{ read -r -d '' groups <"$dir/cgroup"; } 2>/dev/null
			[[ "$groups" == */cantle-[0-9]* ]] || continue
		fi
		words=()
		{ mapfile -d '' -t words <"$dir/cmdline"; } 2>/dev/null
		# without words: ended, and only to be reaped
		if [ ${#words[@]} -gt 0 ]; then echo "${dir#/proc/} ${words[*]}"; fi
	done
}

# Everything of Cantle that the kernel or the file system holds, one line each: what must be empty at the end.
traces()
{
	own_processes | sed 's/^/process /'
	grep -F " $CANTLE_STATE" /proc/self/mountinfo | sed 's/^/mount /'
	ip -o link | grep -E ': ct[0-9]+-' | sed 's/^/link /'
	nft list tables 2>/dev/null | grep cantle | sed 's/^/nft /'
	if [ -n "${node:-}" ]; then
		find /sys/fs/cgroup -type d -name "cantle-$node" 2>/dev/null | sed 's/^/cgroup /'
	fi
	find /tmp /run /dev/shm -maxdepth 2 -newer "$work" -name '*cantle*' 2>/dev/null |
		grep -vE '^/run/cantle(-check)?(/|$)|cantle-e2e' | sed 's/^/file /'
}

# The node's number, once the state directory exists.
read_node()
{
	node=$(grep -oE '[0-9]+' "$CANTLE_STATE/id" 2>/dev/null | head -n 1)
}

# Take the whole node away; nothing may be left.
expect_clean_end()
{
	local left
	read_node
	expect 0 "destroy --node" cantle destroy --node --yes
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		left=$(traces)
		[ -n "$left" ] || break
		sleep 0.3
	done
	if [ -z "$left" ]; then
		pass "nothing leaked"
	else
		fail "leaked:"
		printf '%s\n' "$left" | head -n 20 | sed 's/^/    | /'
	fi
}

finish()
{
	echo "$n_passed passed, $n_failed failed"
	[ "$n_failed" = 0 ]
	exit $?
}
