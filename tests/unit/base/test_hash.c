/* SPDX-License-Identifier: Apache-2.0 */
/* Digests of known texts (RFC 1321, FIPS 180-4). */
#include "base/hash.h"

#include "tests/unit/test.h"

static void known_digests(void **state)
{
	(void)state;
	assert_string_equal(
		hash_of(HASH_MD5, span_str("abc")).text, "900150983cd24fb0d6963f7d28e17f72");
	assert_string_equal(hash_of(HASH_SHA256, span_str("abc")).text,
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(strlen(hash_of(HASH_SHA512, span_str("")).text), 128);
}

static void names_and_forms(void **state)
{
	(void)state;
	assert_int_equal(hash_find(span_str("sha256")), HASH_SHA256);
	assert_int_equal(hash_find(span_str("sha1")), HASH_NONE);
	assert_true(hash_hex_valid(HASH_MD5, span_str("900150983CD24fb0d6963f7d28e17f72")));
	assert_false(hash_hex_valid(HASH_MD5, span_str("900150983cd24fb0d6963f7d28e17f7")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_digests),
		cmocka_unit_test(names_and_forms),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
