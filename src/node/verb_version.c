/* SPDX-License-Identifier: Apache-2.0 */
/* cantle version, as the agent knows it. */
#include "node/document.h"
#include "node/verb.h"

int verb_version(struct node *node, int *ret_status, struct err *err)
{
	json_t *document = document_new();
	(void)err;
	json_object_set_new(document, "version", document_text(CANTLE_VERSION));
	json_object_set_new(document, "node", json_integer(node->id.number));
	document_send(node, document);
	*ret_status = EXIT_OK;
	return 0;
}
