#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# clang-format, mandoc and shellcheck have nothing to say about the tree.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
failed=0
checked=0

listed()
{
	git -c safe.directory='*' ls-files -co --exclude-standard "$@" | while read -r file; do
		if [ -f "$file" ]; then echo "$file"; fi
	done
}

run()
{
	local tool=$1
	shift
	[ $# -gt 0 ] || return 0
	if ! "$tool" "$@"; then
		failed=$((failed + 1))
	fi
}

c_format()
{
	local bad
	bad=$(printf '%s\0' "$@" | xargs -0 -P "$(nproc)" -n 40 clang-format --dry-run --Werror 2>&1 |
		sed -n 's/^\([^: ]*\.[ch]\):[0-9].*/\1: run clang-format -i on it/p' | sort -u)
	if [ -n "$bad" ]; then
		echo "$bad"
		return 1
	fi
}

man_lint() { mandoc -T lint -W warning "$@"; }
shell_lint() { shellcheck --severity=warning --external-sources "$@"; }

mapfile -t sources < <(listed '*.c' '*.h' | grep -v '^tests/bench/floor\.c$')
mapfile -t pages < <(listed 'man/*.[1-8]')
mapfile -t scripts < <(listed | while read -r file; do
	if [[ "$file" != tests/data/* ]] && head -c 64 "$file" | head -n 1 | grep -qE '^#!.*\b(ba)?sh\b'; then
		echo "$file"
	fi
done)
checked=$((${#sources[@]} + ${#pages[@]} + ${#scripts[@]}))
run c_format "${sources[@]}"
run man_lint "${pages[@]}"
run shell_lint "${scripts[@]}"
echo "lint format: $checked checked, $failed failed"
[ "$failed" = 0 ]
