#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Run one unit test under valgrind; skipped (77) where the test needs a system call that valgrind does not know
# (openat2, clone3): the sanitizer build covers that one.
set -uo pipefail
log=$(mktemp)
trap 'rm -f "$log"' EXIT
valgrind --quiet --error-exitcode=99 --leak-check=full --log-file="$log" "$@"
status=$?
if grep -q 'unhandled .* syscall' "$log"; then
	echo "skipped: valgrind does not know a system call of this test"
	exit 77
fi
cat "$log" >&2
exit "$status"
