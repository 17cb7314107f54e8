/* SPDX-License-Identifier: Apache-2.0 */
/* SQLite under the store: the connection, statements, and binding by a format. */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"

/*
 * Shape:  sql_prepare(db, &stmt, "SELECT …", "is", number, text, err); formats: i int64_t, s C string
 * Errors: store.open, store.query
 */
struct store {
	sqlite3 *db;
	sqlite3_vfs *vfs; /* names a file by descriptor, not by the path above it */
	struct arena *arena;
};

must_check int sql_open(struct fd_dir own, struct store *s, struct err *err);
void sql_close(struct store *s);
must_check int sql_fail(const struct store *s, const char *what, struct err *err);
must_check int sql_exec(struct store *s, const char *sql, struct err *err);
must_check int sql_prepare(struct store *s, sqlite3_stmt **ret, struct err *err, const char *sql,
	const char *format, ...);
/* 1 a row, 0 no more. */
must_check int sql_step(struct store *s, sqlite3_stmt *stmt, struct err *err);
/* Prepare, run to the end, finalize. */
must_check int sql_run(struct store *s, struct err *err, const char *sql, const char *format, ...);
/* Text of a column in the arena; "" for NULL. */
must_check int sql_text(
	struct store *s, sqlite3_stmt *stmt, int column, const char **ret, struct err *err);

static inline void sql_finalizep(sqlite3_stmt **stmt)
{
	sqlite3_finalize(*stmt);
}
#define scoped_stmt __attribute__((cleanup(sql_finalizep))) sqlite3_stmt
