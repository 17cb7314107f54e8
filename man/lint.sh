#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# mandoc has nothing to say about our pages, but that the other ones are not installed here.
command -v mandoc >/dev/null || { echo "mandoc is not installed"; if [ "${MUST_WORK:-}" = 1 ]; then exit 1; else exit 77; fi; }
found=$(mandoc -T lint "$@" 2>&1 | grep -v 'referenced manual not found: Xr cantle')
[ -z "$found" ] || { echo "$found"; echo "0 passed, $# failed"; exit 1; }
echo "$# passed, 0 failed"
