/* SPDX-License-Identifier: Apache-2.0 */
/* cantle ps: every instance of the node. */
#include <stdlib.h>
#include <string.h>

#include "node/document.h"
#include "node/names.h"
#include "node/verb.h"

int verb_ps(struct node *node, int *ret_status, struct err *err)
{
	const char *tenant = ctl_option(node, "tenant", NULL);
	struct store_partition *rows = NULL;
	json_t *document = document_new();
	json_t *list = json_array();
	size_t n = 0;
	if ((tenant && name_tenant(node, &tenant, err) < 0) ||
		store_partition_list(node->store, &rows, &n, err) < 0) {
		json_decref(document);
		json_decref(list);
		return -1;
	}
	for (size_t i = 0; i < n; i++)
		if (!tenant || strcmp(tenant, rows[i].tenant_name) == 0)
			json_array_append_new(list, document_partition(node, &rows[i]));
	free(rows);
	json_object_set_new(document, "partitions", list);
	document_send(node, document);
	*ret_status = EXIT_OK;
	return 0;
}
