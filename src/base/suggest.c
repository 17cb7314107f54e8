/* SPDX-License-Identifier: Apache-2.0 */
/* Optimal string alignment distance over three rows, cut off at two edits. */
#include "base/suggest.h"

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int least = a < b ? a : b;

	return least < c ? least : c;
}

unsigned int suggest_distance(struct span a, struct span b)
{
	unsigned int rows[3][LIMIT_SUGGEST_NAME + 1];
	const size_t longest = a.len > b.len ? a.len : b.len;
	const size_t shortest = a.len > b.len ? b.len : a.len;

	if (longest > LIMIT_SUGGEST_NAME || longest - shortest > LIMIT_SUGGEST_DISTANCE)
		return LIMIT_SUGGEST_DISTANCE + 1;

	for (size_t j = 0; j <= b.len; j++)
		rows[0][j] = (unsigned int)j;
	for (size_t i = 1; i <= a.len; i++) {
		unsigned int *row = rows[i % 3];
		const unsigned int *above = rows[(i - 1) % 3];

		row[0] = (unsigned int)i;
		for (size_t j = 1; j <= b.len; j++) {
			const unsigned int differs = a.ptr[i - 1] != b.ptr[j - 1];

			row[j] = min3(above[j] + 1, row[j - 1] + 1, above[j - 1] + differs);
			if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] &&
				a.ptr[i - 2] == b.ptr[j - 1]) {
				const unsigned int swapped = rows[(i - 2) % 3][j - 2] + 1;

				row[j] = swapped < row[j] ? swapped : row[j];
			}
		}
	}

	const unsigned int distance = rows[a.len % 3][b.len];

	return distance > LIMIT_SUGGEST_DISTANCE ? LIMIT_SUGGEST_DISTANCE + 1 : distance;
}

void suggest_offer(struct suggest *suggest, const char *candidate)
{
	const unsigned int distance = suggest_distance(suggest->given, span_str(candidate));

	if (distance >= suggest->distance || distance >= suggest->given.len)
		return;
	suggest->best = candidate;
	suggest->distance = distance;
}
