/* SPDX-License-Identifier: Apache-2.0 */
/* What the node remembers: tenants, software releases, partitions and their parameters. */
#include "node/store.h"

#include "base/limits.h"
#include "base/vec.h"
#include "node/store_sql.h"

int store_open(struct fd_dir own, struct arena *arena, struct store **ret, struct err *err)
{
	struct store *s = mem_array(1, sizeof(*s));
	if (!s)
		return err_set(err, ERR_LIMIT, ENOMEM, "store.open", "open node.db");
	s->arena = arena;
	if (sql_open(own, s, err) < 0) {
		store_close(&s);
		return -1;
	}
	*ret = s;
	return 0;
}

void store_close(struct store **store)
{
	if (*store)
		sql_close(*store);
	free(*store);
	*store = NULL;
}

int store_begin(struct store *s, struct err *err)
{
	return sql_exec(s, "BEGIN IMMEDIATE", err);
}

int store_commit(struct store *s, struct err *err)
{
	return sql_exec(s, "COMMIT", err);
}

void store_rollback(struct store *s)
{
	if (!sqlite3_get_autocommit(s->db))
		ERR_IGNORED(sql_exec(s, "ROLLBACK", ignored)); /* the failure before is the news */
}

int store_tenant(
	struct store *s, const char *name, bool create, struct store_tenant *ret, struct err *err)
{
	scoped_stmt *stmt = NULL;
	int found;
	if (create &&
		sql_run(s, err, "INSERT OR IGNORE INTO tenant(name) VALUES(?)", "s", name) < 0)
		return -1;
	if (sql_prepare(s, &stmt, err, "SELECT id, name, build_slot FROM tenant WHERE name = ?",
		    "s", name) < 0)
		return -1;
	found = sql_step(s, stmt, err);
	if (found <= 0)
		return found < 0 ? -1 : STORE_ABSENT;
	ret->id = sqlite3_column_int64(stmt, 0);
	ret->build_slot = (unsigned)sqlite3_column_int(stmt, 2);
	return sql_text(s, stmt, 1, &ret->name, err);
}

int store_build_slot(struct store *s, int64_t tenant, unsigned *ret, struct err *err)
{
	scoped_stmt *stmt = NULL;
	int found;
	if (sql_prepare(s, &stmt, err, "SELECT build_slot FROM tenant WHERE id = ?", "i", tenant) <
		0)
		return -1;
	found = sql_step(s, stmt, err);
	*ret = found == 1 ? (unsigned)sqlite3_column_int(stmt, 0) : 0;
	return found < 0 ? -1 : 0;
}

int store_tenant_slot(struct store *s, int64_t tenant, unsigned slot, struct err *err)
{
	return sql_run(s, err, "UPDATE tenant SET build_slot = ? WHERE id = ?", "ii", (int64_t)slot,
		tenant);
}

#define SOFTWARE_COLUMNS "tenant, md5, url, state, generation, changed_at"

static int software_row(
	struct store *s, sqlite3_stmt *stmt, struct store_software *ret, struct err *err)
{
	ret->tenant = sqlite3_column_int64(stmt, 0);
	ret->generation = sqlite3_column_int64(stmt, 4);
	ret->changed_at = sqlite3_column_int64(stmt, 5);
	return sql_text(s, stmt, 1, &ret->md5, err) < 0 || sql_text(s, stmt, 2, &ret->url, err) < 0
		       ? -1
		       : sql_text(s, stmt, 3, &ret->state, err);
}

int store_software(struct store *s, int64_t tenant, const char *md5, struct store_software *ret,
	struct err *err)
{
	scoped_stmt *stmt = NULL;
	int found;
	if (sql_prepare(s, &stmt, err,
		    "SELECT " SOFTWARE_COLUMNS " FROM software WHERE tenant = ? AND md5 = ?", "is",
		    tenant, md5) < 0)
		return -1;
	found = sql_step(s, stmt, err);
	if (found <= 0)
		return found < 0 ? -1 : STORE_ABSENT;
	return software_row(s, stmt, ret, err);
}

int store_software_put(struct store *s, const struct store_software *row, struct err *err)
{
	return sql_run(s, err,
		"INSERT OR REPLACE INTO software(" SOFTWARE_COLUMNS ") VALUES(?,?,?,?,?,?)",
		"isssii", row->tenant, row->md5, row->url, row->state, row->generation,
		row->changed_at);
}

