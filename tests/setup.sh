# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Sourced by quickstart and check: packages of tests/packages.txt, and steps that print their time.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
started_at=$EPOCHREALTIME

# Seconds with one decimal since a value of EPOCHREALTIME.
seconds_since()
{
	local us=$((${EPOCHREALTIME/[.,]/} - ${1/[.,]/}))
	printf '%d.%d' $((us / 1000000)) $((us % 1000000 / 100000))
}

bold()
{
	if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then printf '\033[1m%s\033[0m\n' "$*"; else printf '%s\n' "$*"; fi
}

# Packages of the groups named that dpkg does not hold as installed.
packages_missing()
{
	local groups=" $* " group package
	while read -r group package; do
		case "$group" in '' | '#'*) continue ;; esac
		[[ "$groups" == *" $group "* ]] || continue
		dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
	done <"$top/tests/packages.txt" | sort -u
}

# apt waits for dpkg's lock by itself, but gives up at once on the lock of its lists: try for five minutes.
apt_patiently()
{
	local log=$1 tries=0
	shift
	until DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" >"$log" 2>&1; do
		if ! grep -q 'Could not get lock' "$log" || [ $((tries += 1)) -gt 60 ]; then
			tail -n 15 "$log" >&2
			return 1
		fi
		sleep 5
	done
}

# Install what is missing of the groups named; apt is not run at all where nothing is.
packages_install()
{
	local missing log
	mapfile -t missing < <(packages_missing "$@")
	[ ${#missing[@]} -gt 0 ] || return 0
	if [ "$(id -u)" != 0 ]; then
		echo "these packages are missing, and only root can install them: ${missing[*]}" >&2
		return 1
	fi
	log=$(mktemp)
	echo "installing: ${missing[*]}"
	if ! apt_patiently "$log" update ||
		! apt_patiently "$log" install --no-install-recommends "${missing[@]}"; then
		rm -f "$log"
		echo "apt could not install them; see the lines above" >&2
		return 1
	fi
	rm -f "$log"
}
