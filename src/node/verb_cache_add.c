/* SPDX-License-Identifier: Apache-2.0 */
/* cantle cache add: put files into the operator's download cache, under their checksums. */
#include "node/broker_session.h"
#include "node/document.h"
#include "node/lease.h"
#include "node/verb.h"

static int add_one(
	struct node *node, struct broker_session *broker, size_t i, json_t *list, struct err *err)
{
	scoped_fd fd = ctl_take_fd(node, CTL_ROLE_FILE, i);
	scoped_str struct str buf = STR_INIT;
	struct broker_cached cached;
	const char *word = ctl_word(node, i);
	json_t *o;
	if (broker_session_add(broker, fd, &cached, &buf, err) < 0)
		return err_wrap(err, "%s", word);
	o = json_object();
	json_object_set_new(o, "file", document_text(word));
	json_object_set_new(o, "size", json_integer((json_int_t)cached.size_bytes));
	json_object_set_new(o, "md5", json_stringn(cached.md5.ptr, cached.md5.len));
	json_object_set_new(o, "sha256", json_stringn(cached.sha256.ptr, cached.sha256.len));
	json_array_append_new(list, o);
	ctl_say(node, CTL_EVENT_STEP, "cached %s (sha256 %.*s)", word, SPAN_ARG(cached.sha256));
	return 0;
}

int verb_cache_add(struct node *node, int *ret_status, struct err *err)
{
	struct work_spec spec = {.subject = "cache", .phase = "operator", .slot = 0};
	struct broker_session broker;
	scoped_lease lock = LEASE_INIT;
	json_t *document;
	json_t *list;
	int failed;
	if (lease_lock(node, "partition-0", "the operator's cache", &lock, err) < 0)
		return -1;
	document = document_new();
	list = json_array();
	failed = broker_session_start(node, &spec, &broker, err);
	json_object_set_new(document, "files", list);
	for (size_t i = 0; i < node->ctl.request.n_words && failed == 0; i++)
		failed = add_one(node, &broker, i, list, err);
	broker_session_end(&broker);
	if (failed == 0 && ctl_has(node, "json"))
		document_send(node, document);
	else
		json_decref(document);
	*ret_status = failed < 0 ? EXIT_FAILED : EXIT_OK;
	return failed;
}
