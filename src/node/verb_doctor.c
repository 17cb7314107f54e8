/* SPDX-License-Identifier: Apache-2.0 */
/* cantle doctor: what this machine and its kernel can enforce. */
#include "node/document.h"
#include "node/verb.h"

int verb_doctor(struct node *node, int *ret_status, struct err *err)
{
	(void)err;
	document_send(node, document_new());
	*ret_status = EXIT_OK;
	return 0;
}