int store_software_remove(struct store *s, int64_t tenant, const char *md5, struct err *err)
{
	return sql_run(
		s, err, "DELETE FROM software WHERE tenant = ? AND md5 = ?", "is", tenant, md5);
}

int store_software_list(
	struct store *s, struct store_software **ret, size_t *ret_n, struct err *err)
{
	scoped_stmt *stmt = NULL;
	VEC(struct store_software) rows = VEC_INIT;
	struct store_software row;
	int found;
	if (sql_prepare(s, &stmt, err,
		    "SELECT " SOFTWARE_COLUMNS " FROM software ORDER BY tenant, url", "") < 0)
		return -1;
	while ((found = sql_step(s, stmt, err)) == 1) {
		if (software_row(s, stmt, &row, err) < 0 || !vec_push(&rows, row)) {
			vec_done(&rows);
			return err_is_set(err)
				       ? -1
				       : err_set(err, ERR_LIMIT, ENOMEM, "store.query", "rows");
		}
	}
	*ret = rows.items;
	*ret_n = rows.n;
	return found;
}

#define PARTITION_COLUMNS                                                                          \
	"slot, tenant, name, md5, url, type, wanted, state, error, fingerprint, running, pid, "    \
	"starttime,"                                                                               \
	" boot, created_at, changed_at, requested_at"
#define PARTITION_SELECT                                                                           \
	"SELECT p.slot, p.tenant, p.name, p.md5, p.url, p.type, p.wanted, p.state, p.error,"       \
	" p.fingerprint, p.running, p.pid, p.starttime, p.boot, p.created_at, p.changed_at, "      \
	"t.name, p.requested_at"                                                                   \
	" FROM partition p JOIN tenant t ON t.id = p.tenant"

static int partition_row(
	struct store *s, sqlite3_stmt *stmt, struct store_partition *ret, struct err *err)
{
	const struct {
		int column;
		const char **text;
	} texts[] = {{2, &ret->name}, {3, &ret->md5}, {4, &ret->url}, {5, &ret->type},
		{6, &ret->wanted}, {7, &ret->state}, {8, &ret->error}, {9, &ret->fingerprint},
		{10, &ret->running}, {13, &ret->boot}, {16, &ret->tenant_name}};
	ret->slot = (unsigned)sqlite3_column_int(stmt, 0);
	ret->tenant = sqlite3_column_int64(stmt, 1);
	ret->pid = sqlite3_column_int64(stmt, 11);
	ret->starttime = sqlite3_column_int64(stmt, 12);
	ret->created_at = sqlite3_column_int64(stmt, 14);
	ret->changed_at = sqlite3_column_int64(stmt, 15);
	ret->requested_at = sqlite3_column_int64(stmt, 17);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (sql_text(s, stmt, texts[i].column, texts[i].text, err) < 0)
			return -1;
	return 0;
}

int store_partition(struct store *s, int64_t tenant, const char *name, struct store_partition *ret,
	struct err *err)
{
	scoped_stmt *stmt = NULL;
	int found;
	if (sql_prepare(s, &stmt, err, PARTITION_SELECT " WHERE p.tenant = ? AND p.name = ?", "is",
		    tenant, name) < 0)
		return -1;
	found = sql_step(s, stmt, err);
	if (found <= 0)
		return found < 0 ? -1 : STORE_ABSENT;
	return partition_row(s, stmt, ret, err);
}

int store_partition_put(struct store *s, const struct store_partition *row, struct err *err)
{
	return sql_run(s, err,
		"INSERT OR REPLACE INTO partition(" PARTITION_COLUMNS
		") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		"iisssssssssiisiii", (int64_t)row->slot, row->tenant, row->name, row->md5, row->url,
		row->type, row->wanted, row->state, row->error, row->fingerprint, row->running,
		row->pid, row->starttime, row->boot, row->created_at, row->changed_at,
		row->requested_at);
}

int store_partition_remove(struct store *s, unsigned slot, struct err *err)
{
	static const char *const statements[] = {"DELETE FROM parameter WHERE slot = ?",
		"DELETE FROM published WHERE slot = ?", "DELETE FROM partition WHERE slot = ?"};
	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
		if (sql_run(s, err, statements[i], "i", (int64_t)slot) < 0)
			return -1;
	return 0;
}

