/* SPDX-License-Identifier: Apache-2.0 */
/* Section conditions: a closed grammar. */
#include "engine/cond.h"

int cond_eval(const struct cond_env *env, struct span expression, struct where where,
	struct diags *diags, bool *ret_value, struct err *err)
{
	(void)env;
	*ret_value = false;
	if (span_is(expression, "False"))
		return 0;
	return diag_error(diags, err, "E0601", where, "this condition is not supported yet");
}
