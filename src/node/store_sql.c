/* SPDX-License-Identifier: Apache-2.0 */
/* SQLite under the store. */
#include "node/store_sql.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

static const char schema[] =
	"CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS tenant(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
	" build_slot INTEGER UNIQUE);"
	"CREATE TABLE IF NOT EXISTS software(tenant INTEGER NOT NULL, md5 TEXT NOT NULL,"
	" url TEXT NOT NULL, state TEXT NOT NULL, generation INTEGER NOT NULL, changed_at INTEGER,"
	" PRIMARY KEY(tenant, md5)) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS partition(slot INTEGER PRIMARY KEY, tenant INTEGER NOT NULL,"
	" name TEXT NOT NULL, md5 TEXT NOT NULL, url TEXT NOT NULL, type TEXT NOT NULL,"
	" wanted TEXT NOT NULL, state TEXT NOT NULL, error TEXT NOT NULL, fingerprint TEXT NOT "
	"NULL,"
	" running TEXT NOT NULL, pid INTEGER NOT NULL, starttime INTEGER NOT NULL, boot TEXT NOT "
	"NULL,"
	" created_at INTEGER, changed_at INTEGER, requested_at INTEGER, UNIQUE(tenant, name));"
	"CREATE TABLE IF NOT EXISTS parameter(slot INTEGER, key TEXT, value TEXT,"
	" PRIMARY KEY(slot, key)) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS published(slot INTEGER, key TEXT, value TEXT,"
	" PRIMARY KEY(slot, key)) WITHOUT ROWID;"
	"PRAGMA user_version = 1;";

/* SQLite would make names absolute and follow links, that is walk directories that this user may
 * not enter. Ours start at /proc/self/fd and stay as they are. */
static int keep_name(sqlite3_vfs *vfs, const char *name, int size, char *ret)
{
	(void)vfs;
	return snprintf(ret, (size_t)size, "%s", name) < size ? SQLITE_OK : SQLITE_CANTOPEN;
}

int sql_fail(const struct store *s, const char *what, struct err *err)
{
	const char *why = s->db ? sqlite3_errmsg(s->db) : "out of memory";
	int code = s->db ? sqlite3_errcode(s->db) : SQLITE_NOMEM;
	return err_set(err, code == SQLITE_FULL ? ERR_LIMIT : ERR_OS,
		code == SQLITE_FULL ? ENOSPC : 0, "store.query", "node.db: %s: %s", what, why);
}

int sql_exec(struct store *s, const char *sql, struct err *err)
{
	if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return sql_fail(s, "run a statement", err);
}

static int user_version(struct store *s, struct err *err)
{
	scoped_stmt *stmt = NULL;
	if (sql_prepare(s, &stmt, err, "PRAGMA user_version", "") < 0 || sql_step(s, stmt, err) < 0)
		return -1;
	return sqlite3_column_int(stmt, 0);
}

int sql_open(struct fd_dir own, struct store *s, struct err *err)
{
	char name[64];
	int version;
	s->vfs = mem_array(1, sizeof(*s->vfs));
	if (!s->vfs)
		return err_set(err, ERR_LIMIT, ENOMEM, "store.open", "open node.db");
	*s->vfs = *sqlite3_vfs_find(NULL);
	s->vfs->zName = "cantle";
	s->vfs->xFullPathname = keep_name;
	sqlite3_vfs_register(s->vfs, 0);
	snprintf(name, sizeof(name), "/proc/self/fd/%d/node.db", own.fd);
	if (sqlite3_open_v2(name, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "cantle") !=
		SQLITE_OK)
		return sql_fail(s, "open", err);
	sqlite3_busy_timeout(s->db, 20000);
	if (sql_exec(s, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;", err) < 0)
		return -1;
	version = user_version(s, err);
	if (version < 0)
		return -1;
	if (version > 1)
		return err_set(err, ERR_INPUT, 0, "store.open",
			"node.db was written by a newer Cantle (schema %d); use that one", version);
	return version == 1 ? 0 : sql_exec(s, schema, err);
}

void sql_close(struct store *s)
{
	if (s->db)
		sqlite3_close(s->db);
	if (s->vfs)
		sqlite3_vfs_unregister(s->vfs);
	free(s->vfs);
	s->db = NULL;
	s->vfs = NULL;
}

static int bind_all(sqlite3_stmt *stmt, const char *format, va_list ap)
{
	int code = SQLITE_OK;
	for (int i = 1; *format && code == SQLITE_OK; format++, i++) {
		if (*format == 'i')
			code = sqlite3_bind_int64(stmt, i, va_arg(ap, int64_t));
		else
			code = sqlite3_bind_text(
				stmt, i, va_arg(ap, const char *), -1, SQLITE_TRANSIENT);
	}
	return code;
}

int sql_prepare(struct store *s, sqlite3_stmt **ret, struct err *err, const char *sql,
	const char *format, ...)
{
	va_list ap;
	int code = sqlite3_prepare_v2(s->db, sql, -1, ret, NULL);
	if (code == SQLITE_OK) {
		va_start(ap, format);
		code = bind_all(*ret, format, ap);
		va_end(ap);
	}
	return code == SQLITE_OK ? 0 : sql_fail(s, "prepare a statement", err);
}

int sql_step(struct store *s, sqlite3_stmt *stmt, struct err *err)
{
	int code = sqlite3_step(stmt);
	if (code == SQLITE_ROW)
		return 1;
	return code == SQLITE_DONE ? 0 : sql_fail(s, "run a statement", err);
}

int sql_run(struct store *s, struct err *err, const char *sql, const char *format, ...)
{
	scoped_stmt *stmt = NULL;
	va_list ap;
	int code = sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL);
	if (code == SQLITE_OK) {
		va_start(ap, format);
		code = bind_all(stmt, format, ap);
		va_end(ap);
	}
	if (code != SQLITE_OK)
		return sql_fail(s, "prepare a statement", err);
	return sql_step(s, stmt, err) < 0 ? -1 : 0;
}

int sql_text(struct store *s, sqlite3_stmt *stmt, int column, const char **ret, struct err *err)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);
	*ret = arena_cstr(s->arena, span_str(text ? text : ""));
	return *ret ? 0
		    : err_set(err, ERR_LIMIT, ENOMEM, "store.query", "rows do not fit in memory");
}