int store_partition_list(
	struct store *s, struct store_partition **ret, size_t *ret_n, struct err *err)
{
	scoped_stmt *stmt = NULL;
	VEC(struct store_partition) rows = VEC_INIT;
	struct store_partition row;
	int found;
	if (sql_prepare(s, &stmt, err, PARTITION_SELECT " ORDER BY t.name, p.name", "") < 0)
		return -1;
	while ((found = sql_step(s, stmt, err)) == 1) {
		if (partition_row(s, stmt, &row, err) < 0 || !vec_push(&rows, row)) {
			vec_done(&rows);
			return err_is_set(err)
				       ? -1
				       : err_set(err, ERR_LIMIT, ENOMEM, "store.query", "rows");
		}
	}
	*ret = rows.items;
	*ret_n = rows.n;
	return found;
}

static const struct {
	const char *clear;
	const char *add;
	const char *list;
} pair_tables[] = {
	[STORE_PARAMETERS] = {"DELETE FROM parameter WHERE slot = ?",
		"INSERT OR REPLACE INTO parameter(slot, key, value) VALUES(?,?,?)",
		"SELECT key, value FROM parameter WHERE slot = ? ORDER BY key"},
	[STORE_PUBLISHED] = {"DELETE FROM published WHERE slot = ?",
		"INSERT OR REPLACE INTO published(slot, key, value) VALUES(?,?,?)",
		"SELECT key, value FROM published WHERE slot = ? ORDER BY key"},
};

int store_pairs_put(struct store *s, enum store_pairs which, unsigned slot,
	const struct store_pair *pairs, size_t n, struct err *err)
{
	if (sql_run(s, err, pair_tables[which].clear, "i", (int64_t)slot) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (sql_run(s, err, pair_tables[which].add, "iss", (int64_t)slot, pairs[i].key,
			    pairs[i].value) < 0)
			return -1;
	return 0;
}

int store_pairs(struct store *s, enum store_pairs which, unsigned slot, struct store_pair **ret,
	size_t *ret_n, struct err *err)
{
	scoped_stmt *stmt = NULL;
	VEC(struct store_pair) rows = VEC_INIT;
	struct store_pair row;
	int found;
	if (sql_prepare(s, &stmt, err, pair_tables[which].list, "i", (int64_t)slot) < 0)
		return -1;
	while ((found = sql_step(s, stmt, err)) == 1) {
		if (sql_text(s, stmt, 0, &row.key, err) < 0 ||
			sql_text(s, stmt, 1, &row.value, err) < 0 || !vec_push(&rows, row)) {
			vec_done(&rows);
			return err_is_set(err)
				       ? -1
				       : err_set(err, ERR_LIMIT, ENOMEM, "store.query", "rows");
		}
	}
	*ret = rows.items;
	*ret_n = rows.n;
	return found;
}

static int slot_is_used(struct store *s, unsigned slot, struct err *err)
{
	scoped_stmt *stmt = NULL;
	if (sql_prepare(s, &stmt, err,
		    "SELECT 1 FROM partition WHERE slot = ?1 UNION SELECT 1 FROM tenant WHERE "
		    "build_slot = ?1",
		    "i", (int64_t)slot) < 0)
		return -1;
	return sql_step(s, stmt, err);
}

int store_slot_take(struct store *s, unsigned *ret, struct err *err)
{
	scoped_stmt *stmt = NULL;
	unsigned last = 0;
	if (sql_prepare(s, &stmt, err, "SELECT value FROM meta WHERE key = 'last-slot'", "") < 0)
		return -1;
	switch (sql_step(s, stmt, err)) {
	case 1:
		last = (unsigned)sqlite3_column_int(stmt, 0);
		break;
	case 0:
		break;
	default:
		return -1;
	}
	for (unsigned i = 0; i < SLOT_EPHEMERAL_FIRST - 1; i++) {
		unsigned slot = 1 + (last + i) % (SLOT_EPHEMERAL_FIRST - 1);
		int used = slot_is_used(s, slot, err);
		if (used < 0)
			return -1;
		if (used)
			continue;
		*ret = slot;
		return sql_run(s, err,
			"INSERT OR REPLACE INTO meta(key, value) VALUES('last-slot', ?)", "i",
			(int64_t)slot);
	}
	return err_set(err, ERR_LIMIT, 0, "store.slots", "all %u slots of this node are in use",
		SLOT_EPHEMERAL_FIRST - 1);
}
