#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# mandoc has nothing to say about our pages, but that other pages are not installed here.
if ! command -v mandoc >/dev/null; then
	echo "mandoc is not installed"
	if [ "${MUST_WORK:-}" = 1 ]; then exit 1; else exit 77; fi
fi
found=$(mandoc -T lint "$@" 2>/dev/null | grep -v 'referenced manual not found')
others=$(sed -n '/^\.Ss Others/,/^\.El/s/^\.It Sy //p' "$@")
if [ -n "$others" ]; then
	found="$found
cantle-errors.7.in does not tell of the families of steps: $others"
fi
top=$(cd "$(dirname "$0")/.." && pwd)
for code in $(grep -ohE '"E0[0-9]{3}"' "$top"/src/engine/*.c | tr -d '"' | sort -u); do
	grep -q "^\.It $code$" "$top/man/cantle-buildout.5" || found="$found
cantle-buildout.5 does not tell of $code"
done
if [ -n "$found" ]; then
	echo "$found"
	echo "man: 0 passed, $# failed"
	exit 1
fi
echo "man: $# passed, 0 failed"
